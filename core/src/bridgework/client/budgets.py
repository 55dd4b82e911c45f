"""The allowances of an account: several at once, shared by threads, processes and runs.

A call takes what it costs from every budget concerned, or from none. What was used is written to a `BudgetStore`
before it is used, in small leases, so that after a crash the next run believes to have used a little more than it did,
never less. Time runs on the monotonic clock, anchored at the wall clock when the client was made: setting the clock
in the middle of a run opens no window.
"""

from __future__ import annotations

import copy
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bridgework.client.leasing import Blocked, Leasing
from bridgework.client.windows import CalendarDay, SlidingWindow, State
from bridgework.clock import Clock
from bridgework.errors import ContractBroken, Paused, SettingsError
from bridgework.model import Budget, Learned

Change = Callable[[State], State]


class BudgetStore(Protocol):
    """Keeps one small JSON object per name, durably."""

    def update(self, name: str, change: Change, /) -> dict[str, Any]:
        """Replace the object by what `change` makes of it, atomically over threads and processes; give the new one.

        `change` gets a copy it may keep or alter ({} if there is none), has no side effect and may be called again.
        """


class MemoryBudgetStore:
    """Forgets with the process: for tests, and for `check`, which only reads a little."""

    def __init__(self) -> None:
        self._states: dict[str, State] = {}
        self._lock = threading.Lock()

    def update(self, name: str, change: Change, /) -> dict[str, Any]:
        """See `BudgetStore`."""
        with self._lock:
            state = change(copy.deepcopy(self._states.get(name, {})))
            self._states[name] = copy.deepcopy(state)
            return state


