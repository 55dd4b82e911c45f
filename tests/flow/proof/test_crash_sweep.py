"""The process ends at each crash point, for real: whoever runs the command again ends where nobody had crashed."""

from __future__ import annotations

import random
import signal
from collections import Counter
from pathlib import Path

import pytest

from bridgework import crash

from .checking import accounted_for, human_work_stands, known, made_once, same_content
from .lab import Lab, Template
from .results import note, seeds, torture


def points_of(lab: Lab, command: str) -> Counter[str]:
    """Which crash points a run passes, and how often."""
    lab.arm_crash("none of them")
    lab.attempt(command)
    passed = Counter(lab.points)
    del passed["any"]
    return passed


@pytest.mark.parametrize("command", ["load", "delta", "rollback"])
def test_a_process_that_ends_at_any_crash_point_changes_nothing_about_the_end(
    templates: dict[str, Template], memory: Path, command: str
) -> None:
    """T2, F2. Every point, at every hit (in the short run the first, the second and the last), in a child process."""
    clean = templates[command].copy(memory / "clean")
    passed = points_of(clean, command)
    assert len(passed) > 6 and sum(passed.values()) > 20
    for point, hits in passed.items():
        for nth in range(1, hits + 1) if torture() else sorted({1, 2, hits} - {hits + 1}):
            lab = templates[command].copy(memory / "crashing")
            assert lab.in_child(command, point=point, nth=nth) == crash.EXIT_CODE, f"{point}:{nth}"
            lab.until_done(command)
            note("crashes survived", 1)
            made_once(lab.world)
            human_work_stands(lab.world)
            accounted_for(lab)
            known(lab)
            same_content(lab.world.content(), clean.world.content())


@pytest.mark.parametrize("command", ["load", "delta", "rollback"])
def test_a_process_that_ends_again_and_again_gets_there(
    templates: dict[str, Template], memory: Path, command: str
) -> None:
    """T2: at the first point, then at the second, the third … of the run that was to repair it."""
    clean = templates[command].copy(memory / "clean")
    clean.until_done(command)
    lab = templates[command].copy(memory / "crashing")
    nth = 0
    while lab.attempt(command) is None or nth == 0:
        nth += 1
        lab.arm_crash("any", nth)
    note("crashes survived", lab.crashes)
    assert lab.crashes > 5
    made_once(lab.world)
    accounted_for(lab)
    known(lab)
    same_content(lab.world.content(), clean.world.content())


@pytest.mark.parametrize("command", ["load", "delta", "rollback"])
@pytest.mark.parametrize("seed", seeds(1, 40))
def test_a_process_killed_at_random_moments_changes_nothing_about_the_end(
    templates: dict[str, Template], memory: Path, command: str, seed: int
) -> None:
    """T4: SIGKILL at 25 moments that nothing in the engine knows of. `test_kills` does the same over sockets."""
    clean = templates[command].copy(memory / "clean")
    clean.until_done(command)
    chance, killed, longest = random.Random(f"{command} {seed}"), 0, 0.08
    while killed < 25:
        lab = templates[command].copy(memory / "killed")
        for _ in range(8):
            if lab.in_child(command, kill_after=chance.uniform(0.005, longest)) != -signal.SIGKILL:
                longest *= 0.8  # seconds in which this machine gets through
                break
            killed += 1
        else:
            longest *= 1.5  # nor does it get through in these, as busy as it is now
        lab.until_done(command)
        made_once(lab.world)
        human_work_stands(lab.world)
        accounted_for(lab)
        known(lab)
        same_content(lab.world.content(), clean.world.content())
    note("kills survived", killed)


def test_a_load_after_a_delta_that_ended_at_any_crash_point_finishes_what_the_delta_began(
    templates: dict[str, Template], memory: Path
) -> None:
    """T2: whoever types `load` instead of `delta` again is not sent to an audit, and every row has its fate."""
    nth = 0
    while True:
        nth += 1
        lab = templates["delta"].copy(memory / "crashing")
        lab.arm_crash("any", nth)
        lab.attempt("delta")
        if not lab.crashes:
            break
        lab.until_done("load")
        accounted_for(lab)
        known(lab)
        lab.until_done("delta")
        made_once(lab.world)
        accounted_for(lab)
    assert nth > 10
