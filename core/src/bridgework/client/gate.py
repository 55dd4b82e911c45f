"""Two brakes in front of the transport: a gate that a throttled account closes, and a limit of calls at a time."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from bridgework.client.budgets import BudgetStore
from bridgework.client.windows import State
from bridgework.clock import Clock
from bridgework.errors import BridgeworkError, Paused

SHORTEST_WAIT = 1.0
LONGEST_WAIT = 3600.0  # seconds; who asks for more gets a pause instead of a waiting process
_LONGEST_PAUSE = 86_400.0  # seconds; a larger number is nonsense
_LONGEST_GUESS = 60.0  # seconds we wait at most on our own guess, when the server names no time
_JITTER = 0.25


class Gate:
    """Closed by a 429 for everybody who uses the account; one probe after the wait opens it again. Thread-safe.

    It is also where a run is halted for good (wrong token, blocked): `halt` makes every later call raise.
    """

    def __init__(
        self,
        name: str,
        store: BudgetStore,
        clock: Clock,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._name = f"{name}/gate"
        self._store = store
        self._clock = clock
        self._jitter = jitter
        self._condition = threading.Condition()
        self._closed = False
        self._probing = False
        self._round = 0  # consecutive closings, each of which doubles a guessed wait
        self._opens_at = 0.0  # on the monotonic clock
        self._halted: Callable[[], BridgeworkError] | None = None
        self._restore()

    @property
    def closed(self) -> bool:
        """A 429 was heard and no clean answer since."""
        return self._closed

    def seconds_to_wait(self) -> float:
        """Seconds until the next probe may go.

        :raises Paused: longer than an hour.
        :raises BridgeworkError: the run was halted.
        """
        if self._halted is not None:
            raise self._halted()
        if not self._closed:
            return 0.0
        wait = self._opens_at - self._clock.monotonic()
        if wait > LONGEST_WAIT * (1 + _JITTER):
            until = datetime.fromtimestamp(self._clock.now().timestamp() + wait, UTC)
            raise Paused(
                f"The service turns every call away; it is asked again after {until:%Y-%m-%d %H:%M} UTC.",
                until=until,
                next_step="Run the same command again after that time.",
            )
        return max(0.0, wait)

    def enter(self) -> bool | None:
        """Pass the gate: False through an open one, True as the probe, None if there is a wait to sit out first.

        While a probe is out the others are held here until it is back.
        """
        if not self._closed and self._halted is None:
            return False
        with self._condition:
            while True:
                if self.seconds_to_wait() > 0:
                    return None
                if not self._closed:
                    return False
                if not self._probing:
                    self._probing = True
                    return True
                self._condition.wait()

    def clean(self) -> None:
        """A clean answer came back."""
        if self._closed:
            with self._condition:
                if self._clock.monotonic() >= self._opens_at:
                    self._closed, self._round = False, 0
                    self._condition.notify_all()

    def probe_is_back(self) -> None:
        """The probe has its answer, or never left: the next one may go."""
        with self._condition:
            self._probing = False
            self._condition.notify_all()

    def close(self, asked: float | None, guess: float) -> None:
        """A 429 came back.

        :param asked: seconds the server asks for, None if it does not say; anything is survived.
        :param guess: seconds to begin with when it does not say (the length of the window).
        """
        with self._condition:
            now = self._clock.monotonic()
            if not self._closed or now >= self._opens_at:
                self._round += 1  # answers to calls that were on their way already are the same refusal
            if asked is None:
                limit = max(guess, _LONGEST_GUESS)
                asked = min(guess * 2.0 ** min(self._round - 1, 20), limit)
            wait = min(max(asked, SHORTEST_WAIT), _LONGEST_PAUSE)
            if wait <= LONGEST_WAIT:
                wait *= 1.0 + _JITTER * self._jitter()
            self._closed = True
            self._opens_at = max(self._opens_at, now + wait)
            until = self._clock.now().timestamp() + self._opens_at - now
            self._store.update(self._name, lambda state: {**state, "until": until})
            self._condition.notify_all()

    def halt(self, error: Callable[[], BridgeworkError]) -> None:
        """Let every later call raise that error."""
        with self._condition:
            self._halted = self._halted or error
            self._condition.notify_all()

    def _restore(self) -> None:
        state: State = self._store.update(self._name, lambda state: state)
        wait = min(float(state.get("until", 0.0)) - self._clock.now().timestamp(), _LONGEST_PAUSE)
        if wait > 0:
            self._closed, self._round = True, 1
            self._opens_at = self._clock.monotonic() + wait


class Concurrency:
    """How many calls may be under way at once: more slowly while all is well, half at once when it is not.

    Begins with 2; one more per 50 clean answers; half on a throttle or a timeout, at most once per round trip. After
    such a cut the way back to four fifths of where it happened is five times as quick: that much went well before.
    Thread-safe.
    """

    START = 2.0
    CLEAN_PER_STEP = 50
    CLEAN_PER_STEP_BACK = 10

    def __init__(self, most: int) -> None:
        self._most = float(max(1, most))
        self._limit = min(self.START, self._most)
        self._active = 0
        self._went_well = 0.0
        self._clean = 0
        self._begun = 0
        self._cut_at = 0
        self._condition = threading.Condition()

    @property
    def limit(self) -> int:
        """Calls that may be under way at once now."""
        return int(self._limit)

    def enter(self) -> int:
        """Wait for a place; gives the number of the call, for `leave`."""
        with self._condition:
            while self._active >= int(self._limit):
                self._condition.wait()
            self._active += 1
            self._begun += 1
            return self._begun

    def leave(self, number: int, *, clean: bool, overloaded: bool) -> None:
        """Give the place back, with what the call met."""
        with self._condition:
            self._active -= 1
            if overloaded and number > self._cut_at:
                # Calls that had begun before this cut met the old limit and prove nothing about the new one.
                self._cut_at, self._clean = self._begun, 0
                self._went_well, self._limit = 0.8 * self._limit, max(1.0, self._limit / 2)
            elif clean:
                self._clean += 1
                back = self._limit + 1.0 <= self._went_well
                if self._clean >= (self.CLEAN_PER_STEP_BACK if back else self.CLEAN_PER_STEP):
                    self._clean, self._limit = 0, min(self._most, self._limit + 1.0)
            self._condition.notify_all()
