"""References between rows: what they point to, found once when a snapshot is frozen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bridgework.model import Reference, SourceDescription
from bridgework.staging.encoding import as_text
from bridgework.staging.rows import follow
from bridgework.staging.schema import PLACE_BITS, end_place, first_place
from bridgework.store import Connection

CHUNK = 20_000  # children linked at a time: sorted by parent in memory, so that pages are written together


@dataclass(frozen=True, slots=True)
class Handle:
    """By what rows of an object are named: `field`, and where that is not enough the fields of a printed name."""

    field: str
    name: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """Names the handle in the store."""
        return "|".join((self.field, *self.name))


Pointer = tuple[int, int, str, str]  # reference, child, value, printed name
Named = tuple[int, str, str, int, str]  # object, handle, value, row, printed name


class References:
    """The references of a description, numbered as in the store."""

    def __init__(self, connection: Connection, description: SourceDescription, ids: Mapping[str, int]) -> None:
        self._ids = ids
        self._fields: dict[int, dict[tuple[int, str], str]] = {}  # child -> (reference, field) -> field with the name
        self._handles: dict[int, set[Handle]] = {}  # parent -> by what its rows are named
        keys = {described.name: described.key for described in description.objects}
        for described in description.objects:
            for reference in described.references:
                self._add(connection, ids[described.name], reference, keys.get(reference.object, ()))

    def _add(self, connection: Connection, child: int, reference: Reference, parent_key: tuple[str, ...]) -> None:
        number = _numbered(connection, child, reference.field)
        known = self._fields.setdefault(child, {})
        known[number, reference.field] = reference.name or known.get((number, reference.field), "")
        parent = self._ids.get(reference.object)
        if parent is None:
            return
        handle = None
        if reference.to and parent_key != (reference.to,):
            handle = Handle(reference.to, reference.to_name if reference.name else ())
            self._handles.setdefault(parent, set()).update((handle, Handle(reference.to)))
        connection.execute(
            "INSERT OR REPLACE INTO reference_parent VALUES(?, ?, ?)",
            (number, parent, handle.identity if handle else ""),
        )

    def concern(self, object_id: int) -> bool:
        """Whether rows of the object point to others, or are named by others."""
        return bool(self._fields.get(object_id) or self._handles.get(object_id))

    def pointers(self, child: int, seq: int, values: Mapping[str, Any]) -> Iterator[Pointer]:
        """What a row says about others, for every filled reference."""
        for (number, path), name in self._fields.get(child, {}).items():
            for value in _texts(follow(values, path)):
                yield number, seq, value, printed(follow(values, name)) if name else ""

    def named(self, parent: int, seq: int, values: Mapping[str, Any]) -> Iterator[Named]:
        """By what others may name a row."""
        for handle in self._handles.get(parent, ()):
            name = printed(*(follow(values, path) for path in handle.name))
            for value in _texts(follow(values, handle.field)):
                yield parent, handle.identity, value, seq, name


def _numbered(connection: Connection, child: int, path: str) -> int:
    connection.execute("INSERT OR IGNORE INTO reference(child, field) VALUES(?, ?)", (child, path))
    row = connection.execute("SELECT id FROM reference WHERE child = ? AND field = ?", (child, path)).fetchone()
    return int(row[0])


def _texts(value: Any) -> set[str]:
    found = {as_text(item) for item in value} if isinstance(value, list) else {as_text(value)}
    return found - {""}


def printed(*parts: Any) -> str:
    """A name as it is compared: parts joined by commas, without blanks, capitals apart ("Ruiz, Ana" = "RUIZ,ANA")."""
    texts = ("".join(as_text(part).split()).casefold() for part in parts)
    return ",".join(text for text in texts if text)


def put_pointers(connection: Connection, pointers: Iterable[Pointer], handles: Iterable[Named]) -> None:
    """Keep what rows say about others, and by what others may name them."""
    connection.executemany("INSERT OR IGNORE INTO pointer VALUES(?, ?, ?, ?)", pointers)
    connection.executemany("INSERT OR IGNORE INTO handle VALUES(?, ?, ?, ?, ?)", handles)


def forget_all(connection: Connection) -> None:
    """Take back everything: the source describes its references differently now."""
    for table in ("pointer", "handle", "link", "reference_parent", "reference"):
        connection.execute(f"DELETE FROM {table}")


def forget(connection: Connection, rows: Sequence[int]) -> None:
    """Take back what rows said before they changed, with the links that were found for it."""
    for seq in rows:
        object_id = seq >> PLACE_BITS
        for (number,) in connection.execute("SELECT id FROM reference WHERE child = ?", (object_id,)).fetchall():
            connection.execute(
                "DELETE FROM link WHERE reference = ?1 AND child = ?2 AND parent IN ("
                " SELECT r.seq FROM pointer AS p CROSS JOIN reference_parent AS rp ON rp.reference = ?1"
                "  CROSS JOIN row AS r ON r.object = rp.parent AND r.key = p.value"
                "  WHERE p.reference = ?1 AND p.child = ?2 AND rp.handle = ''"
                " UNION ALL SELECT h.seq FROM pointer AS p CROSS JOIN reference_parent AS rp ON rp.reference = ?1"
                "  CROSS JOIN handle AS h ON h.object = rp.parent AND h.field = rp.handle AND h.value = p.value"
                "  WHERE p.reference = ?1 AND p.child = ?2)",
                (number, seq),
            )
            connection.execute("DELETE FROM pointer WHERE reference = ? AND child = ?", (number, seq))


def forget_names(connection: Connection, parent: int, rows: Collection[int]) -> None:
    """Take back by what rows could be named before they changed."""
    connection.execute(
        "DELETE FROM handle WHERE object = ? AND seq IN (SELECT value FROM json_each(?))",
        (parent, orjson.dumps(list(rows)).decode()),
    )


def chunks(connection: Connection, number: int) -> Iterator[tuple[int, int]]:
    """Ranges of children of a reference, `CHUNK` pointers each: (greater than, up to)."""
    after = 0
    while True:
        row = connection.execute(
            "SELECT max(child), count(*) FROM (SELECT child FROM pointer WHERE reference = ? AND child > ?"
            " ORDER BY child LIMIT ?)",
            (number, after, CHUNK),
        ).fetchone()
        if not row[1]:
            return
        yield after, row[0]
        after = row[0]


# Which of the rows that hold a value is meant: the only one, or the only one of that printed name.
CHOSEN = (
    "iif(count(*) = 1, min(h.seq), iif(sum(h.label = p.label AND p.label <> '') = 1,"
    " max(iif(h.label = p.label, h.seq, 0)), 0))"
)


# Conditions on a pointer `p`.
ORPHAN = (
    "NOT EXISTS (SELECT 1 FROM reference_parent AS rp CROSS JOIN row AS t ON t.object = rp.parent"
    " AND t.key = p.value WHERE rp.reference = p.reference AND rp.handle = '')"
    " AND NOT EXISTS (SELECT 1 FROM reference_parent AS rp CROSS JOIN handle AS h ON h.object = rp.parent"
    " AND h.field = rp.handle AND h.value = p.value WHERE rp.reference = p.reference AND rp.handle <> '')"
)
AMBIGUOUS = (
    "EXISTS (SELECT 1 FROM reference_parent AS rp CROSS JOIN handle AS h ON h.object = rp.parent"
    " AND h.field = rp.handle AND h.value = p.value WHERE rp.reference = p.reference AND rp.handle <> ''"
    f" GROUP BY rp.parent HAVING {CHOSEN} = 0)"
)


def link_chunk(connection: Connection, number: int, after: int, upto: int) -> None:
    """Find the parents of a range of children. A value that two parents hold links to neither."""
    connection.execute(
        "INSERT OR IGNORE INTO link SELECT p.reference, r.seq, p.child FROM pointer AS p"
        " CROSS JOIN reference_parent AS rp ON rp.reference = p.reference AND rp.handle = ''"
        " CROSS JOIN row AS r ON r.object = rp.parent AND r.key = p.value"
        " WHERE p.reference = ? AND p.child > ? AND p.child <= ? ORDER BY r.seq, p.child",
        (number, after, upto),
    )
    connection.execute(
        f"INSERT OR IGNORE INTO link SELECT p.reference, {CHOSEN} AS chosen, p.child FROM pointer AS p"
        " CROSS JOIN reference_parent AS rp ON rp.reference = p.reference AND rp.handle <> ''"
        " CROSS JOIN handle AS h ON h.object = rp.parent AND h.field = rp.handle AND h.value = p.value"
        " WHERE p.reference = ? AND p.child > ? AND p.child <= ?"
        " GROUP BY p.child, p.value, rp.parent HAVING chosen <> 0 ORDER BY chosen, p.child",
        (number, after, upto),
    )


def unlink_named(connection: Connection, number: int, parent: int) -> None:
    """Drop the links of a reference to one parent object: its rows' names changed, all must be found again."""
    connection.execute(
        "DELETE FROM link WHERE reference = ? AND parent > ? AND parent < ?",
        (number, first_place(parent), end_place(parent)),
    )


def adopt(connection: Connection) -> None:
    """Put the children of merged rows under the survivors."""
    connection.execute("DELETE FROM adopted")
    connection.execute(
        "INSERT OR IGNORE INTO adopted SELECT l.reference, h.survivor, l.child FROM reference AS r CROSS JOIN heir AS h"
        " CROSS JOIN link AS l ON l.reference = r.id AND l.parent = h.merged"
    )