@dataclass(frozen=True, slots=True)
class Taken:
    """What a call took; `marks` are the totals handed out before it, to read headers against."""

    charges: Mapping[str, int]
    marks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of one budget. `resets_at` is set for calendar days."""

    name: str
    label: str
    limit: int
    allowed: int
    left: int
    resets_at: datetime | None = None


class Budgets:
    """All budgets of one service. Thread-safe.

    :param name: names the account's state in the store.
    :param share: fraction of a window's limit we may use: a half, because others may use the same token.
    :param day_share: the same of a day's limit.
    :param reserve: fraction of each day's limit that only calls `with_reserve` may touch.
    """

    def __init__(
        self,
        name: str,
        budgets: Iterable[Budget],
        store: BudgetStore,
        clock: Clock,
        *,
        share: float = 0.5,
        day_share: float = 1.0,
        reserve: float = 0.1,
    ) -> None:
        self._name = name
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._anchor = clock.now().timestamp() - clock.monotonic()
        self._windows: dict[str, SlidingWindow] = {}
        self._days: dict[str, CalendarDay] = {}
        owner = secrets.token_hex(6)
        if not (0.0 < share <= 1.0 and 0.0 < day_share <= 1.0 and 0.0 <= reserve < 1.0):
            raise SettingsError(
                "The share of a budget is more than 0 and at most 1, the reserve less than 1.",
                next_step="correct destination.share, day_share or reserve in migration.toml",
            )
        for budget in budgets:
            if budget.window is None:
                self._days[budget.name] = CalendarDay(budget, day_share, reserve)
            else:
                self._windows[budget.name] = SlidingWindow(budget, share, owner)
        self._every = dict.fromkeys([*self._windows, *self._days], 1)

    def charges(self, asked: Mapping[str, int] | None) -> Mapping[str, int]:
        """What a call costs; None means one of each budget.

        :raises ContractBroken: a budget the service does not declare.
        """
        if asked is None:
            return self._every
        if min(asked.values(), default=0) < 0:
            raise ContractBroken("The service charges a negative amount.")
        unknown = asked.keys() - self._every.keys()
        if unknown:
            raise ContractBroken(f"The service charges a budget it does not declare: {', '.join(sorted(unknown))}.")
        return asked if all(asked.values()) else {name: weight for name, weight in asked.items() if weight}

    def take(self, charges: Mapping[str, int], *, with_reserve: bool = False) -> Taken | Blocked:
        """Take from all budgets or from none.

        :raises Paused: a day is used up; carries the instant of its reset.
        :raises SettingsError: one call costs more than is allowed in a day.
        """
        if not charges:
            return Taken(charges, {})
        with self._lock:
            wall, now = self._clock.now(), self._now()
            blocked = self._server_says_wait(charges, now)
            if blocked is None and self._lacking(charges, wall, now):
                blocked = self._lease(charges, with_reserve, wall, now)
            return blocked or self._give(charges, now)

    def take_back(self, taken: Taken) -> None:
        """The call never left: nothing was used."""
        with self._lock:
            for name, weight in taken.charges.items():
                if name in self._windows:
                    self._windows[name].take_back(weight, self._now())
                else:
                    self._days[name].take_back(weight)

    def learn(self, learned: Iterable[Learned], taken: Taken) -> None:
        """Believe what an answer's headers say: less at once, more slowly. Budgets we do not know are ignored."""
        with self._lock:
            for told in learned:
                if told.budget in self._windows:
                    window = self._windows[told.budget]
                    since = window.granted - taken.marks.get(told.budget, window.granted)
                    window.learn(told.limit, told.remaining, since, self._now(), told.window)
                elif told.budget in self._days:
                    day = self._days[told.budget]
                    since = day.granted - taken.marks.get(told.budget, day.granted)
                    day.learn(told.limit, told.remaining, since, self._clock.now())

    def exhaust(self, name: str) -> bool:
        """The service says that this budget is used up. True if it is a day: calls raise Paused until its reset."""
        day = self._days.get(name)
        if day is None:
            return False

        def change(state: State) -> State:
            settled = day.settle(state.get("days", {}).get(name, {}), self._clock.now())
            return {**state, "days": {**state.get("days", {}), name: {**settled, "exhausted": True}}}

        with self._lock:
            self._store.update(self._name, change)
            day.lease.left = 0
        return True

    def window_of(self, name: str) -> float:
        """Length of a budget's window in seconds; 1 for what has none."""
        return self._windows[name].seconds if name in self._windows else 1.0

    def left(self) -> tuple[Allowance, ...]:
        """What is left of each budget, as far as we know, without the reserve."""
        with self._lock:
            state = self._store.update(self._name, lambda state: state)
            wall, now = self._clock.now(), self._now()
            found = []
            for name, window in self._windows.items():
                leases = window.ended(window.counting(state.get("windows", {}).get(name, ()), now), now)
                found.append(_allowance(window.budget, window.limit, window.allowed, window.left(leases)))
            for name, day in self._days.items():
                settled = day.ended(day.settle(state.get("days", {}).get(name, {}), wall))
                left = day.left(settled)
                found.append(_allowance(day.budget, day.limit, day.allowed(False), left, day.resets_at(wall)))
            return tuple(found)

    def close(self) -> None:
        """Hand back what was leased and not used."""
        with self._lock:
            wall, now = self._clock.now(), self._now()

            def change(state: State) -> State:
                windows, days = dict(state.get("windows", {})), dict(state.get("days", {}))
                for name, window in self._windows.items():
                    windows[name] = window.ended(window.counting(windows.get(name, ()), now), now)
                for name, day in self._days.items():
                    days[name] = day.ended(day.settle(days.get(name, {}), wall))
                return {**state, "windows": windows, "days": days}

            if self._every:
                self._store.update(self._name, change)
            for window in self._windows.values():
                window.lease.left = 0
            for day in self._days.values():
                day.lease.left = 0

    # ------------------------------------------------------------------ inside the lock

    def _now(self) -> float:
        return self._anchor + self._clock.monotonic()

    def _server_says_wait(self, charges: Mapping[str, int], now: float) -> Blocked | None:
        for name, weight in charges.items():
            window = self._windows.get(name)
            if window is not None and (wait := window.server_wait(weight, now)) > 0:
                return Blocked(wait, window.named)
        return None

    def _lacking(self, charges: Mapping[str, int], wall: datetime, now: float) -> bool:
        for name, weight in charges.items():
            window = self._windows.get(name)
            if not (window.has(weight, now) if window is not None else self._days[name].has(weight, wall)):
                return True
        return False

    def _give(self, charges: Mapping[str, int], now: float) -> Taken:
        marks = {}
        for name, weight in charges.items():
            window = self._windows.get(name)
            if window is not None:
                window.give(weight, now)
                marks[name] = window.granted
            else:
                self._days[name].give(weight)
                marks[name] = self._days[name].granted
        return Taken(charges, marks)

    def _lease(self, charges: Mapping[str, int], with_reserve: bool, wall: datetime, now: float) -> Blocked | None:
        """Lease what is missing of every budget in one change of the store, or leave the store as it is."""
        leasing = Leasing(self._windows, self._days, charges, with_reserve, wall, now)
        self._store.update(self._name, leasing.change)
        if leasing.exhausted is not None:
            raise _paused(leasing.exhausted, charges[leasing.exhausted.budget.name], with_reserve, wall)
        if leasing.blocked is None:
            leasing.start()
        return leasing.blocked


def _paused(day: CalendarDay, weight: int, with_reserve: bool, wall: datetime) -> Exception:
    allowed = day.allowed(with_reserve)
    if weight > allowed:
        return SettingsError(
            f"One call costs {weight} of the allowance “{day.budget.label}”; the granted share is {allowed} a day.",
            next_step="Grant a larger share of this budget.",
        )
    until = day.resets_at(wall)
    return Paused(
        f"The granted share of “{day.budget.label}” is used up; it begins again at {until:%Y-%m-%d %H:%M} UTC.",
        until=until,
        next_step="Run the same command again after that time.",
    )


def _allowance(
    budget: Budget,
    limit: float,
    allowed: int,
    left: int,
    resets_at: datetime | None = None,
) -> Allowance:
    return Allowance(budget.name, budget.label, int(limit), allowed, left, resets_at)
