"""Targets: where every record of the destination stands. Reading, and marking what a plan wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any, TypeVar

from bridgework.journal.projection import as_json
from bridgework.journal.records import IntentRow, Target, TargetState, from_micros
from bridgework.model import Verb
from bridgework.store import Connection, Store, pages

BATCH = 5_000
_COLUMNS = (
    "rule, key, object, generation, id, version, state, mapped_hash, settled_hash, reason, field, operation, origin, "
    "planned_hash"
)
_FIELDS = tuple(_COLUMNS.replace(" ", "").split(","))
_INTENT_FIELDS = tuple(field.name for field in fields(IntentRow))
_INTENT_COLUMNS = ", ".join(f"i.{name}" for name in ("seq", *_INTENT_FIELDS[1:-1]))
_ROWS_ONLY = "verb <> 'schema'"  # schema operations have intents and outcomes, but are no records

T = TypeVar("T")


def batches(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Lists of at most `size`."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def _target(row: Sequence[Any]) -> Target:
    values = dict(zip(_FIELDS, row, strict=True))
    values["state"] = TargetState(values["state"])
    return Target(**values)


# ------------------------------------------------------------------------------------------ planning


def start_plan(connection: Connection) -> int:
    """The number of a new plan."""
    connection.execute("INSERT INTO counter VALUES('plan', 1) ON CONFLICT(name) DO UPDATE SET value = value + 1")
    return current_plan(connection)


def current_plan(connection: Connection) -> int:
    """The number of the newest plan, 0 before the first."""
    row = connection.execute("SELECT value FROM counter WHERE name = 'plan'").fetchone()
    return 0 if row is None else int(row[0])


def mark_planned(connection: Connection, rule: str, name: str, rows: Sequence[tuple[str, str]]) -> None:
    """Put (key, hash of the mapped body) into the newest plan; a target seen for the first time is pending."""
    plan = current_plan(connection)
    connection.executemany(
        "INSERT INTO target(rule, key, object, planned_hash, plan) VALUES(?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT(rule, key) DO UPDATE SET planned_hash = ?4, plan = ?5",
        [(rule, key, name, digest, plan) for key, digest in rows],
    )


def finish_plan(connection: Connection) -> int:
    """Forget targets that no plan wants any more and that nothing was ever done about; how many they were."""
    cursor = connection.execute(
        "DELETE FROM target WHERE plan < ? AND operation = 0 AND id = ''", (current_plan(connection),)
    )
    return int(cursor.rowcount)


def unplanned(store: Store, rule: str) -> Iterator[Target]:
    """Targets of the rule that the newest plan does not hold, in key order."""
    with store.read() as connection:
        plan = current_plan(connection)
    statement = (
        f"SELECT key, {_COLUMNS} FROM target WHERE rule = ? AND plan < ? AND {_ROWS_ONLY} AND key > ?"  # noqa: S608
        " ORDER BY key LIMIT ?"
    )
    for row in pages(store, statement, ("",), (rule, plan)):
        yield _target(row[1:])


# ------------------------------------------------------------------------------------------ reading


def targets(store: Store, rule: str, keys: Iterable[str]) -> dict[str, Target]:
    """The targets of those keys that exist."""
    found: dict[str, Target] = {}
    for batch in batches(keys):
        for row in _by_keys(store, _COLUMNS, rule, batch, ""):
            found[row[1]] = _target(row)
    return found


def ids(store: Store, rule: str, keys: Iterable[str]) -> dict[str, str]:
    """Key to destination id, for those that exist in the destination as far as we know."""
    found: dict[str, str] = {}
    for batch in batches(keys):
        found.update(_by_keys(store, "key, id", rule, batch, " AND t.id <> '' AND t.state <> 'undone'"))
    return found


def _by_keys(store: Store, columns: str, rule: str, keys: Sequence[str], condition: str) -> list[Any]:
    wanted = ", ".join(f"t.{column}" for column in columns.split(", "))
    with store.read() as connection:
        rows: list[Any] = connection.execute(
            f"SELECT {wanted} FROM json_each(?) AS j CROSS JOIN target AS t"  # noqa: S608
            f" ON t.rule = ? AND t.key = j.value WHERE TRUE{condition}",
            (as_json(list(keys)), rule),
        ).fetchall()
    return rows


def all_targets(store: Store, rule: str | None, states: Collection[str] | None) -> Iterator[Target]:
    """Targets in order of rule and key."""
    condition, fixed = _ROWS_ONLY, []
    if states is not None:
        condition += " AND state IN (SELECT value FROM json_each(?))"
        fixed.append(as_json([str(state) for state in states]))
    if rule is not None:
        condition += " AND rule = ?"
        fixed.append(rule)
    statement = (
        f"SELECT rule, key, {_COLUMNS} FROM target WHERE {condition} AND (rule, key) > (?, ?)"  # noqa: S608
        " ORDER BY rule, key LIMIT ?"
    )
    for row in pages(store, statement, ("", ""), fixed):
        yield _target(row[2:])


def targets_by_origin(
    store: Store, rule: str | None, states: Collection[str] | None, newest_first: bool
) -> Iterator[Target]:
    """Targets in the order in which they were created (matched ones: first changed), or the other way round."""
    sign, order, first = ("<", "DESC", 2**62) if newest_first else (">", "ASC", 0)
    wanted = None if states is None else frozenset(str(state) for state in states)
    columns = ", ".join(f"t.{name}" for name in _FIELDS)
    statement = (
        f"SELECT i.seq, {columns} FROM intent AS i CROSS JOIN target AS t"  # noqa: S608
        " ON t.rule = i.rule AND t.key = i.key AND i.seq = iif(t.origin = 0, t.operation, t.origin)"
        f" WHERE i.verb <> 'schema' AND i.seq {sign} ? ORDER BY i.seq {order} LIMIT ?"
    )
    for row in pages(store, statement, (first,), ()):
        target = _target(row[1:])
        if (rule is None or target.rule == rule) and (wanted is None or target.state in wanted):
            yield target


def counts(store: Store) -> dict[str, dict[str, int]]:
    """Per rule and state how many targets there are."""
    found: dict[str, dict[str, int]] = {}
    with store.read() as connection:
        for rule, state, number in connection.execute(
            f"SELECT rule, state, count(*) FROM target WHERE {_ROWS_ONLY} GROUP BY rule, state"  # noqa: S608
        ):
            found.setdefault(rule, {})[state] = number
    return found


def by_destination(store: Store, name: str, wanted: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Destination id to (rule, key), for ids of one destination object that are ours and live."""
    found: dict[str, tuple[str, str]] = {}
    for batch in batches(wanted):
        with store.read() as connection:
            for id_, rule, key in connection.execute(
                "SELECT t.id, t.rule, t.key FROM json_each(?) AS j CROSS JOIN target AS t"
                " ON t.object = ? AND t.id = j.value WHERE t.id <> '' AND t.state <> 'undone'",
                (as_json(batch), name),
            ):
                found.setdefault(id_, (rule, key))
    return found


