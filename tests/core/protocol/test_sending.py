"""T5, T7, T8: one attempt per intent, batches that are halved, answers about other records."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest

from bridgework.errors import StopRun
from bridgework.journal import Journal

from .conftest import MakeWorld, World
from .paper import UNCLEAR
from .service import BATCH, Fault


def attempts(world: World) -> Counter[str]:
    """How often each id was sent in a create."""
    return Counter(row["id"] for batch in world.registry.sent("POST", "batch") for row in batch)


EDGES = (0, 1, 29, 30, 31, 58, 59)
INSIDE = (pytest.param(at, marks=pytest.mark.torture) for at in range(BATCH) if at not in EDGES)


@pytest.mark.parametrize("poisoned", [*EDGES, *INSIDE])
def test_one_poisoned_record_costs_a_batch_no_more_than_its_halving(make_world: MakeWorld, poisoned: int) -> None:
    """T8: 59 of 60 are created, one is refused, none is sent more often than halving needs."""
    world = make_world(BATCH, kind="client-id", visits=False)
    world.registry.refuses = lambda row: "it is poisoned" if row.get("name") == f"Ana {poisoned}" else ""
    answer = world.load()
    assert answer["rules"]["people"] == {"planned": BATCH, "created": BATCH - 1, "rejected": 1}
    assert world.registry.names() == sorted(f"Ana {n}" for n in range(BATCH) if n != poisoned)
    halvings = math.ceil(math.log2(BATCH))
    assert max(attempts(world).values()) <= 1 + halvings
    assert len(world.registry.sent("POST", "batch")) <= 1 + 2 * halvings


@pytest.mark.parametrize("fault", ["before", "after", "late"])
def test_a_batch_in_doubt_is_decided_row_by_row(make_world: MakeWorld, fault: str) -> None:
    """T8: the answer for a whole batch is lost; no row of it is there twice, none is missing."""
    world = make_world(BATCH, kind="client-id", visits=False)
    world.registry.faults = [Fault(fault, path="batch", seconds=31.0)]
    assert world.load()["rules"]["people"] == {"planned": BATCH, "created": BATCH}
    assert world.registry.names() == sorted(f"Ana {n}" for n in range(BATCH))


def test_a_create_that_surfaces_after_it_was_sent_again_is_found_and_no_dead_letter(make_world: MakeWorld) -> None:
    """T5: that the id exists, said about an id of ours, is an answer to look behind."""
    world = make_world(1, kind="client-id", visits=False)
    carried_out: list[Any] = []
    original = world.registry._batch

    def both(kind: str, rows: Any) -> Any:
        if not carried_out:
            carried_out.append(original(kind, rows))  # by a box in the middle, a moment before
        return original(kind, rows)

    world.registry._batch = both
    assert world.load()["rules"]["people"] == {"planned": 1, "created": 1}
    assert world.target("p0").id in world.registry.rows
    world.rollback()
    assert world.registry.live() == []


def test_a_refused_create_that_is_not_there_is_a_dead_letter_with_its_reason(make_world: MakeWorld) -> None:
    """T5"""
    world = make_world(2, kind="client-id", visits=False)
    world.registry.refuses = lambda row: "no" if row.get("name") == "Ana 1" else ""
    world.load()
    assert (world.target("p1").state, world.target("p1").reason) == ("rejected", "the batch is refused")


def test_a_refusal_that_may_be_a_fault_is_asked_once_more(make_world: MakeWorld) -> None:
    world = make_world(2, visits=False)
    world.registry.faults = [Fault("answer", status=UNCLEAR)]
    assert world.load()["rules"]["people"] == {"planned": 2, "created": 2}
    assert len(world.registry.sent("POST", "person")) == 3
    world.export.people[0]["note"] = "changed"
    world.registry.faults = [Fault("answer", verb="PATCH", status=UNCLEAR)]
    assert world.delta()["outcomes"]["people"] == {"updated": 1, "unchanged": 1}
    world.registry.faults = [Fault("answer", verb="DELETE", status=UNCLEAR)]
    assert world.rollback()["removed"]["person"] == {"removed": 2}


def test_a_refusal_that_may_be_a_fault_is_never_asked_a_second_time_more(make_world: MakeWorld) -> None:
    world = make_world(2, visits=False)
    world.registry.faults = [Fault("answer", status=UNCLEAR, times=None)]
    assert world.load()["rules"]["people"] == {"planned": 2, "rejected": 2}
    assert len(world.registry.sent("POST", "person")) == 4
    world.registry.faults = []
    world.load(replay=True)
    world.registry.faults = [Fault("answer", verb="DELETE", status=UNCLEAR, times=None)]
    assert world.rollback()["removed"]["person"] == {"refused": 2}
    assert len([each for each in world.registry.requests if each[0] == "DELETE"]) == 4


def test_a_look_behind_a_refusal_that_fails_leaves_it_in_doubt_and_loses_nothing(make_world: MakeWorld) -> None:
    """T5, F18"""
    world = make_world(3, kind="client-id", visits=False)
    world.registry.refuses = lambda row: "no" if row.get("name") == "Ana 1" else ""
    world.registry.faults = [Fault("answer", verb="GET", path="person", status=503, times=None)]
    with pytest.raises(StopRun):
        world.load()
    assert world.target("p1").state == "in_doubt"
    world.registry.faults = []
    assert world.load()["rules"]["people"] == {"planned": 3, "created": 2, "rejected": 1}
    assert world.registry.names() == ["Ana 0", "Ana 2"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("marker", b'{"id": "7", "mark": "paper.people.p9/abcdef", "version": 1}'),
        ("client-id", b'[{"id": "11111111-1111-4111-8111-111111111111", "mark": "", "version": 1}]'),
    ],
)
def test_an_answer_about_another_record_is_quarantined_and_stops_the_run(
    make_world: MakeWorld, kind: str, body: bytes
) -> None:
    """T5: 2xx whose echoed marker or client id is not ours."""
    world = make_world(1, kind=kind)
    world.registry.faults = [Fault("garbled", path="person", body=body)]
    with pytest.raises(StopRun) as stopped:
        world.load()
    assert (stopped.value.cause, stopped.value.exit_code) == ("foreign_answer", 3)
    target = world.target("p0")
    assert (target.state, target.id) == ("in_doubt", "")
    assert "another record" in target.reason
    assert world.registry.names("visit") == []
    assert world.load()["rules"]["people"] == {"planned": 1, "created": 1}, "by looking, not by sending again"
    assert len(world.registry.live()) == 1


def test_an_answer_about_another_record_than_the_updated_one_stops_the_run(make_world: MakeWorld) -> None:
    """T5"""
    world = make_world(1, visits=False)
    world.load()
    world.export.people[0]["note"] = "changed"
    world.registry.faults = [Fault("garbled", verb="PATCH", body=b'{"id": "9999", "mark": "", "version": 2}')]
    with pytest.raises(StopRun):
        world.delta()
    world.load()
    assert world.registry.live()[0]["note"] == "changed"
    assert world.target("p0").state == "updated"


def test_without_an_intent_that_may_be_sent_no_request_leaves(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T5: the one function that all writes go through."""
    world = make_world(1)
    monkeypatch.setattr(Journal, "may_send", lambda *_: False)
    with pytest.raises(Exception, match="may not be sent"):
        world.load()
    assert world.registry.sent("POST") == []


@pytest.mark.parametrize("kind", ["marker", "client-id"])
def test_a_token_that_runs_out_in_the_middle_of_a_load_loses_and_doubles_nothing(
    make_world: MakeWorld, kind: str
) -> None:
    """F13, T15: after every single request of the load."""
    world = make_world(5, kind=kind, tokens=True)
    registry, let_in = world.registry, world.registry.let_in

    def runs_out(request: Any) -> Any:
        turned_away = let_in(request)
        if turned_away is None:
            registry.valid = "gone"
        return turned_away

    registry.let_in = runs_out
    assert world.load()["rules"]["people"] == {"planned": 5, "created": 5}
    assert registry.names() == [f"Ana {n}" for n in range(5)]
    assert len(registry.live("visit")) == 5
    assert registry.tokens > 4
