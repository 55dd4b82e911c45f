"""The hash chain over every appended row: hash = SHA-256(hash before, canonical bytes of the row)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from hashlib import sha256
from operator import itemgetter
from typing import Any

import orjson

from bridgework.journal.records import Entry, Head, Verified, from_micros
from bridgework.store import Blob, Connection, Store, pages

COLUMNS = {
    "event": "at, kind, payload",
    "intent": "at, verb, stage, rule, key, object, generation, marker, client_id, attempt, body_hash, mapped_hash,"
    " target_id",
    "outcome": "at, operation, state, id, version, reason, field, http",
}


def chained_hash(before: bytes, table: str, seq: int, values: Sequence[Any]) -> bytes:
    """Hash of one row. The canonical bytes are a JSON list, so that no two rows have the same ones."""
    return sha256(before + orjson.dumps((table, seq, values))).digest()


class Chain:
    """The end of the chain inside one write transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seq, self._hash = connection.execute("SELECT seq, hash FROM head").fetchone()

    def append(self, table: str, rows: Sequence[tuple[Any, ...]]) -> list[int]:
        """Add rows (values in the order of `COLUMNS`) and return their numbers."""
        added = []
        seq, digest = self._seq, self._hash
        for values in rows:
            seq += 1
            digest = chained_hash(digest, table, seq, values)
            added.append((seq, *values, Blob(digest)))
        self._seq, self._hash = seq, digest
        width = COLUMNS[table].count(",") + 3
        marks = ", ".join("?" * width)
        self._connection.executemany(f"INSERT INTO {table} VALUES({marks})", added)
        self._connection.execute("UPDATE head SET seq = ?, hash = ?", (self._seq, self._hash))
        return [row[0] for row in added]


def head(store: Store) -> Head:
    """The last row's number and hash."""
    with store.read() as connection:
        seq, digest = connection.execute("SELECT seq, hash FROM head").fetchone()
    return Head(seq, digest.hex())


def row_at(store: Store, seq: int) -> tuple[int, str] | None:
    """When a row was written, in microseconds, and its hash; None if there is none of that number."""
    tables = " UNION ALL ".join(f"SELECT at, hash FROM {table} WHERE seq = ?1" for table in COLUMNS)  # noqa: S608
    with store.read() as connection:
        row = connection.execute(tables, (seq,)).fetchone()
    return None if row is None else (row[0], row[1].hex())


def walk(store: Store) -> Iterator[tuple[int, str, tuple[Any, ...], bytes]]:
    """All rows of the chain in order: number, table, values, stored hash."""
    return heapq.merge(*(_rows(store, table) for table in COLUMNS), key=itemgetter(0))


def _rows(store: Store, table: str) -> Iterator[tuple[int, str, tuple[Any, ...], bytes]]:
    statement = f"SELECT seq, {COLUMNS[table]}, hash FROM {table} WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
    for row in pages(store, statement, (0,), ()):
        yield row[0], table, row[1:-1], row[-1]


def entries(store: Store) -> Iterator[Entry]:
    """All rows of the chain in order, with their columns by name. Streams."""
    names = {table: tuple(each.strip() for each in columns.split(",")) for table, columns in COLUMNS.items()}
    for seq, table, values, digest in walk(store):
        yield Entry(seq, table, from_micros(values[0]), dict(zip(names[table], values, strict=True)), digest.hex())


def verify(store: Store, anchors: Sequence[Head] = ()) -> Verified:
    """Walk the chain and name the first row that is altered, missing or added. Streams.

    :param anchors: heads noted elsewhere (a report, a sign-off): the chain must have passed through each of them.
        Without one, a journal that was cut short, with its head put back to match, cannot be told from a young one.
    """
    stored = head(store)
    wanted = {anchor.seq: anchor.hash for anchor in anchors}
    last, digest, rows = 0, bytes(32), 0

    def wrong(table: str, seq: int, problem: str) -> Verified:
        return Verified(ok=False, rows=rows, head=stored, table=table, seq=seq, problem=problem)

    for seq, table, values, kept in walk(store):
        if seq <= last:
            return wrong(table, seq, "added")
        if seq != last + 1:
            return wrong("", last + 1, "missing")
        digest = chained_hash(digest, table, seq, values)
        if digest != kept:
            return wrong(table, seq, "altered")
        if wanted.pop(seq, kept.hex()) != kept.hex():
            return wrong(table, seq, "rewritten since it was anchored")
        last, rows = seq, rows + 1
    if last < stored.seq or (wanted and last < max(wanted)):
        return wrong("", last + 1, "missing")
    if last > stored.seq or digest.hex() != stored.hash:
        return wrong("", last, "head does not fit")
    return Verified(ok=True, rows=rows, head=stored)
