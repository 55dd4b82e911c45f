"""The hash chain names what was altered, dropped, swapped or cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridgework.journal import Head, Intent, Journal, Outcome
from bridgework.store import open_store

from .conftest import KEY, MIGRATION, ticking

Make = Callable[..., Intent]


@contextmanager
def tampering(path: Path) -> Iterator[Any]:
    connection = open_store(path, KEY)
    yield connection
    connection.close()


@pytest.fixture
def written(path: Path, create: Make) -> Path:
    """Rows 1 to 7 in five entries: event, two intents, two outcomes, event, event."""
    with Journal.create(path, KEY, MIGRATION, now=ticking()) as journal:
        journal.event("stage_started", stage="load")
        operations = journal.intend([create("p1"), create("p2")])
        journal.settle([Outcome(operations[0], "done", id="1"), Outcome(operations[1], "rejected", reason="no")])
        journal.event("approved", gate="sample", by="somebody")
        journal.event("stage_finished", stage="load")
    return path


def verified(path: Path, *anchors: Any) -> Any:
    with Journal.open(path, KEY, MIGRATION) as journal:
        return journal.verify(anchors)


def test_an_untouched_journal_is_right(written: Path) -> None:
    result = verified(written)
    assert (result.ok, result.rows, result.head.seq) == (True, 7, 7)


def test_the_whole_chain_can_be_read_in_order(written: Path) -> None:
    with Journal.open(written, KEY, MIGRATION) as journal:
        rows = list(journal.entries())
        head = journal.head()
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert [row.table for row in rows] == ["event", "intent", "intent", "outcome", "outcome", "event", "event"]
    assert rows[1].values["marker"] == "source.patients.p1/abc123" and rows[4].values["reason"] == "no"
    assert rows[-1].hash == head.hash


@pytest.mark.parametrize(
    ("change", "table", "seq"),
    [
        ("UPDATE entry SET payload = replace(payload, 'sample', 'simple') WHERE seq = 6", "event", 6),
        ("UPDATE entry SET payload = replace(payload, 'body-p2', 'x') WHERE seq = 2", "intent", 2),
        ("UPDATE entry SET at = at + 1 WHERE seq = 2", "intent", 2),
        ("UPDATE entry SET rows = 1 WHERE seq = 2", "intent", 2),
        ("UPDATE entry SET kind = 'outcomes' WHERE seq = 2", "outcome", 2),
        ("UPDATE entry SET payload = replace(payload, 'rejected', 'done') WHERE seq = 4", "outcome", 4),
        ("UPDATE entry SET hash = zeroblob(32) WHERE seq = 4", "outcome", 4),
        ("DELETE FROM entry WHERE seq = 1", "", 1),
        ("DELETE FROM entry WHERE seq = 4", "", 4),
        ("DELETE FROM entry WHERE seq = 7", "", 7),
    ],
)
def test_the_first_wrong_entry_is_named_by_its_first_row(written: Path, change: str, table: str, seq: int) -> None:
    with tampering(written) as connection:
        assert connection.execute(change).rowcount == 1
    result = verified(written)
    assert (result.ok, result.table, result.seq) == (False, table, seq)


def test_swapped_entries_are_named(written: Path) -> None:
    with tampering(written) as connection:
        connection.execute("UPDATE entry SET seq = -1 WHERE seq = 6")
        connection.execute("UPDATE entry SET seq = 6 WHERE seq = 7")
        connection.execute("UPDATE entry SET seq = 7 WHERE seq = -1")
    result = verified(written)
    assert (result.ok, result.table, result.seq, result.problem) == (False, "event", 6, "altered")


@pytest.mark.parametrize("seq", [3, 8])
def test_an_added_entry_is_named(written: Path, seq: int) -> None:
    with tampering(written) as connection:
        connection.execute(f"INSERT INTO entry SELECT {seq}, rows, at, kind, payload, hash FROM entry WHERE seq = 7")
    result = verified(written)
    assert (result.ok, result.seq) == (False, seq)


def test_a_journal_cut_short_is_found_by_its_head(written: Path) -> None:
    with tampering(written) as connection:
        connection.execute("DELETE FROM entry WHERE seq > 5")
    result = verified(written)
    assert (result.ok, result.seq, result.problem) == (False, 6, "missing")


def test_a_journal_cut_short_with_its_head_put_back_is_found_by_an_anchor(written: Path) -> None:
    with Journal.open(written, KEY, MIGRATION) as journal:
        anchor = journal.head()
    with tampering(written) as connection:
        connection.execute("DELETE FROM entry WHERE seq > 5")
        connection.execute("UPDATE head SET seq = 5, hash = (SELECT hash FROM entry WHERE seq = 4)")
    assert verified(written).ok
    result = verified(written, anchor)
    assert (result.ok, result.seq) == (False, 6)


def test_an_anchor_where_no_entry_ends_is_none_of_this_chain(written: Path) -> None:
    with Journal.open(written, KEY, MIGRATION) as journal:
        anchor = journal.head()
    result = verified(written, Head(4, anchor.hash), anchor)
    assert (result.ok, result.seq, result.problem) == (False, 4, "rewritten since it was anchored")


def test_a_journal_written_anew_is_found_by_an_anchor(path: Path, tmp_path: Path) -> None:
    with Journal.create(path, KEY, MIGRATION, now=ticking()) as journal:
        journal.event("approved", gate="mapping")
        anchor = journal.head()
    other = tmp_path / "other.db"
    with Journal.create(other, KEY, MIGRATION, now=ticking()) as journal:
        journal.event("approved", gate="sample")
        result = journal.verify([anchor])
    assert (result.ok, result.table, result.seq) == (False, "event", 1)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("event"), st.text(max_size=20)),
        st.tuples(st.just("create"), st.sampled_from("abcdef")),
        st.tuples(st.just("settle"), st.sampled_from(["done", "rejected", "not_sent", "in_doubt", "proved_absent"])),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, data=st.data())
def test_any_history_verifies_and_any_single_change_is_named(
    tmp_path_factory: pytest.TempPathFactory, create: Make, steps: list[tuple[str, str]], data: st.DataObject
) -> None:
    """T41: a flipped byte; what was dropped, swapped or cut off: the tests above."""
    path = tmp_path_factory.mktemp("chain") / "journal.db"
    with Journal.create(path, KEY, MIGRATION, now=ticking()) as journal:
        for step, detail in steps:
            doubt = list(journal.in_doubt())
            if step == "event":
                journal.event("note", text=detail)
            elif step == "create" and detail not in journal.ids("patients", "abcdef"):
                if all(row.key != detail for row in doubt):
                    journal.intend([create(detail)])
            elif step == "settle" and doubt:
                journal.settle([Outcome(doubt[0].operation, detail, id="1")])
        before = list(journal.all_targets())
        result = journal.verify()
        assert result.ok and result.rows == result.head.seq
        journal.rebuild()
        assert list(journal.all_targets()) == before
        rows = result.rows
    if rows:
        seq = data.draw(st.integers(1, rows))
        with tampering(path) as connection:
            connection.execute("UPDATE entry SET payload = payload || '!' WHERE seq = ?", (seq,))
        broken = verified(path)
        assert (broken.ok, broken.seq, broken.problem) == (False, seq, "altered")
