"""The frozen extract as everybody reads it."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import orjson

from bridgework.errors import UsageError
from bridgework.model import Problem, SourceDescription, SourceField, SourceObject, Value
from bridgework.staging import merges
from bridgework.staging.encoding import as_text, description_from_json, unpack
from bridgework.staging.inventory import FieldProfile, profiles_from_json
from bridgework.staging.links import AMBIGUOUS, ORPHAN
from bridgework.staging.rows import Row
from bridgework.staging.schema import PLACE_BITS, end_place, first_place
from bridgework.store import Store, pages

PAGE = 500
_ROW = "p.seq, p.key, p.hash, p.file, p.line, p.data"


class Staging:
    """Read face of the frozen snapshot. Everything streams; several threads may read at once.

    :raises UsageError: nothing is staged, or the extract did not finish.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.read() as connection:
            row = connection.execute(
                "SELECT number, fingerprint, description FROM snapshot WHERE frozen = 1 ORDER BY number DESC LIMIT 1"
            ).fetchone()
            if row is None:
                raise UsageError("Nothing is staged, or the extract did not finish", next_step="bridgework extract")
            self._ids: dict[str, int] = dict(connection.execute("SELECT name, id FROM object").fetchall())
            self._files: dict[int, str] = dict(connection.execute("SELECT id, name FROM file").fetchall())
        self._names = {number: name for name, number in self._ids.items()}
        self.snapshot: int = row[0]
        self.fingerprint: str = row[1]
        self.description: SourceDescription = description_from_json(row[2])
        self._objects = {described.name: described for described in self.description.objects}

    # ---------------------------------------------------------------------------------- description

    def objects(self) -> tuple[SourceObject, ...]:
        """All objects with their fields, found ones included; those not in the export have `absent` set."""
        return self.description.objects

    def object(self, name: str) -> SourceObject:
        """The object of that name; KeyError if there is none."""
        return self._objects[name]

    def objects_of(self, concept: str) -> list[SourceObject]:
        """Objects that are what the concept names."""
        return [described for described in self.description.objects if described.concept == concept]

    def concept_fields(self, concept: str) -> list[tuple[SourceObject, SourceField]]:
        """Fields that hold what the concept names."""
        return [
            (described, known)
            for described in self.description.objects
            for known in described.fields
            if known.concept == concept
        ]

    def inventory(self) -> dict[str, dict[str, FieldProfile]]:
        """Per object and field path what is in the field."""
        with self._store.read() as connection:
            rows = connection.execute("SELECT name, inventory FROM object ORDER BY id").fetchall()
        return {name: profiles_from_json(text) for name, text in rows}

    def count(self, object_name: str) -> int:
        """Number of staged rows of an object."""
        return self._numbers("rows").get(object_name, 0)

    def folded(self) -> dict[str, int]:
        """Per object how many rows said the same as another one of the same key and were folded into it."""
        return {name: number for name, number in self._numbers("folded").items() if number}

    def _numbers(self, column: str) -> dict[str, int]:
        with self._store.read() as connection:
            return dict(connection.execute(f"SELECT name, {column} FROM object").fetchall())

    # ---------------------------------------------------------------------------------- rows

    def rows(self, object_name: str) -> Iterator[Row]:
        """All rows of an object in source order."""
        number = self._ids.get(object_name)
        if number is None:
            return
        statement = f"SELECT {_ROW} FROM payload AS p WHERE p.seq < ? AND p.seq > ? ORDER BY p.seq LIMIT ?"
        files = self._files
        found = pages(self._store, statement, (first_place(number),), (end_place(number),), PAGE)
        for seq, key, digest, file, line, data in found:
            yield Row(object_name, key, seq, orjson.loads(data), files[file], line, digest)

    def _row(self, columns: Sequence[Any]) -> Row:
        seq, key, digest, file, line, data = columns
        return Row(self._names[seq >> PLACE_BITS], key, seq, orjson.loads(data), self._files[file], line, digest)

    def row(self, object_name: str, key: str) -> Row | None:
        """One row, None if there is no such key."""
        return self.many(object_name, [key]).get(key)

    def many(self, object_name: str, keys: Iterable[str]) -> dict[str, Row]:
        """Rows of those keys that exist."""
        number = self._ids.get(object_name)
        join = "CROSS JOIN row AS r ON r.object = ? AND r.key = j.value CROSS JOIN payload AS p ON p.seq = r.seq"
        return {row.key: row for row in self._chosen(join, list(keys), (number,))}

    def _chosen(self, join: str, wanted: Sequence[Any], parameters: Sequence[Any]) -> list[Row]:
        found: list[Row] = []
        for start in range(0, len(wanted), PAGE):
            with self._store.read() as connection:
                rows = connection.execute(
                    f"SELECT {_ROW} FROM json_each(?) AS j {join}",
                    (orjson.dumps(wanted[start : start + PAGE]).decode(), *parameters),
                ).fetchall()
            found.extend(self._row(row) for row in rows)
        return found

    def raw(self, object_name: str, key: str) -> bytes | None:
        """The row as received."""
        with self._store.read() as connection:
            row = connection.execute(
                "SELECT w.packed, w.data FROM row AS r CROSS JOIN raw AS w ON w.seq = r.seq"
                " WHERE r.object = ? AND r.key = ?",
                (self._ids.get(object_name), key),
            ).fetchone()
        return None if row is None else unpack(*row)

    def raw_rows(self, object_name: str) -> Iterator[tuple[str, bytes]]:
        """(key, row as received) of all rows of an object in source order."""
        number = self._ids.get(object_name, 0)
        statement = (
            "SELECT p.seq, p.key, w.packed, w.data FROM payload AS p CROSS JOIN raw AS w ON w.seq = p.seq"
            " WHERE p.seq < ? AND p.seq > ? ORDER BY p.seq LIMIT ?"
        )
        for _, key, packed, data in pages(self._store, statement, (first_place(number),), (end_place(number),), PAGE):
            yield key, unpack(packed, data)

    def by_field(self, object_name: str, field: str, value: Value) -> list[Row]:
        """Rows whose field holds the value. Only for the key and for fields that a reference points to.

        :raises KeyError: no reference points to that field.
        """
        if self._objects[object_name].key == (field,):
            row = self.row(object_name, as_text(value))
            return [] if row is None else [row]
        if (object_name, field) not in self._referenced:
            raise KeyError(f"no reference points to {object_name}.{field}")
        with self._store.read() as connection:
            rows = connection.execute(
                "SELECT seq FROM handle WHERE object = ? AND field = ? AND value = ? ORDER BY seq",
                (self._ids.get(object_name), field, as_text(value)),
            ).fetchall()
        return self._chosen("CROSS JOIN payload AS p ON p.seq = j.value", [row[0] for row in rows], ())

    @cached_property
    def _referenced(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (reference.object, reference.to)
            for described in self.description.objects
            for reference in described.references
            if reference.to
        )

    def by_concept(self, concept: str) -> Iterator[tuple[Row, Value]]:
        """Every row that has a value for the concept, with that value ("patient.birth_date")."""
        for described, known in self.concept_fields(concept):
            for row in self.rows(described.name):
                value = row.get(known.name)
                if value is not None:
                    yield row, value

    def counts(self, object_name: str, field: str) -> list[tuple[Value, int]]:
        """Values of a field with the number of rows that hold them, most frequent first; None counts the empty ones."""
        number: Counter[Any] = Counter()
        for row in self.rows(object_name):
            value = row.get(field)
            held = set(map(_hashable, value)) if isinstance(value, list) else {_hashable(value)}
            number.update(held)
        return sorted(number.items(), key=lambda item: (-item[1], str(item[0])))

    def problems(self, object_name: str | None = None) -> Iterator[tuple[str, str, Problem, str, int]]:
        """(object, key, problem, file, line) of values that could not be read, in source order."""
        number = 0 if object_name is None else self._ids.get(object_name, 0)
        first, end = (0, 2**62) if object_name is None else (first_place(number), end_place(number))
        statement = (
            "SELECT q.seq, q.position, p.key, q.field, q.check_id, q.reason, p.file, p.line FROM problem AS q"
            " CROSS JOIN payload AS p ON p.seq = q.seq WHERE q.seq < ? AND (q.seq, q.position) > (?, ?)"
            " ORDER BY q.seq, q.position LIMIT ?"
        )
        for seq, _, key, field, check, reason, file, line in pages(self._store, statement, (first, -1), (end,)):
            yield self._names[seq >> PLACE_BITS], key, Problem(field, check, reason), self._files[file], line

    # ---------------------------------------------------------------------------------- references

    def children_of(
        self, child: str, reference_field: str, *, survivors: bool = False, parent: str = ""
    ) -> Iterator[tuple[int, Row]]:
        """(number of the parent row, child row) ordered by parent, then by child, both in source order.

        :param survivors: children of a merged row come under the row that survived.
        :param parent: only parents of that object, for a reference that may name several.
        """
        number = self._reference(child, reference_field)
        first, end = (0, 2**62) if not parent else (first_place(self._ids[parent]), end_place(self._ids[parent]))
        bounds = (number, end)
        found = pages(self._store, _links("link", _NOT_MERGED if survivors else ""), (first, 2**62), bounds, PAGE)
        if survivors:
            adopted = pages(self._store, _links("adopted", ""), (first, 2**62), bounds, PAGE)
            found = heapq.merge(found, adopted, key=lambda row: row[:2])
        for row in found:
            yield row[0], self._row(row[2:])

    def children(self, parent: Row, child: str, reference_field: str) -> list[Row]:
        """The child rows of one parent in source order, those of rows merged into it among them."""
        bounds = (self._reference(child, reference_field), parent.seq + 1)
        found: list[tuple[Any, ...]] = []
        for table, condition in (("link", _NOT_MERGED), ("adopted", "")):
            found += pages(self._store, _links(table, condition), (parent.seq, 0), bounds, PAGE)
        return [self._row(row[2:]) for row in sorted(found, key=lambda row: row[:2])]

    def _reference(self, child: str, field: str) -> int:
        with self._store.read() as connection:
            row = connection.execute(
                "SELECT id FROM reference WHERE child = ? AND field = ?", (self._ids.get(child), field)
            ).fetchone()
        if row is None:
            raise KeyError(f"{child}.{field} is no reference")
        return int(row[0])

    def parents_with_children(
        self, parent: str, child: str, reference_field: str, *, survivors: bool = False
    ) -> Iterator[tuple[Row, list[Row]]]:
        """Every parent row with its children, all in source order: one scan of each."""
        children = ChildCursor(
            self.children_of(child, reference_field, survivors=survivors, parent=parent)
            if parent in self._ids
            else iter(())
        )
        for row in self.rows(parent):
            yield row, children.of(row.seq)

    def orphans(self, child: str, reference_field: str) -> Iterator[Row]:
        """Rows whose reference is filled and names no row."""
        return self._pointing(child, reference_field, ORPHAN)

    def ambiguous(self, child: str, reference_field: str) -> Iterator[Row]:
        """Rows whose reference holds a value by which several rows could be meant; they are linked to none of them."""
        return self._pointing(child, reference_field, AMBIGUOUS)

    def _pointing(self, child: str, field: str, condition: str) -> Iterator[Row]:
        statement = (
            f"SELECT q.child, {_ROW} FROM (SELECT DISTINCT p.child AS child FROM pointer AS p"
            f" WHERE p.reference = ? AND ({condition}) AND p.child > ? ORDER BY p.child LIMIT ?) AS q"
            " CROSS JOIN payload AS p ON p.seq = q.child"
        )
        for row in pages(self._store, statement, (0,), (self._reference(child, field),), PAGE):
            yield self._row(row[1:])

    # ---------------------------------------------------------------------------------- merged rows

    def apply_merges(self, wanted: Mapping[tuple[str, str], str]) -> None:
        """Say which rows were merged into which: (object, merged key) to the key it was merged into.

        Replaces what was said before. Chains are followed to the row that survives; circles and chains that end at
        no row are left out and listed by `broken_merges`.
        """
        merges.apply(self._store, self._ids, wanted)

    def broken_merges(self) -> list[tuple[str, str, str]]:
        """(object, key, ``cycle`` or ``dead end``) of merges that lead to no row."""
        return merges.broken(self._store)

    def survivor(self, object_name: str, key: str) -> str:
        """The key of the row that stands for this one; the key itself if it was not merged."""
        return merges.survivor(self._store, object_name, key)

    def declared_merges(self) -> Iterator[tuple[tuple[str, str], str]]:
        """((object, merged key), key it was merged into) as the source itself says (`SourceObject.merged_into`)."""
        for described in self.description.objects:
            if described.merged_into:
                for row in self.rows(described.name):
                    if into := as_text(row.get(described.merged_into)):
                        yield (described.name, row.key), into


_NOT_MERGED = " AND NOT EXISTS (SELECT 1 FROM heir AS h WHERE h.merged = l.parent)"


def _links(table: str, condition: str) -> str:
    return (
        f"SELECT l.parent, l.child, {_ROW} FROM {table} AS l CROSS JOIN payload AS p ON p.seq = l.child"
        f" WHERE l.reference = ? AND l.parent < ?{condition}"
        " AND (l.parent, l.child) > (?, ?) ORDER BY l.parent, l.child LIMIT ?"
    )


def _hashable(value: Value) -> Value:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode() if isinstance(value, dict | list) else value


class ChildCursor:
    """Children in parent order, taken parent by parent in that order."""

    def __init__(self, children: Iterator[tuple[int, Row]]) -> None:
        self._children = children
        self._next = next(children, None)

    def of(self, parent: int) -> list[Row]:
        """The children of a parent row; parents must be asked for in ascending order."""
        found: list[Row] = []
        while self._next is not None and self._next[0] <= parent:
            if self._next[0] == parent:
                found.append(self._next[1])
            self._next = next(self._children, None)
        return found
