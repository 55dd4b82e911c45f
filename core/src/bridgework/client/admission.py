"""The way in front of the transport: a place among the calls under way, the gate, the budgets; and out again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from bridgework.client.budgets import Allowance, Budgets, Taken
from bridgework.client.counts import Tally
from bridgework.client.gate import Concurrency, Gate
from bridgework.client.leasing import Blocked
from bridgework.clock import Clock
from bridgework.errors import BridgeworkError
from bridgework.model import Learned, Throttle


@dataclass(slots=True)
class Ticket:
    """Permission for one request. What became of it is noted here before it is handed back."""

    number: int
    probe: bool
    taken: Taken
    clean: bool = False  # an answer that shows the service well
    overloaded: bool = False  # a throttle or a timeout
    never_left: bool = False


class Admission:
    """Admits requests one by one, waiting as long as it takes. Thread-safe."""

    def __init__(self, clock: Clock, budgets: Budgets, gate: Gate, concurrency: Concurrency, tally: Tally) -> None:
        self._clock = clock
        self._budgets = budgets
        self._gate = gate
        self._concurrency = concurrency
        self._tally = tally
        self._thread = threading.local()

    @property
    def throttled(self) -> bool:
        """The last thing heard was a 429."""
        return self._gate.closed

    def charges(self, asked: Mapping[str, int] | None) -> Mapping[str, int]:
        """See `Budgets.charges`."""
        return self._budgets.charges(asked)

    @contextmanager
    def reserve_allowed(self) -> Iterator[None]:
        """Within it, calls of this thread may use what is kept in reserve of day budgets."""
        depth = getattr(self._thread, "depth", 0)
        self._thread.depth = depth + 1
        try:
            yield
        finally:
            self._thread.depth = depth

    def enter(self, charges: Mapping[str, int]) -> Ticket:
        """Wait for a place, the gate and the budgets.

        :raises Paused: a day is used up, or the service asks for more than an hour.
        :raises BridgeworkError: the run was halted.
        """
        self._gate.seconds_to_wait()  # fails early, before a place is waited for
        number = self._concurrency.enter()
        try:
            return self._through_gate(number, charges)
        except BaseException:
            self._concurrency.leave(number, clean=False, overloaded=False)
            raise

    def leave(self, ticket: Ticket) -> None:
        """The request is over."""
        if ticket.never_left:
            self._budgets.take_back(ticket.taken)
        if ticket.clean:
            self._gate.clean()
        if ticket.probe:
            self._gate.probe_is_back()
        self._concurrency.leave(ticket.number, clean=ticket.clean, overloaded=ticket.overloaded)

    def throttle(self, throttle: Throttle, asked: float | None) -> None:
        """A request was turned away: close the gate, or the day if that is what is used up."""
        if self._budgets.exhaust(throttle.budget):
            return
        seconds = throttle.retry_after if throttle.retry_after is not None else asked
        self._gate.close(seconds, self._budgets.window_of(throttle.budget))

    def learn(self, learned: Iterable[Learned], ticket: Ticket) -> None:
        """See `Budgets.learn`."""
        self._budgets.learn(learned, ticket.taken)

    def halt(self, error: Callable[[], BridgeworkError]) -> None:
        """Let every later call raise that error."""
        self._gate.halt(error)

    def allowances(self) -> tuple[Allowance, ...]:
        """What is left of each budget."""
        return self._budgets.left()

    def close(self) -> None:
        """Hand back what was leased."""
        self._budgets.close()

    def sleep(self, reason: str, seconds: float) -> None:
        """Wait, and say so."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._tally.wait(reason, f"for {reason} until {until:%H:%M:%S} UTC", seconds)
        try:
            self._clock.sleep(seconds)
        finally:
            self._tally.go_on()

    def _through_gate(self, number: int, charges: Mapping[str, int]) -> Ticket:
        while (probe := self._gate.enter()) is None:
            self.sleep("the service to accept calls again", self._gate.seconds_to_wait())
        try:
            return Ticket(number, probe, self._through_budgets(charges))
        except BaseException:
            if probe:
                self._gate.probe_is_back()
            raise

    def _through_budgets(self, charges: Mapping[str, int]) -> Taken:
        with_reserve = getattr(self._thread, "depth", 0) > 0
        while isinstance(taken := self._budgets.take(charges, with_reserve=with_reserve), Blocked):
            self.sleep(taken.label, taken.seconds)
        return taken
