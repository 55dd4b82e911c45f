"""References between rows: what they point to, found once when a snapshot is frozen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bridgework.model import SourceDescription
from bridgework.staging.encoding import as_text
from bridgework.staging.rows import follow
from bridgework.staging.schema import end_place, first_place
from bridgework.store import Connection

CHUNK = 20_000  # children linked at a time: sorted by parent in memory, so that pages are written together


class References:
    """The references of a description, numbered as in the store."""

    def __init__(self, connection: Connection, description: SourceDescription, ids: Mapping[str, int]) -> None:
        self.fields: dict[int, list[tuple[int, str]]] = {}  # child object -> (reference, field)
        self.handles: dict[int, list[str]] = {}  # parent object -> fields others name it by
        keys = {described.name: described.key for described in description.objects}
        for described in description.objects:
            for reference in described.references:
                if described.name not in ids:
                    continue
                number = _numbered(connection, ids[described.name], reference.field)
                known = self.fields.setdefault(ids[described.name], [])
                if (number, reference.field) not in known:
                    known.append((number, reference.field))
                if reference.object not in ids:
                    continue
                parent = ids[reference.object]
                by_field = "" if keys.get(reference.object) == (reference.to,) else reference.to
                connection.execute(
                    "INSERT OR REPLACE INTO reference_parent VALUES(?, ?, ?)", (number, parent, by_field)
                )
                if by_field and by_field not in self.handles.setdefault(parent, []):
                    self.handles[parent].append(by_field)

    def pointers(self, child: int, seq: int, values: Mapping[str, Any]) -> Iterator[tuple[int, int, str]]:
        """(reference, child, value) for every filled reference of a row."""
        for number, path in self.fields.get(child, ()):
            for value in _texts(follow(values, path)):
                yield number, seq, value

    def named(self, parent: int, seq: int, values: Mapping[str, Any]) -> Iterator[tuple[int, str, str, int]]:
        """(object, field, value, row) for every value a row may be named by."""
        for path in self.handles.get(parent, ()):
            for value in _texts(follow(values, path)):
                yield parent, path, value, seq


def _numbered(connection: Connection, child: int, path: str) -> int:
    connection.execute("INSERT OR IGNORE INTO reference(child, field) VALUES(?, ?)", (child, path))
    row = connection.execute("SELECT id FROM reference WHERE child = ? AND field = ?", (child, path)).fetchone()
    return int(row[0])


def _texts(value: Any) -> set[str]:
    found = {as_text(item) for item in value} if isinstance(value, list) else {as_text(value)}
    return found - {""}


def put_pointers(
    connection: Connection,
    pointers: Iterable[tuple[int, int, str]],
    handles: Iterable[tuple[int, str, str, int]],
) -> None:
    """Keep what rows say about others and about themselves."""
    connection.executemany("INSERT OR IGNORE INTO pointer VALUES(?, ?, ?)", pointers)
    connection.executemany("INSERT OR IGNORE INTO handle VALUES(?, ?, ?, ?)", handles)


def forget(connection: Connection, rows: Sequence[int]) -> None:
    """Take back what rows said before they changed, with the links that were found for it."""
    for seq in rows:
        object_id = seq >> 40
        for (number,) in connection.execute("SELECT id FROM reference WHERE child = ?", (object_id,)).fetchall():
            connection.execute(
                "DELETE FROM link WHERE reference = ?1 AND child = ?2 AND parent IN ("
                " SELECT r.seq FROM pointer AS p CROSS JOIN reference_parent AS rp ON rp.reference = ?1"
                "  CROSS JOIN row AS r ON r.object = rp.parent AND r.key = p.value"
                "  WHERE p.reference = ?1 AND p.child = ?2 AND rp.by_field = ''"
                " UNION ALL SELECT h.seq FROM pointer AS p CROSS JOIN reference_parent AS rp ON rp.reference = ?1"
                "  CROSS JOIN handle AS h ON h.object = rp.parent AND h.field = rp.by_field AND h.value = p.value"
                "  WHERE p.reference = ?1 AND p.child = ?2)",
                (number, seq),
            )
            connection.execute("DELETE FROM pointer WHERE reference = ? AND child = ?", (number, seq))


def forget_names(connection: Connection, parent: int, rows: Iterable[tuple[str, str, int]]) -> None:
    """Take back (field, value, row) by which rows were named."""
    connection.executemany(
        "DELETE FROM handle WHERE object = ? AND field = ? AND value = ? AND seq = ?",
        [(parent, path, value, seq) for path, value, seq in rows],
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


def link_chunk(connection: Connection, number: int, after: int, upto: int) -> None:
    """Find the parents of a range of children. A value that two parents hold links to neither."""
    connection.execute(
        "INSERT OR IGNORE INTO link SELECT p.reference, r.seq, p.child FROM pointer AS p"
        " CROSS JOIN reference_parent AS rp ON rp.reference = p.reference AND rp.by_field = ''"
        " CROSS JOIN row AS r ON r.object = rp.parent AND r.key = p.value"
        " WHERE p.reference = ? AND p.child > ? AND p.child <= ? ORDER BY r.seq, p.child",
        (number, after, upto),
    )
    connection.execute(
        "INSERT OR IGNORE INTO link SELECT p.reference, min(h.seq), p.child FROM pointer AS p"
        " CROSS JOIN reference_parent AS rp ON rp.reference = p.reference AND rp.by_field <> ''"
        " CROSS JOIN handle AS h ON h.object = rp.parent AND h.field = rp.by_field AND h.value = p.value"
        " WHERE p.reference = ? AND p.child > ? AND p.child <= ?"
        " GROUP BY p.child, p.value, rp.parent HAVING count(*) = 1 ORDER BY 2, 3",
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
