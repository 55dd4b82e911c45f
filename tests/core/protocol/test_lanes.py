"""Groups that are under way at the same time, and what is written down about them."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from collections import Counter
from collections.abc import Sequence

import httpx
import pytest

from bridgework import crash
from bridgework.errors import ContractBroken
from bridgework.stages.load.attempt import Attempt

from .conftest import MakeWorld
from .service import BATCH as GROUP

PATIENCE = 60.0  # seconds a busy machine gets


def test_what_came_back_and_what_begins_next_is_one_transaction(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(4 * GROUP, visits=False)
    passed: Counter[str] = Counter()
    monkeypatch.setattr(crash, "here", lambda name: passed.update([name]))
    world.load()
    assert (passed["intend.before"], passed["advance.before"], passed["settle.before"]) == (1, 3, 1)


def test_when_a_run_breaks_off_what_other_lanes_have_done_is_recorded(make_world: MakeWorld) -> None:
    world = make_world(2 * GROUP, visits=False, **{"run.workers": "2"})
    other_lane = threading.Event()

    def arriving(request: httpx.Request) -> None:
        name = json.loads(request.content or b"{}").get("name")
        if name == f"Ana {GROUP + 2}":
            other_lane.set()
        if name == "Ana 2":
            assert other_lane.wait(PATIENCE)
            raise RuntimeError("the connector breaks")

    world.registry.arriving = arriving
    with pytest.raises(ContractBroken):
        world.load()
    done = {0, 1, *range(GROUP, 2 * GROUP)}
    assert world.registry.names() == sorted(f"Ana {number}" for number in done)
    with world.open() as migration:
        targets = migration.journal.targets("people", [f"p{number}" for number in range(2 * GROUP)])
        doubted = [row.key for row in migration.journal.in_doubt()]
    states = {number: targets[f"p{number}"].state for number in range(2 * GROUP)}
    assert {number for number, state in states.items() if state == "created"} == done
    assert doubted == ["p2"]
    assert Counter(states.values()) == {"created": len(done), "in_doubt": 1, "pending": GROUP - 3}


def test_workers_change_nothing_about_what_is_there_in_the_end(make_world: MakeWorld) -> None:
    world = make_world(5 * GROUP + 1, **{"run.workers": "4"})
    world.load()
    assert world.registry.names() == sorted(f"Ana {number}" for number in range(5 * GROUP + 1))
    assert len(world.registry.live("visit")) == 5 * GROUP + 1


def test_a_group_that_is_through_is_forgotten_without_the_help_of_the_collector(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(10 * GROUP, visits=False)
    attempts: list[weakref.ref[Attempt]] = []
    begin = Attempt.begin

    def beginning(attempt: Attempt, numbers: Sequence[int]) -> None:
        attempts.append(weakref.ref(attempt))
        begin(attempt, numbers)

    monkeypatch.setattr(Attempt, "begin", beginning)
    gc.disable()
    try:
        world.load()
        assert len(attempts) == 10
        assert [each() for each in attempts] == [None] * 10
    finally:
        gc.enable()
