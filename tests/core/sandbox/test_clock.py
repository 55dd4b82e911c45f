import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.sandbox import SimulatedClock


def test_a_clock_starts_at_the_real_time_in_utc() -> None:
    now = SimulatedClock(0).now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=10)


def test_a_standing_clock_moves_only_when_told() -> None:
    clock = SimulatedClock(0)
    before = clock.now()
    assert clock.now() == before
    clock.advance(90)
    assert clock.now() - before == timedelta(seconds=90)


def test_a_fast_clock_runs_at_its_speed() -> None:
    clock = SimulatedClock(1_000_000)
    earliest, simulated, latest = time.monotonic(), clock.monotonic(), time.monotonic()
    while time.monotonic() - latest < 0.01:
        pass
    passed = clock.monotonic() - simulated
    assert 9_999 <= passed <= (time.monotonic() - earliest) * 1_000_000 + 1


@given(st.lists(st.floats(min_value=0, max_value=1e9), max_size=20))
def test_time_never_goes_back(skips: list[float]) -> None:
    clock = SimulatedClock(1)
    seen = [clock.monotonic()]
    for skip in skips:
        clock.advance(skip)
        seen.append(clock.monotonic())
    assert seen == sorted(seen)


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_a_clock_refuses_impossible_steps(seconds: float) -> None:
    with pytest.raises(ValueError, match="forward"):
        SimulatedClock().advance(seconds)
    with pytest.raises(ValueError, match="speed"):
        SimulatedClock(seconds)


def test_a_sleeper_wakes_when_time_is_skipped() -> None:
    clock = SimulatedClock(0)

    async def sleep_while_time_is_skipped() -> None:
        sleeper = asyncio.create_task(clock.sleep(3600))
        await asyncio.sleep(0)
        assert not sleeper.done()
        clock.advance(3600)
        await asyncio.wait_for(sleeper, 5)

    asyncio.run(sleep_while_time_is_skipped())
