"""F1 to F9, F18 to F21, F24, F25 and T6: what becomes of a create whose answer was lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridgework.errors import SettingsError, StopRun

from .conftest import MakeWorld, World
from .paper import HORIZON
from .service import TIMEOUT, Fault

PEOPLE = ["Ana 0", "Ana 1", "Ana 2"]
KINDS = pytest.mark.parametrize("kind", ["marker", "client-id"])


def looks(world: World, kind: str = "person") -> int:
    """Listings since an instant: a settlement's way to look by marker."""
    return sum(1 for verb, path, _ in world.registry.requests if (verb, path) == ("GET", f"/{kind}"))


def complete(world: World) -> bool:
    visits = sorted(row["person"] for row in world.registry.live("visit"))
    people = sorted(row["id"] for row in world.registry.live())
    return world.registry.names() == PEOPLE and visits == people


@KINDS
@pytest.mark.parametrize("fault", ["refused", "before", "after"])
def test_a_request_that_was_refused_lost_or_carried_out_without_an_answer_ends_as_one_record(
    make_world: MakeWorld, kind: str, fault: str
) -> None:
    """F3, F4, F5"""
    world = make_world(3, kind=kind)
    world.registry.faults = [Fault(fault, path="person")]
    answer = world.load()
    assert complete(world)
    assert (answer["state"], answer["rules"]["people"]["created"]) == ("done", 3)


@KINDS
@pytest.mark.parametrize(
    "fault",
    [
        Fault("answer", path="person", status=502, body=b"<html>bad gateway</html>"),
        Fault("garbled", path="person", body=b'{"id": "1'),
        Fault("garbled", path="person", body=b""),
        Fault("garbled", path="person", body=b"<html>login</html>"),
    ],
    ids=["502", "cut off", "empty", "a web page"],
)
def test_an_answer_that_says_nothing_is_settled_by_looking(make_world: MakeWorld, kind: str, fault: Fault) -> None:
    """F7, F8"""
    world = make_world(3, kind=kind)
    world.registry.faults = [fault]
    world.load()
    assert complete(world)


def test_a_late_commit_just_inside_the_horizon_is_found_and_not_sent_again(make_world: MakeWorld) -> None:
    """F6, T6"""
    world = make_world(3)
    world.registry.faults = [Fault("late", path="person", seconds=HORIZON.total_seconds() + TIMEOUT - 1)]
    answer = world.load()
    assert complete(world)
    assert len(world.registry.sent("POST", "person")) == 3
    assert answer["outcomes"]["people"] == {"created": 2, "found": 1}


def test_a_late_commit_just_outside_the_horizon_is_a_double_that_is_reported(make_world: MakeWorld) -> None:
    """T6: the honest limit. What nobody can prevent there is at least never silent."""
    world = make_world(3)
    world.registry.faults = [Fault("late", path="person", seconds=HORIZON.total_seconds() + TIMEOUT + 60)]
    world.load()
    world.clock.advance(120)
    assert len(world.registry.live()) == 4
    [line] = world.reconcile()["surplus"]
    assert line["object"] == "person"


@KINDS
def test_the_horizon_counts_from_the_send_and_not_from_the_intent(make_world: MakeWorld, kind: str) -> None:
    """T6: the closed gate of a throttled account holds a write back for longer than the horizon."""
    world = make_world(3, kind=kind)
    world.registry.faults = [
        Fault("answer", path="person", status=429),
        Fault("late", path="person", nth=1, seconds=120.0),
    ]
    gate_opens_late(world)
    world.load()
    world.clock.advance(HORIZON.total_seconds())
    assert complete(world)
    assert world.reconcile()["surplus"] == []


def gate_opens_late(world: World) -> None:
    answer = world.registry._broken

    def with_retry_after(fault, request, body):
        found = answer(fault, request, body)
        if found.status_code == 429:
            found.headers["retry-after"] = "1800"
        return found

    world.registry._broken = with_retry_after


def test_doubt_is_parked_and_settled_with_one_look_per_object(make_world: MakeWorld) -> None:
    """F5: the run goes on without what is in doubt; a rule that needs it is the one that has to wait."""
    world = make_world(3)
    world.registry.faults = [Fault("after", path="person", nth=1, times=2), Fault("after", path="visit", times=3)]
    world.load()
    assert complete(world)
    where = [(verb, path) for verb, path, _ in world.registry.requests if path in ("/person", "/visit")]
    reading_back = any_strangers = [("GET", "/person"), ("GET", "/visit")]
    assert where == [
        *any_strangers,
        *[("POST", "/person")] * 3,
        ("GET", "/person"),  # a sample is read back
        ("GET", "/person"),
        *[("POST", "/visit")] * 3,
        ("GET", "/visit"),
        *reading_back,
    ]


def test_what_is_truly_absent_is_waited_for_once_for_all_of_it(make_world: MakeWorld) -> None:
    """F4: two looks, one wait, whatever the number of lost requests."""
    world = make_world(3)
    world.registry.faults = [Fault("before", path="person", times=3)]
    world.load()
    assert complete(world)
    assert looks(world) == 5, "for strangers, before the wait, after it, a sample, and reading back"
    assert sum(seconds for seconds in world.clock.sleeps if seconds > 60) <= HORIZON.total_seconds()


@KINDS
def test_a_look_that_fails_leaves_the_doubt_and_stops_the_run(make_world: MakeWorld, kind: str) -> None:
    """F18"""
    world = make_world(3, kind=kind)
    world.registry.faults = [
        Fault("after", path="person"),
        Fault("answer", verb="GET", path="person", nth=1 + (kind == "marker"), status=503, times=None),
    ]
    with pytest.raises(StopRun):
        world.load()
    assert world.target("p0").state == "in_doubt"
    world.registry.faults = []
    world.load()
    assert complete(world)


