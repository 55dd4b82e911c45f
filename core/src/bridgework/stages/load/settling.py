"""Settling doubt: for every intent without an answer, find out what exists before anything is sent again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from bridgework.errors import StopRun
from bridgework.journal import IntentRow, Outcome
from bridgework.model import Found, Operation, Verb

if TYPE_CHECKING:
    from bridgework.migration import Migration


def settle_doubt(migration: Migration, *, rule: str | None = None) -> int:
    """Settle all intents in doubt (of one rule), waiting for the horizon where the destination needs one.

    Creates and uploads are looked for; found ones are adopted, absent ones become sendable once the horizon has passed.
    Updates and deletes carry absolute values: they become sendable at once. Returns how many intents were settled.
    """
    doubtful = list(migration.journal.in_doubt(rule=rule))
    settled = 0
    for object_name, rows in groupby(sorted(doubtful, key=lambda row: (row.object, row.operation)), _object):
        settled += _settle_object(migration, object_name, list(rows))
    return settled


def _object(row: IntentRow) -> str:
    return row.object


def _settle_object(migration: Migration, object_name: str, rows: Sequence[IntentRow]) -> int:
    repeatable = [row for row in rows if row.verb in (Verb.UPDATE, Verb.DELETE)]
    migration.journal.settle(
        [Outcome(row.operation, "proved_absent", reason="carries absolute values: sent again") for row in repeatable]
    )
    searched = [row for row in rows if row.verb in (Verb.CREATE, Verb.UPLOAD)]
    absent = _adopt(migration, searched)
    if absent:
        _wait_for_horizon(migration, absent)
        still_absent = _adopt(migration, absent)
        migration.journal.settle(
            [Outcome(row.operation, "proved_absent", reason="not there after the horizon") for row in still_absent]
        )
    return len(rows)


def _adopt(migration: Migration, rows: Sequence[IntentRow]) -> list[IntentRow]:
    """Adopt what is there; return the rows for which nothing was found."""
    if not rows:
        return []
    with migration.client.reserve_allowed():
        found = {each.operation: each for each in migration.hooks.find([_operation(migration, row) for row in rows])}
    outcomes: list[Outcome] = []
    absent: list[IntentRow] = []
    for row in rows:
        outcome = _judge(row, found.get(row.operation))
        outcomes.append(outcome) if outcome else absent.append(row)
    migration.journal.settle(outcomes)
    return absent


def _judge(row: IntentRow, found: Found | None) -> Outcome | None:
    there = [record for record in found.records if not record.deleted] if found else []
    if len(there) == 1:
        return Outcome(row.operation, "found", id=there[0].id)  # whose version it has by now, nobody knows
    if len(there) > 1:
        lowest = min(there, key=lambda record: (len(record.id), record.id))
        others = len(there) - 1
        return Outcome(
            row.operation, "quarantined", id=lowest.id, reason=f"{others} further record(s) carry the same marker"
        )
    if found and found.records:
        return Outcome(row.operation, "quarantined", id=found.records[0].id, reason="written, then deleted by somebody")
    return None


def _operation(migration: Migration, row: IntentRow) -> Operation:
    return migration.operation_of(row)


def _wait_for_horizon(migration: Migration, rows: Iterable[IntentRow]) -> None:
    until = max(row.at for row in rows) + migration.horizon
    remaining = (until - migration.clock.now()).total_seconds()
    if remaining <= 0:
        return
    if remaining > timedelta(days=1).total_seconds():
        raise StopRun("The clock of this machine moved back.", cause="clock", next_step="set the clock, run again")
    with migration.progress.waiting_for("answers that may still surface", until):
        migration.clock.sleep(remaining)
