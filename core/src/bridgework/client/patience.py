"""How often and how long a read is repeated. Writes never come here.

A throttled read waits at the gate for as long as the service wants; other faults are waited out with growing pauses.
Both end with the same total patience, on the client's clock.
"""

from __future__ import annotations

from collections.abc import Callable

import tenacity

from bridgework.client.answers import Answer
from bridgework.client.calls import Call
from bridgework.clock import Clock

ATTEMPTS = 10  # besides those that were throttled
FIRST_ATTEMPTS = 4  # while nothing was ever heard of the service: a wrong address needs no patience
PATIENCE = 1800.0  # seconds a read may take with all its repetitions
_LONGEST_PAUSE = 60.0


class Again(Exception):
    """A read that may be repeated; the reason is a status or a class of fault."""

    def __init__(self, reason: str, *, throttled: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.throttled = throttled


class Patience:
    """Repeats reads. Thread-safe.

    :param sleep: told each pause before a repetition, and to sit it out.
    :param jitter: gives numbers from 0 to 1.
    :param reached: whether the service has ever answered.
    """

    def __init__(
        self, clock: Clock, sleep: Callable[[float], None], jitter: Callable[[], float], reached: Callable[[], bool]
    ) -> None:
        self._clock = clock
        self._reached = reached
        self._jitter = jitter
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Again),
            stop=self._enough,
            wait=self._pause,
            sleep=sleep,
            reraise=True,
        )

    def repeat(self, once: Callable[[Call], Answer], call: Call) -> Answer:
        """Carry out a read until it succeeds. Raises the last `Again` when patience ends."""
        try:
            return once(call)  # the rule; the machinery of repetition costs as much as a small request
        except Again as first:
            pending = [first]

        def once_more(call: Call) -> Answer:
            if pending:
                raise pending.pop()
            return once(call)

        return self._retrying(once_more, call)

    def _enough(self, state: tenacity.RetryCallState) -> bool:
        call, again = _of(state)
        call.throttled += again.throttled
        if self._clock.monotonic() - call.began >= PATIENCE:
            return True
        return state.attempt_number - call.throttled >= (ATTEMPTS if self._reached() else FIRST_ATTEMPTS)

    def _pause(self, state: tenacity.RetryCallState) -> float:
        call, again = _of(state)
        if again.throttled:
            return 0.0  # the gate waits
        tries = state.attempt_number - call.throttled
        return float(min(_LONGEST_PAUSE, 2.0 ** (tries - 1))) * (0.75 + 0.5 * self._jitter())


def _of(state: tenacity.RetryCallState) -> tuple[Call, Again]:
    call = state.args[0]
    again = state.outcome.exception() if state.outcome is not None else None
    assert isinstance(call, Call) and isinstance(again, Again)
    return call, again
