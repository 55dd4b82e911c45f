"""Rows on their way into the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from bridgework.model import Problem, SourceRecord
from bridgework.staging.encoding import WORTH_PACKING, content_hash, encode, pack
from bridgework.staging.schema import PLACE_BITS, first_place
from bridgework.store import Blob, Connection

_STAGED = (
    "row", "payload", "raw", "problem", "pointer", "handle", "link", "adopted", "heir", "merge", "change",
    "reference_parent", "reference", "object", "file",
)  # fmt: skip


class Prepared(NamedTuple):
    """A record ready to be stored. `key_field` names the field that a problem with the key is about."""

    key: str
    hash: bytes
    data: Blob
    raw: bytes
    file: str
    line: int
    problems: tuple[Problem, ...]
    key_field: str


class Place(NamedTuple):
    """Where a row belongs: `seq` of the row it replaces or equals (0: none), `exists` if that one says the same."""

    row: Prepared
    seq: int
    exists: bool


def prepared(records: Iterable[SourceRecord], key_field: str) -> list[Prepared]:
    """Encode and hash records."""
    rows = []
    for each in records:
        record, data = encode(each)
        digest = content_hash(record, data)
        raw, file, line = record.raw, record.file, record.line
        # A copy, because orjson leaves each of its results in a block of 4 KiB.
        rows.append(Prepared(record.key, digest, Blob(data), raw, file, line, record.problems, key_field))
    return rows


def start_over(connection: Connection, description: str) -> int:
    """Empty the tables and open a snapshot; its number."""
    for table in _STAGED:
        connection.execute(f"DELETE FROM {table}")
    [last] = connection.execute("SELECT coalesce(max(number), 0) FROM snapshot").fetchone()
    connection.execute("DELETE FROM snapshot")
    connection.execute("INSERT INTO snapshot VALUES(?, 0, ?, '')", (last + 1, description))
    return int(last) + 1


def object_id(connection: Connection, name: str) -> int:
    """The number of an object, new ones are stored."""
    connection.execute("INSERT OR IGNORE INTO object(name, rows, folded, inventory) VALUES(?, 0, 0, '{}')", (name,))
    row = connection.execute("SELECT id FROM object WHERE name = ?", (name,)).fetchone()
    return int(row[0])


def count_rows(connection: Connection, number: int) -> None:
    """Store how many rows an object has."""
    connection.execute(
        "UPDATE object SET rows = (SELECT count(*) FROM row AS r WHERE r.object = ?1) WHERE id = ?1", (number,)
    )


class Inserter:
    """Puts rows into the tables, each at the end of its object."""

    def __init__(self) -> None:
        self.folded: Counter[int] = Counter()  # object -> rows that said the same as one of the same key
        self._next: dict[int, int] = {}
        self._files: dict[str, int] = {}

    def start(self, object_id: int, last: int = 0) -> None:
        """Go on after row `last` of an object, or at its beginning."""
        self._next.setdefault(object_id, (last or first_place(object_id)) + 1)

    def add(self, connection: Connection, object_id: int, rows: Sequence[Prepared]) -> list[tuple[int, Blob]]:
        """Add rows; what was said before is folded, a key used for something else is kept under another.

        Gives the numbers and values of those that were added.
        """
        first = self._next[object_id]
        if self._insert(connection, object_id, rows):
            return [(seq, row.data) for seq, row in enumerate(rows, start=first)]
        added = []
        for row in rows:  # a key came twice: one by one
            place = place_for(connection, object_id, row, None)
            if place.exists:
                self.folded[object_id] += 1
            else:
                added.append((self.append(connection, object_id, place.row), row.data))
        return added

    def append(self, connection: Connection, object_id: int, row: Prepared) -> int:
        """Add one row whose key is free; its number."""
        self._insert(connection, object_id, [row])
        return self._next[object_id] - 1

    def replace(self, connection: Connection, seq: int, row: Prepared) -> None:
        """Put new content in the place of a row."""
        connection.execute(
            "UPDATE payload SET hash = ?, file = ?, line = ?, data = ? WHERE seq = ?",
            (row.hash, self._file(connection, row.file), row.line, row.data, seq),
        )
        connection.execute(
            "UPDATE row SET hash = ? WHERE object = ? AND key = ?", (row.hash, seq >> PLACE_BITS, row.key)
        )
        connection.execute("UPDATE raw SET packed = ?, data = ? WHERE seq = ?", (*pack(row.raw), seq))
        connection.execute("DELETE FROM problem WHERE seq = ?", (seq,))
        _insert_problems(connection, seq, [row])

    def _insert(self, connection: Connection, object_id: int, rows: Sequence[Prepared]) -> bool:
        """False, and nothing inserted, if one of the keys is taken."""
        first = self._next[object_id]
        keys, payloads, raws = [], [], []
        for seq, (key, digest, data, raw, file, line, _, _) in enumerate(rows, start=first):
            content = Blob(digest)
            number = self._files.get(file) or self._file(connection, file)
            packed, text = pack(raw) if len(raw) >= WORTH_PACKING else (0, raw)
            keys.append((object_id, key, seq, content))
            payloads.append((seq, key, content, number, line, data))
            raws.append((seq, packed, Blob(text)))
        cursor = connection.executemany("INSERT OR IGNORE INTO row VALUES(?, ?, ?, ?)", keys)
        if cursor.rowcount != len(rows):
            connection.executemany(
                "DELETE FROM row WHERE object = ? AND key = ? AND seq = ?", [row[:3] for row in keys]
            )
            return False
        connection.executemany("INSERT INTO payload VALUES(?, ?, ?, ?, ?, ?)", payloads)
        connection.executemany("INSERT INTO raw VALUES(?, ?, ?)", raws)
        _insert_problems(connection, first, rows)
        self._next[object_id] += len(rows)
        return True

    def _file(self, connection: Connection, name: str) -> int:
        if name not in self._files:
            connection.execute("INSERT OR IGNORE INTO file(name) VALUES(?)", (name,))
            row = connection.execute("SELECT id FROM file WHERE name = ?", (name,)).fetchone()
            self._files[name] = row[0]
        return self._files[name]


def _insert_problems(connection: Connection, first: int, rows: Sequence[Prepared]) -> None:
    problems = [
        (seq, position, problem.field, problem.check, problem.reason)
        for seq, row in enumerate(rows, start=first)
        for position, problem in enumerate(row.problems)
    ]
    if problems:
        connection.executemany("INSERT INTO problem VALUES(?, ?, ?, ?, ?)", problems)


def known_rows(connection: Connection, number: int, keys: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    """Number and hash of the rows that exist."""
    rows = connection.execute(
        "SELECT r.key, r.seq, r.hash FROM json_each(?) AS j CROSS JOIN row AS r ON r.object = ? AND r.key = j.value",
        (orjson.dumps(keys).decode(), number),
    ).fetchall()
    return {key: (seq, digest) for key, seq, digest in rows}


def place_for(connection: Connection, number: int, row: Prepared, came_before: Callable[[int], bool] | None) -> Place:
    """Where a row belongs whose key may be taken by a row of the same extract.

    The same content is folded into that row. Other content is kept beside it as ``<key>~2``, ``<key>~3`` … with a
    problem: nobody can say which one is meant.

    :param came_before: in a delta, says whether a row was already met in it; one that was not is replaced.
    """
    turn, candidate = 1, row
    while True:
        found: Any = connection.execute(
            "SELECT seq, hash FROM row WHERE object = ? AND key = ?", (number, candidate.key)
        ).fetchone()
        if found is None:
            return Place(candidate, 0, False)
        same = found[1] == row.hash
        if same or (came_before is not None and not came_before(found[0])):
            return Place(candidate, found[0], same)
        turn += 1
        problem = Problem(row.key_field, "DUP-07", "another row of the object has this key and says something else")
        candidate = row._replace(key=f"{row.key}~{turn}", problems=(*row.problems, problem))
