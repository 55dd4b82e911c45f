"""T20 to T25: the way back beside people who work in the account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridgework.errors import StopRun

from .conftest import MakeWorld
from .service import Fault

KINDS = pytest.mark.parametrize("kind", ["marker", "client-id"])


@KINDS
def test_what_was_brought_in_goes_out_and_a_second_rollback_has_nothing_to_do(make_world: MakeWorld, kind: str) -> None:
    """T20, T22"""
    world = make_world(3, kind=kind)
    world.load()
    answer = world.rollback()
    assert {name: counts["removed"] for name, counts in answer["removed"].items()} == {"person": 3, "visit": 3}
    assert world.marks() == []
    sent = len(world.registry.sent("DELETE"))
    assert world.rollback()["removed"] == {}
    assert len(world.registry.sent("DELETE")) == sent


@KINDS
def test_what_a_person_edited_is_kept_and_listed(make_world: MakeWorld, kind: str) -> None:
    """T21, T23"""
    world = make_world(3, kind=kind)
    world.load()
    edited = world.registry.live()[0]["id"]
    world.registry.edit(edited, name="Annie")
    [kept] = world.rollback()["kept"]
    assert (kept["id"], "edited" in kept["reason"]) == (edited, True)
    assert world.registry.names() == ["Annie"]


@KINDS
def test_a_record_to_which_somebody_added_others_is_kept_until_they_are_gone(make_world: MakeWorld, kind: str) -> None:
    """T23: a deleted parent takes its children along, or leaves them without it."""
    world = make_world(3, kind=kind)
    world.load()
    parent = world.registry.live()[1]["id"]
    world.clock.advance(3600)
    child = world.registry.add("visit", subject="made by hand", person=parent)
    assert world.rollback(preview=True)["removed"]["person"] == {"kept": 1, "to remove": 2}
    [kept] = world.rollback()["kept"]
    assert (kept["id"], kept["reason"]) == (parent, "somebody else's visit refers to it")
    assert [row["id"] for row in world.registry.live()] == [parent]
    assert world.registry.names("visit") == ["made by hand"]
    world.registry.delete(child["id"])
    world.rollback()
    assert world.registry.live() == []


def test_a_record_that_was_there_before_us_and_is_moved_to_one_of_ours_counts_as_added(make_world: MakeWorld) -> None:
    """T23"""
    world = make_world(2)
    before = world.registry.add("visit", subject="an old one", person="")
    world.clock.advance(7200)
    world.load()
    world.registry.edit(before["id"], person=world.registry.live()[0]["id"])
    assert len(world.rollback()["kept"]) == 1
    assert world.registry.names("visit") == ["an old one"]


@KINDS
@pytest.mark.parametrize("fault", ["before", "after"])
def test_a_rollback_that_is_stopped_goes_on_and_ends_the_same(make_world: MakeWorld, kind: str, fault: str) -> None:
    """T24"""
    world = make_world(3, kind=kind)
    world.load()
    world.registry.faults = [
        Fault(fault, verb="DELETE", nth=2),
        Fault("answer", verb="DELETE", nth=4, status=402),
    ]
    with pytest.raises(StopRun):
        world.rollback()
    world.registry.faults = []
    world.rollback()
    assert world.marks() == []
    with world.open() as opened:
        assert opened.journal.verify().ok


@KINDS
def test_a_partial_load_goes_out_completely(make_world: MakeWorld, kind: str) -> None:
    """T25"""
    world = make_world(3, kind=kind)
    world.registry.faults = [Fault("answer", path="visit", nth=2 if kind == "marker" else 1, status=402)]
    with pytest.raises(StopRun):
        world.load()
    world.registry.faults = []
    world.rollback()
    assert world.marks() == []


@KINDS
def test_every_load_after_a_rollback_makes_the_next_generation(make_world: MakeWorld, kind: str) -> None:
    """T25: an id or a mark is never used again."""
    world = make_world(2, kind=kind, visits=False)
    ids: set[str] = set()
    for generation in (1, 2, 3):
        world.load()
        assert world.target("p0").generation == generation
        assert not ids & {row["id"] for row in world.registry.live()}
        ids |= {row["id"] for row in world.registry.live()}
        world.rollback()
    assert len(ids) == 6


def test_the_report_says_until_when_the_destination_can_restore(make_world: MakeWorld) -> None:
    """T20: windows are printed."""
    world = make_world(1)
    world.load()
    until = (world.clock.now() + timedelta(days=30)).isoformat("T", "minutes")
    assert world.rollback(preview=True)["recoverable_until"] == {"person": until}
    assert world.rollback()["recoverable_until"] == {"person": until}


def test_a_rollback_removes_nothing_that_is_not_in_its_journal(make_world: MakeWorld) -> None:
    """T20: never by a query, however much it looks like ours."""
    world = make_world(2)
    world.load()
    stranger = world.registry.add("person", name="Ana 0", note="note 0", mark="paper.people.p9/zzzzzz")
    double = world.registry.add("person", name="Ana 0", note="note 0", mark=world.registry.live()[0]["mark"])
    world.rollback()
    assert [row["id"] for row in world.registry.live()] == [stranger["id"], double["id"]]


@KINDS
def test_a_delta_with_its_edits_goes_out_like_the_load(make_world: MakeWorld, kind: str) -> None:
    """T20"""
    world = make_world(2, kind=kind)
    world.load()
    world.export.people[0]["note"] = "changed"
    world.export.people.append({"id": "p9", "name": "Ana 9", "note": ""})
    world.delta()
    world.rollback()
    assert world.marks() == []
