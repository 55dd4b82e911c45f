"""What searches see: the records as they were ``search_lag`` seconds ago."""

from collections import deque
from collections.abc import Iterable, Iterator

from bridgework_pipedrive_sandbox.answers import Record

SEARCHED = ("persons", "organizations", "deals", "leads")


class SearchIndex:
    def __init__(self) -> None:
        self._waiting: deque[tuple[float, str, int, Record | None]] = deque()
        self._visible: dict[str, dict[int, Record]] = {name: {} for name in SEARCHED}

    def changed(self, table: str, row_id: int, row: Record | None, visible_from: float) -> None:
        if table in self._visible:
            self._waiting.append((visible_from, table, row_id, row))

    def load(self, table: str, rows: Iterable[Record]) -> None:
        """After a restart the index is up to date."""
        if table in self._visible:
            self._visible[table] = {row["id"]: row for row in rows}

    def rows(self, table: str, now: float) -> Iterator[Record]:
        """Rows in id order as the index knows them at ``now`` (seconds), deleted ones left out."""
        while self._waiting and self._waiting[0][0] <= now:
            _, name, row_id, row = self._waiting.popleft()
            if row is None:
                self._visible[name].pop(row_id, None)
            else:
                self._visible[name][row_id] = row
        return (row for row in self._visible[table].values() if not row.get("is_deleted"))
