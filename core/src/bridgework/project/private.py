"""Folders and files that nobody but the owner may read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from bridgework.errors import StoreFailure


def private_folder(path: Path) -> None:
    """Make a folder with mode 0700 if it is missing, and with the same mode whatever is missing above it."""
    if not path.exists():
        private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a file with mode 0600, whole or not at all."""
    private_folder(path.parent)
    temporary = path.with_name(path.name + ".new")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(content)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StoreFailure(
            f"{path} cannot be written: {error.strerror}.", next_step="free space or rights, then run again"
        ) from error
