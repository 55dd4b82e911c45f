"""Rows in memory, found by id, by an indexed attribute, or by how recently they changed."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator

from bridgework_pipedrive_sandbox.answers import Record


def is_deleted(row: Record) -> bool:
    """v2 objects are marked by is_deleted, v1 objects by active_flag."""
    return bool(row.get("is_deleted")) or row.get("active_flag") is False


Changed = Callable[[str, int, Record | None], None]


class Table:
    """Rows are replaced, never changed in place, so that whoever holds an old one (the search index) may keep it.

    ``indexed`` names attributes to look rows up by. Ids ascend and are never given twice.
    """

    def __init__(self, name: str, changed: Changed, indexed: tuple[str, ...] = ()) -> None:
        self.name = name
        self.next_id = 1
        self.living = 0
        """Rows that are not deleted."""
        self._changed = changed
        self._rows: dict[int, Record] = {}
        self._order: list[int] = []
        self._recent: dict[int, None] = {}
        self._index: dict[str, dict[object, dict[int, None]]] = {attribute: {} for attribute in indexed}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._rows.values())

    def get(self, row_id: int) -> Record | None:
        return self._rows.get(row_id)

    def insert(self, row: Record) -> Record:
        """Store a new row; the returned one carries its id."""
        row = {"id": self.next_id, **row}
        self.next_id += 1
        self._order.append(row["id"])
        self.put(row)
        return row

    def put(self, row: Record) -> None:
        self._place(row)
        self._changed(self.name, row["id"], row)

    def load(self, rows: list[Record]) -> None:
        """Fill an empty table from the state file."""
        for row in sorted(rows, key=lambda row: (row.get("update_time") or "", row["id"])):
            self._place(row)
        self._order = sorted(self._rows)
        self._rows = {row_id: self._rows[row_id] for row_id in self._order}

    def remove(self, row_id: int) -> None:
        row = self._rows.pop(row_id)
        self._unindex(row)
        self.living -= not is_deleted(row)
        del self._recent[row_id]
        del self._order[bisect_left(self._order, row_id)]
        self._changed(self.name, row_id, None)

    def _place(self, row: Record) -> None:
        row_id = row["id"]
        before = self._rows.get(row_id)
        if before is not None:
            self._unindex(before)
            self.living -= not is_deleted(before)
        self.living += not is_deleted(row)
        self._rows[row_id] = row
        self._recent.pop(row_id, None)
        self._recent[row_id] = None
        for attribute, entries in self._index.items():
            if (value := row.get(attribute)) is not None:
                entries.setdefault(value, {})[row_id] = None

    def _unindex(self, row: Record) -> None:
        for attribute, entries in self._index.items():
            if (value := row.get(attribute)) is not None:
                entries[value].pop(row["id"], None)

    def ascending(self, after: int | None = None) -> Iterator[Record]:
        start = 0 if after is None else bisect_right(self._order, after)
        return (self._rows[self._order[position]] for position in range(start, len(self._order)))

    def descending(self, before: int | None = None) -> Iterator[Record]:
        end = len(self._order) if before is None else bisect_left(self._order, before)
        return (self._rows[self._order[position]] for position in range(end - 1, -1, -1))

    def recent(self, since: str) -> Iterator[Record]:
        """Rows whose ``update_time`` (RFC 3339, UTC, whole seconds) is ``since`` or later, latest first."""
        for row_id in reversed(self._recent):
            row = self._rows[row_id]
            if row["update_time"] < since:
                return
            yield row

    def is_indexed(self, attribute: str) -> bool:
        return attribute in self._index

    def having(self, attribute: str, value: object) -> Iterator[Record]:
        """Rows whose indexed attribute has this value."""
        return (self._rows[row_id] for row_id in self._index[attribute].get(value, ()))
