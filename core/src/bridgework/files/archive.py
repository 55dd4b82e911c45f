"""An export as a folder or a zip file behind one face. Nothing is ever unpacked to disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol

from bridgework.errors import BadInput
from bridgework.files.folder import Folder
from bridgework.files.names import safe_name
from bridgework.files.zipped import Limits, Zipped

_CHUNK = 1 << 20


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
            return cls(Folder(path), path.name)
        if path.is_file():
            return cls(Zipped(path, limits or Limits()), path.name)
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