def open_operations(store: Store, stage: str | None, rule: str | None) -> Iterator[IntentRow]:
    """Intents without a final outcome, oldest first."""
    condition, fixed = "TRUE", []
    for column, value in (("stage", stage), ("rule", rule)):
        if value is not None:
            condition += f" AND i.{column} = ?"
            fixed.append(value)
    statement = (
        f"SELECT {_INTENT_COLUMNS}, o.doubted FROM open_operation AS o CROSS JOIN intent AS i"  # noqa: S608
        f" ON i.seq = o.operation WHERE {condition} AND o.operation > ? ORDER BY o.operation LIMIT ?"
    )
    yield from (intent_row(row) for row in pages(store, statement, (0,), fixed))


def intent_row(row: Sequence[Any]) -> IntentRow:
    """From the columns of `intent` (without the hash) and the doubt flag."""
    values = dict(zip(_INTENT_FIELDS, row, strict=True))
    values.update(at=from_micros(row[1]), verb=Verb(row[2]), doubted=bool(row[-1]))
    return IntentRow(**values)


def intents(store: Store, operations: Iterable[int]) -> dict[int, IntentRow]:
    """Intents by operation number."""
    found: dict[int, IntentRow] = {}
    for batch in batches(operations):
        with store.read() as connection:
            rows = connection.execute(
                f"SELECT {_INTENT_COLUMNS}, coalesce(o.doubted, 0) FROM json_each(?) AS j"  # noqa: S608
                " CROSS JOIN intent AS i ON i.seq = j.value LEFT JOIN open_operation AS o ON o.operation = i.seq",
                (as_json(batch),),
            ).fetchall()
        found.update((row[0], intent_row(row)) for row in rows)
    return found
