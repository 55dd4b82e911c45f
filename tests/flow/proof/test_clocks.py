"""Whatever the clocks show, and however they are set in the middle of a run, the end is the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from .checking import accounted_for, known, made_once, same_content
from .lab import Template
from .world import Body

NIGHTS = {
    "clocks go forward": datetime(2026, 3, 29, 0, 59, 50, tzinfo=UTC),
    "clocks go back": datetime(2026, 10, 25, 0, 59, 50, tzinfo=UTC),
    "leap day": datetime(2028, 2, 28, 23, 59, 50, tzinfo=UTC),
    "end of 32 bits": datetime(2038, 1, 19, 3, 14, 0, tzinfo=UTC),
}


@pytest.fixture(scope="module")
def faultless(templates: dict[str, Template], memory: Path) -> dict[str, Body]:
    """What a load leaves."""
    lab = templates["load"].copy(memory / "faultless")
    lab.until_done("load")
    return lab.world.content()


@pytest.mark.parametrize("night", NIGHTS)
def test_a_night_on_which_calendars_jump_changes_nothing(
    templates: dict[str, Template], memory: Path, faultless: dict[str, Body], night: str
) -> None:
    """T14: daylight saving, leap day, 2038; an answer is lost before midnight and looked for after it."""
    lab = templates["load"].copy(memory / "night")
    lab.world.time.start = NIGHTS[night]
    lab.world.arm("late", 6)
    lab.until_done("load")
    lab.world.catch_up()
    made_once(lab.world)
    accounted_for(lab)
    known(lab)
    same_content(lab.world.content(), faultless)


@pytest.mark.parametrize("kind", ["late", "lost after", "lost before"])
@pytest.mark.parametrize("hours", [-1, 1])
@pytest.mark.parametrize("at_first", [-1, 0, 1])
def test_a_clock_that_is_wrong_or_set_between_two_runs_makes_no_record_twice(
    templates: dict[str, Template], memory: Path, faultless: dict[str, Body], at_first: int, hours: int, kind: str
) -> None:
    """T14: an hour ahead, an hour behind, and set in between; the answer is lost, then the process ends."""
    for nth in range(3, 12):
        lab = templates["load"].copy(memory / "clock")
        lab.world.time.drift = timedelta(hours=at_first)
        lab.world.arm(kind, nth)
        lab.arm_crash("settle.before", 1)
        lab.attempt("load")
        lab.world.time.drift += timedelta(hours=hours)
        lab.until_done("load")
        lab.world.time.sleep(5_000)
        lab.world.catch_up()
        made_once(lab.world)
        accounted_for(lab)
        known(lab)
        same_content(lab.world.content(), faultless)
