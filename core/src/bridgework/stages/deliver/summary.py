"""What the summary says: systems, dates, counts, the proof, what stayed behind, approvals. Counts and reasons only."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Final

import orjson

from bridgework.gates import GATES, approvals
from bridgework.migration import Migration
from bridgework.stages.deliver.guide import maintenance
from bridgework.stages.rules import target_rules

THERE: Final = ("created", "updated", "matched", "unchanged", "conflict")
_DATES: Final = {"extracted": "extracted", "loaded": "loaded", "delta": "delta_finished", "reconciled": "reconciled"}
_PROOF: Final = ("checks", "differences", "surplus", "money_differences")
_LEFT_BEHIND: Final = ("archived", "skipped", "rejected")


def summary(migration: Migration) -> dict[str, Any]:
    """The data of the report ``deliver`` as far as journal, mapping and the last reconciliation know it."""
    section = migration.project.file.migration
    account = migration.journal.last_event("account")
    proof, warning = reconciliation(migration)
    given = approvals(migration.journal)
    return {
        "practice": migration.staging.description.facts.get("practice_name", ""),
        "source_name": section.source,
        "destination_name": section.destination,
        "account": account.payload.get("label", "") if account else "",
        "dates": _dates(migration),
        "migrated": _migrated(migration),
        "reconciliation": proof,
        "not_transferred": _not_transferred(migration),
        "maintenance": maintenance(migration),
        "approvals": [
            {"gate": name, "by": given[name].by, "at": given[name].at, "automatic": given[name].automatic}
            for name in GATES
            if name in given
        ],
        "warnings": [warning] if warning else [],
        "labels": dict(migration.rule_labels),
    }


def _dates(migration: Migration) -> dict[str, str]:
    found = {name: migration.journal.last_event(kind) for name, kind in _DATES.items()}
    dates = {name: event.at.isoformat() for name, event in found.items() if event is not None}
    return {**dates, "cutover": migration.cutover.isoformat()}


def _migrated(migration: Migration) -> list[dict[str, Any]]:
    counts = migration.journal.counts()
    return [
        {
            "rule": rule.name,
            "name": rule.spec.label or rule.name,
            "to": rule.target,
            "count": sum(counts.get(rule.name, {}).get(state, 0) for state in THERE),
        }
        for rule in target_rules(migration.plan)
    ]


def _not_transferred(migration: Migration) -> list[dict[str, Any]]:
    """Per object, disposition and reason how many rows have no record of their own, and where they are."""
    lines = []
    for item in migration.staging.objects():
        counted: Counter[tuple[str, str]] = Counter()
        for (disposition, reason), number in migration.journal.reasons(item.name).items():
            if disposition in _LEFT_BEHIND:
                counted[_kind(disposition, reason)] += number
        lines += [
            {"what": item.label or item.name, "count": number, "reason": reason, **_where(item.name, kind)}
            for (kind, reason), number in counted.items()
        ]
    return lines


def _kind(disposition: str, reason: str) -> tuple[str, str]:
    """What was done with such rows, and the reason without the key of any row."""
    if disposition == "archived":
        kind, _, said = reason.partition(": ")
        return kind, said or kind
    return disposition, "merged into another row" if reason.startswith("merged into ") else reason or disposition


def _where(object_name: str, kind: str) -> dict[str, str]:
    match kind:
        case "archive":
            return {"where": f"archive/{object_name}.ndjson"}
        case "export":
            return {"where": "the exports of the package (see manifest.json)"}
        case "reference" | "rebuild":
            return {"where": "admin-guide.html"}
        case "rejected":
            return {"where": "not-loaded.csv", "action": "See not-loaded.csv; the rows are in the archive."}
        case _:
            return {"where": "", "action": "Nothing to do: left out on purpose, and still in the old system's export."}


def _written_since(migration: Migration, seq: int) -> bool:
    """Whether a later load or delta did anything; one that found everything as it was proves nothing wrong."""
    later = (each.payload["outcomes"] for each in migration.journal.events("loaded") if each.seq > seq)
    return any(what != "unchanged" for outcomes in later for counted in outcomes.values() for what in counted)


def reconciliation(migration: Migration) -> tuple[dict[str, Any], str]:
    """The data of the last reconcile, and a warning if it does not prove the present state."""
    event = migration.journal.last_event("reconciled")
    path = migration.project.reports / "reconcile.json"
    if event is None or not path.exists():
        return {}, "No reconciliation ran: run bridgework reconcile and deliver again."
    data = orjson.loads(path.read_bytes())
    proof = {name: data.get(name) for name in _PROOF if name in data}
    found = (len(proof.get("differences") or []), len(proof.get("surplus") or []))
    if found != (event.payload["differences"], event.payload["surplus"]):
        return {}, "reports/reconcile.json is not what the journal says was found: run bridgework reconcile again."
    if _written_since(migration, event.seq):
        return proof, "Records were written after the last reconciliation: run bridgework reconcile and deliver again."
    return proof, ""


def open_window(migration: Migration) -> datetime | None:
    """Since when changes of the source may be missing; None once a delta ran after the window opened."""
    window = migration.journal.last_event("window_opened")
    closed = migration.journal.last_event("delta_finished")
    return window.at if window is not None and (closed is None or closed.seq < window.seq) else None
