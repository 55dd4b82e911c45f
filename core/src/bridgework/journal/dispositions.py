"""What became of every source row: exactly one disposition each.

A row may be named by several rules: it is loaded by one, left out by the condition of another, rolled up by a third.
The strongest statement wins, in this order (weakest first):

    skipped < merged < archived < loaded < skipped with its parent < pending < in_doubt < rejected

What is left out by one rule and taken by another was taken, so *skipped* is weakest. A record that is left out because
the one it belongs to was refused is skipped, too, and missing: that is stronger than what is there. A row that is
archived and rolled up counts as archived; a row that became a record is loaded, wherever else its values went. A row
with several targets takes the worst state among them, so the open states stand above. A target whose values a person
changed (*conflict*) is loaded: it is there. What was taken out again is pending for the next generation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Literal, get_args

from bridgework.journal.projection import target_numbers
from bridgework.journal.records import TargetState
from bridgework.journal.targets import batches
from bridgework.store import Connection, Store

Disposition = Literal["skipped", "merged", "archived", "loaded", "pending", "in_doubt", "rejected"]
ORDER: tuple[str, ...] = get_args(Disposition)
_LEFT_OUT, _MERGED, _ARCHIVED, _LOADED, _WITH_PARENT, _PENDING, _IN_DOUBT, _REJECTED = range(8)
_NAMES = (*ORDER[: _LOADED + 1], "skipped", *ORDER[_LOADED + 1 :])  # by rank
_RANKS = {name: _NAMES.index(name) for name in ORDER}
_OF_STATE = {
    TargetState.PENDING: _PENDING,
    TargetState.CREATED: _LOADED,
    TargetState.UPDATED: _LOADED,
    TargetState.MATCHED: _LOADED,
    TargetState.UNCHANGED: _LOADED,
    TargetState.REJECTED: _REJECTED,
    TargetState.SKIPPED: _WITH_PARENT,
    TargetState.IN_DOUBT: _IN_DOUBT,
    TargetState.UNDONE: _PENDING,
}

# A row of a plan: (object, key, rule, kind, reason, key of the target if kind is "target")
DispositionRow = tuple[str, str, str, str, str, str]

_PAGE = 2_000
_RANK = "iif(d.target = 0, d.rank, target_rank(d.target))"
_REASON = (
    "iif(d.target <> 0 AND target_rank(d.target) >= 4,"
    " coalesce((SELECT s.reason FROM standing AS s WHERE s.target = d.target), ''), d.reason)"
)


def clear(connection: Connection) -> None:
    """Forget all dispositions: a plan is about to say them anew."""
    connection.execute("DELETE FROM disposition")


def put(connection: Connection, rows: Iterable[DispositionRow]) -> None:
    """Say what becomes of source rows; the same row, rule and target again replaces what was said."""
    wanted = sorted(rows)  # neighbours in the index are written together
    numbers = target_numbers(connection, [(row[2], row[5]) for row in wanted if row[3] == "target"])
    prepared = []
    for name, key, rule, kind, reason, target_key in wanted:
        if kind != "target" and kind not in _RANKS:
            raise ValueError(f"no such disposition: {kind}")
        target = numbers[rule, target_key] if kind == "target" else 0
        prepared.append((name, key, rule, target, _RANKS.get(kind, 0), reason))
    connection.executemany("INSERT OR REPLACE INTO disposition VALUES(?, ?, ?, ?, ?, ?)", prepared)


def write(store: Store, rows: Iterable[DispositionRow]) -> None:
    """`put` in transactions of a few thousand rows."""
    for batch in batches(rows):
        with store.write("dispositions") as connection:
            put(connection, batch)


def _rank_targets(connection: Connection) -> None:
    """Give the connection a function that ranks a target.

    One byte per target is read beforehand, in the order in which targets lie in the file: looking each of them up
    where its source row comes by would decrypt a page per row.
    """
    [last] = connection.execute("SELECT coalesce(max(number), 0) FROM target").fetchone()
    ranks = bytearray([_PENDING]) * (last + 1)
    cursor = connection.execute("SELECT target, state, id = '' FROM standing")
    while found := cursor.fetchmany(_PAGE):
        for number, state, homeless in found:
            if number <= last:  # a target that was made after the line above is still pending
                ranks[number] = _OF_STATE.get(state, _IN_DOUBT if homeless else _LOADED)
    for (number,) in connection.execute("SELECT target FROM open_operation").fetchall():
        if number <= last:
            ranks[number] = _IN_DOUBT
    connection.create_function("target_rank", 1, lambda number: ranks[number] if number <= last else _PENDING)


def conservation(store: Store) -> dict[str, dict[str, int]]:
    """Per source object how many rows have which disposition; every row counts once."""
    found: dict[str, dict[str, int]] = {}
    with store.read() as connection:
        _rank_targets(connection)
        for name, rank, number in connection.execute(
            f"SELECT object, rank, count(*) FROM (SELECT d.object AS object, max({_RANK}) AS rank"
            " FROM disposition AS d GROUP BY d.object, d.key) GROUP BY object, rank ORDER BY object, rank"
        ):
            fates = found.setdefault(name, {})
            fates[_NAMES[rank]] = fates.get(_NAMES[rank], 0) + number
    return found


def reasons(store: Store, name: str) -> dict[tuple[str, str], int]:
    """How many rows of a source object have which disposition for which reason; every row counts once."""
    with store.read() as connection:
        _rank_targets(connection)
        rows = connection.execute(
            f"SELECT rank, reason, count(*) FROM (SELECT max({_RANK}) AS rank, {_REASON} AS reason"
            " FROM disposition AS d WHERE d.object = ? GROUP BY d.key) GROUP BY rank, reason ORDER BY rank, reason",
            (name,),
        ).fetchall()
    return {(_NAMES[rank], reason): number for rank, reason, number in rows}


def rows_in(store: Store, name: str, disposition: str) -> Iterator[tuple[str, str, str]]:
    """(key, rule, reason) of the rows with that disposition, in key order, as they stand when the listing begins."""
    with store.read() as connection:
        _rank_targets(connection)
        cursor = connection.execute(
            f"SELECT d.key, max({_RANK}), d.rule, {_REASON} FROM disposition AS d WHERE d.object = ?"
            " GROUP BY d.key ORDER BY d.key",
            (name,),
        )
        with closing(cursor):  # a listing given up half-way must not leave its view of the file to the next reader
            while found := cursor.fetchmany(_PAGE):
                for key, rank, rule, reason in found:
                    if _NAMES[rank] == disposition:
                        yield key, rule, reason
