"""Targets: where every record of the destination stands. Reading, and marking what a plan wants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from bridgework.journal.chain import intents_in_order, rows_at
from bridgework.journal.projection import as_json
from bridgework.journal.records import Intent, IntentRow, Target, TargetState, from_micros
from bridgework.model import Verb
from bridgework.store import Connection, Store, pages

BATCH = 5_000
_FIELDS = tuple(field.name for field in fields(Target))
_STATE = "iif(o.target IS NOT NULL, 'in_doubt', coalesce(s.state, 'pending'))"
_AND_STATE_IN = f" AND {_STATE} IN (SELECT value FROM json_each(?))"
_COMPUTED = {
    "rule": "t.rule",
    "key": "t.key",
    "object": "coalesce(s.object, t.object)",
    "planned_hash": "t.planned_hash",
    "state": _STATE,
    "operation": "coalesce(o.operation, s.operation, 0)",
    "settled": "coalesce(o.doubted, s.settled, 0)",
    "generation": "coalesce(s.generation, 1)",
    "origin": "coalesce(s.origin, 0)",
}
_COLUMNS = ", ".join(_COMPUTED.get(name, f"coalesce(s.{name}, '')") for name in _FIELDS)
_STANDING = "LEFT JOIN standing AS s ON s.target = t.number LEFT JOIN open_operation AS o ON o.target = t.number"
# Schema operations and the record of `check --canary` have intents and outcomes, but are no part of what is migrated.
_ROWS_ONLY = "t.schema = 0 AND t.rule <> 'canary'"

_STATE_OF_OLD = f"iif(t.plan < (SELECT value FROM counter WHERE name = 'plan'), {_STATE}, '')"
# Nothing of it is in the destination and the newest plan does not want it: it counts no more.
_SUPERSEDED = f"({_STATE_OF_OLD} IN ('undone', 'skipped') OR ({_STATE_OF_OLD} = 'rejected' AND s.id = ''))"
_LIVE = "CROSS JOIN standing AS s ON s.target = t.number WHERE s.id <> '' AND s.state NOT IN ('undone', 'skipped')"

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
        " ON CONFLICT(rule, key) DO UPDATE SET object = ?3, planned_hash = ?4, plan = ?5",
        [(rule, key, name, digest, plan) for key, digest in rows],
    )


def finish_plan(connection: Connection) -> int:
    """Forget targets that no plan wants any more and that nothing was ever done about; how many they were."""
    cursor = connection.execute(
        "DELETE FROM target WHERE plan < ? AND number NOT IN (SELECT target FROM open_operation)"
        " AND NOT EXISTS (SELECT 1 FROM standing AS s WHERE s.target = number AND (s.operation <> 0 OR s.id <> ''))",
        (current_plan(connection),),
    )
    connection.execute("DELETE FROM standing WHERE target NOT IN (SELECT number FROM target)")
    return int(cursor.rowcount)


def unplanned(store: Store, rule: str) -> Iterator[Target]:
    """Targets of the rule that the newest plan does not hold, in key order."""
    with store.read() as connection:
        plan = current_plan(connection)
    yield from _paged(store, "t.plan < ? AND t.rule = ?", (plan, rule))


# ------------------------------------------------------------------------------------------ reading


def targets(store: Store, rule: str, keys: Iterable[str]) -> dict[str, Target]:
    """The targets of those keys that exist."""
    found: dict[str, Target] = {}
    for batch in batches(keys):
        for row in _by_keys(store, _COLUMNS, _STANDING, rule, batch):
            found[row[1]] = _target(row)
    return found


def begun(store: Store, rule: str, keys: Iterable[str]) -> dict[str, Target]:
    """Those of the targets that an operation or an event was ever about."""
    condition = f"{_STANDING} WHERE s.target IS NOT NULL OR o.target IS NOT NULL"
    return {
        row[1]: _target(row) for batch in batches(keys) for row in _by_keys(store, _COLUMNS, condition, rule, batch)
    }


def ids(store: Store, rule: str, keys: Iterable[str]) -> dict[str, str]:
    """Key to destination id, for those that exist in the destination as far as we know."""
    found: dict[str, str] = {}
    for batch in batches(keys):
        found.update(_by_keys(store, "t.key, s.id", _LIVE, rule, batch))
    return found


def _by_keys(store: Store, columns: str, rest: str, rule: str, keys: Sequence[str]) -> list[Any]:
    with store.read() as connection:
        rows: list[Any] = connection.execute(
            f"SELECT {columns} FROM json_each(?) AS j CROSS JOIN target AS t ON t.rule = ? AND t.key = j.value {rest}",
            (as_json(keys), rule),
        ).fetchall()
    return rows


def all_targets(
    store: Store, rule: str | None, states: Collection[str] | None, *, wanted: bool = False
) -> Iterator[Target]:
    """Targets in order of rule and key; with `wanted` none that a newer plan superseded."""
    condition, fixed = f"NOT {_SUPERSEDED}" if wanted else "TRUE", []
    if states is not None:
        condition += _AND_STATE_IN
        fixed.append(as_json([str(state) for state in states]))
    if rule is not None:
        condition += " AND t.rule = ?"
        fixed.append(rule)
    return _paged(store, condition, fixed)


def _paged(store: Store, condition: str, fixed: Sequence[Any]) -> Iterator[Target]:
    statement = (
        f"SELECT t.rule, t.key, {_COLUMNS} FROM target AS t INDEXED BY target_by_key {_STANDING}"
        f" WHERE {_ROWS_ONLY} AND {condition} AND (t.rule, t.key) > (?, ?) ORDER BY t.rule, t.key LIMIT ?"
    )
    for row in pages(store, statement, ("", ""), fixed):
        yield _target(row[2:])


def targets_by_origin(
    store: Store, rule: str | None, states: Collection[str] | None, newest_first: bool
) -> Iterator[Target]:
    """Targets in the order in which they were created (matched ones: last changed), or the other way round."""
    wanted = None if states is None else frozenset(str(state) for state in states)
    for entry in intents_in_order(store, newest_first=newest_first):
        numbered = list(enumerate((Intent(*values) for values in entry.values()), entry.seq))
        keys: dict[str, list[str]] = {}
        for _, intent in numbered:
            if intent.verb != Verb.SCHEMA and rule in (None, intent.rule):
                keys.setdefault(intent.rule, []).append(intent.key)
        found = {each: targets(store, each, asked) for each, asked in keys.items()}
        for number, intent in reversed(numbered) if newest_first else numbered:
            target = found.get(intent.rule, {}).get(intent.key)
            if target is None or not target.outcome or number != (target.origin or target.operation):
                continue
            if wanted is None or target.state in wanted:
                yield target


def rules(store: Store) -> dict[str, str]:
    """Rule to object, in the order in which the rules were first planned: parents before their children."""
    found: list[tuple[int, str, str]] = []
    statement = (
        "SELECT t.number, t.rule, t.object FROM target AS t INDEXED BY target_by_key"
        f" WHERE {_ROWS_ONLY} AND t.object <> '' AND t.rule > ? ORDER BY t.rule LIMIT 1"
    )
    with store.read() as connection:
        while row := connection.execute(statement, (found[-1][1] if found else "",)).fetchone():
            found.append(row)
    return {rule: name for _, rule, name in sorted(found)}


def counts(store: Store) -> dict[str, dict[str, int]]:
    """Per rule and state how many targets there are; one that a newer plan superseded is none any more."""
    found: dict[str, dict[str, int]] = {}
    wanted = f"{_ROWS_ONLY} AND NOT {_SUPERSEDED}"
    statement = f"SELECT t.rule, {_STATE} FROM target AS t {_STANDING} WHERE {wanted}"
    with store.read() as connection:
        # Counted here: SQLite would sort a million rows to group them.
        each = Counter(connection.execute(statement))
    for (rule, state), number in sorted(each.items()):
        found.setdefault(rule, {})[state] = number
    return found


def superseded(store: Store) -> int:
    """How many dead letters a newer plan does not want any more."""
    condition = f"{_ROWS_ONLY} AND {_SUPERSEDED} AND s.state <> 'undone'"
    with store.read() as connection:
        row = connection.execute(f"SELECT count(*) FROM target AS t {_STANDING} WHERE {condition}").fetchone()
    return int(row[0])


def any_refused_there(store: Store) -> bool:
    """Whether a record that stands in the destination was refused a change: unlike a refused create it is there."""
    with store.read() as connection:
        row = connection.execute(
            "SELECT EXISTS(SELECT 1 FROM standing WHERE state = 'rejected' AND id <> '')"
        ).fetchone()
    return bool(row[0])


def open_operations(store: Store, stage: str | None, rule: str | None) -> Iterator[IntentRow]:
    """Intents without a final outcome, oldest first. Their numbers are held in memory, their rows are not."""
    with store.read() as connection:
        numbers = [row[0] for row in connection.execute("SELECT operation FROM open_operation ORDER BY operation")]
    for batch in batches(numbers, 1_000):
        for intent in intents(store, batch).values():
            if (stage is None or intent.stage == stage) and (rule is None or intent.rule == rule):
                yield intent


def intents(store: Store, operations: Iterable[int]) -> dict[int, IntentRow]:
    """Intents by operation number, in the order asked for."""
    found: dict[int, IntentRow] = {}
    for batch in batches(operations):
        with store.read() as connection:
            rows = rows_at(connection, batch)
            doubted = dict(connection.execute("SELECT operation, doubted FROM open_operation").fetchall())
        for number in batch:
            if number in rows:
                at, values = rows[number]
                found[number] = _intent_row(number, at, Intent(*values), doubted=bool(doubted.get(number)))
    return found


def _intent_row(number: int, at: int, intent: Intent, *, doubted: bool) -> IntentRow:
    values = intent._asdict()
    values.update(verb=Verb(intent.verb))
    del values["fields"]
    return IntentRow(operation=number, at=from_micros(at), doubted=doubted, **values)


def doubted_at(store: Store, operations: Iterable[int]) -> dict[int, tuple[datetime, int]]:
    """When the answer to each was first missed, and the number of that outcome; what nobody doubted is left out."""
    found: dict[int, tuple[datetime, int]] = {}
    for batch in batches(operations):
        with store.read() as connection:
            doubts = dict(
                connection.execute(
                    "SELECT o.operation, o.doubted FROM open_operation AS o"
                    " WHERE o.doubted <> 0 AND o.operation IN (SELECT value FROM json_each(?))",
                    (as_json(batch),),
                ).fetchall()
            )
            rows = rows_at(connection, doubts.values())
        found.update({number: (from_micros(rows[seq][0]), seq) for number, seq in doubts.items()})
    return found
