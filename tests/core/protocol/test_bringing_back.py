"""A rollback is taken back: records return as they were, as long as the destination keeps them."""

from __future__ import annotations

import pytest

from bridgework.errors import UsageError
from bridgework.stages.bringing_back import bring_back

from .conftest import Answer, MakeWorld, World
from .service import Fault

KINDS = pytest.mark.parametrize("kind", ["marker", "client-id"])


def back(world: World, **options: bool) -> Answer:
    return world.run(bring_back, **options)


def rolled_back(make_world: MakeWorld, people: int = 2, kind: str = "marker") -> World:
    """A world whose people (visits cannot be restored there) were loaded and taken out again."""
    world = make_world(people, kind=kind, visits=False)
    world.load()
    world.rollback()
    return world


@KINDS
def test_what_a_rollback_removed_comes_back_with_its_ids_and_is_the_record_it_was(
    make_world: MakeWorld, kind: str
) -> None:
    world = make_world(2, kind=kind, visits=False)
    world.load()
    ids = {row["id"] for row in world.registry.live()}
    world.rollback()
    assert back(world, preview=True)["records"] == {"person": {"to bring back": 2}}
    assert world.registry.live() == []
    answer = back(world)
    assert (answer["state"], answer["records"]) == ("done", {"person": {"brought back": 2}})
    assert {row["id"] for row in world.registry.live()} == ids
    assert world.load()["outcomes"]["people"] == {"unchanged": 2}
    assert world.target("p0").generation == 1
    with pytest.raises(UsageError, match="No rollback removed"):
        back(world)
    assert world.rollback()["removed"]["person"] == {"removed": 2}
    with world.open() as opened:
        assert opened.journal.verify().ok


def test_what_somebody_had_deleted_before_the_rollback_stays_deleted(make_world: MakeWorld) -> None:
    world = make_world(2, visits=False)
    world.load()
    gone = world.registry.live()[0]["id"]
    world.registry.delete(gone)
    world.rollback()
    assert back(world)["records"] == {"person": {"brought back": 1}}
    assert gone not in {row["id"] for row in world.registry.live()}


@KINDS
@pytest.mark.parametrize("fault", ["before", "after"])
def test_an_answer_that_is_lost_is_looked_for(make_world: MakeWorld, kind: str, fault: str) -> None:
    world = rolled_back(make_world, kind=kind)
    world.registry.faults = [Fault(fault, verb="PUT")]
    assert back(world)["records"] == {"person": {"brought back": 2}}
    assert len(world.registry.live()) == 2


def test_a_removal_whose_answer_was_lost_was_ours_and_is_taken_back(make_world: MakeWorld) -> None:
    world = make_world(2, visits=False)
    world.load()
    world.registry.faults = [Fault("after", verb="DELETE")]
    world.rollback()
    world.registry.faults = []
    assert back(world)["records"] == {"person": {"brought back": 2}}


def test_what_the_destination_has_thrown_away_is_loaded_anew(make_world: MakeWorld) -> None:
    world = rolled_back(make_world)
    del world.registry.rows[next(iter(world.registry.rows))]
    answer = back(world)
    assert (answer["state"], answer["next"]) == ("differences", "bridgework load")
    assert answer["records"] == {"person": {"gone for good": 1, "brought back": 1}}
    assert world.load()["outcomes"]["people"] == {"created": 1, "unchanged": 1}
    assert {world.target(key).generation for key in ("p0", "p1")} == {1, 2}


def test_what_somebody_brought_back_by_hand_is_taken_in(make_world: MakeWorld) -> None:
    world = rolled_back(make_world)
    world.registry.edit(next(iter(world.registry.rows)), deleted=False)
    assert back(world)["records"] == {"person": {"there already": 1, "brought back": 1}}
    assert world.load()["outcomes"]["people"] == {"unchanged": 2}


def test_what_somebody_edited_in_the_bin_is_kept_by_the_next_rollback(make_world: MakeWorld) -> None:
    world = rolled_back(make_world)
    edited = next(iter(world.registry.rows))
    world.registry.edit(edited, name="Annie")
    back(world)
    assert [each["id"] for each in world.rollback()["kept"]] == [edited]


def test_what_is_refused_stays_out_and_can_be_asked_for_again_or_loaded(make_world: MakeWorld) -> None:
    world = rolled_back(make_world)
    world.registry.faults = [Fault("answer", verb="PUT", status=422, times=None)]
    assert back(world)["records"] == {"person": {"refused": 2}}
    world.registry.faults = [Fault("answer", verb="PUT", status=422)]
    assert back(world)["records"] == {"person": {"refused": 1, "brought back": 1}}
    assert world.load()["outcomes"]["people"] == {"created": 1, "unchanged": 1}


def test_an_object_that_cannot_be_restored_is_said_and_loaded_anew(make_world: MakeWorld) -> None:
    world = make_world(1)
    world.load()
    world.rollback()
    answer = back(world)
    assert answer["records"] == {"person": {"brought back": 1}, "visit": {"not possible there": 1}}
    assert world.load()["rules"] == {"people": {"planned": 1, "created": 1}, "visits": {"planned": 1, "created": 1}}


def test_records_that_were_loaded_again_meanwhile_are_left_alone(make_world: MakeWorld) -> None:
    world = rolled_back(make_world)
    world.load()
    with pytest.raises(UsageError, match="No rollback removed"):
        back(world)
    assert len(world.registry.live()) == 2
