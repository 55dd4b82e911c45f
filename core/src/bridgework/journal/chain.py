"""The hash chain over every entry: hash = SHA-256(hash before, canonical bytes of the entry)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from bridgework.journal.packing import pack, unpack
from bridgework.journal.records import Entry, Head, Intent, Outcome, Verified, from_micros
from bridgework.store import Blob, Connection, Store, pages

INTENTS, OUTCOMES = "intents", "outcomes"
COLUMNS: dict[str, tuple[str, ...]] = {INTENTS: Intent._fields, OUTCOMES: Outcome._fields}
MOST_ROWS = 1_000  # of an entry
_PAGE = 20  # entries read together


class Logged(NamedTuple):
    """One entry as kept: `rows` rows numbered from `seq` on. `kind` is ``intents``, ``outcomes`` or an event's."""

    seq: int
    rows: int
    at: int
    kind: str
    payload: str
    hash: bytes

    @property
    def last(self) -> int:
        """The number of its last row."""
        return self.seq + self.rows - 1

    @property
    def table(self) -> str:
        """What its rows are: ``intent``, ``outcome`` or ``event``."""
        return {INTENTS: "intent", OUTCOMES: "outcome"}.get(self.kind, "event")

    def values(self) -> Iterator[tuple[Any, ...]]:
        """Its rows, values in the order of `COLUMNS`."""
        return unpack(COLUMNS[self.kind], self.payload, self.rows)


_ENTRY = ", ".join(Logged._fields)


def chained_hash(before: bytes, seq: int, rows: int, at: int, kind: str, payload: str) -> bytes:
    """Hash of one entry. The canonical bytes begin with a JSON list, so that no two entries have the same ones."""
    return sha256(before + orjson.dumps((seq, rows, at, kind)) + payload.encode()).digest()


class Chain:
    """The end of the chain inside one write transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seq, self._hash = connection.execute("SELECT seq, hash FROM head").fetchone()

    def append(self, kind: str, at: int, payload: str, rows: int = 1) -> int:
        """Add an entry; the number of its first row."""
        seq: int = self._seq + 1
        self._hash = chained_hash(self._hash, seq, rows, at, kind, payload)
        self._seq += rows
        self._connection.execute(
            "INSERT INTO entry VALUES(?, ?, ?, ?, ?, ?)", (seq, rows, at, kind, payload, Blob(self._hash))
        )
        self._connection.execute("UPDATE head SET seq = ?, hash = ?", (self._seq, self._hash))
        return seq

    def append_rows(self, kind: str, at: int, columns: Sequence[Sequence[Any]]) -> int:
        """Add intents or outcomes, given by column, in entries of a bounded size; the number of the first."""
        first: int = self._seq + 1
        for start in range(0, len(columns[0]), MOST_ROWS):
            part = [column[start : start + MOST_ROWS] for column in columns]
            self.append(kind, at, pack(COLUMNS[kind], part), len(part[0]))
        return first


def head(store: Store) -> Head:
    """The last row's number and the hash of its entry."""
    with store.read() as connection:
        seq, digest = connection.execute("SELECT seq, hash FROM head").fetchone()
    return Head(seq, digest.hex())


def entry_at(connection: Connection, seq: int) -> Logged | None:
    """The entry that holds the row of that number."""
    row = connection.execute(
        f"SELECT {_ENTRY} FROM entry WHERE seq <= ? ORDER BY seq DESC LIMIT 1",
        (seq,),
    ).fetchone()
    found = None if row is None else Logged(*row)
    return found if found is not None and seq <= found.last else None


def rows_at(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[int, tuple[Any, ...]]]:
    """Intents or outcomes by number, ascending: when they were written, in microseconds, and their values."""
    found: dict[int, tuple[int, tuple[Any, ...]]] = {}
    entry: Logged | None = None
    values: list[tuple[Any, ...]] = []
    for number in sorted(set(numbers)):
        if entry is None or number > entry.last:
            entry = entry_at(connection, number)
            values = list(entry.values()) if entry is not None and entry.kind in COLUMNS else []
        if entry is not None and values:
            found[number] = entry.at, values[number - entry.seq]
    return found


def walk(store: Store) -> Iterator[Logged]:
    """All entries of the chain in order."""
    statement = f"SELECT {_ENTRY} FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"
    return (Logged(*row) for row in pages(store, statement, (0,), (), size=_PAGE))


def intents_in_order(store: Store, *, newest_first: bool) -> Iterator[Logged]:
    """Entries of intents, one way or the other."""
    sign, order, first = ("<", "DESC", 2**62) if newest_first else (">", "ASC", 0)
    statement = f"SELECT {_ENTRY} FROM entry WHERE kind = ? AND seq {sign} ? ORDER BY seq {order} LIMIT ?"
    return (Logged(*row) for row in pages(store, statement, (first,), (INTENTS,), size=_PAGE))


def entries(store: Store) -> Iterator[Entry]:
    """All rows of the chain in order, with their columns by name. Streams."""
    for logged in walk(store):
        at, digest = from_micros(logged.at), logged.hash.hex()
        if logged.kind in COLUMNS:
            for seq, values in enumerate(logged.values(), logged.seq):
                yield Entry(seq, logged.table, at, dict(zip(COLUMNS[logged.kind], values, strict=True)), digest)
        else:
            yield Entry(logged.seq, logged.table, at, {"kind": logged.kind, "payload": logged.payload}, digest)


def verify(store: Store, anchors: Sequence[Head] = ()) -> Verified:
    """Walk the chain and name the first entry that is altered, missing or added, by its first row. Streams.

    :param anchors: heads noted elsewhere (a report, a sign-off): the chain must have passed through each of them.
        Without one, a journal that was cut short, with its head put back to match, cannot be told from a young one.
    """
    stored = head(store)
    wanted = {anchor.seq: anchor.hash for anchor in anchors}
    last, digest = 0, bytes(32)

    def wrong(table: str, seq: int, problem: str) -> Verified:
        return Verified(ok=False, rows=last, head=stored, table=table, seq=seq, problem=problem)

    for entry in walk(store):
        if entry.seq <= last:
            return wrong(entry.table, entry.seq, "added")
        if entry.seq != last + 1:
            return wrong("", last + 1, "missing")
        digest = chained_hash(digest, *entry[:-1])
        if digest != entry.hash:
            return wrong(entry.table, entry.seq, "altered")
        if wanted.pop(entry.last, digest.hex()) != digest.hex():
            return wrong(entry.table, entry.seq, "rewritten since it was anchored")
        last = entry.last
    if last < stored.seq or (wanted and last < max(wanted)):
        return wrong("", last + 1, "missing")
    if wanted:
        return wrong("", min(wanted), "rewritten since it was anchored")
    if last > stored.seq or digest.hex() != stored.hash:
        return wrong("", last, "head does not fit")
    return Verified(ok=True, rows=last, head=stored)
