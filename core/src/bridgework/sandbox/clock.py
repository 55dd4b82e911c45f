"""One clock for everything a simulator does: its day, its windows and its horizons."""

import asyncio
import math
import time
from datetime import UTC, datetime, timedelta

_LONGEST_NAP = 0.05
"""Real seconds. A sleeper looks again this often, because :meth:`SimulatedClock.advance` may have moved the time."""


class SimulatedClock:
    """Time that starts at the real UTC now and runs ``speed`` times faster than real time.

    ``speed`` may be 0: the clock then stands still and moves by :meth:`advance` alone, which makes tests exact.
    Raises ValueError for a negative or non-finite speed.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if not math.isfinite(speed) or speed < 0:
            raise ValueError("the speed of a simulated clock is a finite number, 0 or more")
        self.speed = speed
        self._epoch = datetime.now(UTC)
        self._started = time.monotonic()
        self._skipped = 0.0

    def monotonic(self) -> float:
        """Simulated seconds since the clock was made. Never goes back."""
        return (time.monotonic() - self._started) * self.speed + self._skipped

    def now(self) -> datetime:
        """The simulated instant, aware, in UTC."""
        return self._epoch + timedelta(seconds=self.monotonic())

    def advance(self, seconds: float) -> None:
        """Skip ``seconds`` simulated seconds. Raises ValueError if that would turn time back."""
        if not math.isfinite(seconds) or seconds < 0:
            raise ValueError("time only moves forward: advance by a finite number of seconds, 0 or more")
        self._skipped += seconds

    async def sleep(self, seconds: float) -> None:
        """Wait until ``seconds`` simulated seconds have passed, by running or by :meth:`advance`."""
        due = self.monotonic() + seconds
        while (left := due - self.monotonic()) > 0:
            nap = left / self.speed if self.speed else _LONGEST_NAP
            await asyncio.sleep(min(nap, _LONGEST_NAP))
