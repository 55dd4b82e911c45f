"""Intent before, outcome after, never twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from bridgework.errors import ContractBroken
from bridgework.journal import Intent, Journal, Outcome, OutcomeState, TargetState
from bridgework.model import Verb

from .conftest import KEY, MIGRATION, ticking

Make = Callable[..., Intent]


def state_of(journal: Journal, key: str) -> TargetState:
    return journal.targets("patients", [key])[key].state


def outcomes_of(journal: Journal, operation: int) -> list[str]:
    """What the chain says became of an operation, oldest first."""
    rows = (entry.values for entry in journal.entries() if entry.table == "outcome")
    return [row["state"] for row in rows if row["operation"] == operation]


def test_an_intent_makes_its_target_in_doubt_until_it_is_settled(journal: Journal, create: Make) -> None:
    [operation] = journal.intend([create("p1")])
    assert state_of(journal, "p1") is TargetState.IN_DOUBT
    journal.settle([Outcome(operation, OutcomeState.DONE, id="77", version="v1")])
    target = journal.targets("patients", ["p1"])["p1"]
    assert (target.state, target.id, target.version) == (TargetState.CREATED, "77", "v1")
    assert (target.mapped_hash, target.operation, target.origin) == ("mapped-p1", operation, operation)
    assert target.live


def test_operations_have_rising_numbers_and_keep_the_instant_of_their_intent(journal: Journal, create: Make) -> None:
    first, second = journal.intend([create("p1"), create("p2")])
    [third] = journal.intend([create("p3", client_id=str(UUID(int=7, version=4)))])
    assert first < second < third
    rows = journal.intents([third, first])
    assert list(rows) == [third, first]
    assert rows[first].at < rows[third].at
    assert rows[third].client_id == str(UUID(int=7, version=4))
    assert (rows[first].verb, rows[first].marker, rows[first].attempt) == (
        Verb.CREATE,
        "source.patients.p1/abc123",
        1,
    )


def test_may_send_is_true_once(journal: Journal, create: Make) -> None:
    [operation] = journal.intend([create("p1")])
    assert journal.may_send(operation)
    journal.mark_sent([operation])
    assert not journal.may_send(operation)
    with pytest.raises(ContractBroken):
        journal.mark_sent([operation])


def test_marking_one_unsendable_operation_marks_none(journal: Journal, create: Make) -> None:
    [operation] = journal.intend([create("p1")])
    with pytest.raises(ContractBroken):
        journal.mark_sent([operation, operation + 1])
    assert journal.may_send(operation)


def test_a_settled_operation_may_not_be_sent(journal: Journal, create: Make) -> None:
    [operation] = journal.intend([create("p1")])
    journal.settle([Outcome(operation, "not_sent")])
    assert not journal.may_send(operation)


def test_an_intent_of_an_earlier_process_is_in_doubt_and_never_sendable(path: Path, create: Make) -> None:
    with Journal.create(path, KEY, MIGRATION, now=ticking()) as before:
        [operation] = before.intend([create("p1")])
    with Journal.open(path, KEY, MIGRATION, now=ticking()) as after:
        assert not after.may_send(operation)
        [row] = after.in_doubt()
        assert (row.operation, row.key, row.doubted) == (operation, "p1", False)
        after.settle([Outcome(operation, "in_doubt", reason="lost")])
        [row] = after.in_doubt()
        assert row.doubted
        after.settle([Outcome(operation, "found", id="5")])
        assert list(after.in_doubt()) == []
        assert after.ids("patients", ["p1"]) == {"p1": "5"}


def test_in_doubt_lists_oldest_first_and_can_be_narrowed(journal: Journal, create: Make) -> None:
    operations = journal.intend([create("p1"), create("n1", rule="notes", object="note"), create("p2", stage="sample")])
    assert [row.operation for row in journal.in_doubt()] == operations
    assert [row.key for row in journal.in_doubt(stage="load")] == ["p1", "n1"]
    assert [row.key for row in journal.in_doubt(rule="patients")] == ["p1", "p2"]
    assert [row.key for row in journal.in_doubt(stage="sample", rule="notes")] == []


@pytest.mark.parametrize("state", ["rejected", "not_sent", "proved_absent"])
def test_what_had_no_effect_may_be_sent_again_as_the_next_attempt(journal: Journal, create: Make, state: str) -> None:
    [first] = journal.intend([create("p1")])
    journal.settle([Outcome(first, state)])
    [second] = journal.intend([create("p1", attempt=2)])
    assert journal.intents([second])[second].attempt == 2
    journal.settle([Outcome(second, state)])
    [third] = journal.intend([create("p1")])
    assert journal.intents([third])[third].attempt == 3


@pytest.mark.parametrize("state", ["done", "found", "quarantined"])
def test_a_create_that_may_have_worked_is_never_repeated(journal: Journal, create: Make, state: str) -> None:
    [operation] = journal.intend([create("p1")])
    journal.settle([Outcome(operation, state, id="1")])
    for generation in (1, 2):
        with pytest.raises(ContractBroken):
            journal.intend([create("p1", generation=generation)])


@pytest.mark.parametrize("settled_as_doubt", [False, True])
@pytest.mark.parametrize("verb", [Verb.CREATE, Verb.UPDATE, Verb.DELETE])
def test_nothing_is_sent_for_a_record_while_an_operation_on_it_is_open(
    journal: Journal, create: Make, verb: Verb, settled_as_doubt: bool
) -> None:
    [operation] = journal.intend([create("p1")])
    if settled_as_doubt:
        journal.settle([Outcome(operation, "in_doubt")])
    with pytest.raises(ContractBroken):
        journal.intend([create("p1", verb=verb)])


def test_a_refused_batch_of_intents_leaves_nothing_behind(journal: Journal, create: Make) -> None:
    journal.intend([create("p1")])
    head = journal.head()
    with pytest.raises(ContractBroken):
        journal.intend([create("p2"), create("p1")])
    with pytest.raises(ContractBroken):
        journal.intend([create("p3"), create("p3")])
    assert journal.head() == head
    assert journal.targets("patients", ["p2", "p3"]) == {}
    assert journal.verify().ok


def test_an_attempt_that_skips_a_number_is_refused(journal: Journal, create: Make) -> None:
    with pytest.raises(ContractBroken):
        journal.intend([create("p1", attempt=2)])


@pytest.mark.parametrize("second", ["done", "rejected", "in_doubt"])
def test_an_operation_is_settled_once(journal: Journal, create: Make, second: str) -> None:
    [operation] = journal.intend([create("p1")])
    journal.settle([Outcome(operation, "done", id="1")])
    with pytest.raises(ContractBroken):
        journal.settle([Outcome(operation, second, id="2")])
    assert journal.ids("patients", ["p1"]) == {"p1": "1"}
    assert outcomes_of(journal, operation) == ["done"]


def test_what_another_process_settled_is_not_settled_again(path: Path, create: Make) -> None:
    with Journal.create(path, KEY, MIGRATION, now=ticking()) as first:
        [operation] = first.intend([create("p1")])
        with Journal.open(path, KEY, MIGRATION, now=ticking()) as second:
            second.settle([Outcome(operation, "done", id="1")])
        with pytest.raises(ContractBroken):
            first.settle([Outcome(operation, "rejected")])
        assert first.ids("patients", ["p1"]) == {"p1": "1"}


def test_two_final_outcomes_in_one_call_are_refused(journal: Journal, create: Make) -> None:
    [operation] = journal.intend([create("p1")])
    with pytest.raises(ContractBroken):
        journal.settle([Outcome(operation, "done", id="1"), Outcome(operation, "rejected")])
    assert [row.operation for row in journal.in_doubt()] == [operation]


def test_an_outcome_of_an_unknown_operation_is_refused(journal: Journal) -> None:
    with pytest.raises(ContractBroken):
        journal.settle([Outcome(12345, "done", id="1")])


def test_success_of_a_create_needs_an_id(journal: Journal, create: Make) -> None:
    [operation] = journal.intend([create("p1")])
    with pytest.raises(ContractBroken):
        journal.settle([Outcome(operation, "done")])
    assert state_of(journal, "p1") is TargetState.IN_DOUBT


def test_doubt_may_be_noted_several_times_before_the_end(journal: Journal, create: Make) -> None:
    [operation] = journal.intend([create("p1")])
    journal.settle([Outcome(operation, "in_doubt", http=502)])
    journal.settle([Outcome(operation, "in_doubt", reason="look-up failed")])
    journal.settle([Outcome(operation, "proved_absent")])
    assert outcomes_of(journal, operation) == ["in_doubt", "in_doubt", "proved_absent"]
    assert state_of(journal, "p1") is TargetState.PENDING


def test_settling_and_intending_in_one_step_keeps_both_rules(journal: Journal, create: Make) -> None:
    [first] = journal.intend([create("p1")])
    journal.mark_sent([first])
    [second] = journal.advance([Outcome(first, "done", id="1")], [create("p2")])
    assert journal.may_send(second)
    with pytest.raises(ContractBroken):
        journal.advance([Outcome(second, "done", id="2")], [create("p1")])
    assert state_of(journal, "p2") is TargetState.IN_DOUBT
    [third] = journal.advance([Outcome(second, "not_sent")], [create("p2")])
    assert journal.intents([third])[third].attempt == 2


def test_schema_operations_follow_the_protocol_but_are_no_records(journal: Journal, create: Make) -> None:
    [operation] = journal.intend([create("field/person//X", verb=Verb.SCHEMA, rule="schema")])
    assert [row.verb for row in journal.in_doubt()] == [Verb.SCHEMA]
    assert journal.counts() == {}
    journal.settle([Outcome(operation, "done")])
    assert journal.counts() == {}
    assert list(journal.all_targets()) == []
    assert list(journal.targets_by_origin()) == []


def test_what_is_in_doubt_and_was_never_settled_has_no_origin(journal: Journal, create: Make) -> None:
    first, _ = journal.intend([create("p1"), create("p2")])
    journal.settle([Outcome(first, "done", id="1")])
    assert [target.key for target in journal.targets_by_origin()] == ["p1"]


def test_many_intents_of_one_transaction_are_entries_of_a_bounded_size(journal: Journal, create: Make) -> None:
    operations = journal.intend([create(f"p{number}") for number in range(2_500)])
    journal.settle([Outcome(operation, "done", id=str(operation)) for operation in operations])
    assert operations == list(range(1, 2_501))
    entries = Counter((entry.table, entry.hash) for entry in journal.entries())
    assert sorted(entries.values()) == [500, 500, 1000, 1000, 1000, 1000]
    [row] = journal.intents([operations[1_700]]).values()
    assert row.key == "p1700"
    assert journal.verify().ok
