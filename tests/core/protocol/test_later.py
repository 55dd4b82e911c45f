"""Deltas: what only a complete extract proves, changes that come late, people who edit meanwhile, after a way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from bridgework.stages.delta import OVERLAP

from .conftest import MakeWorld, World
from .paper import HORIZON


def test_a_row_that_is_missing_in_a_complete_extract_is_reported_and_its_record_stays(make_world: MakeWorld) -> None:
    """A deletion is proposed, never carried out."""
    world = make_world(3, visits=False)
    world.load()
    world.export.people.pop()
    answer = world.delta()
    assert (answer["state"], answer["source"]["people"]["gone"]) == ("differences", 1)
    assert len(world.registry.live()) == 3
    assert world.registry.sent("DELETE") == []


def test_a_row_that_is_missing_in_an_extract_of_changes_means_nothing(make_world: MakeWorld) -> None:
    world = make_world(3, visits=False)
    world.load()
    made = world.export.made
    world.export.complete = False
    world.export.made += timedelta(days=1)
    world.export.people = [{"id": "p1", "name": "Ana 1", "note": "changed"}]
    world.export.asked_since.clear()
    answer = world.delta()
    assert answer["source"]["people"] == {"new": 0, "changed": 1, "unchanged": 0, "gone": 0}
    assert [row["note"] for row in world.registry.live()] == ["note 0", "changed", "note 2"]
    assert world.export.asked_since == [made - OVERLAP] * 2, "changes that were written late are asked for again"


def test_what_comes_twice_with_the_overlap_writes_nothing(make_world: MakeWorld) -> None:
    world = make_world(2, visits=False)
    world.load()
    world.export.complete = False
    sent = len(world.registry.requests)
    assert world.delta()["outcomes"]["people"] == {"unchanged": 2}
    assert {verb for verb, _, _ in world.registry.requests[sent:]} == {"GET"}


@pytest.mark.parametrize("kind", ["marker", "client-id"])
def test_a_delta_while_people_edit_keeps_their_edits_and_brings_the_rest(make_world: MakeWorld, kind: str) -> None:
    world = make_world(3, kind=kind, visits=False)
    world.load()
    first = world.registry.live()[0]["id"]
    for row in world.export.people:
        row["note"] = f"{row['note']} (new)"
        row["name"] = f"{row['name']} (new)"
    read = world.registry._list

    def then_edited(kind_: str, query: dict[str, str]):
        if "ids" in query and world.registry.rows[first]["note"] == "note 0":
            world.registry.edit(first, note="by hand")
        return read(kind_, query)

    world.registry._list = then_edited
    answer = world.delta()
    assert world.registry.rows[first]["note"] == "by hand"
    assert world.registry.rows[first]["name"] == "Ana 0 (new)"
    assert [row["note"] for row in world.registry.live()[1:]] == ["note 1 (new)", "note 2 (new)"]
    assert answer["rules"]["people"] == {"planned": 3, "updated": 2, "conflict": 1}


def changing(world: World) -> None:
    """A later export, in which every person has another name and another note."""
    for row in world.export.people:
        row["note"] = f"{row['note']} (new)"
        row["name"] = f"{row['name']} (new)"


def edit_before_update(world: World, id_: str, times: int = 1, **values: str) -> None:
    """Somebody edits a record right before an update of it arrives, and after it was read."""
    answer, left = world.registry._answer, [times]

    def edited(request: httpx.Request, body: Any) -> httpx.Response:
        if request.method == "PATCH" and request.url.path.endswith(f"/{id_}") and left[0]:
            left[0] -= 1
            world.registry.edit(id_, **values)
        return answer(request, body)

    world.registry._answer = edited


@pytest.mark.parametrize("kind", ["marker", "client-id"])
def test_a_record_that_changes_between_being_read_and_updated_is_read_and_compared_again(
    make_world: MakeWorld, kind: str
) -> None:
    """Where the destination refuses an update of another version (412)."""
    world = make_world(3, kind=kind, visits=False, conditional=True)
    world.load()
    first = world.registry.live()[0]["id"]
    changing(world)
    edit_before_update(world, first, note="by hand")
    answer = world.delta()
    assert (world.registry.rows[first]["name"], world.registry.rows[first]["note"]) == ("Ana 0 (new)", "by hand")
    assert answer["rules"]["people"] == {"planned": 3, "updated": 2, "conflict": 1}
    assert answer["outcomes"]["people"] == {"updated": 3}
    sent = len(world.registry.sent("PATCH"))
    world.load()
    assert len(world.registry.sent("PATCH")) == sent == 4


def test_a_record_that_has_the_new_values_when_it_is_read_again_counts_as_unchanged(make_world: MakeWorld) -> None:
    world = make_world(2, visits=False, conditional=True)
    world.load()
    first = world.registry.live()[0]["id"]
    changing(world)
    edit_before_update(world, first, note="note 0 (new)", name="Ana 0 (new)")
    assert world.delta()["outcomes"]["people"] == {"updated": 1, "unchanged": 1}


def test_a_record_that_never_keeps_still_is_a_dead_letter_that_a_replay_brings(make_world: MakeWorld) -> None:
    world = make_world(2, visits=False, conditional=True)
    world.load()
    first = world.registry.live()[0]["id"]
    changing(world)
    edit_before_update(world, first, times=2)
    assert world.delta()["rules"]["people"] == {"planned": 2, "updated": 1, "rejected": 1}
    assert world.target("p0").reason == "it has another version"
    world.load(replay=True)
    assert world.registry.names() == ["Ana 0 (new)", "Ana 1 (new)"]


def test_a_record_that_lists_do_not_show_yet_is_not_taken_for_deleted(make_world: MakeWorld) -> None:
    world = make_world(3, visits=False)
    world.registry.lag = HORIZON
    world.load()
    changing(world)
    before = world.clock.now()
    assert world.delta()["outcomes"]["people"] == {"updated": 3}
    assert world.registry.names() == ["Ana 0 (new)", "Ana 1 (new)", "Ana 2 (new)"]
    assert world.clock.now() - before <= HORIZON


def test_a_record_that_somebody_deleted_is_asked_for_once_more_only_while_it_may_be_unseen(
    make_world: MakeWorld,
) -> None:
    world = make_world(2, visits=False)
    world.load()
    del world.registry.rows[world.registry.live()[0]["id"]]
    changing(world)
    before = world.clock.now()
    assert world.delta()["rules"]["people"] == {"planned": 2, "updated": 1, "conflict": 1}
    waited = world.clock.now() - before
    assert timedelta(0) < waited <= HORIZON
    changing(world)
    before = world.clock.now()
    world.delta()
    assert world.clock.now() - before < waited


@pytest.mark.parametrize("kind", ["marker", "client-id"])
def test_a_delta_after_a_rollback_and_a_new_load_updates_the_new_generation(make_world: MakeWorld, kind: str) -> None:
    world = make_world(2, kind=kind, visits=False)
    world.load()
    world.rollback()
    world.load()
    world.export.people[0]["note"] = "changed"
    assert world.delta()["outcomes"]["people"] == {"unchanged": 1, "updated": 1}
    assert sorted(row["note"] for row in world.registry.live()) == ["changed", "note 1"]
    assert world.target("p0").generation == 2


def test_the_same_values_in_another_form_are_no_change(make_world: MakeWorld) -> None:
    """Canonical hashing: another order of fields, decomposed letters."""
    world = make_world(1, visits=False)
    world.export.people[0]["name"] = "Zo\u00eb"
    from .conftest import extract

    world.run(extract)
    world.load()
    row = world.export.people[0]
    world.export.people[0] = {"note": row["note"], "name": "Zoe\u0308", "id": row["id"]}
    answer = world.delta()
    assert answer["outcomes"]["people"] == {"unchanged": 1}
    assert world.registry.sent("PATCH") == []
