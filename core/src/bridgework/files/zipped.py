"""Entries of a zip file, read in place under limits."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bridgework.errors import BadInput
from bridgework.files.zipguard import check_directory, safe_entries

_BUFFER = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a zip file may cost. Sizes are bytes after unpacking, counted while reading: headers may lie.

    `ratio` is unpacked to packed size per entry; entries below `free` bytes are exempt, since tiny repetitive files
    compress far better than any honest big one.
    """

    ratio: int = 100
    free: int = 1 << 20
    entry: int = 16 << 30
    total: int = 64 << 30
    entries: int = 500_000


class Zipped:
    """Entries of a zip file, read in place under the limits."""

    def __init__(self, path: Path, limits: Limits) -> None:
        check_directory(path, limits.entries)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise BadInput(
                f"{path.name} is neither a folder nor a readable zip file.", next_step="make or copy the zip again"
            ) from error
        self._limits = limits
        self._read: dict[str, int] = {}
        self._total = 0
        try:
            self._entries = safe_entries(self._zip, limits.entries)
        except BadInput:
            self._zip.close()
            raise

    def names(self) -> Iterator[str]:
        """The names of all files, with slashes."""
        return iter(self._entries)

    def size(self, name: str) -> int | None:
        """The bytes of a file, None if there is none."""
        entry = self._entries.get(name)
        return None if entry is None else entry.file_size

    def open(self, name: str) -> IO[bytes]:
        """A stream of the file."""
        entry = self._entries[name]
        try:
            stream = self._zip.open(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise _damaged(name) from error
        return io.BufferedReader(_Counted(self, name, stream, entry.compress_size), _BUFFER)

    def count(self, name: str, size: int, packed: int) -> None:
        """Refuse an entry, or all together, that grows beyond the limits; re-reading a file costs nothing."""
        grown = size - self._read.get(name, 0)
        if grown > 0:
            self._read[name] = size
            self._total += grown
        limits = self._limits
        if size > limits.free and size > limits.ratio * packed:
            raise _bomb(name, f"unpacks to more than {limits.ratio} times its size")
        if size > limits.entry:
            raise _bomb(name, f"unpacks to more than {limits.entry} bytes")
        if self._total > limits.total:
            raise _bomb(name, f"brings the export to more than {limits.total} bytes")

    def close(self) -> None:
        """Nothing is held open afterwards."""
        self._zip.close()


class _Counted(io.RawIOBase):
    """A stream of a zip entry that counts what comes out."""

    def __init__(self, owner: Zipped, name: str, stream: IO[bytes], packed: int) -> None:
        self._owner = owner
        self._name = name
        self._stream = stream
        self._packed = packed
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # any writable buffer, as io calls it
        try:
            chunk = self._stream.read(len(view))
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise _damaged(self._name) from error
        self._size += len(chunk)
        self._owner.count(self._name, self._size, self._packed)
        view[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _damaged(name: str) -> BadInput:
    return BadInput(f"{name} is damaged inside the zip file.", next_step="make or copy the zip again")


def _bomb(name: str, reason: str) -> BadInput:
    return BadInput(
        f"{name} of the zip file {reason}.",
        next_step="unpack the export yourself if you trust it, and name the folder",
        cause="too_large",
    )
