"""Each fault at each request: the run is repeated until it is through, then everything is there once and as wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from .checking import accounted_for, human_work_stands, known, made_once, same_content
from .lab import Lab, Template
from .results import note
from .world import DOUBLED, KINDS, Body

COMMANDS = ("load", "delta", "rollback")
SINGLE = [kind for kind in KINDS if kind not in DOUBLED]


@pytest.fixture(scope="module")
def faultless(templates: dict[str, Template], memory: Path) -> dict[str, dict[str, Body]]:
    """What each command leaves when nothing goes wrong."""
    found = {}
    for command in COMMANDS:
        lab = templates[command].copy(memory / "faultless")
        lab.until_done(command)
        found[command] = lab.world.content()
    return found


def check(lab: Lab, command: str, faultless: dict[str, Body]) -> None:
    """R1, R2 and R4, the right content, and nothing left to do."""
    made_once(lab.world)
    human_work_stands(lab.world)
    accounted_for(lab)
    known(lab)
    same_content(lab.world.content(), faultless)
    before = lab.world.writes
    lab.until_done(command if command == "rollback" else "load")
    assert lab.world.writes == before, "a second run had something left to send"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", SINGLE)
def test_whichever_request_meets_a_fault_everything_is_there_once(
    templates: dict[str, Template], memory: Path, faultless: dict[str, dict[str, Body]], command: str, kind: str
) -> None:
    """T1, and T15 where it is a 401. The fault hits the first request, the second, and so on until none is reached."""
    nth = 0
    while True:
        nth += 1
        lab = templates[command].copy(memory / "sweep")
        lab.world.arm(kind, nth)
        lab.until_done(command)
        if not lab.world.injected:
            break
        lab.world.catch_up()
        note("faults injected", 1)
        try:
            check(lab, command, faultless[command])
        except AssertionError as error:
            raise AssertionError(f"{kind} at request {nth} of {command}") from error
    assert nth > 8, "the sweep must reach more requests than a run begins with"
