"""Unique values that others hold are found by the plan, before anything is written."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from bridgework.stages.plan import plan

from .conftest import MakeWorld, World

MATCH = """
rules:
  people:
    match: [Name, Note]
"""


def planned(world: World) -> dict[str, int]:
    """What the plan counts, by where the holders are."""
    answer = world.run(plan)
    path = world.folder / "private" / "taken.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))) if path.exists() else []
    assert len(rows) == sum(each["records"] for each in answer["taken"])
    return {each["where"]: each["records"] for each in answer["taken"]}


def lines(world: World) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO((world.folder / "private" / "taken.csv").read_text("utf-8-sig"))))


@pytest.mark.parametrize("kind", ["marker", "client-id"])
def test_a_value_that_somebody_holds_is_listed_with_its_record_and_its_holder(make_world: MakeWorld, kind: str) -> None:
    world = make_world(3, kind=kind, unique="name")
    known = world.registry.add("person", name="ANA 1")
    world.registry.add("person", name="Somebody else")
    assert planned(world) == {"there": 1}
    assert lines(world) == [
        {"rule": "people", "key": "p1", "field": "Name", "value": "Ana 1", "holder": known["id"], "where": "there"}
    ]


def test_a_field_that_is_not_unique_is_not_looked_at(make_world: MakeWorld) -> None:
    world = make_world(3)
    world.registry.add("person", name="Ana 1")
    assert planned(world) == {}


@pytest.mark.parametrize("kind", ["marker", "client-id"])
def test_ones_own_records_are_nobody_else(make_world: MakeWorld, kind: str) -> None:
    world = make_world(3, kind=kind, unique="name")
    world.load()
    assert planned(world) == {}
    world.rollback()
    assert planned(world) == {}


def test_records_of_another_migration_of_the_same_source_are_told_apart(make_world: MakeWorld) -> None:
    world = make_world(3, unique="name")
    world.registry.add("person", name="Ana 0", mark="paper.people.p0/zzzzzz")
    world.registry.add("person", name="Ana 1", mark="paper.visits.v1/zzzzzz")
    assert planned(world) == {"there, from another migration": 1, "there": 1}


def test_who_will_be_linked_is_in_nobodys_way(make_world: MakeWorld) -> None:
    world = make_world(3, unique="name")
    (world.folder / "mapping.yaml").write_text(MATCH, "utf-8")
    world.registry.add("person", name="Ana 0", note="note 0")
    world.registry.add("person", name="Ana 1", note="another one")
    assert planned(world) == {"there": 1}
    assert [each["key"] for each in lines(world)] == ["p1"]


def test_the_list_goes_when_nothing_is_taken_any_more(make_world: MakeWorld) -> None:
    world = make_world(3, unique="name")
    known = world.registry.add("person", name="Ana 1")
    assert planned(world) == {"there": 1}
    world.registry.edit(known["id"], name="Bea")
    assert planned(world) == {}
    assert not (world.folder / "private" / "taken.csv").exists()
