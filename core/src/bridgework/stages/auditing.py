"""audit: find what is wrong with the staged data, ask people about it, and take their decisions in."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from bridgework import reports
from bridgework.errors import BridgeworkError, UsageError
from bridgework.mapping import Plan
from bridgework.migration import Migration
from bridgework.project import write_private
from bridgework.results import Result
from bridgework.stages.audit import (
    CHECKLIST_COLUMNS,
    AuditResult,
    Decisions,
    checklist_csv,
    checklist_rows,
    decide,
    decisions_csv,
    read_decisions,
    run_audit,
)


def audit(migration: Migration, *, decisions_file: Path | None = None) -> Result:
    """Audit the staged data; with a file, read the decisions people wrote into it.

    The decisions written so far are carried over into the new private/decisions.csv.
    """
    staging = migration.staging
    migration.progress.start("audit", None)
    found = run_audit(staging, migration.hooks.audit(staging), _previous(migration), _mapping(migration))
    project = migration.project
    source = project.typed(decisions_file) if decisions_file is not None else project.decisions_file
    if decisions_file is not None and not source.exists():
        raise UsageError(f"{decisions_file} does not exist.", next_step="bridgework audit")

    def exists(name: str, key: str) -> bool:
        return staging.row(name, key) is not None

    stated = read_decisions(source, found, exists) if source.exists() else {}
    decided = decide(found, stated)
    _keep(migration, decided)
    _write_private(migration, found, decided)
    undecided = len(decided.undecided)
    return migration.finished(
        "audit",
        data={
            **found.shareable(migration.keys.hashing),
            "undecided": undecided,
            "decided": len(stated),
            "private": ["private/checklist.csv", "private/checklist.xlsx", "private/decisions.csv"],
        },
        differences=bool(found.findings),
        next_="bridgework audit --decide private/decisions.csv" if undecided else "bridgework plan",
    )


def _mapping(migration: Migration) -> Plan | None:
    """The mapping as it stands. One that does not hold is for `plan` to refuse, not for the audit."""
    with suppress(BridgeworkError):
        return migration.mapping.compile()
    return None


def undecided_blocks(migration: Migration) -> int | None:
    """Blocking findings nobody decided about; None if there was no audit of the present extract."""
    last = migration.journal.last_event("decisions")
    if last is None or last.payload["fingerprint"] != migration.staging.fingerprint:
        return None
    return int(last.payload["undecided"])


def _previous(migration: Migration) -> dict[str, Any] | None:
    """The last audit to compare with: the one before this extract's first, kept while decisions are taken in."""
    path = migration.project.reports / "audit.json"
    return orjson.loads(path.read_bytes()) if path.exists() else None


def _keep(migration: Migration, decided: Decisions) -> None:
    migration.journal.event(
        "decisions",
        fingerprint=migration.staging.fingerprint,
        undecided=len(decided.undecided),
        merges=[[*row, into] for row, into in sorted(decided.merges.items())],
        exclusions=[list(row) for row in sorted(decided.exclusions)],
        content=decided.content_hash,
    )
    migration.forget_mapping()


def carry_decisions(migration: Migration) -> None:
    """A delta keeps the decisions of the audit before it; its new findings appear with the next audit."""
    last = migration.journal.last_event("decisions")
    if last is not None:
        migration.journal.event("decisions", **{**last.payload, "fingerprint": migration.staging.fingerprint})


def _write_private(migration: Migration, found: AuditResult, decided: Decisions) -> None:
    private = migration.project.private
    write_private(private / "checklist.csv", checklist_csv(found, migration.staging).encode("utf-8-sig"))
    reports.checklist_xlsx(private / "checklist.xlsx", CHECKLIST_COLUMNS, checklist_rows(found, migration.staging))
    write_private(private / "decisions.csv", decisions_csv(found, decided.stated).encode("utf-8-sig"))
