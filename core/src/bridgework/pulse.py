"""What a running command is doing, for whoever asks for the status from another terminal."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import orjson

from bridgework.hookspecs import hookimpl
from bridgework.project import write_private

FILE = ".running.json"
EVERY = 1.0  # real seconds between two notes


class Pulse:
    """Notes stage, count and what is waited for in a small file; listens to the life cycle like any plugin."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._last = 0.0

    @hookimpl
    def stage_started(self, stage: str, total: int | None) -> None:
        self._note(stage, 0, total, "", always=True)

    @hookimpl
    def batch_done(self, stage: str, done: int, total: int | None, note: str) -> None:
        self._note(stage, done, total, note, always=note.startswith("waiting"))

    def _note(self, stage: str, done: int, total: int | None, note: str, *, always: bool) -> None:
        now = time.monotonic()
        if always or now - self._last >= EVERY:
            self._last = now
            write_private(self._path, orjson.dumps({"stage": stage, "done": done, "total": total, "note": note}))

    def end(self) -> None:
        """The command is over."""
        self._path.unlink(missing_ok=True)


def running(folder: Path) -> dict[str, Any] | None:
    """What the running command last noted; None if none is running."""
    try:
        found: dict[str, Any] = orjson.loads((folder / FILE).read_bytes())
    except (OSError, ValueError):
        return None
    return found
