"""Records that need another one without a field that names it: held back until that one is there."""

from __future__ import annotations

import pytest

from bridgework.stages.extract import extract

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
    assert answer["rules"]["visits"] == {"planned": 3, "created": 2, "pending": 1}
    assert world.target("v1", "visits").state == "pending"
    world.registry.refuses = lambda row: ""
    world.load(replay=True)
    assert world.registry.names("visit") == ["visit 0", "visit 1", "visit 2"]


def test_what_needs_a_record_in_doubt_waits_until_that_is_settled(make_world: MakeWorld) -> None:
    world = needing(make_world, "marker")
    world.registry.faults = [Fault("late", path="person", nth=2, seconds=40.0)]
    world.load()
    assert world.registry.names("visit") == ["visit 0", "visit 1", "visit 2"]
    assert world.registry.names() == ["Ana 0", "Ana 1", "Ana 2"]
