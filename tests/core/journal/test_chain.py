"""The hash chain names what was altered, dropped, swapped or cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridgework.journal import Intent, Journal, Outcome
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
    """Rows 1 to 7: event, intent, intent, outcome, outcome, event, event."""
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
        ("UPDATE event SET payload = replace(payload, 'sample', 'simple') WHERE seq = 6", "event", 6),
        ("UPDATE intent SET body_hash = 'x' WHERE seq = 2", "intent", 2),
        ("UPDATE intent SET at = at + 1 WHERE seq = 3", "intent", 3),
        ("UPDATE outcome SET state = 'done' WHERE seq = 5", "outcome", 5),
        ("UPDATE outcome SET hash = zeroblob(32) WHERE seq = 4", "outcome", 4),
        ("DELETE FROM event WHERE seq = 1", "", 1),
        ("DELETE FROM outcome WHERE seq = 4", "", 4),
        ("DELETE FROM event WHERE seq = 7", "", 7),
    ],
)
def test_the_first_wrong_row_is_named(written: Path, change: str, table: str, seq: int) -> None:
    with tampering(written) as connection:
        connection.execute(change)
    result = verified(written)
    assert (result.ok, result.table, result.seq) == (False, table, seq)


def test_swapped_rows_are_named(written: Path) -> None:
    with tampering(written) as connection:
        connection.execute("UPDATE intent SET seq = -1 WHERE seq = 2")
        connection.execute("UPDATE intent SET seq = 2 WHERE seq = 3")
        connection.execute("UPDATE intent SET seq = 3 WHERE seq = -1")
    result = verified(written)
    assert (result.ok, result.table, result.seq, result.problem) == (False, "intent", 2, "altered")


def test_an_added_row_is_named(written: Path) -> None:
    with tampering(written) as connection:
        connection.execute("INSERT INTO event SELECT 4, at, kind, payload, hash FROM event WHERE seq = 6")
    result = verified(written)
    assert (result.ok, result.seq) == (False, 4)


def test_a_row_moved_to_another_table_is_not_the_same_row(written: Path) -> None:
    with tampering(written) as connection:
        connection.execute("INSERT INTO event SELECT 8, at, kind, payload, hash FROM event WHERE seq = 7")
    result = verified(written)
    assert (result.ok, result.seq) == (False, 8)


def test_a_journal_cut_short_is_found_by_its_head(written: Path) -> None:
    with tampering(written) as connection:
        connection.execute("DELETE FROM event WHERE seq > 5")
    result = verified(written)
    assert (result.ok, result.seq, result.problem) == (False, 6, "missing")


def test_a_journal_cut_short_with_its_head_put_back_is_found_by_an_anchor(written: Path) -> None:
    with Journal.open(written, KEY, MIGRATION) as journal:
        anchor = journal.head()
    with tampering(written) as connection:
        connection.execute("DELETE FROM event WHERE seq > 5")
        connection.execute("UPDATE head SET seq = 5, hash = (SELECT hash FROM outcome WHERE seq = 5)")
    assert verified(written).ok
    result = verified(written, anchor)
    assert (result.ok, result.seq) == (False, 6)


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
        table = ""
        with tampering(path) as connection:
            for name, column in (("event", "payload"), ("intent", "marker"), ("outcome", "reason")):
                cursor = connection.execute(f"UPDATE {name} SET {column} = {column} || '!' WHERE seq = ?", (seq,))
                table = name if cursor.rowcount else table
        broken = verified(path)
        assert (broken.ok, broken.table, broken.seq) == (False, table, seq)
