"""F15, F16, F17: a migration folder that was copied, or brought back from a backup."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bridgework.errors import Busy, StopRun
from bridgework.migration import Migration
from bridgework.stages.status import log

from .conftest import MakeWorld, World
from .service import Fault

KINDS = pytest.mark.parametrize("kind", ["marker", "client-id"])


def backup(world: World, name: str = "backup") -> Path:
    return Path(shutil.copytree(world.folder, world.folder.with_name(name)))


def restore(world: World, from_: Path, *, only: tuple[str, ...] = ()) -> None:
    """Bring back the folder, or only some of its files."""
    if only:
        for name in only:
            for leftover in world.folder.glob(f"{name}*"):
                leftover.unlink()
            shutil.copy2(from_ / name, world.folder / name)
        return
    shutil.rmtree(world.folder)
    shutil.copytree(from_, world.folder)


def once(world: World, people: int = 3) -> bool:
    registry = world.registry
    return (
        registry.names() == [f"Ana {n}" for n in range(people)]
        and sorted(row["person"] for row in registry.live("visit")) == sorted(row["id"] for row in registry.live())
    )  # fmt: skip


@KINDS
@pytest.mark.parametrize("only", [(), ("journal.db",)], ids=["the folder", "the journal alone"])
def test_a_journal_from_before_the_load_takes_in_what_it_has_forgotten(
    make_world: MakeWorld, kind: str, only: tuple[str, ...]
) -> None:
    """F17: nothing is written before everything that carries the migration's identity is listed."""
    world = make_world(3, kind=kind)
    old = backup(world)
    world.load()
    restore(world, old, only=only)
    sent = len(world.registry.sent("POST"))
    answer = world.load()
    assert (once(world), len(world.registry.sent("POST"))) == (True, sent)
    assert answer["taken_in"] == {"people": 3, "visits": 3}
    assert answer["rules"]["people"] == {"planned": 3, "updated": 3}
    assert world.load()["taken_in"] == {}, "once is enough"
    world.rollback()
    assert world.registry.live() == world.registry.live("visit") == []


@KINDS
def test_a_journal_from_the_middle_of_a_load_goes_on_where_the_newest_one_stood(
    make_world: MakeWorld, kind: str
) -> None:
    """F17"""
    world = make_world(3, kind=kind)
    world.registry.faults = [Fault("answer", path="visit", status=401)]
    with pytest.raises(Exception, match="token"):
        world.load()
    old = backup(world)
    world.registry.faults = []
    world.load()
    restore(world, old)
    assert world.load()["taken_in"] == {"visits": 3}
    assert once(world)


def test_records_that_people_edited_since_are_taken_in_and_left_as_they_are(make_world: MakeWorld) -> None:
    """F17"""
    world = make_world(2)
    old = backup(world)
    world.load()
    world.registry.edit("101", name="Annie")
    restore(world, old)
    world.load()
    assert world.registry.names() == ["Ana 1", "Annie"]
    assert world.target("p0").state == "conflict"
    world.rollback()
    assert world.registry.names() == ["Annie"], "it may be somebody's work: it is kept"


def test_a_second_generation_is_taken_in_as_what_it_is(make_world: MakeWorld) -> None:
    """F17"""
    world = make_world(2)
    old = backup(world)
    world.load()
    world.rollback()
    world.load()
    restore(world, old)
    world.load()
    assert once(world, 2)
    assert world.target("p0").generation == 2


def test_a_key_that_a_mark_holds_as_a_hash_is_recognised(make_world: MakeWorld) -> None:
    """F17"""
    world = make_world(1, visits=False)
    world.export.people[0]["id"] = "k" * 300
    from .conftest import extract, owners

    for stage in (extract, owners):
        world.run(stage)
    old = backup(world)
    world.load()
    assert "~" in world.registry.live()[0]["mark"]
    restore(world, old)
    assert world.load()["taken_in"] == {"people": 1}
    assert len(world.registry.live()) == 1


def test_two_records_of_one_mark_are_quarantined_when_they_are_taken_in(make_world: MakeWorld) -> None:
    """F17, F19"""
    world = make_world(2)
    old = backup(world)
    world.load()
    world.registry.add("person", **{name: world.registry.rows["101"][name] for name in ("name", "note", "mark")})
    restore(world, old)
    answer = world.load()
    assert answer["rules"]["people"] == {"planned": 2, "updated": 1, "in_doubt": 1}
    assert world.target("p0").id == "101"


