"""One allowance each: a sliding window of seconds, or a calendar day. Pure arithmetic on plain state.

Both keep what must survive a restart in a small dict (JSON), owned by the `BudgetStore`, and hand out from a *lease*
they have already written there. A crash loses the rest of a lease: we then believe to have used more than we did.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bridgework.model import Budget

State = dict[str, Any]
Entry = tuple[float, int, str]  # a lease in the store: when it ends, its weight, who took it

_SLICES = 64  # leases per window: each counts as used at its end, which costs 1/64 of the allowance at most
_LONGEST_LEASE = 1.0  # seconds
_DAY_SLICES = 200  # leases per day allowance: half a percent of a day is at stake in a crash
_SLOWLY = 8  # good news from headers is believed by an eighth per answer, bad news at once
_MARGIN = 0.001  # seconds: more than rounding of the time can be wrong by


@dataclass(slots=True)
class Lease:
    """Weight that is written to the store as used and may still be given out until `until`."""

    left: int = 0
    until: float = -math.inf
    last_used: float = -math.inf


class SlidingWindow:
    """At most `share * limit` of weight in any span of `window` seconds, over all processes of one store."""

    def __init__(self, budget: Budget, share: float, owner: str) -> None:
        assert budget.window is not None
        self.budget = budget
        self.owner = owner
        self.seconds = budget.window
        self._counts_for = budget.window + _MARGIN
        self.lease_seconds = min(_LONGEST_LEASE, budget.window / _SLICES)
        self.named = f"the {budget.window:g}-second window ({budget.label})"
        self.share = share
        self.limit = float(budget.limit)
        self.granted = 0
        self.lease = Lease()
        self._server_left = math.inf
        self._heard = -math.inf

    @property
    def allowed(self) -> int:
        """Weight we may use in one window."""
        return max(1, math.floor(self.limit * self.share))

    def has(self, weight: int, now: float) -> bool:
        """Whether the current lease covers a call of that weight."""
        return self.lease.left >= weight and now <= self.lease.until

    def server_wait(self, weight: int, now: float) -> float:
        """Seconds until what the server said about the rest of its window lets that weight pass."""
        if now >= self._heard + self.seconds:
            self._server_left = math.inf
        return 0.0 if self._server_left >= weight else self._heard + self.seconds - now + _MARGIN

    def give(self, weight: int, now: float) -> None:
        """Hand out weight of the lease."""
        self.lease.left -= weight
        self.lease.last_used = now
        self.granted += weight
        self._server_left -= weight

    def take_back(self, weight: int, now: float) -> None:
        """A call that never left: its weight may be used again while the lease lasts."""
        if now <= self.lease.until:
            self.lease.left += weight
        self._server_left += weight

    def counting(self, stored: Iterable[Entry], now: float) -> list[Entry]:
        """The leases that still count at `now`, of all processes."""
        # Later than a lease of this moment can end: the clock was set back since.
        latest = now + self.lease_seconds
        return [(min(end, latest), amount, owner) for end, amount, owner in stored if end + self._counts_for > now]

    def ended(self, leases: Iterable[Entry], now: float) -> list[Entry]:
        """The same after our current lease has ended: it counts with what was used of it, at its last use."""
        kept = []
        for end, amount, owner in leases:
            if owner == self.owner and end == self.lease.until:
                end, amount = min(end, self.lease.last_used), amount - self.lease.left
            if amount > 0 and end + self._counts_for > now:
                kept.append((end, amount, owner))
        return kept

    def ask(self, leases: Sequence[Entry], weight: int, now: float) -> tuple[int, float]:
        """How much to lease for a call of that weight, or 0 and the seconds until there is room."""
        free = self.allowed - sum(amount for _, amount, _ in leases)
        # A single call that costs more than we may use goes out alone, into an empty window.
        if free >= weight or not leases:
            return max(weight, min(free, math.ceil(self.allowed / _SLICES))), 0.0
        return 0, _room_from(sorted(leases), weight - free) + self._counts_for - now + _MARGIN

    def start(self, amount: int, now: float) -> None:
        """Begin a lease that is in the store as `entry`."""
        self.lease = Lease(amount, now + self.lease_seconds)

    def entry(self, amount: int, now: float) -> Entry:
        """What the store keeps of a lease."""
        return (now + self.lease_seconds, amount, self.owner)

    def learn(
        self, limit: int | None, remaining: int | None, granted_since: int, now: float, window: float | None = None
    ) -> None:
        """Believe an answer: downwards at once, upwards slowly. `granted_since` we gave out after that call."""
        if limit is not None and limit > 0:
            self.limit = _approach(self.limit, float(limit))
        if window is not None and window > 0 and math.isfinite(window):
            self.seconds, self._counts_for = window, window + _MARGIN
            self.named = f"the {window:g}-second window ({self.budget.label})"
        if remaining is None:
            return
        self.server_wait(0, now)  # forgets an observation that is a window old
        rest = float(remaining - granted_since)
        self._server_left = rest if math.isinf(self._server_left) else _approach(self._server_left, rest)
        self._heard = now

    def left(self, leases: Iterable[Entry]) -> int:
        """Weight we may still use in the window that ends now."""
        return max(0, self.allowed - sum(amount for _, amount, _ in leases))


class CalendarDay:
    """An allowance per day that begins again at a UTC hour, with a reserve that ordinary calls leave alone."""

    def __init__(self, budget: Budget, share: float, reserve: float) -> None:
        self.budget = budget
        self.share = share
        self.reserve = reserve
        self.limit = float(budget.limit)
        self.granted = 0
        self.lease = Lease()
        self.day = ""
        self._server_used: float | None = None

    def allowed(self, with_reserve: bool) -> int:
        """What we may use in a day."""
        return math.floor(self.limit * self.share * (1.0 if with_reserve else 1.0 - self.reserve) + 1e-9)

    def day_of(self, now: datetime) -> date:
        """The budget day an instant belongs to."""
        return (now.astimezone(UTC) - timedelta(hours=self.budget.per_day_reset_utc_hour)).date()

    def resets_at(self, now: datetime) -> datetime:
        """The instant at which the next budget day begins."""
        midnight = datetime.combine(self.day_of(now) + timedelta(days=1), time(0), UTC)
        return midnight + timedelta(hours=self.budget.per_day_reset_utc_hour)

    def has(self, weight: int, now: datetime) -> bool:
        """Whether the current lease covers a call of that weight."""
        return self.lease.left >= weight and self.day == self.day_of(now).isoformat()

    def give(self, weight: int) -> None:
        """Hand out weight of the lease."""
        self.lease.left -= weight
        self.granted += weight
        if self._server_used is not None:
            self._server_used += weight

    def take_back(self, weight: int) -> None:
        """A call that never left."""
        self.lease.left += weight
        if self._server_used is not None:
            self._server_used -= weight

    def settle(self, state: State, now: datetime) -> State:
        """The state of the day that `now` belongs to: `used` by us, `total` by all as far as the server told."""
        today = self.day_of(now)
        stored = state.get("day", "")
        # A day in the future means the clock was set back. One day may be right (we, or they, stand at midnight).
        if stored > (today + timedelta(days=1)).isoformat():
            stored = today.isoformat()
        if stored < today.isoformat():
            return {"day": today.isoformat(), "used": 0, "total": 0, "exhausted": False}
        used, total = int(state["used"]), int(state["total"])
        if self._server_used is not None and self.day == stored:
            told = math.ceil(self._server_used) + self.lease.left
            total = round(_approach(-float(total), -float(told)) * -1)
            used = round(_approach(-float(used), -float(told)) * -1) if told < used else used
        return {"day": stored, "used": used, "total": total, "exhausted": bool(state.get("exhausted"))}

    def ask(self, settled: State, weight: int, with_reserve: bool) -> int:
        """How much to lease for a call of that weight; 0 when the day is used up."""
        already = self.lease.left if self.day == settled["day"] else 0  # leased before, and counted as used
        free = self._rest(settled, with_reserve) + already
        if free < weight or settled["exhausted"]:
            return 0
        # What is kept in reserve is never leased ahead: an ordinary call could eat it.
        ahead = weight if with_reserve else max(weight, math.ceil(self.allowed(False) / _DAY_SLICES))
        return min(free, ahead)

    def left(self, settled: State) -> int:
        """What an ordinary call may still use of the day, without what is leased."""
        return 0 if settled["exhausted"] else max(0, self._rest(settled, False))

    def _rest(self, settled: State, with_reserve: bool) -> int:
        mine = self.allowed(with_reserve) - int(settled["used"])
        everybody = math.floor(self.limit * (1.0 if with_reserve else 1.0 - self.reserve) + 1e-9)
        return min(mine, everybody - int(settled["total"]))

    def entry(self, amount: int, settled: State) -> State:
        """What the store keeps of the day with a new lease in place of the current one."""
        more = amount - (self.lease.left if self.day == settled["day"] else 0)
        return {**settled, "used": settled["used"] + more, "total": settled["total"] + more}

    def start(self, amount: int, day: str) -> None:
        """Begin a lease that is in the store as `entry`."""
        if day != self.day:
            self._server_used = None  # what was learned about the day that is over
        self.day, self.lease = day, Lease(amount)

    def ended(self, settled: State) -> State:
        """What the store keeps when the lease is handed back."""
        return self.entry(0, settled)

    def learn(self, limit: int | None, remaining: int | None, granted_since: int, now: datetime) -> None:
        """Believe a header: less at once, more slowly (when the state is settled)."""
        if limit is not None and limit > 0:
            self.limit = _approach(self.limit, float(limit))
        if remaining is None or self.day != self.day_of(now).isoformat():
            return
        told = float((limit if limit is not None and limit > 0 else self.limit) - remaining + granted_since)
        # The lowest rest counts at once: what was leased ahead shrinks to what others have left of the day.
        rest = math.floor(self.limit * (1.0 - self.reserve)) - told
        self._server_used = told
        if rest < self.lease.left:
            self.lease.left = max(0, math.floor(rest))


def _room_from(ending: Sequence[Entry], missing: int) -> float:
    """The end of the lease with which that much has ended."""
    for end, amount, _ in ending:
        missing -= amount
        if missing <= 0:
            return end
    return ending[-1][0]


def _approach(known: float, told: float) -> float:
    """Less at once; more by an eighth of the difference."""
    if told <= known + 1.0:
        return told
    return known + max(1.0, (told - known) / _SLOWLY)
