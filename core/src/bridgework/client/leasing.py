"""Leasing from several budgets in one change of the store: from all, or from none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bridgework.client.windows import CalendarDay, Entry, SlidingWindow, State


@dataclass(frozen=True, slots=True)
class Blocked:
    """There is no room now; `seconds` until it is worth asking again, and for which budget."""

    seconds: float
    label: str


class Leasing:
    """One attempt to lease; `change` may be called more than once and touches nothing outside itself."""

    def __init__(
        self,
        windows: Mapping[str, SlidingWindow],
        days: Mapping[str, CalendarDay],
        charges: Mapping[str, int],
        with_reserve: bool,
        wall: datetime,
        now: float,
    ) -> None:
        self._charges = charges
        self._windows = {n: windows[n] for n in charges if n in windows and not windows[n].has(charges[n], now)}
        self._days = {n: days[n] for n in charges if n in days and not days[n].has(charges[n], wall)}
        self._with_reserve = with_reserve
        self._wall = wall
        self._now = now
        self._amounts: dict[str, int] = {}
        self._settled: dict[str, State] = {}
        self.blocked: Blocked | None = None
        self.exhausted: CalendarDay | None = None

    def change(self, state: State) -> State:
        """The state with all leases in it, or with none. Says in `blocked` or `exhausted` why none."""
        self.blocked = self.exhausted = None
        self._amounts, self._settled = {}, {}
        counting = {
            name: window.counting(state.get("windows", {}).get(name, ()), self._now)
            for name, window in self._windows.items()
        }
        self._ask_days(state)
        if self.exhausted is None:
            self._ask_windows(counting)
        taken = self.exhausted is None and self.blocked is None
        windows, days = dict(state.get("windows", {})), dict(state.get("days", {}))
        for name, window in self._windows.items():
            leases = counting[name]
            windows[name] = self._with_lease(window, leases) if taken else leases
        for name, settled in self._settled.items():
            days[name] = self._days[name].entry(self._amounts[name], settled) if taken else settled
        return {**state, "windows": windows, "days": days}

    def start(self) -> None:
        """Begin the leases that `change` has written."""
        for name, window in self._windows.items():
            window.start(self._amounts[name], self._now)
        for name, day in self._days.items():
            day.start(self._amounts[name], self._settled[name]["day"])

    def _with_lease(self, window: SlidingWindow, leases: list[Entry]) -> list[Entry]:
        return [*window.ended(leases, self._now), window.entry(self._amounts[window.budget.name], self._now)]

    def _ask_days(self, state: State) -> None:
        for name, day in self._days.items():
            settled = self._settled[name] = day.settle(state.get("days", {}).get(name, {}), self._wall)
            amount = self._amounts[name] = day.ask(settled, self._charges[name], self._with_reserve)
            if not amount:
                self.exhausted = day
                return

    def _ask_windows(self, counting: Mapping[str, list[Entry]]) -> None:
        for name, window in self._windows.items():
            amount, wait = window.ask(window.ended(counting[name], self._now), self._charges[name], self._now)
            self._amounts[name] = amount
            if not amount and (self.blocked is None or wait > self.blocked.seconds):
                self.blocked = Blocked(wait, window.named)
