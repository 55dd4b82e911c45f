"""What exactly-once rests on where nothing but a mark tells records apart: the horizon runs from the last moment at
which the request can have left, not from the moment at which somebody decided to send it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .checking import accounted_for, known, made_once
from .conftest import small_world
from .lab import Template, prepared


@pytest.fixture(scope="module")
def many(memory: Path) -> Template:
    """A lab with enough people for a group of intents that takes long to send."""
    return Template(prepared(memory / "many", small_world(people=24, visits=0)))


@pytest.mark.parametrize("stalls", [0, 5, 12])
def test_a_request_that_left_long_after_its_intent_may_surface_long_after_it(
    many: Template, memory: Path, stalls: int
) -> None:
    """F6: the requests before it stalled for a minute each; this one is carried out within the horizon of its send."""
    for nth in range(4, 12):
        lab = many.copy(memory / "late")
        for number in range(nth, nth + stalls):
            lab.world.arm("stall", number)
        lab.world.arm("late", nth + stalls)
        lab.until_done("load")
        lab.world.time.sleep(2_000)
        lab.world.catch_up()
        made_once(lab.world)
        accounted_for(lab)
        known(lab)


def test_a_process_that_ended_while_its_last_request_was_on_the_way_waits_for_it(many: Template, memory: Path) -> None:
    """F6 and F9 together: nobody noted that the answer was lost, and the group had been under way for long."""
    for nth in range(4, 12):
        lab = many.copy(memory / "late")
        for number in range(nth, nth + 11):
            lab.world.arm("stall", number)
        lab.world.arm("late, and the process ends", nth + 11)
        lab.attempt("load")
        lab.until_done("load")
        lab.world.time.sleep(2_000)
        lab.world.catch_up()
        made_once(lab.world)
        known(lab)