def test_of_two_records_with_one_mark_the_lowest_is_kept_and_the_others_are_named(make_world: MakeWorld) -> None:
    """F19, F24: a box in the middle delivered the request twice."""
    world = make_world(3)
    world.registry.faults = [Fault("twice lost", path="person")]
    answer = world.load()
    assert answer["rules"]["people"] == {"planned": 3, "created": 2, "in_doubt": 1}
    target = world.target("p0")
    assert (target.id, target.state) == ("101", "in_doubt")
    assert target.reason == "1 further record(s) carry the same marker: 102"
    assert len(world.registry.live()) == 4, "nothing is deleted by itself"


def test_a_create_delivered_twice_whose_answer_came_is_listed_by_reconcile(make_world: MakeWorld) -> None:
    """F24: nobody was in doubt, so nobody looked while the load ran."""
    world = make_world(3)
    world.registry.faults = [Fault("twice", path="person")]
    assert world.load()["rules"]["people"] == {"planned": 3, "created": 3}
    surplus = sorted({*(row["id"] for row in world.registry.live())} - {world.target(f"p{n}").id for n in range(3)})
    assert len(surplus) == 1
    answer = world.reconcile()
    assert answer["state"] == "differences"
    assert answer["surplus"] == [
        {"object": "person", "id": surplus[0], "what": "carries our marker, not in the journal"}
    ]


def test_a_quarantine_ends_when_a_person_has_removed_the_surplus(make_world: MakeWorld) -> None:
    """F19"""
    world = make_world(3)
    world.registry.faults = [Fault("twice lost", path="person")]
    world.load()
    assert world.load()["rules"]["people"]["in_doubt"] == 1
    world.registry.delete("101")
    answer = world.load()
    assert answer["rules"]["people"] == {"planned": 3, "created": 3}
    assert (world.target("p0").id, complete(world)) == ("102", True)
    world.rollback()
    assert world.registry.live() == []
    with world.open() as opened:
        assert opened.journal.verify().ok


def test_a_quarantine_survives_the_journal_being_read_anew(make_world: MakeWorld) -> None:
    """F19"""
    world = make_world(3)
    world.registry.faults = [Fault("twice lost", path="person")]
    world.load()
    world.registry.delete("102")
    world.load()
    before = world.target("p0")
    with world.open() as opened:
        opened.journal.rebuild()
    assert (world.target("p0"), before.id) == (before, "101")


def test_a_record_somebody_deleted_before_it_was_looked_for_is_not_made_again(make_world: MakeWorld) -> None:
    """F21"""
    world = make_world(3, visits=False)
    world.registry.faults = [Fault("after", path="person", nth=3)]
    original = world.registry._list

    def deleted_by_somebody(kind, query):
        if "since" in query and "103" in world.registry.rows:
            world.registry.rows["103"]["deleted"] = True
        return original(kind, query)

    world.registry._list = deleted_by_somebody
    answer = world.load()
    assert answer["rules"]["people"] == {"planned": 3, "created": 2, "conflict": 1}
    assert "deleted in the destination" in world.target("p2").reason
    assert len(world.registry.sent("POST")) == 3


def test_a_record_whose_mark_somebody_took_away_before_it_was_looked_for_is_reported(make_world: MakeWorld) -> None:
    """F20: it cannot be recognised, so there are two; the one without a mark is named."""
    world = make_world(2, visits=False)
    world.registry.faults = [Fault("after", path="person", nth=2)]
    listed = world.registry._list

    def without_mark(kind, query):
        if "since" in query and len(world.registry.rows) == 2:
            world.registry.edit("102", mark="")
        return listed(kind, query)

    world.registry._list = without_mark
    world.load()
    assert world.registry.names() == ["Ana 0", "Ana 1", "Ana 1"]
    [line] = world.reconcile()["surplus"]
    assert (line["id"], "without our marker" in line["what"]) == ("102", True)


def test_a_horizon_shorter_than_a_slow_answer_is_refused(make_world: MakeWorld) -> None:
    """T6"""
    world = make_world(1)
    config = world.folder / "migration.toml"
    text = config.read_text("utf-8")
    config.write_text(text.replace("[destination]", "[destination]\nhorizon = 60"), "utf-8")
    with pytest.raises(SettingsError, match="at least 150 seconds"):
        world.load()


@pytest.mark.parametrize("hours", [1, -1, 24 * 400, -24 * 400])
def test_a_clock_that_is_wrong_by_any_amount_finds_what_was_lost(make_world: MakeWorld, hours: int) -> None:
    """F25, T14: what changed since the send is asked for by the destination's clock."""
    world = make_world(3)
    world.registry.skew = timedelta(hours=hours)
    world.registry.faults = [Fault("after", path="person")]
    world.load()
    assert complete(world)
    assert len(world.registry.sent("POST", "person")) == 3


@pytest.mark.parametrize("hours", [1, -1, -24 * 400])
def test_a_clock_that_is_set_between_two_runs_shortens_no_horizon_and_finds_what_was_lost(
    make_world: MakeWorld, hours: int
) -> None:
    """F25, T14"""
    world = make_world(3)
    world.registry.faults = [
        Fault("late", path="person", seconds=HORIZON.total_seconds()),
        Fault("answer", verb="GET", path="person", nth=2, status=503, times=None),
    ]
    with pytest.raises(StopRun):
        world.load()
    server = world.registry.now()
    world.clock.set_wall(world.clock.now() + timedelta(hours=hours))
    world.registry.skew = server - world.clock.now()
    world.registry.faults = []
    world.load()
    assert complete(world)
    assert world.reconcile()["surplus"] == []
