"""Records that need another one without a field that names it: held back until that one is there."""

from __future__ import annotations

import pytest

from bridgework.stages.extract import extract
from bridgework.stages.load.jobs import PARENT
from bridgework.stages.status import failures

from .conftest import MakeWorld, World
from .service import Fault

NEEDS = """
rules:
  visits:
    requires: {person: people}
    fields:
      Person: null
"""


def needing(make_world: MakeWorld, kind: str) -> World:
    """Visits that require their person and do not name it."""
    world = make_world(3, kind=kind)
    (world.folder / "mapping.yaml").write_text(NEEDS, "utf-8")
    world.run(extract)
    return world


@pytest.mark.parametrize("kind", ["marker", "client-id"])
def test_what_needs_a_refused_record_waits_and_is_written_once_that_is_there(make_world: MakeWorld, kind: str) -> None:
    world = needing(make_world, kind)
    world.registry.refuses = lambda row: "it is poisoned" if row.get("name") == "Ana 1" else ""
    answer = world.load()
    assert world.registry.names("visit") == ["visit 0", "visit 2"]
    assert answer["rules"]["visits"] == {"planned": 3, "created": 2, "skipped": 1}
    assert answer["outcomes"]["visits"] == {"created": 2, "skipped": 1}
    world.registry.refuses = lambda row: ""
    world.load(replay=True)
    assert world.registry.names("visit") == ["visit 0", "visit 1", "visit 2"]


@pytest.mark.parametrize("kind", ["marker", "client-id"])
def test_what_belongs_to_a_refused_record_is_left_out_with_that_reason_and_stops_nothing(
    make_world: MakeWorld, kind: str
) -> None:
    """F23"""
    world = make_world(3, kind=kind)
    world.registry.refuses = lambda row: "it is poisoned" if row.get("name") == "Ana 1" else ""
    answer = world.load()
    child = world.target("v1", "visits")
    assert (child.state, child.reason) == ("skipped", PARENT)
    assert answer["rules"]["visits"] == {"planned": 3, "created": 2, "skipped": 1}
    assert answer["objects"]["visits"] == {"extracted": 3, "loaded": 2, "skipped": 1}
    groups = {(each["rule"], each["state"]): each for each in world.run(failures)["groups"]}
    assert groups["visits", "skipped"]["reason"] == PARENT
    assert groups["visits", "skipped"]["records"] == groups["people", "rejected"]["records"] == 1
    [missing] = [each for each in world.reconcile()["differences"] if each["rule"] == "visits"]
    assert missing["what"] == f"skipped: {PARENT}"
    seen = len(world.events())
    assert world.load()["outcomes"]["visits"] == {"unchanged": 2, "skipped": 1}
    assert "targets_state" not in world.events()[seen:], "what was left out before is not said again"
    assert world.delta()["outcomes"]["visits"] == {"unchanged": 2, "skipped": 1}
    world.registry.refuses = lambda row: ""
    assert world.load(replay=True)["rules"]["visits"] == {"planned": 3, "created": 3}
    assert len(world.registry.live("visit")) == 3


@pytest.mark.parametrize("kind", ["marker", "client-id"])
def test_what_is_left_out_after_a_rollback_comes_back_as_another_generation(make_world: MakeWorld, kind: str) -> None:
    world = make_world(2, kind=kind)
    world.load()
    world.rollback()
    world.registry.refuses = lambda row: "it is poisoned" if row.get("name") == "Ana 1" else ""
    assert world.load()["rules"]["visits"] == {"planned": 2, "created": 1, "skipped": 1}
    assert not world.target("v1", "visits").live
    assert world.rollback()["removed"]["visit"] == {"removed": 1}
    world.registry.refuses = lambda row: ""
    world.load(replay=True)
    assert world.target("v1", "visits").generation == 2
    assert len(world.registry.live("visit")) == 2
    with world.open() as opened:
        assert opened.journal.verify().ok


def test_what_was_left_out_waits_again_once_its_parent_may_come(make_world: MakeWorld) -> None:
    world = make_world(2)
    world.registry.refuses = lambda row: "it is poisoned" if row.get("name") == "Ana 1" else ""
    world.load()
    world.registry.refuses = lambda row: ""
    world.registry.faults = [Fault("before", path="person", times=None)]
    world.load(replay=True)
    assert (world.target("p1").state, world.target("v1", "visits").state) == ("pending", "pending")
    world.registry.faults = []
    assert world.load()["rules"]["visits"] == {"planned": 2, "created": 2}


def test_what_needs_a_record_in_doubt_waits_until_that_is_settled(make_world: MakeWorld) -> None:
    world = needing(make_world, "marker")
    world.registry.faults = [Fault("late", path="person", nth=2, seconds=40.0)]
    world.load()
    assert world.registry.names("visit") == ["visit 0", "visit 1", "visit 2"]
    assert world.registry.names() == ["Ana 0", "Ana 1", "Ana 2"]
