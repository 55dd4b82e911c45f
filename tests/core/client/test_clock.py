import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from bridgework.clock import FakeClock, SystemClock
from bridgework.errors import StopRun


def test_a_fast_clock_sleeps_short_and_shows_long_time() -> None:
    clock = SystemClock(speed=1_000_000.0)
    began, wall = time.monotonic(), clock.now()
    clock.sleep(10_000.0)
    assert time.monotonic() - began < 10_000
    assert clock.now() - wall >= timedelta(seconds=10_000)
    assert clock.now().tzinfo is UTC


def test_a_clock_can_take_over_the_time_of_a_simulator() -> None:
    start = datetime(2030, 1, 1, tzinfo=UTC)
    assert abs(SystemClock(speed=2.0, start=start).now() - start) < timedelta(hours=1)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("inf"), float("nan")])
def test_a_clock_needs_a_real_speed(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        SystemClock(speed=speed)


def test_an_interrupted_clock_wakes_its_sleepers_and_lets_nobody_sleep_again() -> None:
    clock = SystemClock()
    ended: list[str] = []

    def sleeper() -> None:
        try:
            clock.sleep(3600)
        except StopRun as stop:
            ended.append(stop.cause)

    thread = threading.Thread(target=sleeper)
    thread.start()
    clock.interrupt()
    thread.join(60)
    assert ended == ["interrupted"]
    with pytest.raises(StopRun):
        clock.sleep(1)


def test_setting_the_wall_clock_does_not_touch_monotonic_time() -> None:
    clock = FakeClock()
    clock.sleep(5)
    clock.set_wall(datetime(2020, 1, 1, tzinfo=UTC))
    assert (clock.now(), clock.monotonic()) == (datetime(2020, 1, 1, tzinfo=UTC), 5)
    assert clock.sleeps == [5]
