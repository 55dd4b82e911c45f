"""Unique values that move from one record to another: who wants one is asked again once all others are through."""

from __future__ import annotations

import pytest

from bridgework.journal import Intent
from bridgework.model import Verb
from bridgework.stages.load.answers import Job
from bridgework.stages.load.circuit import HOPELESS
from bridgework.stages.load.exchanging import together

from .conftest import MakeWorld, World


def names(world: World, *given: str) -> None:
    """The people of the export have these names from now on."""
    for row, name in zip(world.export.people, given, strict=True):
        row["name"] = name


def loaded(make_world: MakeWorld, people: int) -> World:
    world = make_world(people, visits=False)
    world.registry.unique = "name"
    world.load()
    return world


def test_a_value_that_another_record_lets_go_of_later_arrives_all_the_same(make_world: MakeWorld) -> None:
    world = loaded(make_world, 3)
    names(world, "Ana 1", "Ana 2", "Ana 3")
    assert world.delta()["outcomes"]["people"] == {"updated": 3}
    assert [world.registry.rows[world.target(f"p{n}").id]["name"] for n in range(3)] == ["Ana 1", "Ana 2", "Ana 3"]


def test_a_value_that_somebody_keeps_is_a_dead_letter_and_asked_for_once_more_at_most(make_world: MakeWorld) -> None:
    world = loaded(make_world, 2)
    names(world, "Ana 1", "Ana 1")
    sent = len(world.registry.sent("PATCH"))
    assert world.delta()["outcomes"]["people"] == {"rejected": 1, "unchanged": 1}
    assert len(world.registry.sent("PATCH")) == sent + 2
    assert world.target("p0").state == "rejected"


def test_a_value_that_a_record_of_others_holds_is_asked_for_once(make_world: MakeWorld) -> None:
    world = loaded(make_world, 1)
    world.registry.add("person", name="Ben")
    names(world, "Ben")
    sent = len(world.registry.sent("PATCH"))
    assert world.delta()["outcomes"]["people"] == {"rejected": 1}
    assert len(world.registry.sent("PATCH")) == sent + 1


def test_any_number_of_taken_values_is_no_drift(make_world: MakeWorld) -> None:
    people = HOPELESS + 20
    world = make_world(people, visits=False)
    world.registry.unique = "name"
    for number in range(people):
        world.registry.add("person", name=f"Ana {number}")
    assert world.load()["rules"]["people"] == {"planned": people, "rejected": people}


def job(key: str) -> Job:
    return Job(Intent(Verb.UPDATE, "delta", "people", key, "person"), {})


@pytest.mark.parametrize(
    ("holders", "size", "groups"),
    [
        ({"a": "z", "b": "y"}, 2, ["ab"]),
        ({"a": "d", "d": "a", "b": "", "c": ""}, 2, ["ad", "bc"]),
        ({"a": "", "b": "d", "c": "", "d": "b"}, 2, ["a", "bd", "c"]),
        ({"a": "b", "b": "c", "c": "a"}, 2, ["ab", "c"]),
    ],
)
def test_records_that_wait_for_each_other_travel_together(
    holders: dict[str, str], size: int, groups: list[str]
) -> None:
    found = list(together([job(key) for key in holders], holders, size))
    assert ["".join(sorted(each.intent.key for each in group)) for group in found] == groups
