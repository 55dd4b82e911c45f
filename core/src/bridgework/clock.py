"""Time is one injected clock: nothing in the core reads the system's time or sleeps by itself.

In a sandbox the simulated day may run faster than the real one; the budgets, waits and horizons of the engine then
run at the same pace because they all ask the same clock.
"""

from __future__ import annotations

import math
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bridgework.errors import StopRun


class Clock(Protocol):
    """What the core knows about time."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back, whatever happens to the wall clock."""

    def sleep(self, seconds: float) -> None:
        """Return after that many seconds; zero and less return at once."""


class SystemClock:
    """The machine's time, `speed` times faster: `sleep(s)` takes `s / speed` real seconds.

    `now()` starts at `start` (aware; default the wall clock) and goes on by itself: who sets the machine's clock in the
    middle of a run changes no wait and no window. A simulator that is already running gives its own time as `start`.
    """

    def __init__(self, speed: float = 1.0, *, start: datetime | None = None) -> None:
        if not (math.isfinite(speed) and speed > 0):
            raise ValueError("the speed of a clock must be a finite number greater than zero")
        self.speed = speed
        self._wall_start = start or datetime.now(UTC)
        self._start = _steady()
        self._interrupted = threading.Event()

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return self._wall_start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds on this clock since it was made."""
        return (_steady() - self._start) * self.speed

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds of this clock.

        :raises StopRun: `interrupt` was called, before or during the sleep.
        """
        due = self.monotonic() + seconds
        while not self._interrupted.is_set() and (left := due - self.monotonic()) > 0:
            # An event cannot wait for longer than threading allows; longer sleeps take several rounds.
            self._interrupted.wait(min(left / self.speed, threading.TIMEOUT_MAX, 86_400.0))
        if self._interrupted.is_set():
            raise StopRun("The run was interrupted.", cause="interrupted", next_step="Run the same command again.")

    def interrupt(self) -> None:
        """Wake every thread that sleeps on this clock; they raise StopRun, now and at each further sleep."""
        self._interrupted.set()


def _steady() -> float:
    """Seconds that nobody can set; where the system tells, those that a suspended machine slept are among them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class FakeClock:
    """A clock for tests: it stands still until somebody sleeps or advances it.

    `sleep` moves the time on and returns. `sleeps` lists what was slept, for assertions about waits.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self._elapsed = 0.0
        self._shift = timedelta(0)
        self._lock = threading.Lock()
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        """The simulated instant, aware, in UTC."""
        return self._start + timedelta(seconds=self._elapsed) + self._shift

    def monotonic(self) -> float:
        """Simulated seconds since the clock was made."""
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Let the time be `seconds` later, and remember that somebody slept."""
        with self._lock:
            self.sleeps.append(seconds)
            self._elapsed += max(0.0, seconds)

    def advance(self, seconds: float) -> None:
        """Let the time pass without a sleeper."""
        with self._lock:
            self._elapsed += seconds

    def set_wall(self, instant: datetime) -> None:
        """Set the wall clock, as an administrator or a time server does; monotonic time does not notice."""
        with self._lock:
            self._shift = instant - self._start - timedelta(seconds=self._elapsed)
