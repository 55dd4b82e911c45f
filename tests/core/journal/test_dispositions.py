"""Every source row has exactly one disposition, whatever several rules say about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridgework.journal import Intent, Journal, Outcome
from bridgework.journal.dispositions import ORDER
from bridgework.model import Verb

Make = Callable[..., Intent]


def say(journal: Journal, *rows: tuple[str, str, str, str]) -> None:
    """Rows of (key, rule, kind, reason); the target's key is the row's."""
    journal.start_dispositions()
    journal.set_dispositions(
        ("patients", key, rule, kind, reason, key if kind == "target" else "") for key, rule, kind, reason in rows
    )


@pytest.mark.parametrize("weaker", range(len(ORDER)))
@pytest.mark.parametrize("stronger", range(len(ORDER)))
def test_the_strongest_statement_about_a_row_wins(journal: Journal, weaker: int, stronger: int) -> None:
    say(journal, ("p1", "a", ORDER[weaker], "one"), ("p1", "b", ORDER[stronger], "two"))
    wanted = ORDER[max(weaker, stronger)]
    assert journal.conservation() == {"patients": {wanted: 1}}
    assert sum(journal.reasons("patients").values()) == 1


def test_a_target_gives_its_state_to_the_row_at_every_moment(journal: Journal, create: Make) -> None:
    say(journal, ("p1", "patients", "target", ""), ("p1", "other", "skipped", "not a doctor"))
    assert journal.conservation() == {"patients": {"pending": 1}}
    [operation] = journal.intend([create("p1")])
    assert journal.conservation() == {"patients": {"in_doubt": 1}}
    journal.settle([Outcome(operation, "rejected", reason="too long", field="name")])
    assert journal.conservation() == {"patients": {"rejected": 1}}
    assert journal.reasons("patients") == {("rejected", "too long"): 1}
    assert list(journal.rows_in("patients", "rejected")) == [("p1", "patients", "too long")]
    [operation] = journal.intend([create("p1")])
    journal.settle([Outcome(operation, "done", id="1")])
    assert journal.conservation() == {"patients": {"loaded": 1}}
    [operation] = journal.intend([create("p1", verb=Verb.DELETE)])
    journal.settle([Outcome(operation, "kept", reason="edited since")])
    assert journal.conservation() == {"patients": {"loaded": 1}}
    [operation] = journal.intend([create("p1", verb=Verb.DELETE)])
    journal.settle([Outcome(operation, "undone")])
    assert journal.conservation() == {"patients": {"pending": 1}}


def test_a_row_with_several_targets_takes_the_worst(journal: Journal, create: Make) -> None:
    operations = journal.intend([create("p1"), create("p1", rule="deals", object="deal")])
    say(journal, ("p1", "patients", "target", ""), ("p1", "deals", "target", ""))
    journal.settle([Outcome(operations[0], "done", id="1")])
    assert journal.conservation() == {"patients": {"in_doubt": 1}}
    journal.settle([Outcome(operations[1], "done", id="2")])
    assert journal.conservation() == {"patients": {"loaded": 1}}


def test_every_row_counts_once_with_its_reason(journal: Journal) -> None:
    say(
        journal,
        ("p1", "a", "skipped", "deleted"),
        ("p2", "a", "skipped", "deleted"),
        ("p3", "a", "merged", "merged into another row"),
        ("p3", "b", "skipped", "deleted"),
        ("p4", "a", "archived", "archive"),
    )
    journal.set_dispositions([("notes", "n1", "a", "archived", "archive", "")])
    assert journal.conservation() == {
        "notes": {"archived": 1},
        "patients": {"skipped": 2, "merged": 1, "archived": 1},
    }
    assert journal.reasons("patients") == {
        ("skipped", "deleted"): 2,
        ("merged", "merged into another row"): 1,
        ("archived", "archive"): 1,
    }
    assert [key for key, _, _ in journal.rows_in("patients", "skipped")] == ["p1", "p2"]


def test_a_new_plan_says_everything_anew(journal: Journal) -> None:
    say(journal, ("p1", "a", "skipped", "deleted"))
    say(journal, ("p2", "a", "archived", "archive"))
    assert journal.conservation() == {"patients": {"archived": 1}}


def test_an_unknown_disposition_is_refused(journal: Journal) -> None:
    with pytest.raises(ValueError, match="lost"):
        journal.set_dispositions([("patients", "p1", "a", "lost", "", "")])
