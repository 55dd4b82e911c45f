"""One process per migration."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridgework.errors import Busy

LOCK_FILE = ".lock"


@contextmanager
def migration_lock(folder: Path) -> Iterator[None]:
    """Hold the migration while the block runs. The system frees the lock when the process ends, however it ends.

    :raises Busy: another process holds it.
    """
    handle = os.open(folder / LOCK_FILE, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                "Another process works on this migration", next_step="wait for it to end, or end it, then run again"
            ) from error
        yield
    finally:
        os.close(handle)
