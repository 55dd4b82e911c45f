"""What became of every source row: exactly one disposition each.

A row may be named by several rules: it is loaded by one, left out by the condition of another, rolled up by a third.
The strongest statement wins, in this order (weakest first):

    skipped < merged < archived < loaded < pending < in_doubt < rejected

What is left out by one rule and taken by another was taken, so *skipped* is weakest. A row that is archived and rolled
up counts as archived; a row that became a record is loaded, wherever else its values went. A row with several targets
takes the worst state among them, so the three open states stand above. A target whose values a person changed
(*conflict*) is loaded: it is there. What was taken out again is pending for the next generation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, get_args

from bridgework.journal.targets import batches
from bridgework.store import Connection, Store, pages

Disposition = Literal["skipped", "merged", "archived", "loaded", "pending", "in_doubt", "rejected"]
ORDER: tuple[str, ...] = get_args(Disposition)
KINDS = frozenset({*ORDER, "target"})

# A row of a plan: (object, key, rule, kind, reason, key of the target if kind is "target")
DispositionRow = tuple[str, str, str, str, str, str]

_RANK = (
    "CASE d.kind WHEN 'skipped' THEN 0 WHEN 'merged' THEN 1 WHEN 'archived' THEN 2 WHEN 'loaded' THEN 3"
    " WHEN 'pending' THEN 4 WHEN 'in_doubt' THEN 5 WHEN 'rejected' THEN 6 ELSE"
    " CASE WHEN t.state IN ('created', 'updated', 'matched', 'unchanged') THEN 3 WHEN t.state = 'in_doubt' THEN 5"
    " WHEN t.state = 'conflict' THEN iif(t.id = '', 5, 3) WHEN t.state = 'rejected' THEN 6 ELSE 4 END END"
)
_JOINED = "disposition AS d LEFT JOIN target AS t ON d.kind = 'target' AND t.rule = d.rule AND t.key = d.target_key"


def clear(connection: Connection) -> None:
    """Forget all dispositions: a plan is about to say them anew."""
    connection.execute("DELETE FROM disposition")


def put(connection: Connection, rows: Iterable[DispositionRow]) -> None:
    """Say what becomes of source rows; the same row, rule and target again replaces what was said."""
    prepared = []
    for name, key, rule, kind, reason, target_key in rows:
        if kind not in KINDS:
            raise ValueError(f"no such disposition: {kind}")
        prepared.append((name, key, rule, target_key, kind, reason))
    prepared.sort()  # neighbours in the index are written together
    connection.executemany("INSERT OR REPLACE INTO disposition VALUES(?, ?, ?, ?, ?, ?)", prepared)


def conservation(store: Store) -> dict[str, dict[str, int]]:
    """Per source object how many rows have which disposition; every row counts once."""
    found: dict[str, dict[str, int]] = {}
    with store.read() as connection:
        for name, rank, number in connection.execute(
            f"SELECT object, rank, count(*) FROM (SELECT d.object AS object, max({_RANK}) AS rank"  # noqa: S608
            f" FROM {_JOINED} GROUP BY d.object, d.key) GROUP BY object, rank ORDER BY object, rank"
        ):
            found.setdefault(name, {})[ORDER[rank]] = number
    return found


def reasons(store: Store, name: str) -> dict[tuple[str, str], int]:
    """How many rows of a source object have which disposition for which reason; every row counts once."""
    with store.read() as connection:
        rows = connection.execute(
            f"SELECT rank, reason, count(*) FROM (SELECT max({_RANK}) AS rank,"  # noqa: S608
            f" iif(d.kind = 'target', coalesce(t.reason, ''), d.reason) AS reason FROM {_JOINED}"
            " WHERE d.object = ? GROUP BY d.key) GROUP BY rank, reason ORDER BY rank, reason",
            (name,),
        ).fetchall()
    return {(ORDER[rank], reason): number for rank, reason, number in rows}


def rows_in(store: Store, name: str, disposition: str) -> Iterator[tuple[str, str, str]]:
    """(key, rule, reason) of the rows with that disposition, in key order."""
    statement = (
        f"SELECT key, rank, rule, reason FROM (SELECT d.key AS key, max({_RANK}) AS rank, d.rule AS rule,"  # noqa: S608
        f" iif(d.kind = 'target', coalesce(t.reason, ''), d.reason) AS reason FROM {_JOINED}"
        " WHERE d.object = ? AND d.key > ? GROUP BY d.key) ORDER BY key LIMIT ?"
    )
    wanted = ORDER.index(disposition)
    for key, rank, rule, reason in pages(store, statement, ("",), (name,)):
        if rank == wanted:
            yield key, rule, reason


def write(store: Store, rows: Iterable[DispositionRow]) -> None:
    """`put` in transactions of a few thousand rows."""
    for batch in batches(rows):
        with store.write("dispositions") as connection:
            put(connection, batch)
