"""A disk that loses what was not flushed: every write of SQLite is noted, and what a power cut leaves is made from it.

The driver's own SQLite is watched, through the file methods of its default VFS
(https://www.sqlite.org/c3ref/io_methods.html), so the store runs as it does for an operator.
"""

from __future__ import annotations

import ctypes
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any, NamedTuple

import sqlcipher3._sqlite3 as sqlite

SECTOR = 512

_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


class _Methods(ctypes.Structure):
    """sqlite3_io_methods; what is not watched are plain pointers."""

    _fields_ = (
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", c_void_p),
        ("truncate", c_void_p),
        ("sync", c_void_p),
        ("others", c_void_p * 13),
    )


class _Vfs(ctypes.Structure):
    """sqlite3_vfs."""

    _fields_ = (
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("following", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", c_void_p),
        ("delete", c_void_p),
        ("others", c_void_p * 14),
    )


class Step(NamedTuple):
    """Something that happened: `write`, `truncate`, `sync`, `delete` of a file, or `acknowledged`."""

    what: str
    path: str = ""
    offset: int = 0
    content: bytes = b""


class Disk:
    """What was written, in order. `refuse` makes the n-th write from now fail as a full disk does."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.refuse = 0

    def acknowledge(self, what: str) -> None:
        """The store has said that something is durable."""
        self.steps.append(Step("acknowledged", what))

    def full(self) -> bool:
        """Whether this write is the one that no space is left for; all later ones fail too."""
        if self.refuse > 1:
            self.refuse -= 1
            return False
        return self.refuse == 1


class Left(NamedTuple):
    """What a power cut leaves: the files, and what had been acknowledged."""

    files: dict[str, bytes]
    acknowledged: list[str]


def cut(steps: Sequence[Step], seed: int | None = None) -> Left:
    """Power fails after these steps. Without a seed nothing that was not flushed survives; with one a part of it does,
    in sectors, in any order, as a disk's cache leaves it.
    """
    durable: dict[str, bytearray] = {}
    pending: dict[str, list[Step]] = {}
    acknowledged: list[str] = []
    for step in steps:
        if step.what == "acknowledged":
            acknowledged.append(step.path)
        elif step.what == "delete":
            durable.pop(step.path, None)
            pending.pop(step.path, None)
        elif step.what == "sync":
            for each in pending.pop(step.path, ()):
                _apply(durable.setdefault(step.path, bytearray()), each)
        else:
            durable.setdefault(step.path, bytearray())
            pending.setdefault(step.path, []).append(step)
    if seed is not None:
        chance = random.Random(seed)
        for path, waiting in pending.items():
            parts = [part for each in waiting for part in _sectors(each)]
            for part in chance.sample(parts, chance.randint(0, len(parts))):
                _apply(durable[path], part)
    return Left({path: bytes(content) for path, content in durable.items()}, acknowledged)


def _apply(content: bytearray, step: Step) -> None:
    if step.what == "truncate":
        del content[step.offset :]
        return
    end = step.offset + len(step.content)
    content.extend(bytes(max(0, end - len(content))))
    content[step.offset : end] = step.content


def _sectors(step: Step) -> Iterator[Step]:
    if step.what != "write":
        yield step
        return
    for start in range(0, len(step.content), SECTOR):
        yield step._replace(offset=step.offset + start, content=step.content[start : start + SECTOR])


def restore(left: Left, folder: Path) -> None:
    """Put the files into a folder. Shared memory does not survive; SQLite makes it anew."""
    folder.mkdir()
    for path, content in left.files.items():
        (folder / Path(path).name).write_bytes(content)


@contextmanager
def watched() -> Iterator[Disk]:
    """Files that SQLite opens meanwhile are watched."""
    disk = Disk()
    library = ctypes.CDLL(sqlite.__file__)
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    original = library.sqlite3_vfs_find(None)
    ours = _Vfs.from_buffer_copy(original.contents)
    ours.name = b"watched"
    kept: list[Any] = []  # callbacks and tables must outlive the files that use them
    paths: dict[int, str] = {}
    tables: dict[int, _Methods] = {}
    open_file, delete_file = _OPEN(original.contents.open), _DELETE(original.contents.delete)

    @_OPEN
    def opened(vfs: Any, name: int | None, file: int, flags: int, out: Any) -> int:
        # The name goes on as the pointer it came as: SQLite keeps it, and would find another text in a copy's place.
        code: int = open_file(ctypes.addressof(original.contents), name, file, flags, out)
        pointer = ctypes.cast(file, POINTER(c_void_p))
        if code == 0 and name is not None and pointer[0]:
            paths[file] = ctypes.string_at(name).decode()
            pointer[0] = ctypes.addressof(_table(tables, kept, int(pointer[0] or 0), paths, disk))
        return code

    @_DELETE
    def deleted(vfs: Any, name: bytes, sync: int) -> int:
        disk.steps.append(Step("delete", name.decode()))
        result: int = delete_file(ctypes.addressof(original.contents), name, sync)
        return result

    kept += [opened, deleted, ours]
    ours.open, ours.delete = ctypes.cast(opened, c_void_p), ctypes.cast(deleted, c_void_p)
    library.sqlite3_vfs_register(ctypes.byref(ours), 1)
    try:
        yield disk
    finally:
        library.sqlite3_vfs_register(original, 1)
        library.sqlite3_vfs_unregister(ctypes.byref(ours))


def _table(tables: dict[int, _Methods], kept: list[Any], address: int, paths: dict[int, str], disk: Disk) -> _Methods:
    """The file methods at that address with ours in front of them."""
    if address in tables:
        return tables[address]
    inner = _Methods.from_address(address)
    write_to, truncate_to, sync_to = _WRITE(inner.write), _TRUNCATE(inner.truncate), _SYNC(inner.sync)

    @_WRITE
    def write(file: int, content: int, size: int, offset: int) -> int:
        if disk.full():
            return 13  # SQLITE_FULL
        disk.steps.append(Step("write", paths[file], offset, ctypes.string_at(content, size)))
        result: int = write_to(file, content, size, offset)
        return result

    @_TRUNCATE
    def truncate(file: int, size: int) -> int:
        disk.steps.append(Step("truncate", paths[file], size))
        result: int = truncate_to(file, size)
        return result

    @_SYNC
    def sync(file: int, flags: int) -> int:
        disk.steps.append(Step("sync", paths[file]))
        result: int = sync_to(file, flags)
        return result

    copy = _Methods.from_buffer_copy(inner)
    copy.write, copy.truncate, copy.sync = (ctypes.cast(each, c_void_p) for each in (write, truncate, sync))
    kept += [write, truncate, sync, copy]
    tables[address] = copy
    return copy
