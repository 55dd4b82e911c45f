"""F22, F23, F26: a destination that changes while a run goes on, or alters what it is given."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridgework.errors import SchemaDrift
from bridgework.stages.load.circuit import EQUAL, HOPELESS

from .conftest import MakeWorld, World
from .service import Row


def at_record(world: World, number: int, change: Callable[[], None]) -> None:
    """Let something happen right before the service hears of the n-th person."""
    seen = 0

    def refuses(row: Row) -> str:
        nonlocal seen
        seen += "name" in row
        if seen == number and "name" in row:
            change()
        return ""

    world.registry.refuses = refuses


def without_note(world: World) -> None:
    world.registry.fields["person"].remove("note")


def test_a_field_that_is_removed_in_the_middle_of_a_load_stops_its_object_after_three_equal_refusals(
    make_world: MakeWorld,
) -> None:
    """F26"""
    world = make_world(40)
    at_record(world, 10, lambda: without_note(world))
    with pytest.raises(SchemaDrift) as stopped:
        world.load()
    assert (stopped.value.cause, stopped.value.exit_code) == ("schema_drift", 3)
    assert "person" in stopped.value.message and "fields were changed" in stopped.value.message
    assert len(world.registry.sent("POST", "person")) == 10 + EQUAL
    assert len(world.registry.live("visit")) == 10, "rules of other objects went on as far as they could"
    world.registry.fields["person"].append("note")
    world.load(replay=True)
    assert len(world.registry.live()) == len(world.registry.live("visit")) == 40


def looks(world: World, path: str) -> int:
    return len([each for _, each, _ in world.registry.requests if each == path])


def test_a_field_that_is_removed_is_noticed_by_the_mark_before_the_next_rule_sends_anything(
    make_world: MakeWorld,
) -> None:
    """F26: no record has to be refused for it."""
    world = make_world(4, marks=True)
    at_record(world, 3, lambda: world.registry.fields["visit"].remove("subject"))
    with pytest.raises(SchemaDrift, match="of visit, the field Subject was removed while records were being loaded"):
        world.load()
    assert len(world.registry.live()) == 4
    assert world.registry.sent("POST", "visit") == []
    world.registry.fields["visit"].append("subject")
    assert world.load()["rules"]["visits"] == {"planned": 4, "created": 4}


def test_the_mark_is_looked_at_before_each_rule_and_every_thousand_records_and_the_schema_only_for_another_one(
    make_world: MakeWorld,
) -> None:
    """F26"""
    world = make_world(1100, kind="client-id", marks=True)
    before = looks(world, "/account")
    world.load()
    assert looks(world, "/account") == before + 1, "once at the start of the stage"
    assert looks(world, "/mark") == 2 * 2, "of each of two rules: at its start, and after a thousand"


def test_a_change_that_concerns_no_field_of_the_mapping_stops_nothing(make_world: MakeWorld) -> None:
    """F26"""
    world = make_world(4, marks=True)
    at_record(world, 3, lambda: world.registry.fields["visit"].append("colour"))
    before = looks(world, "/account")
    assert world.load()["rules"]["visits"] == {"planned": 4, "created": 4}
    assert looks(world, "/account") == before + 2, "at the start, and once more for the other mark"


def test_bad_records_in_a_row_are_dead_letters_as_long_as_the_fields_are_what_they_were(make_world: MakeWorld) -> None:
    """F26: three practices' worth of bad e-mails are no drift."""
    world = make_world(30, visits=False)
    world.registry.refuses = lambda row: (
        "bad" if row.get("name", "").removeprefix("Ana ") in map(str, range(20)) else ""
    )
    assert world.load()["rules"]["people"] == {"planned": 30, "created": 10, "rejected": 20}
    described = [path for verb, path, _ in world.registry.requests if path == "/account"]
    assert len(described) <= 4, "the schema is looked at once more, not once per record"


def test_a_destination_that_refuses_everything_is_not_asked_for_ever(make_world: MakeWorld) -> None:
    """F26: a rule of the destination that no schema shows."""
    world = make_world(HOPELESS + 30, visits=False)
    world.registry.refuses = lambda row: "no"
    with pytest.raises(SchemaDrift, match="in a row were refused alike"):
        world.load()
    assert len(world.registry.sent("POST")) == HOPELESS


def test_what_the_destination_silently_forgets_is_reported_by_samples(make_world: MakeWorld) -> None:
    """F22, F26: altered by destination."""
    world = make_world(5, visits=False)
    world.registry.drops = {"note"}
    answer = world.load()
    assert answer["state"] == "differences"
    assert answer["altered"] == [{"rule": "people", "field": "Note", "what": "lost", "records": 1, "sampled": 1}]


def test_one_record_in_a_hundred_is_read_back(make_world: MakeWorld) -> None:
    """F26"""
    world = make_world(250, visits=False, kind="client-id")
    world.registry.drops = {"note"}
    [line] = world.load()["altered"]
    assert (line["records"], line["sampled"]) == (3, 3)


def test_values_that_are_forgotten_because_their_field_is_gone_stop_the_object(make_world: MakeWorld) -> None:
    """F26: the service takes what it does not know, and drops it."""
    world = make_world(1600, visits=False, kind="client-id")

    def drop() -> None:
        world.registry.drops = {"note"}
        without_note(world)

    at_record(world, 120, drop)
    world.registry._why_not = lambda kind, body: world.registry.refuses(body)
    with pytest.raises(SchemaDrift, match="not there when they are read back"):
        world.load()
    assert len(world.registry.live()) < 1600


def test_fields_that_somebody_changed_between_two_stages_are_named(make_world: MakeWorld) -> None:
    """F26: the fingerprint is read again at the start of each stage."""
    world = make_world(2)
    assert world.load()["warnings"] == []
    world.registry.fields["person"].append("phone")
    [sentence] = world.load()["warnings"]
    assert "fields of person were changed" in sentence
    assert world.load()["warnings"] == []
