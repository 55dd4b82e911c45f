"""An export as a folder or a zip file behind one face. Nothing is ever unpacked to disk."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol

from bridgework.errors import BadInput
from bridgework.files.names import safe_name
from bridgework.files.zipguard import check_directory, safe_entries

_CHUNK = 1 << 20
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


class _Store(Protocol):
    def names(self) -> Iterator[str]: ...
    def size(self, name: str) -> int | None: ...
    def open(self, name: str) -> IO[bytes]: ...
    def close(self) -> None: ...


class Archive:
    """Read access to the files of an export by their relative names (``documents/a.pdf``).

    Use as a context manager, or `close()` it. `root` is a folder inside to which names are relative.
    """

    def __init__(self, store: _Store, label: str, root: str = "") -> None:
        self._store = store
        self._root = root
        self.label = label

    @classmethod
    def at(cls, path: Path, limits: Limits | None = None) -> Archive:
        """Open a folder or a zip file.

        BadInput: nothing there, neither folder nor zip, an unsafe or doubled name, a link, a password, too much inside.
        """
        path = path.expanduser()
        if path.is_dir():
            return cls(_Folder(path), path.name)
        if path.is_file():
            return cls(_Zip(path, limits or Limits()), path.name)
        raise BadInput(f"There is no folder or zip file at {path}.", next_step="correct the path of the source")

    def inside(self, folder: str) -> Archive:
        """The same archive with names relative to a folder in it."""
        return Archive(self._store, self.label, self._full(folder))

    def names(self) -> Iterator[str]:
        """Names of all files, folders left out."""
        prefix = f"{self._root}/" if self._root else ""
        return (name[len(prefix) :] for name in self._store.names() if name.startswith(prefix))

    def size(self, name: str) -> int | None:
        """Size in bytes as far as the archive says, None if there is no such file. BadInput: unsafe name."""
        return self._store.size(self._full(name))

    def __contains__(self, name: str) -> bool:
        return self.size(name) is not None

    def open(self, name: str) -> IO[bytes]:
        """A buffered binary stream of one file.

        BadInput: unsafe name, no such file, not a plain file; while reading: damaged, or larger than the limits allow.
        """
        full = self._full(name)
        if self._store.size(full) is None:
            raise BadInput(
                f"{name} is missing in the export.", next_step="export again, or copy the whole export again"
            )
        return self._store.open(full)

    def sha256(self, name: str) -> str:
        """Hash of one file, read in pieces."""
        with self.open(name) as stream:
            return digest(stream)

    def close(self) -> None:
        """Release the zip file."""
        self._store.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _full(self, name: str) -> str:
        name = safe_name(name)
        return f"{self._root}/{name}" if self._root else name


def digest(stream: IO[bytes]) -> str:
    """SHA-256 of what is left of a stream, in lower-case hex."""
    made = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        made.update(chunk)
    return made.hexdigest()


class _Folder:
    """Files below a folder; links are not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self._root):
            folders.sort()
            for file in sorted(files):
                yield Path(folder, file).relative_to(self._root).as_posix()

    def size(self, name: str) -> int | None:
        path = self._root
        info = None
        for part in name.split("/"):
            path = path / part
            try:
                info = path.lstat()
            except (FileNotFoundError, NotADirectoryError):
                return None
            if stat.S_ISLNK(info.st_mode):
                raise _special()
        if info is None or stat.S_ISDIR(info.st_mode):
            return None
        if not stat.S_ISREG(info.st_mode):
            raise _special()
        return info.st_size

    def open(self, name: str) -> IO[bytes]:
        # Neither a link nor a pipe that took the file's place since it was looked at is opened or waited for.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            handle = os.open(self._root / name, flags)
        except OSError as error:
            raise BadInput(
                f"{name} of the export cannot be read: {error.strerror}.",
                next_step="check the rights of the export folder",
            ) from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise _special()
        return os.fdopen(handle, "rb", buffering=_BUFFER)

    def close(self) -> None:
        return None


def _special() -> BadInput:
    return BadInput(
        "The export contains a link or a special file.",
        next_step="replace it by the file itself",
        cause="unsafe_name",
    )


class _Zip:
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
        return iter(self._entries)

    def size(self, name: str) -> int | None:
        entry = self._entries.get(name)
        return None if entry is None else entry.file_size

    def open(self, name: str) -> IO[bytes]:
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
        self._zip.close()


class _Counted(io.RawIOBase):
    """A stream of a zip entry that counts what comes out."""

    def __init__(self, owner: _Zip, name: str, stream: IO[bytes], packed: int) -> None:
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
