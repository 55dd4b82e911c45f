"""Progress of stages: counted once, announced to every plugin through the life-cycle hooks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol, TypeVar

T = TypeVar("T")
EVERY = 50  # steps between two announcements
DETAIL_SECONDS = 1.0  # between two looks at the details, which may cost a transaction


class Announcer(Protocol):
    """What `Hooks.announce` is."""

    def __call__(self, name: str, **arguments: object) -> None: ...


class Progress:
    """Counts the steps of the running stage."""

    def __init__(self, announce: Announcer, detail: Callable[[], str] = lambda: "") -> None:
        """`detail` adds what a run waits for, or what is left of its budgets, to every announcement."""
        self._announce = announce
        self._detail = detail
        self._detail_at = -DETAIL_SECONDS
        self._last_detail = ""
        self._stage = ""
        self._total: int | None = None
        self._done = 0
        self.waiting: tuple[str, datetime] | None = None

    def start(self, stage: str, total: int | None) -> None:
        """A stage begins; `total` steps are expected."""
        self._stage, self._total, self._done = stage, total, 0
        self._announce("stage_started", stage=stage, total=total)

    def step(self, note: str, steps: int = 1) -> None:
        """Some steps are done; `note` says where we are (an object, a rule)."""
        before = self._done // EVERY
        self._done += steps
        if self._done // EVERY != before:
            detail = self._newest_detail()
            text = f"{note}, {detail}" if detail else note
            self._announce("batch_done", stage=self._stage, done=self._done, total=self._total, note=text)

    def _newest_detail(self) -> str:
        now = time.monotonic()
        if now - self._detail_at >= DETAIL_SECONDS:
            self._detail_at, self._last_detail = now, self._detail()
        return self._last_detail

    def counted(self, note: str, items: Iterator[T]) -> Iterator[T]:
        """The same items, counted as they pass."""
        passed = 0
        for item in items:
            yield item
            passed += 1
            if passed == EVERY:  # a call for each would be felt
                self.step(note, passed)
                passed = 0
        self.step(note, passed)

    @contextmanager
    def waiting_for(self, reason: str, until: datetime) -> Iterator[None]:
        """Waiting is never silent: say for what, and until when."""
        self.waiting = (reason, until)
        note = f"waiting for {reason} until {until:%H:%M:%S} UTC"
        self._announce("batch_done", stage=self._stage, done=self._done, total=self._total, note=note)
        try:
            yield
        finally:
            self.waiting = None
