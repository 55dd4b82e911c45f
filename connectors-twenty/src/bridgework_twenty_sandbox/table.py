"""Rows of one object: found by id, by a unique value, by a relation, and in the order of their ids."""

import heapq
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bridgework_twenty_sandbox.answers import Record
from bridgework_twenty_sandbox.kinds import Kind, Unique

Changed = Callable[[str, str, Record | None], None]


class Table:
    """Rows are replaced, never changed in place. Soft-deleted rows stay in every index, as in the real database."""

    def __init__(self, kind: Kind, changed: Changed) -> None:
        self.kind = kind
        self.live = 0
        """Rows that are not soft-deleted."""
        self._changed = changed
        self.changes = 0
        """Rises with every change of any row."""
        self.sorted: tuple[Any, list[Record]] = (None, [])
        """The last list that was put in order, and what it depended on."""
        self._rows: dict[str, Record] = {}
        self._order: list[str] = []
        self._versions: dict[str, int] = {}
        self._uniques: dict[Unique, dict[Any, str]] = {}
        self._joins: dict[str, dict[str, dict[str, None]]] = {}
        self._first: list[tuple[float, str]] = []
        self._last: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Record]:
        """In the order of ids."""
        return (self._rows[row_id] for row_id in self._order)

    def get(self, row_id: str) -> Record | None:
        return self._rows.get(row_id)

    # ------------------------------------------------------------ finding

    def ids(self, after: str | None = None, before: str | None = None, backwards: bool = False) -> Iterator[str]:
        """Ids in ascending order beyond a given one, or in descending order below it."""
        if backwards:
            end = len(self._order) if before is None else bisect_left(self._order, before)
            return (self._order[place] for place in range(end - 1, -1, -1))
        start = 0 if after is None else bisect_left(self._order, after)
        if after is not None and start < len(self._order) and self._order[start] == after:
            start += 1
        return (self._order[place] for place in range(start, len(self._order)))

    def owner_of(self, unique: Unique, key: Any) -> str | None:
        """The id of the row that holds a unique value."""
        return self._uniques[unique].get(key)

    def pointing_at(self, column: str, row_id: str) -> list[str]:
        """Ids of the rows whose relation column holds this id, ascending."""
        return sorted(self._joins[column].get(row_id, ()))

    def version(self, row_id: str) -> int:
        """Rises with every writing of a row: the place of the row in the real database's file."""
        return self._versions[row_id]

    def lowest_position(self) -> float | None:
        return self._extreme(self._first, 1)

    def highest_position(self) -> float | None:
        return self._extreme(self._last, -1)

    def _extreme(self, heap: list[tuple[float, str]], sign: int) -> float | None:
        while heap:
            position, row_id = heap[0]
            row = self._rows.get(row_id)
            if row is not None and row["position"] == sign * position:
                return sign * position
            heapq.heappop(heap)
        return None

    # ------------------------------------------------------------ changing

    def reshape(self, kind: Kind) -> None:
        """Follow a change of the metadata: build the indexes that are new, forget those that are gone."""
        self.kind = kind
        self._uniques = {unique: self._uniques.get(unique) or self._index(unique) for unique in kind.uniques}
        columns = {relation.column for relation in kind.relations.values()}
        self._joins = {column: self._joins.get(column) or self._join(column) for column in columns}

    def _index(self, unique: Unique) -> dict[Any, str]:
        return {key: row["id"] for row in self._rows.values() if (key := unique.key(row)) is not None}

    def _join(self, column: str) -> dict[str, dict[str, None]]:
        entries: dict[str, dict[str, None]] = {}
        for row in self._rows.values():
            if target := row.get(column):
                entries.setdefault(target, {})[row["id"]] = None
        return entries

    def has_doubles(self, unique: Unique) -> bool:
        keys = [key for row in self._rows.values() if (key := unique.key(row)) is not None]
        return len(keys) != len(set(keys))

    def put(self, row: Record) -> None:
        self._place(row)
        self._changed(self.kind.id, row["id"], row)

    def load(self, rows: Iterable[Record]) -> None:
        """Fill an empty table from the state file."""
        for row in sorted(rows, key=lambda each: str(each["id"])):
            self._place(row)

    def rewrite(self, change: Callable[[Record], Record]) -> None:
        """Change every row in the same way, such as by adding a column."""
        self.changes += 1
        for row in [change(row) for row in self._rows.values()]:
            self._rows[row["id"]] = row
            self._changed(self.kind.id, row["id"], row)

    def remove(self, row_id: str) -> None:
        self.changes += 1
        row = self._rows.pop(row_id)
        self._unindex(row)
        self.live -= row["deletedAt"] is None
        del self._order[bisect_left(self._order, row_id)]
        del self._versions[row_id]
        self._changed(self.kind.id, row_id, None)

    def _place(self, row: Record) -> None:
        row_id = row["id"]
        before = self._rows.get(row_id)
        if before is None:
            if not self._order or row_id > self._order[-1]:
                self._order.append(row_id)
            else:
                insort(self._order, row_id)
        else:
            self._unindex(before)
            self.live -= before["deletedAt"] is None
        self.live += row["deletedAt"] is None
        self._rows[row_id] = row
        self.changes += 1
        self._versions[row_id] = self.changes
        for unique, keys in self._uniques.items():
            if (key := unique.key(row)) is not None:
                keys[key] = row_id
        for column, entries in self._joins.items():
            if target := row[column]:
                entries.setdefault(target, {})[row_id] = None
        if before is None or before["position"] != row["position"]:
            heapq.heappush(self._first, (row["position"], row_id))
            heapq.heappush(self._last, (-row["position"], row_id))

    def _unindex(self, row: Record) -> None:
        for unique, keys in self._uniques.items():
            if (key := unique.key(row)) is not None and keys.get(key) == row["id"]:
                del keys[key]
        for column, entries in self._joins.items():
            if target := row[column]:
                entries[target].pop(row["id"], None)
