"""T30, T33, T34, T35 and restarts, on a clock that stands still between events."""

from __future__ import annotations

import heapq
import json
import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridgework.client import Budgets, BudgetStore, MemoryBudgetStore
from bridgework.client.budgets import Change, Taken
from bridgework.client.leasing import Blocked
from bridgework.clock import FakeClock
from bridgework.errors import ContractBroken, Paused, SettingsError
from bridgework.model import Budget, Learned


def window(limit: int, seconds: float = 2.0, name: str = "burst") -> Budget:
    return Budget(name=name, label=f"{name} calls", limit=limit, window=seconds)


def day(limit: int, hour: int = 0, name: str = "tokens") -> Budget:
    return Budget(name=name, label="tokens per day", limit=limit, window=None, per_day_reset_utc_hour=hour)


def take(budgets: Budgets, clock: FakeClock, charges: dict[str, int]) -> Taken:
    """Take as the client does: wait and ask again."""
    while isinstance(taken := budgets.take(charges), Blocked):
        assert taken.seconds > 0
        clock.advance(taken.seconds)
    return taken


class CountingStore(MemoryBudgetStore):
    """Insists on JSON, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.updates = 0

    def update(self, name: str, change: Change, /) -> dict[str, object]:
        self.updates += 1
        change({**json.loads(json.dumps(super().update(name, lambda state: state)))})  # may be called again
        return super().update(name, lambda state: json.loads(json.dumps(change(state))))


@settings(max_examples=120, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_sliding_window_ever_holds_more_than_the_granted_share(chance: Random) -> None:
    """k workers of several processes that share a store, restart at any moment, and draw on two windows at once."""
    limits = [window(chance.randint(1, 60), chance.choice([0.5, 2.0, 60.0]), name) for name in ("a", "b")]
    share = chance.choice([0.1, 0.5, 1.0])
    allowed = {each.name: max(1, math.floor(each.limit * share)) for each in limits}
    clock, store = FakeClock(), MemoryBudgetStore()

    def process() -> Budgets:
        return Budgets("x", limits, store, clock, share=share)

    processes = [process() for _ in range(chance.randint(1, 3))]
    sent: list[tuple[float, dict[str, int]]] = []
    events = [(0.0, worker) for worker in range(chance.randint(1, 6))]
    for _ in range(80):
        at, worker = heapq.heappop(events)
        clock.advance(max(0.0, at - clock.monotonic()))
        index = worker % len(processes)
        if chance.random() < 0.03:
            processes[index] = process()  # killed and started again
        charges = processes[index].charges({name: chance.randint(0, min(3, allowed[name])) for name in ("a", "b")})
        taken = processes[index].take(charges)
        if isinstance(taken, Blocked):
            heapq.heappush(events, (clock.monotonic() + taken.seconds, worker))
        else:
            sent.append((clock.monotonic(), dict(charges)))
            heapq.heappush(events, (clock.monotonic() + chance.choice([0.0, 0.01, 0.3, 2.0]), worker))
    for each in limits:
        length = each.window or 0.0
        for until, _ in sent:
            inside = sum(weights.get(each.name, 0) for at, weights in sent if until - length < at <= until)
            assert inside <= allowed[each.name]


@pytest.mark.parametrize(("limit", "seconds"), [(20, 2.0), (240, 2.0), (100, 60.0), (6000, 300.0)])
def test_nearly_the_whole_granted_share_is_used(limit: int, seconds: float) -> None:
    clock = FakeClock()
    store = CountingStore()
    budgets = Budgets("x", [window(limit, seconds)], store, clock)
    calls = limit * 6
    for _ in range(calls):
        take(budgets, clock, {"burst": 1})
    allowed_rate = (limit // 2) / seconds
    spent = clock.monotonic() + seconds  # the first window is empty at the start
    assert calls / spent >= 0.97 * allowed_rate
    assert store.updates <= calls + 10 * 64 * (spent / seconds)


def test_the_store_is_asked_once_per_slice_not_once_per_call() -> None:
    clock, store = FakeClock(), CountingStore()
    budgets = Budgets("x", [window(100_000), day(1_000_000)], store, clock)
    for _ in range(1000):
        take(budgets, clock, {"burst": 1, "tokens": 5})
    assert store.updates <= 5


def test_a_call_takes_from_all_budgets_or_from_none() -> None:
    clock, store = FakeClock(), MemoryBudgetStore()
    budgets = Budgets("x", [window(2), window(20, name="search"), day(100)], store, clock, reserve=0.0)
    charges = {"burst": 1, "search": 1, "tokens": 5}
    assert isinstance(budgets.take(charges), Taken)
    assert isinstance(budgets.take(charges), Blocked)
    left = {each.name: each.left for each in budgets.left()}
    assert left == {"burst": 0, "search": 9, "tokens": 95}


def test_a_wait_names_the_window_it_is_for() -> None:
    budgets = Budgets("x", [window(2)], MemoryBudgetStore(), FakeClock())
    budgets.take({"burst": 1})
    blocked = budgets.take({"burst": 1})
    assert isinstance(blocked, Blocked)
    assert blocked.label == "the 2-second window (burst calls)"
    assert 2.0 < blocked.seconds < 2.1


def test_a_call_that_costs_more_than_a_window_goes_out_alone() -> None:
    clock = FakeClock()
    budgets = Budgets("x", [window(4)], MemoryBudgetStore(), clock)
    times = []
    for _ in range(3):
        take(budgets, clock, {"burst": 9})
        times.append(clock.monotonic())
    assert all(later - earlier > 2.0 for earlier, later in pairwise(times))


# ------------------------------------------------------------------------------------------ days


def spend(budgets: Budgets, each: int = 5, *, with_reserve: bool = False) -> tuple[int, Paused]:
    spent = 0
    while True:
        try:
            assert isinstance(budgets.take({"tokens": each}, with_reserve=with_reserve), Taken)
        except Paused as pause:
            return spent, pause
        spent += each


def test_a_day_is_used_to_the_reserve_and_then_pauses_until_its_reset() -> None:
    clock = FakeClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    budgets = Budgets("x", [day(1000, hour=6)], MemoryBudgetStore(), clock)
    spent, pause = spend(budgets)
    assert spent == 900
    assert pause.until == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
    assert pause.exit_code == 3


def test_the_reserve_is_there_for_settling_and_is_not_leased_ahead() -> None:
    clock = FakeClock()
    budgets = Budgets("x", [day(1000)], MemoryBudgetStore(), clock)
    assert isinstance(budgets.take({"tokens": 1}, with_reserve=True), Taken)
    spent, _ = spend(budgets)
    assert spent == 895
    spent, _ = spend(budgets, with_reserve=True)
    assert spent == 100


@pytest.mark.parametrize("hour", [0, 5, 23])
def test_a_new_day_begins_at_its_hour_and_not_before(hour: int) -> None:
    clock = FakeClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
    store = MemoryBudgetStore()
    _, pause = spend(Budgets("x", [day(100, hour)], store, clock))
    assert pause.until.hour == hour
    clock.advance((pause.until - clock.now()).total_seconds() - 1)
    with pytest.raises(Paused):
        Budgets("x", [day(100, hour)], store, clock).take({"tokens": 1})
    clock.advance(1)
    spent, _ = spend(Budgets("x", [day(100, hour)], store, clock))
    assert spent == 90


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 200))
def test_a_crash_never_makes_a_day_larger(calls: int) -> None:
    clock, store = FakeClock(), MemoryBudgetStore()
    budgets = Budgets("x", [day(10_000)], store, clock)
    for _ in range(calls):
        budgets.take({"tokens": 3})
    after, _ = spend(Budgets("x", [day(10_000)], store, clock), 1)
    assert 9000 - 45 <= calls * 3 + after <= 9000  # at most one slice is lost


def test_closing_hands_back_what_was_leased() -> None:
    clock, store = FakeClock(), MemoryBudgetStore()
    budgets = Budgets("x", [day(10_000), window(1000)], store, clock)
    budgets.take({"tokens": 3, "burst": 1})
    budgets.close()
    left = {each.name: each.left for each in Budgets("x", [day(10_000), window(1000)], store, clock).left()}
    assert left == {"tokens": 8997, "burst": 499}


def test_two_processes_share_a_day() -> None:
    clock, store = FakeClock(), MemoryBudgetStore()
    both = [Budgets("x", [day(1000)], store, clock) for _ in range(2)]
    spent = 0
    for turn in range(1000):
        try:
            both[turn % 2].take({"tokens": 1})
            spent += 1
        except Paused:
            pass
    assert spent == 900


def test_a_day_the_service_calls_exhausted_pauses_even_the_reserve() -> None:
    clock, store = FakeClock(), MemoryBudgetStore()
    budgets = Budgets("x", [day(1000)], store, clock)
    budgets.take({"tokens": 1})
    assert budgets.exhaust("tokens")
    for again in (budgets, Budgets("x", [day(1000)], store, clock)):
        with pytest.raises(Paused):
            again.take({"tokens": 1}, with_reserve=True)
    assert not budgets.exhaust("burst")


def test_a_call_dearer_than_the_granted_day_is_the_operators_to_fix() -> None:
    with pytest.raises(SettingsError):
        Budgets("x", [day(100)], MemoryBudgetStore(), FakeClock(), day_share=0.1).take({"tokens": 40})


def test_a_call_that_never_left_is_given_back() -> None:
    clock, store = FakeClock(), MemoryBudgetStore()
    budgets = Budgets("x", [day(1000), window(2)], store, clock)
    taken = budgets.take({"tokens": 5, "burst": 1})
    assert isinstance(taken, Taken)
    budgets.take_back(taken)
    assert isinstance(budgets.take({"tokens": 5, "burst": 1}), Taken)
    budgets.close()
    assert {each.name: each.left for each in budgets.left()}["tokens"] == 895


# ------------------------------------------------------------------------------------------ clocks


def test_setting_the_clock_forward_in_a_run_opens_no_window() -> None:
    clock = FakeClock()
    budgets = Budgets("x", [window(2)], MemoryBudgetStore(), clock)
    budgets.take({"burst": 1})
    clock.set_wall(clock.now() + timedelta(hours=1))
    assert isinstance(budgets.take({"burst": 1}), Blocked)


def test_a_clock_that_was_set_back_between_runs_blocks_for_one_window_at_most() -> None:
    clock, store = FakeClock(), MemoryBudgetStore()
    Budgets("x", [window(2)], store, clock).take({"burst": 1})
    clock.set_wall(clock.now() - timedelta(days=400))
    budgets = Budgets("x", [window(2)], store, clock)
    waited = 0.0
    while isinstance(taken := budgets.take({"burst": 1}), Blocked):
        waited += taken.seconds
        clock.advance(taken.seconds)
    assert waited <= 2.2


def test_a_clock_that_was_wrong_by_a_year_does_not_close_the_days_until_then() -> None:
    clock, store = FakeClock(datetime(2027, 3, 2, 9, tzinfo=UTC)), MemoryBudgetStore()
    spend(Budgets("x", [day(100)], store, clock))
    clock.set_wall(datetime(2026, 3, 2, 9, tzinfo=UTC))
    with pytest.raises(Paused) as paused:
        Budgets("x", [day(100)], store, clock).take({"tokens": 1})
    assert paused.value.until == datetime(2026, 3, 3, tzinfo=UTC)
    clock.set_wall(paused.value.until)
    assert isinstance(Budgets("x", [day(100)], store, clock).take({"tokens": 1}), Taken)


# ------------------------------------------------------------------------------------------ headers


def test_foreign_traffic_shrinks_the_day_at_once() -> None:
    clock, store = FakeClock(), MemoryBudgetStore()
    budgets = Budgets("x", [day(1000)], store, clock)
    spent, foreign = 0, 0
    with pytest.raises(Paused):
        while True:
            taken = budgets.take({"tokens": 5})
            assert isinstance(taken, Taken)
            spent, foreign = spent + 5, foreign + 5
            budgets.learn([Learned(budget="tokens", limit=1000, remaining=1000 - spent - foreign)], taken)
    assert 890 <= spent + foreign <= 900
    with pytest.raises(Paused):  # and it is not forgotten by a restart
        Budgets("x", [day(1000)], store, clock).take({"tokens": 5})


def test_a_larger_day_is_believed_slowly_and_a_smaller_one_at_once() -> None:
    clock = FakeClock()
    budgets = Budgets("x", [day(1000)], MemoryBudgetStore(), clock)
    taken = budgets.take({"tokens": 5})
    assert isinstance(taken, Taken)
    budgets.learn([Learned(budget="tokens", limit=100_000)], taken)
    once = budgets.left()[0].limit
    assert 1000 < once < 20_000
    for _ in range(60):
        budgets.learn([Learned(budget="tokens", limit=100_000)], taken)
    assert budgets.left()[0].limit > 90_000
    budgets.learn([Learned(budget="tokens", limit=500)], taken)
    assert budgets.left()[0].limit == 500


def test_foreign_traffic_in_a_window_is_left_its_room() -> None:
    """The service shows two calls left of twenty: others are at work, our own half is not all ours."""
    clock = FakeClock()
    budgets = Budgets("x", [window(20)], MemoryBudgetStore(), clock)
    taken = budgets.take({"burst": 1})
    assert isinstance(taken, Taken)
    budgets.learn([Learned(budget="burst", limit=20, remaining=2)], taken)
    assert isinstance(budgets.take({"burst": 1}), Taken)
    assert isinstance(budgets.take({"burst": 1}), Taken)
    blocked = budgets.take({"burst": 1})
    assert isinstance(blocked, Blocked)
    clock.advance(blocked.seconds)  # then what was heard is a window old
    assert isinstance(budgets.take({"burst": 1}), Taken)


def test_an_answer_that_is_late_does_not_count_our_own_calls_twice() -> None:
    budgets = Budgets("x", [window(20)], MemoryBudgetStore(), FakeClock())
    first = budgets.take({"burst": 1})
    assert isinstance(first, Taken)
    for _ in range(4):
        budgets.take({"burst": 1})
    budgets.learn([Learned(budget="burst", limit=20, remaining=19)], first)
    for _ in range(5):
        assert isinstance(budgets.take({"burst": 1}), Taken)


def test_headers_that_make_no_sense_break_nothing() -> None:
    budgets = Budgets("x", [window(20), day(1000)], MemoryBudgetStore(), FakeClock())
    taken = budgets.take({"burst": 1, "tokens": 1})
    assert isinstance(taken, Taken)
    budgets.learn([Learned(budget=name, limit=0, remaining=None) for name in ("burst", "tokens", "unknown")], taken)
    budgets.learn([Learned(budget="burst", limit=-5, remaining=10**12)], taken)
    assert isinstance(budgets.take({"burst": 1, "tokens": 1}), Taken)


# ------------------------------------------------------------------------------------------ settings


@pytest.mark.parametrize(
    "bad", [{"share": 0.0}, {"share": 1.5}, {"day_share": 0.0}, {"reserve": 1.0}, {"reserve": -0.1}]
)
def test_shares_outside_their_range_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(SettingsError):
        Budgets("x", [window(20)], MemoryBudgetStore(), FakeClock(), **bad)


def test_a_service_that_charges_what_it_does_not_declare_breaks_the_contract() -> None:
    budgets = Budgets("x", [window(20)], MemoryBudgetStore(), FakeClock())
    with pytest.raises(ContractBroken):
        budgets.charges({"burst": 1, "search": 1})
    with pytest.raises(ContractBroken):
        budgets.charges({"burst": -1})
    assert budgets.charges(None) == {"burst": 1}


def test_a_store_that_fails_lets_nothing_through() -> None:
    class Full(MemoryBudgetStore):
        def update(self, name: str, change: Change, /) -> dict[str, object]:
            raise OSError("no space left")

    store: BudgetStore = Full()
    budgets = Budgets("x", [window(20)], store, FakeClock())
    for _ in range(2):
        with pytest.raises(OSError, match="space"):
            budgets.take({"burst": 1})
