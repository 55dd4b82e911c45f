"""Settling doubt: for every intent without an answer, find out what exists before anything is sent again.

Where the destination refuses a second record of one identity, looking is enough. Where nothing enforces the identity
(a marker), a write whose answer was lost may still surface until the horizon has passed. Such operations are *parked*:
the run goes on without them, and all of an object are settled together, by one listing, before a rule needs them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from bridgework.errors import StopRun
from bridgework.journal import IntentRow, Outcome
from bridgework.model import Found, FoundRecord, Verb

if TYPE_CHECKING:
    from bridgework.migration import Migration

REPEATABLE = (Verb.UPDATE, Verb.DELETE, Verb.RESTORE)  # they carry absolute values
MAKING = (Verb.CREATE, Verb.UPLOAD)
ENFORCED = ("client-id", "unique-key")  # identities of which the destination refuses a second record
NAMED = 10  # further records of one marker that a reason names

Settled = dict[str, Counter[str]]  # rule -> outcome -> operations


def settle_doubt(migration: Migration, *, wait: bool = True) -> Settled:
    """Settle what is in doubt; with `wait`, all of it, else what needs no waiting for the horizon.

    Found records are adopted, absent ones become sendable, of several the lowest id is kept and a person has to look.
    Updates and deletes become sendable at once: they are compared with what is there when they are planned again.
    """
    _ = migration.schema  # the account is the one we know, and its clock is heard before anything is written
    migration.timekeeper.note()
    doubtful = [row for row in migration.journal.in_doubt() if row.verb is not Verb.SCHEMA]
    settled: Settled = {}
    repeatable = [row for row in doubtful if row.verb in REPEATABLE]
    _record(migration, settled, [(row, "proved_absent", "carries absolute values: sent again") for row in repeatable])
    made = sorted((row for row in doubtful if row.verb in MAKING), key=attrgetter("object", "operation"))
    surfaced = _surfaced(migration, made)
    for name, group in groupby(made, key=attrgetter("object")):
        rows = list(group)
        if migration.clock.now() >= surfaced[name]:
            _absent(migration, settled, _adopt(migration, settled, rows))
        elif wait and (left := _adopt(migration, settled, rows)):  # most is there by now, which spares the wait
            wait_until(migration, surfaced[name], "answers that may still surface")
            _absent(migration, settled, _adopt(migration, settled, left))
    _look_at_quarantined(migration, settled)
    return settled


def doubtful_rules(migration: Migration) -> frozenset[str]:
    """Rules of which records are in doubt."""
    return frozenset(row.rule for row in migration.journal.in_doubt())


# ------------------------------------------------------------------------------------------ when


def _surfaced(migration: Migration, rows: Sequence[IntentRow]) -> dict[str, datetime]:
    """Per object the instant from which nothing that was sent can still surface.

    An operation may leave long after its intent: a closed gate, an empty window. What bounds it is when its answer was
    missed; for one that an ended process left behind, that is now.
    """
    fresh = [row for row in rows if not row.doubted]
    migration.journal.settle([Outcome(row.operation, "in_doubt", reason="no answer was recorded") for row in fresh])
    missed = migration.journal.doubted_at(row.operation for row in rows)
    found: dict[str, datetime] = {}
    for row in rows:
        enforced = migration.capabilities.object(row.object).identity.kind in ENFORCED
        at, seq = missed[row.operation]
        until = migration.timekeeper.ours(at, seq) + (timedelta(0) if enforced else migration.horizon)
        found[row.object] = max(found.get(row.object, until), until)
    return found


def wait_until(migration: Migration, until: datetime, what: str) -> None:
    """Let the time pass. StopRun where that would take days: the clock of this machine was set."""
    remaining = (until - migration.clock.now()).total_seconds()
    if remaining > timedelta(days=1).total_seconds() + migration.horizon.total_seconds():
        raise StopRun("The clock of this machine moved back.", cause="clock", next_step="set the clock, run again")
    if remaining > 0:
        with migration.progress.waiting_for(what, until):
            migration.clock.sleep(remaining)


# ------------------------------------------------------------------------------------------ what is there


def _adopt(migration: Migration, settled: Settled, rows: Sequence[IntentRow]) -> list[IntentRow]:
    """Look once for all of an object and adopt what is there; the rows of which nothing was found."""
    found = look(migration, rows)
    judged = [(row, judge(found[row.operation])) for row in rows]
    _record(migration, settled, [(row, *verdict) for row, verdict in judged if verdict is not None])
    return [row for row, verdict in judged if verdict is None]


def _absent(migration: Migration, settled: Settled, rows: Iterable[IntentRow]) -> None:
    _record(migration, settled, [(row, "proved_absent", "not there after the horizon") for row in rows])


def look(migration: Migration, rows: Sequence[IntentRow]) -> dict[int, tuple[FoundRecord, ...]]:
    """What the destination holds for operations of one object. Looking may use the reserve of a day."""
    if not rows:
        return {}
    with migration.client.reserve_allowed():
        answers = {each.operation: each for each in migration.hooks.find([migration.operation_of(row) for row in rows])}
    return {row.operation: answers.get(row.operation, Found(row.operation)).records for row in rows}


def judge(records: Collection[FoundRecord]) -> tuple[str, str, FoundRecord] | None:
    """Outcome, reason and the record that counts; None if there is nothing."""
    there = sorted((each for each in records if not each.deleted), key=lambda each: (len(each.id), each.id))
    if len(there) == 1:
        return "found", "", there[0]
    if there:
        others = ", ".join(each.id for each in there[1 : NAMED + 1])
        return "quarantined", f"{len(there) - 1} further record(s) carry the same marker: {others}", there[0]
    return next((("kept", "deleted in the destination by somebody", each) for each in records), None)


def _record(
    migration: Migration, settled: Settled, verdicts: Sequence[tuple[IntentRow, str, str, *tuple[FoundRecord, ...]]]
) -> None:
    outcomes = []
    for row, state, reason, *records in verdicts:
        # Whose version a found record has by now nobody knows: somebody may have worked on it meanwhile.
        outcomes.append(Outcome(row.operation, state, records[0].id if records else "", reason=reason))
        settled.setdefault(row.rule, Counter())[state] += 1
    migration.journal.settle(outcomes)
    quarantine(migration, [outcome.operation for outcome in outcomes if outcome.state == "quarantined"])


# ------------------------------------------------------------------------------------------ quarantine


def quarantine(migration: Migration, operations: Sequence[int]) -> None:
    """Remember operations of which nobody can say which record is ours; they are looked at again at every run."""
    if operations:
        migration.journal.event("quarantined", operations=list(operations))


def _look_at_quarantined(migration: Migration, settled: Settled) -> None:
    """A person may have removed the surplus: where exactly one record is left, it is ours."""
    noted = [number for event in migration.journal.events("quarantined") for number in event.payload["operations"]]
    rows = [row for row in migration.journal.intents(noted).values() if row.verb in MAKING]
    for (rule, name), group in groupby(
        sorted(rows, key=attrgetter("rule", "object", "operation")), attrgetter("rule", "object")
    ):
        still = [row for row in group if _quarantined(migration, row)]
        found = look(migration, still)
        for row in still:
            there = [each for each in found[row.operation] if not each.deleted]
            if len(there) == 1:
                migration.journal.set_adopted(rule, name, [(row.key, there[0].id, "")])
                settled.setdefault(rule, Counter())["found"] += 1


def _quarantined(migration: Migration, row: IntentRow) -> bool:
    target = migration.journal.targets(row.rule, [row.key]).get(row.key)
    return target is not None and target.operation == row.operation and target.state == "in_doubt"
