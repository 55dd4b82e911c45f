"""Where every record of the destination stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridgework.errors import ContractBroken
from bridgework.journal import Intent, Journal, Outcome, TargetState
from bridgework.model import Verb

Make = Callable[..., Intent]


def load(journal: Journal, create: Make, *keys: str, **changes: object) -> list[int]:
    operations = journal.intend([create(key, **changes) for key in keys])
    journal.settle([Outcome(number, "done", id=f"d-{key}") for number, key in zip(operations, keys, strict=True)])
    return operations


def test_planned_targets_are_pending_and_known_ones_keep_their_state(journal: Journal, create: Make) -> None:
    journal.start_plan()
    journal.plan("patients", "person", [("p1", "h1"), ("p2", "h2")])
    load(journal, create, "p1")
    journal.start_plan()
    journal.plan("patients", "person", [("p1", "h9"), ("p3", "h3")])
    assert journal.counts() == {"patients": {"pending": 2, "created": 1}}
    assert journal.targets("patients", ["p1"])["p1"].planned_hash == "h9"
    assert [target.key for target in journal.unplanned("patients")] == ["p2"]
    assert journal.finish_plan() == 1
    assert journal.counts() == {"patients": {"pending": 1, "created": 1}}


def test_a_target_that_exists_is_not_forgotten_when_a_plan_drops_it(journal: Journal, create: Make) -> None:
    journal.start_plan()
    journal.plan("patients", "person", [("p1", "h1"), ("p2", "h2")])
    load(journal, create, "p1")
    journal.intend([create("p2")])
    journal.start_plan()
    assert journal.finish_plan() == 0
    assert [target.key for target in journal.unplanned("patients")] == ["p1", "p2"]


@pytest.mark.parametrize(
    ("verb", "outcome", "expected", "live"),
    [
        (Verb.UPDATE, "done", TargetState.UPDATED, True),
        (Verb.UPDATE, "found", TargetState.UPDATED, True),
        (Verb.UPDATE, "rejected", TargetState.REJECTED, True),
        (Verb.UPDATE, "not_sent", TargetState.CREATED, True),
        (Verb.UPDATE, "proved_absent", TargetState.CREATED, True),
        (Verb.UPDATE, "undone", TargetState.UNDONE, False),
        (Verb.UPDATE, "kept", TargetState.CONFLICT, True),
        (Verb.DELETE, "done", TargetState.UNDONE, False),
        (Verb.DELETE, "undone", TargetState.UNDONE, False),
        (Verb.DELETE, "already_gone", TargetState.UNDONE, False),
        (Verb.DELETE, "refused", TargetState.CONFLICT, True),
        (Verb.DELETE, "kept", TargetState.CONFLICT, True),
        (Verb.DELETE, "rejected", TargetState.CONFLICT, True),
        (Verb.DELETE, "proved_absent", TargetState.CREATED, True),
        (Verb.DELETE, "in_doubt", TargetState.IN_DOUBT, True),
        (Verb.DELETE, "quarantined", TargetState.IN_DOUBT, True),
    ],
)
def test_an_outcome_moves_a_created_target(
    journal: Journal, create: Make, verb: Verb, outcome: str, expected: TargetState, live: bool
) -> None:
    load(journal, create, "p1")
    [operation] = journal.intend([create("p1", verb=verb, target_id="d-p1", mapped_hash="new")])
    journal.settle([Outcome(operation, outcome, reason="why", field="email")])
    target = journal.targets("patients", ["p1"])["p1"]
    assert (target.state, target.id, target.live) == (expected, "d-p1", live)
    assert target.mapped_hash == ("new" if outcome in ("done", "found") and verb is Verb.UPDATE else "mapped-p1")
    assert journal.ids("patients", ["p1"]) == ({"p1": "d-p1"} if live else {})
    assert journal.by_destination("person", ["d-p1"]) == ({"d-p1": ("patients", "p1")} if live else {})


def test_an_operation_without_effect_leaves_the_target_as_it_was(journal: Journal, create: Make) -> None:
    journal.set_matched("patients", "person", [("p1", "old", "v1")])
    [operation] = journal.intend([create("p1", verb=Verb.UPDATE)])
    assert journal.counts() == {"patients": {"in_doubt": 1}}
    journal.settle([Outcome(operation, "not_sent")])
    assert journal.counts() == {"patients": {"matched": 1}}


def test_after_a_rollback_the_next_generation_gets_a_new_id(journal: Journal, create: Make) -> None:
    [first] = load(journal, create, "p1")
    [gone] = journal.intend([create("p1", verb=Verb.DELETE)])
    journal.settle([Outcome(gone, "undone")])
    [second] = journal.intend([create("p1", generation=2)])
    assert journal.ids("patients", ["p1"]) == {}
    journal.settle([Outcome(second, "done", id="new")])
    target = journal.targets("patients", ["p1"])["p1"]
    assert (target.generation, target.id, target.origin) == (2, "new", second)
    assert first < second


def test_a_generation_never_falls_back(journal: Journal, create: Make) -> None:
    load(journal, create, "p1", generation=2)
    [gone] = journal.intend([create("p1", verb=Verb.DELETE, generation=1)])
    journal.settle([Outcome(gone, "undone")])
    assert journal.targets("patients", ["p1"])["p1"].generation == 2
    with pytest.raises(ContractBroken):
        journal.intend([create("p1", generation=2)])
    journal.intend([create("p1", generation=3)])


def test_a_matched_record_keeps_no_origin_and_is_not_created_again(journal: Journal, create: Make) -> None:
    journal.set_matched("patients", "person", [("p1", "old", "v1")])
    target = journal.targets("patients", ["p1"])["p1"]
    assert (target.state, target.id, target.version, target.origin) == (TargetState.MATCHED, "old", "v1", 0)
    with pytest.raises(ContractBroken, match="second time"):
        journal.intend([create("p1")])


def test_states_without_an_operation_can_be_set_but_not_over_an_open_one(journal: Journal, create: Make) -> None:
    load(journal, create, "p1")
    journal.intend([create("p2")])
    journal.start_plan()
    journal.plan("patients", "person", [("p3", "h")])
    journal.set_state("patients", ["p1", "p2", "p3"], "rejected", "no parent", "org")
    states = {key: target.state for key, target in journal.targets("patients", ["p1", "p2", "p3"]).items()}
    assert states == {"p1": "rejected", "p2": "in_doubt", "p3": "rejected"}
    assert journal.targets("patients", ["p3"])["p3"].reason == "no parent"


def test_settled_images_are_remembered_until_the_record_is_written_again(journal: Journal, create: Make) -> None:
    load(journal, create, "p1")
    journal.set_settled("patients", [("p1", "image", "v2")])
    target = journal.targets("patients", ["p1"])["p1"]
    assert (target.settled_hash, target.version) == ("image", "v2")
    [operation] = journal.intend([create("p1", verb=Verb.UPDATE)])
    journal.settle([Outcome(operation, "done", version="v3")])
    target = journal.targets("patients", ["p1"])["p1"]
    assert (target.settled_hash, target.version) == ("", "v3")


def test_targets_are_listed_by_key_or_by_origin(journal: Journal, create: Make) -> None:
    load(journal, create, "b", "a")
    load(journal, create, "n", rule="notes", object="note")
    [operation] = journal.intend([create("b", verb=Verb.UPDATE)])
    journal.settle([Outcome(operation, "done")])
    assert [target.key for target in journal.all_targets()] == ["n", "a", "b"]
    assert [target.key for target in journal.all_targets("patients", ["created"])] == ["a"]
    assert [target.key for target in journal.targets_by_origin()] == ["b", "a", "n"]
    assert [target.key for target in journal.targets_by_origin(newest_first=True)] == ["n", "a", "b"]
    assert [target.key for target in journal.targets_by_origin("patients", {"updated"})] == ["b"]


def test_listing_goes_on_over_many_pages_while_targets_change(journal: Journal) -> None:
    journal.start_plan()
    journal.plan("patients", "person", [(f"p{number:05}", "h") for number in range(2_500)])
    seen = []
    for target in journal.all_targets():
        seen.append(target.key)
        if len(seen) == 1:
            journal.set_state("patients", ["p02400"], "unchanged")
    assert seen == sorted(seen) and len(set(seen)) == 2_500
    assert journal.counts() == {"patients": {"pending": 2_499, "unchanged": 1}}


def test_a_destination_id_leads_to_the_target_that_holds_it_now(journal: Journal, create: Make) -> None:
    load(journal, create, "p1", "p2")
    journal.set_matched("patients", "person", [("p3", "old", "v1")])
    wanted = ["d-p1", "d-p2", "old", "stranger"]
    owners = {"d-p1": ("patients", "p1"), "d-p2": ("patients", "p2"), "old": ("patients", "p3")}
    assert journal.by_destination("person", wanted) == owners
    assert journal.by_destination("deal", wanted) == {}
    [gone] = journal.intend([create("p2", verb=Verb.DELETE)])
    [waiting] = journal.intend([create("p4")])
    journal.settle([Outcome(gone, "undone")])
    assert journal.by_destination("person", wanted) == {key: owners[key] for key in ("d-p1", "old")}
    [again] = journal.intend([create("p2", generation=2)])
    journal.settle([Outcome(again, "done", id="new"), Outcome(waiting, "done", id="late")])
    found = journal.by_destination("person", [*wanted, "new", "late"])
    assert found == {
        "d-p1": owners["d-p1"],
        "old": owners["old"],
        "new": ("patients", "p2"),
        "late": ("patients", "p4"),
    }
    journal.rebuild()
    assert journal.by_destination("person", [*wanted, "new", "late"]) == found


def test_strange_keys_are_kept_apart(journal: Journal, create: Make) -> None:
    keys = ["1", "01", "1.0", " 1", "\u00e9", "e\u0301", "a'b", 'a"b', "a\\b", "a|b", "", "null", "\u202eabc", "a\x00b"]
    load(journal, create, *keys)
    assert journal.ids("patients", keys) == {key: f"d-{key}" for key in keys}


def test_rebuilding_from_the_chain_gives_the_same_targets(journal: Journal, create: Make) -> None:
    journal.start_plan()
    journal.plan("patients", "person", [(f"p{number}", f"h{number}") for number in range(6)])
    load(journal, create, "p1", "p2", "p3")
    journal.set_matched("patients", "person", [("p4", "old", "v1")])
    [update] = journal.intend([create("p4", verb=Verb.UPDATE)])
    journal.settle([Outcome(update, "done", version="v2")])
    [delete] = journal.intend([create("p2", verb=Verb.DELETE)])
    journal.settle([Outcome(delete, "already_gone")])
    [again] = journal.intend([create("p2", generation=2)])
    journal.settle([Outcome(again, "in_doubt")])
    journal.set_settled("patients", [("p1", "image", "v7")])
    journal.set_state("patients", ["p5"], "rejected", "no parent", "org")
    before, counts = list(journal.all_targets()), journal.counts()
    doubt = list(journal.in_doubt())
    journal.rebuild()
    assert list(journal.all_targets()) == before
    assert journal.counts() == counts
    assert list(journal.in_doubt()) == doubt
    assert journal.verify().ok
