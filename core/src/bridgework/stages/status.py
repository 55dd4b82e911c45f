"""status, failures, log: where the migration stands, what was refused, and whether the journal is whole."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Any

from bridgework.anchors import given_up, head_of, told
from bridgework.gates import GATES, approvals
from bridgework.journal import Head
from bridgework.migration import Migration
from bridgework.pulse import running
from bridgework.results import Result
from bridgework.stages.rollback import unfinished
from bridgework.stages.schema import is_taken_out

EVENTS = 200  # that `log` shows
STEPS = (
    ("extracted", "bridgework extract"),
    ("decisions", "bridgework audit"),
    ("surveyed", "bridgework plan"),
)


def status(migration: Migration) -> Result:
    """Both lines of conservation, the gates, the delta window, and the next command."""
    given = approvals(migration.journal)
    window = migration.journal.last_event("window_opened")
    closed = migration.journal.last_event("delta_finished")
    open_since = None
    if window is not None and (closed is None or closed.seq < window.seq):
        open_since = window.at.isoformat()
    states: Counter[str] = Counter()
    for counts in migration.journal.counts().values():
        states.update(counts)
    return migration.finished(
        "status",
        data={
            "gates": {
                name: {"by": given[name].by, "at": given[name].at, "automatic": given[name].automatic}
                if name in given
                else None
                for name in GATES
            },
            "records": dict(states),
            "delta_window_open_since": open_since,
            "in_doubt": states["in_doubt"],
            "running": running(migration.project.folder) if migration.busy else None,
            "purged": migration.journal.last_event("purged") is not None,
        },
        differences=bool(states["rejected"] + states["in_doubt"] + states["conflict"]),
        next_="" if migration.busy else _next(migration, states, open_since),
        message=_running(migration),
    )


def _running(migration: Migration) -> str:
    """What another process does with the migration at this moment."""
    if not migration.busy:
        return ""
    found = running(migration.project.folder)
    if found is None:
        return "Another command works on this migration."
    total = f" of {found['total']:,}" if found["total"] else ""
    note = f" ({found['note']})" if found["note"] else ""
    return f"The command {found['stage']} is running: {found['done']:,}{total}{note}."


def _next(migration: Migration, states: Counter[str], open_since: str | None) -> str:
    if migration.keys.records is None:
        return unfinished(migration) or "bridgework rollback --preview"
    if again := unfinished(migration):
        return again
    for event, command in STEPS:
        if migration.journal.last_event(event) is None:
            return command
    if states["undone"]:  # dead letters of before can wait until the others are there again
        return "bridgework schema --apply" if is_taken_out(migration) else "bridgework load"
    if states["rejected"]:
        return "bridgework failures"
    if states["pending"] or states["in_doubt"]:
        return "bridgework migrate"
    return _after_the_load(migration, open_since)


def _after_the_load(migration: Migration, open_since: str | None) -> str:
    """What proves and hands over the last thing that was written, step by step."""
    kinds = ("loaded", "delta_finished", "reconciled", "delivered")
    seen = {kind: migration.journal.last_event(kind) for kind in kinds}
    seq = {kind: -1 if event is None else event.seq for kind, event in seen.items()}
    written = max(seq["loaded"], seq["delta_finished"])
    if seq["reconciled"] < written:
        return "bridgework reconcile"
    if open_since is not None and seq["delivered"] < written:
        return "bridgework delta"
    return "bridgework deliver" if seq["delivered"] < written else "bridgework purge"


def failures(migration: Migration) -> Result:
    """Dead letters and what is left out with them, grouped by rule, cause and field."""
    groups: Counter[tuple[str, str, str, str]] = Counter()
    examples: dict[tuple[str, str, str, str], list[str]] = {}
    for target in migration.journal.all_targets(states=("rejected", "conflict", "in_doubt", "skipped"), wanted=True):
        group = (target.rule, str(target.state), target.reason, target.field)
        groups[group] += 1
        if len(kept := examples.setdefault(group, [])) < 5:
            kept.append(migration.keyed_hash(target.rule, target.key))
    return migration.finished(
        "failures",
        data={
            "groups": [
                {
                    "rule": rule,
                    "state": state,
                    "reason": reason,
                    "field": field,
                    "records": number,
                    "examples": examples[rule, state, reason, field],
                }
                for (rule, state, reason, field), number in groups.most_common()
            ],
            "superseded": migration.journal.superseded(),
        },
        differences=bool(groups),
        next_="correct mapping or data, then: bridgework replay" if groups else "bridgework status",
    )


def log(migration: Migration, *, verify: bool = False, heads: Sequence[str] = ()) -> Result:
    """The newest events; with `verify`, walk the whole hash chain and compare it with the heads in earlier reports.

    `heads` are further ones, ``number:hash`` as a signed summary prints them. UsageError for one that is none.
    """
    data: dict[str, Any] = {}
    broken = False
    if verify:
        verified = migration.journal.verify([*_anchors(migration), *map(head_of, heads)])
        broken = not verified.ok
        data["verified"] = {
            "ok": verified.ok,
            "rows": verified.rows,
            "head": verified.head.hash,
            "table": verified.table,
            "row": verified.seq,
            "problem": verified.problem,
        }
    else:
        events = deque(migration.journal.events(), maxlen=EVENTS)
        data["events"] = [{"seq": event.seq, "at": event.at.isoformat(), "kind": event.kind} for event in events]
    return migration.finished("log", data=data, differences=broken, report="")


def _anchors(migration: Migration) -> Iterator[Head]:
    """Heads the journal itself noted, and those that stand outside of it: a journal that was cut short has lost the
    first kind, not the second. Heads of a journal that is known to be gone are left out."""
    for event in migration.journal.events("anchor"):
        yield Head(event.payload["seq"], event.payload["hash"])
    yield from {*told(migration.project), *migration.outside.head()} - given_up(migration.journal)
