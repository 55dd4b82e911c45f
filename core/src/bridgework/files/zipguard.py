"""Checks of a zip file before anything in it is read."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

from bridgework.errors import BadInput
from bridgework.files.names import collision_key, safe_name

_TAIL = 22 + 65_535  # end record plus the longest comment
_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_BYTES_PER_ENTRY = 512  # generous: header, a long name, extra fields
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def check_directory(path: Path, entries: int) -> None:
    """Refuse a zip file whose directory is too long, before it is read into memory.

    The directory's length bounds the number of entries, whatever number the file claims.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _TAIL))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        return  # not a zip file: the reader says so
    claimed, length = struct.unpack_from("<H2xL", tail, at + 8)[0], struct.unpack_from("<L", tail, at + 12)[0]
    at64 = tail.rfind(_END64, 0, at)
    if at64 >= 0 and len(tail) >= at64 + 48:
        claimed, length = struct.unpack_from("<Q", tail, at64 + 24)[0], struct.unpack_from("<Q", tail, at64 + 40)[0]
    if claimed > entries or length > entries * _BYTES_PER_ENTRY:
        raise _too_many(entries)


def _too_many(entries: int) -> BadInput:
    return BadInput(
        f"The zip file has more than {entries} entries.",
        next_step="unpack the export yourself if you trust it, and name the folder",
        cause="too_large",
    )


def safe_entries(archive: zipfile.ZipFile, limit: int) -> dict[str, zipfile.ZipInfo]:
    """Files of the archive by safe name, folders left out.

    BadInput: unsafe name, two entries of one name (also by case or Unicode form), link or device, password, unknown
    compression, more entries than `limit`.
    """
    found: dict[str, zipfile.ZipInfo] = {}
    taken: set[str] = set()
    if len(archive.infolist()) > limit:
        raise _too_many(limit)
    for entry in archive.infolist():
        # `filename` is already cleaned by the library (cut at NUL): the original tells what was meant.
        name = safe_name(entry.orig_filename.rstrip("/") if entry.is_dir() else entry.orig_filename)
        _check(entry)
        key = collision_key(name)
        if key in taken:
            raise _refused("has two entries of one name")
        taken.add(key)
        if not entry.is_dir():
            found[name] = entry
    return found


def _check(entry: zipfile.ZipInfo) -> None:
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused("contains a link or a special file")
    if entry.flag_bits & 0x1:
        raise _refused("is protected by a password")
    if entry.compress_type not in _METHODS:
        raise _refused("uses an unusual compression")


def _refused(reason: str) -> BadInput:
    return BadInput(
        f"The zip file {reason}.",
        next_step="unpack it with a tool you trust, and name the folder",
        cause="unsafe_zip",
    )
