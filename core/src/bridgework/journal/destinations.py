"""Which of our targets a destination id belongs to.

An index that is kept up while records are written would cost more than the rest of their journal: ids that a
destination gives at random touch a page each. So it is kept apart and brought up to date, sorted, when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable

from bridgework.journal.projection import as_json
from bridgework.journal.targets import batches
from bridgework.store import Connection, Store

_AT_ONCE = 100_000  # targets sorted in memory together


def by_destination(store: Store, name: str, wanted: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Destination id to (rule, key), for ids of one destination object that are ours and live."""
    _catch_up(store)
    found: dict[str, tuple[str, str]] = {}
    for batch in batches(wanted):
        with store.read() as connection:
            for id_, rule, key in connection.execute(
                "SELECT d.id, t.rule, t.key FROM json_each(?) AS j CROSS JOIN destination_id AS d ON d.id = j.value"
                " CROSS JOIN standing AS s ON s.target = d.target AND s.id = d.id"
                " CROSS JOIN target AS t ON t.number = s.target"
                " WHERE s.object = ? AND s.state NOT IN ('undone', 'skipped') ORDER BY s.target",
                (as_json(batch), name),
            ):
                found.setdefault(id_, (rule, key))
    return found


def _catch_up(store: Store) -> None:
    """Take in the ids that came since the last time. What is stale is told by the target, which has another id."""
    with store.read() as connection:
        newest = _newest(connection)
        if _counter(connection, "destinations_seen") == newest:
            return
        first = _counter(connection, "destinations_from")
        [still_open] = connection.execute("SELECT min(operation) FROM open_operation").fetchone()
        [last] = connection.execute("SELECT coalesce(max(target), 0) FROM standing").fetchone()
    for start in range(0, last + 1, _AT_ONCE):
        with store.write("destinations") as connection:
            connection.execute(
                "INSERT OR IGNORE INTO destination_id SELECT id, target FROM standing WHERE target >= ? AND target < ?"
                " AND id <> '' AND (operation >= ? OR origin = 0 OR outcome = 'found') ORDER BY id",
                (start, start + _AT_ONCE, first),
            )
    with store.write("destinations") as connection:
        for counter, value in (("destinations_seen", newest), ("destinations_from", still_open or newest + 1)):
            connection.execute(
                "INSERT INTO counter VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = ?2", (counter, value)
            )


def _newest(connection: Connection) -> int:
    """The newest entry of the chain that can have brought an id."""
    [newest] = connection.execute(
        "SELECT coalesce(max(seq), 0) FROM entry WHERE kind IN ('outcomes', 'targets_matched', 'targets_adopted')"
    ).fetchone()
    return int(newest)


def _counter(connection: Connection, name: str) -> int:
    row = connection.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()
    return -1 if row is None else int(row[0])
