"""The way back: plain, with people's work in between, a second time, crashed at every point, from half a load."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridgework.stages.rollback import rollback

from .checking import accounted_for, human_work_stands, known, made_once
from .lab import Lab, Template
from .results import note


@pytest.fixture
def loaded(templates: dict[str, Template], memory: Path) -> Lab:
    """A lab whose load is complete."""
    return templates["rollback"].copy(memory / "loaded")


def contact(lab: Lab, key: str) -> str:
    """The id of a person's record."""
    [row] = [row for row in lab.world.live().values() if row.identity.startswith(f"lab.people.{key}/")]
    return row.id


def ours(lab: Lab) -> set[str]:
    """Ids of live records that we made."""
    return {row.id for row in lab.world.live().values() if row.identity}


def check(lab: Lab) -> None:
    """R1, R2, R4."""
    made_once(lab.world)
    human_work_stands(lab.world)
    accounted_for(lab)
    known(lab)


def test_a_plain_rollback_takes_out_everything_and_nothing_else(loaded: Lab) -> None:
    """T20."""
    theirs = loaded.world.person_creates("contact", {"name": "Of the practice"})
    assert loaded.until_done("rollback").state == "done"
    assert set(loaded.world.live()) == {theirs}
    check(loaded)


def test_what_a_person_edited_is_kept_and_listed(loaded: Lab) -> None:
    """T21."""
    edited = contact(loaded, "p1")
    loaded.world.person_edits(edited, "city", "Bregenz")
    answer = loaded.until_done("rollback")
    assert ours(loaded) == {edited}
    assert [each["id"] for each in answer.data["kept"]] == [edited]
    assert answer.state == "differences"
    check(loaded)


def test_an_edit_that_a_later_export_ran_into_is_still_an_edit(loaded: Lab) -> None:
    """T21: the update leaves the person's value alone, and the rollback leaves the record alone."""
    edited = contact(loaded, "p1")
    loaded.world.person_edits(edited, "city", "Bregenz")
    loaded.world.people["p1"]["city"] = "Linz"
    loaded.world.people["p1"]["name"] = "Renamed"
    loaded.world.describe()
    loaded.until_done("delta")
    assert loaded.world.rows[edited].values == {"name": "Renamed", "city": "Bregenz"}
    loaded.until_done("rollback")
    assert ours(loaded) == {edited}
    check(loaded)


@pytest.mark.parametrize("nth", range(1, 40))
def test_an_edit_made_while_a_crashed_load_lay_still_is_kept(ready: Lab, nth: int) -> None:
    """T21: the record was written, the process ended before it was read back, then somebody worked on it."""
    ready.arm_crash("any", nth)
    ready.attempt("load")
    made = [row for row in ready.world.live().values() if row.identity and row.object == "contact"]
    ready.world.person_edits(made[-1].id, "city", "Bregenz")
    ready.until_done("load")
    ready.until_done("rollback")
    assert ours(ready) == {made[-1].id}
    check(ready)


def test_a_record_to_which_somebody_attached_something_is_kept_and_listed(loaded: Lab) -> None:
    """T22: a child made by a person would lose its parent."""
    parent = contact(loaded, "p1")
    child = loaded.world.person_creates("event", {"title": "Called back", "contact": parent})
    with loaded.open() as migration:
        assert [each["id"] for each in rollback(migration, preview=True).data["kept"]] == [parent]
    answer = loaded.until_done("rollback")
    assert set(loaded.world.live()) == {parent, child}
    assert [(each["id"], each["reason"]) for each in answer.data["kept"]] == [
        (parent, "somebody else's event refers to it")
    ]
    loaded.world.person_deletes(child)
    loaded.until_done("rollback")
    assert ours(loaded) == set()
    check(loaded)


def test_a_second_rollback_has_nothing_to_do(loaded: Lab) -> None:
    """T23."""
    loaded.world.person_edits(contact(loaded, "p1"), "city", "Bregenz")
    loaded.until_done("rollback")
    before, left = loaded.world.writes, ours(loaded)
    loaded.until_done("rollback")
    assert (loaded.world.writes, ours(loaded)) == (before, left)


def test_after_a_rollback_the_next_load_makes_new_records_and_revives_none(loaded: Lab) -> None:
    """T23: the generation grows."""
    first = {row.identity for row in loaded.world.rows.values()}
    loaded.until_done("rollback")
    loaded.until_done("load")
    second = {row.identity for row in loaded.world.live().values()}
    assert len(second) == len(first) and not second & first
    check(loaded)


@pytest.mark.parametrize("nth", range(2, 40, 3))
def test_half_a_load_is_taken_out_as_a_whole_one_is(ready: Lab, nth: int) -> None:
    """T25."""
    ready.arm_crash("any", nth)
    ready.attempt("load")
    ready.until_done("rollback")
    assert ours(ready) == set()
    check(ready)


def test_a_rollback_that_ends_at_any_crash_point_is_finished_by_the_next(
    templates: dict[str, Template], memory: Path
) -> None:
    """T24."""
    nth = 0
    while True:
        nth += 1
        lab = templates["rollback"].copy(memory / "back")
        kept = contact(lab, "p2")
        lab.world.person_edits(kept, "city", "Bregenz")
        lab.arm_crash("any", nth)
        lab.attempt("rollback")
        if not lab.crashes:
            break
        note("crashes survived", 1)
        lab.until_done("rollback")
        assert ours(lab) == {kept}, f"crash point {nth}"
        check(lab)
    assert nth > 10
