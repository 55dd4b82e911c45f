"""Files below a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bridgework.errors import BadInput

_BUFFER = 1 << 17


class Folder:
    """Files below a folder; links are not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> Iterator[str]:
        """The names of all files, with slashes."""
        for folder, folders, files in os.walk(self._root):
            folders.sort()
            for file in sorted(files):
                yield Path(folder, file).relative_to(self._root).as_posix()

    def size(self, name: str) -> int | None:
        """The bytes of a file, None if there is none."""
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
        """A stream of the file."""
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
        """Nothing is held open afterwards."""
        return None


def _special() -> BadInput:
    return BadInput(
        "The export contains a link or a special file.",
        next_step="replace it by the file itself",
        cause="unsafe_name",
    )
