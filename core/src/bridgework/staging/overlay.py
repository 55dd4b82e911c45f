"""A delta: rows compared with those of the snapshot it is laid over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bridgework.staging import insert, links
from bridgework.staging.insert import Inserter, Prepared
from bridgework.staging.schema import PLACE_BITS, end_place, first_place
from bridgework.store import Connection, Store, pages

_MOST_AHEAD = 20_000  # rows kept that the delta has not told yet

ChangeKind = Literal["new", "changed", "vanished"]


@dataclass(frozen=True, slots=True)
class OverlayResult:
    """What a delta brought for one object. `vanished` rows were missing in a complete delta; they are kept."""

    object: str
    snapshot: int
    new: int
    changed: int
    unchanged: int
    vanished: int
    _object_id: int
    _store: Store

    def keys(self, kind: ChangeKind) -> Iterator[str]:
        """Keys of the rows of that kind, in source order. Streams."""
        statement = (
            "SELECT c.seq, p.key FROM change AS c CROSS JOIN payload AS p ON p.seq = c.seq"
            " WHERE c.snapshot = ? AND c.object = ? AND c.kind = ? AND c.seq > ? ORDER BY c.seq LIMIT ?"
        )
        for _, key in pages(self._store, statement, (0,), (self.snapshot, self._object_id, kind)):
            yield key


class Overlay:
    """A delta while it is written."""

    def __init__(self, inserter: Inserter, complete: bool, redescribed: bool) -> None:
        self._inserter = inserter
        self.complete = complete
        self.redescribed = redescribed  # the references are not what they were: all of them must be found again
        self.touched: set[int] = set()
        self.written: set[int] = set()
        self._changed: dict[int, list[int]] = {}
        self._new: dict[int, list[int]] = {}
        self._seen: dict[int, bytearray] = {}  # one byte per row of an object
        self._ahead: dict[int, _Ahead] = {}

    @property
    def dirty(self) -> set[int]:
        """Objects with new or changed rows."""
        return {*self._changed, *self._new}

    def changed(self, object_id: int) -> list[int]:
        """Rows of an object that were replaced."""
        return self._changed.get(object_id, [])

    def compare(self, connection: Connection, object_id: int, rows: list[Prepared]) -> None:
        """Keep what is the same, replace what changed, add what is new."""
        if object_id not in self._ahead:
            self._ahead[object_id] = _Ahead(object_id)
        known = self._ahead[object_id].known(connection, [row.key for row in rows])
        seen = self._seen.setdefault(object_id, bytearray())
        for row in rows:
            match = known.get(row.key)
            if match is not None and match[1] == row.hash and not _marked(seen, match[0]):
                _mark(seen, match[0])
                continue
            self._take(connection, object_id, row, seen)

    def _take(self, connection: Connection, object_id: int, row: Prepared, seen: bytearray) -> None:
        place = insert.place_for(connection, object_id, row, lambda seq: _marked(seen, seq))
        if place.exists and _marked(seen, place.seq):
            self._inserter.folded[object_id] += 1
            return
        seq = place.seq
        if not seq:
            seq = self._inserter.append(connection, object_id, place.row)
            self._new.setdefault(object_id, []).append(seq)
            self.written.add(seq)
        elif not place.exists:
            links.forget(connection, [seq])
            self._inserter.replace(connection, seq, place.row)
            self._changed.setdefault(object_id, []).append(seq)
            self.written.add(seq)
        _mark(seen, seq)

    def finish(self, connection: Connection, object_id: int, snapshot: int) -> tuple[int, int, int, int]:
        """Write down what changed; (new, changed, unchanged, vanished)."""
        new, changed = self._new.get(object_id, []), self._changed.get(object_id, [])
        seen = self._seen.get(object_id, bytearray())
        for kind, rows in (("new", new), ("changed", changed)):
            connection.executemany(
                "INSERT INTO change VALUES(?, ?, ?, ?)", [(snapshot, object_id, kind, seq) for seq in rows]
            )
        vanished = 0
        if self.complete:
            vanished = _write_vanished(connection, object_id, snapshot, seen)
        return len(new), len(changed), sum(seen) - len(new) - len(changed), vanished


class _Ahead:
    """The staged rows of an object in their order, read a little ahead of the delta.

    A source tells its rows in the same order each time, so nearly all of them are met here, page by page. Looking each
    of them up by key would decrypt a page per row; that is left to rows that moved, and to a delta in another order.
    """

    def __init__(self, object_id: int) -> None:
        self._object_id = object_id
        self._after = first_place(object_id)
        self._waiting: dict[str, tuple[int, bytes]] = {}

    def known(self, connection: Connection, keys: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """Number and hash of the rows that exist."""
        if len(self._waiting) <= _MOST_AHEAD:
            self._read(connection, len(keys))
        found = {key: self._waiting.pop(key) for key in keys if key in self._waiting}
        if elsewhere := [key for key in keys if key not in found]:
            found.update(insert.known_rows(connection, self._object_id, elsewhere))
        return found

    def _read(self, connection: Connection, number: int) -> None:
        rows = connection.execute(
            "SELECT seq, key, hash FROM payload WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?",
            (self._after, end_place(self._object_id), number),
        ).fetchall()
        if rows:
            self._after = rows[-1][0]
            self._waiting.update((key, (seq, digest)) for seq, key, digest in rows)


def _place(seq: int) -> int:
    return seq & (1 << PLACE_BITS) - 1


def _marked(seen: bytearray, seq: int) -> bool:
    place = _place(seq)
    return place < len(seen) and seen[place] == 1


def _mark(seen: bytearray, seq: int) -> None:
    place = _place(seq)
    if place >= len(seen):
        seen.extend(bytes(place + 1 - len(seen) + 4096))
    seen[place] = 1


def _write_vanished(connection: Connection, object_id: int, snapshot: int, seen: bytearray) -> int:
    [rows] = connection.execute("SELECT count(*) FROM row WHERE object = ?", (object_id,)).fetchone()
    number = int(rows) - sum(seen)
    if number:
        places = connection.execute(
            "SELECT seq FROM payload WHERE seq > ? AND seq < ?", (first_place(object_id), end_place(object_id))
        )
        connection.executemany(
            "INSERT INTO change VALUES(?, ?, 'vanished', ?)",
            ((snapshot, object_id, seq) for (seq,) in places if not _marked(seen, seq)),
        )
    return number
