"""Opening a migration: who asks, and that nobody else holds it."""

from __future__ import annotations

import getpass
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from bridgework.errors import Busy
from bridgework.journal import migration_lock
from bridgework.project import Project, private_folder


def operator() -> str:
    """Who runs this command: the account of the machine, or who BRIDGEWORK_OPERATOR says it is."""
    if named := os.environ.get("BRIDGEWORK_OPERATOR", "").strip():
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def copied(stack: ExitStack, path: Path) -> Path:
    """A copy of an encrypted store, as long as the stack lives: SQLite reads no file beside which it cannot make its
    own, and there is no room for them on a full disk."""
    memory = Path("/dev/shm")  # noqa: S108 - Linux keeps it in memory
    folder = Path(stack.enter_context(TemporaryDirectory(dir=memory if memory.is_dir() else None)))
    for each in (path, path.with_name(f"{path.name}-wal")):
        if each.exists():
            copyfile(each, folder / each.name)
    return folder / path.name


def lock(stack: ExitStack, project: Project, state: Path, *, look: bool) -> bool:
    """Hold the migration and its copies on this machine; true if another process holds it and looking is enough."""
    with suppress(OSError):  # where nothing can be kept outside the folder, its own lock has to do
        private_folder(state)
    try:
        stack.enter_context(migration_lock(project.folder))
        if os.access(state, os.W_OK):
            stack.enter_context(migration_lock(state))
    except Busy:
        if not look:
            raise
        return True
    return False