def test_a_taking_in_that_is_ended_half_way_is_done_again(make_world: MakeWorld) -> None:
    """F17"""
    world = make_world(3)
    old = backup(world)
    world.load()
    restore(world, old)
    world.registry.faults = [Fault("answer", verb="GET", path="visit", status=503, times=None)]
    with pytest.raises(StopRun):
        world.load()
    world.registry.faults = []
    assert world.load()["taken_in"] == {"visits": 3}
    assert once(world)


@pytest.mark.parametrize("only", [(), ("journal.db",)], ids=["the folder", "the journal alone"])
def test_a_rollback_by_an_old_journal_keeps_what_it_cannot_compare_and_a_load_makes_it_comparable(
    make_world: MakeWorld, only: tuple[str, ...]
) -> None:
    """F17: without an image of what was sent a record may be somebody's work."""
    world = make_world(3)
    old = backup(world)
    world.load()
    restore(world, old, only=only)
    answer = world.rollback()
    if not only:
        assert (answer["state"], len(answer["kept"]), len(world.registry.live())) == ("differences", 6, 3)
        world.load()
        world.rollback()
    assert world.registry.live() == world.registry.live("visit") == []


def test_the_lost_heads_are_noted_and_no_longer_held_against_the_journal(make_world: MakeWorld) -> None:
    """F17, T41"""
    world = make_world(2)
    old = backup(world)
    world.load()
    restore(world, old, only=("journal.db",))
    assert world.run(log, verify=True)["verified"]["ok"] is False
    world.load()
    assert world.run(log, verify=True)["verified"]["ok"] is True


def elsewhere(world: World, folder: Path, state: Path) -> World:
    """The same account, seen from a copy of the folder on another machine."""
    from dataclasses import replace

    around = replace(world.around, state=lambda migration: state)
    return World(folder, world.clock, world.registry, world.export, around)


def test_a_copy_on_another_machine_that_wrote_meanwhile_is_noticed_before_anything_is_written(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    """F16"""
    world = make_world(3)
    other = elsewhere(world, backup(world, "copy"), tmp_path / "other")
    world.load()
    sent = len(world.registry.sent("POST"))
    with pytest.raises(StopRun) as refused:
        other.load()
    assert (refused.value.cause, refused.value.exit_code) == ("foreign_writer", 3)
    assert "another copy of this folder" in refused.value.message
    assert "--resync" in refused.value.next_step
    assert len(world.registry.sent("POST")) == sent
    assert other.load(resync=True)["taken_in"] == {"people": 3, "visits": 3}
    assert once(world)


def test_a_copy_that_runs_at_this_moment_is_noticed_by_what_it_wrote_so_far(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    """F16: the other one is in the middle of its load."""
    world = make_world(3)
    other = elsewhere(world, backup(world, "copy"), tmp_path / "other")
    met: list[str] = []
    answer = world.registry._one

    def in_between(kind: str, body):
        if kind == "visit" and not met:
            met.append("")
            with pytest.raises(StopRun) as refused:
                other.load()
            met[0] = refused.value.cause
        return answer(kind, body)

    world.registry._one = in_between
    world.load()
    assert met == ["foreign_writer"]
    assert once(world)


def test_what_people_do_with_our_records_is_no_stranger(make_world: MakeWorld) -> None:
    """F16: edits, deletions, doubles and records of other people do not close the door."""
    world = make_world(3)
    world.load()
    world.registry.edit("101", name="Annie")
    world.registry.delete("104")
    world.registry.add("person", name="Somebody", mark="")
    world.registry.add("person", name="Copied by hand", mark=world.registry.rows["102"]["mark"])
    world.load()
    world.rollback()
    world.load()
    assert len(world.registry.live()) == 5


def test_one_process_at_a_time_works_on_a_folder_and_its_copies(make_world: MakeWorld) -> None:
    """F15"""
    world = make_world(1)
    copy = backup(world, "copy")
    with world.open():
        for folder in (world.folder, copy):
            with pytest.raises(Busy), Migration.open(folder, destination=True, around=world.around):
                pass
    with Migration.open(copy, destination=True, around=world.around):
        pass
