"""T31, T32 (the gate) and T36 (the number of calls under way)."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta

import pytest

from bridgework.client import MemoryBudgetStore, retry_after
from bridgework.client.gate import LONGEST_WAIT, Concurrency, Gate
from bridgework.clock import FakeClock
from bridgework.errors import Paused, StopRun

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def gate(clock: FakeClock | None = None, store: MemoryBudgetStore | None = None) -> Gate:
    return Gate("x", store or MemoryBudgetStore(), clock or FakeClock(NOW), jitter=lambda: 0.5)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5.0),
        ("0", 0.0),
        ("-5", -5.0),
        ("Mon, 02 Mar 2026 09:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 08:00:00 GMT", -3600.0),
        ("1000000000", 1e9),
        ("9" * 400, 1e18),
        ("soon", None),
        ("", None),
        ("5.5.5", None),
        ("Mon, 99 Foo 2026", None),
        ("١٢", 12.0),
    ],
)
def test_retry_after_is_read_whatever_it_holds(header: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": header}, NOW) == seconds


def test_a_retry_date_is_compared_with_the_servers_own_clock() -> None:
    headers = {"retry-after": "Mon, 02 Mar 2026 12:00:07 GMT", "date": "Mon, 02 Mar 2026 12:00:00 GMT"}
    assert retry_after(headers, NOW) == 7.0


@pytest.mark.parametrize("asked", [5.0, 0.0, -3600.0, 1e-9, 3600.0, None])
def test_a_wait_lies_between_a_second_and_an_hour_and_its_jitter(asked: float | None) -> None:
    closed = gate()
    closed.close(asked, guess=2.0)
    expected = 2.0 if asked is None else max(1.0, asked)
    assert closed.seconds_to_wait() == pytest.approx(expected * 1.125)


@pytest.mark.parametrize("asked", [3601.0, 86_400.0, 1e9, 1e18])
def test_who_asks_for_more_than_an_hour_gets_a_pause_of_a_day_at_most(asked: float) -> None:
    clock = FakeClock(NOW)
    closed = gate(clock)
    closed.close(asked, guess=2.0)
    if asked <= LONGEST_WAIT * 1.25:
        clock.sleep(closed.seconds_to_wait())
        assert closed.enter() is True
        return
    with pytest.raises(Paused) as paused:
        closed.enter()
    assert NOW < paused.value.until <= NOW + timedelta(days=1)


def test_a_closed_gate_survives_a_restart() -> None:
    clock, store = FakeClock(NOW), MemoryBudgetStore()
    gate(clock, store).close(600.0, guess=2.0)
    again = gate(clock, store)
    assert again.closed
    assert again.seconds_to_wait() == pytest.approx(675.0)
    clock.advance(676)
    assert not gate(clock, store).closed


def test_guessed_waits_double_per_round_and_end_at_a_minute() -> None:
    clock = FakeClock()
    closed = gate(clock)
    waits = []
    for _ in range(8):
        closed.close(None, guess=2.0)
        closed.close(None, guess=2.0)  # a call that was on its way says the same
        waits.append(closed.seconds_to_wait() / 1.125)
        clock.advance(closed.seconds_to_wait())
    assert waits == pytest.approx([2, 4, 8, 16, 32, 60, 60, 60])


def test_one_probe_goes_through_and_the_others_wait_for_its_answer() -> None:
    clock = FakeClock()
    closed = gate(clock)
    closed.close(5.0, guess=1.0)
    assert closed.enter() is None
    clock.advance(6)
    assert closed.enter() is True
    passed: list[bool | None] = []
    others = [threading.Thread(target=lambda: passed.append(closed.enter())) for _ in range(5)]
    for other in others:
        other.start()
    assert passed == []
    closed.clean()
    closed.probe_is_back()
    for other in others:
        other.join(60)
    assert passed == [False] * 5


def test_a_probe_that_brings_no_answer_lets_the_next_one_try() -> None:
    clock = FakeClock()
    closed = gate(clock)
    closed.close(1.0, guess=1.0)
    clock.advance(2)
    assert closed.enter() is True
    closed.probe_is_back()
    assert closed.closed
    assert closed.enter() is True


def test_a_clean_answer_from_before_does_not_open_the_gate() -> None:
    closed = gate()
    closed.close(5.0, guess=1.0)
    closed.clean()
    assert closed.closed


def test_a_halted_gate_raises_at_everybody_even_at_those_who_wait() -> None:
    clock = FakeClock()
    closed = gate(clock)
    closed.close(1.0, guess=1.0)
    clock.advance(2)
    assert closed.enter() is True
    raised: list[str] = []

    def waiter() -> None:
        try:
            closed.enter()
        except StopRun as stop:
            raised.append(stop.message)

    thread = threading.Thread(target=waiter)
    thread.start()
    closed.halt(lambda: StopRun("no more"))
    closed.halt(lambda: StopRun("a second reason"))
    thread.join(60)
    assert raised == ["no more"]
    with pytest.raises(StopRun, match="no more"):
        closed.enter()


# ------------------------------------------------------------------------------------------ concurrency


def test_calls_under_way_begin_at_two_and_grow_by_one_per_fifty_clean_answers() -> None:
    gauge = Concurrency(4)
    seen = []
    for _ in range(200):
        gauge.leave(gauge.enter(), clean=True, overloaded=False)
        seen.append(gauge.limit)
    assert (seen[0], seen[49], seen[99], seen[199]) == (2, 3, 4, 4)


def test_a_throttle_halves_once_per_round_trip() -> None:
    gauge = Concurrency(32)
    for _ in range(50 * 14):
        gauge.leave(gauge.enter(), clean=True, overloaded=False)
    assert gauge.limit == 16
    for number in [gauge.enter() for _ in range(16)]:
        gauge.leave(number, clean=False, overloaded=True)
    assert gauge.limit == 8
    gauge.leave(gauge.enter(), clean=False, overloaded=True)
    assert gauge.limit == 4


def test_there_is_always_room_for_one_call() -> None:
    gauge = Concurrency(1)
    for _ in range(5):
        gauge.leave(gauge.enter(), clean=False, overloaded=True)
    assert gauge.limit == 1
    assert Concurrency(0).limit == 1


def test_no_more_calls_than_the_limit_are_under_way() -> None:
    gauge = Concurrency(2)
    lock = threading.Lock()
    under_way, most = 0, 0

    def worker() -> None:
        nonlocal under_way, most
        for _ in range(50):
            number = gauge.enter()
            with lock:
                under_way += 1
                most = max(most, under_way)
            with lock:
                under_way -= 1
            gauge.leave(number, clean=False, overloaded=False)

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (under_way, most <= 2) == (0, True)


@pytest.mark.parametrize("capacity", [3, 20])
def test_the_limit_stays_near_a_capacity_that_changes(capacity: int) -> None:
    """Rounds of as many calls as are allowed; those above it time out. From 20 to 3 and back."""
    chance = random.Random(1)
    gauge = Concurrency(32)

    def work(capacity: int, rounds: int) -> float:
        served = 0
        for _ in range(rounds):
            numbers = [gauge.enter() for _ in range(gauge.limit)]
            chance.shuffle(numbers)
            for place, number in enumerate(numbers):
                gauge.leave(number, clean=place < capacity, overloaded=place >= capacity)
            served += min(len(numbers), capacity)
        return served / (rounds * capacity)

    work(20, 200)
    work(3, 50)
    work(capacity, 300 if capacity == 20 else 20)
    assert work(capacity, 3000) >= 0.8
