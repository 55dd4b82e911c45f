"""No record disappears: both lines of conservation, asserted at the end of every stage, in every report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bridgework import reports
from bridgework.errors import ContractBroken
from bridgework.project import write_private
from bridgework.results import Result

if TYPE_CHECKING:
    from bridgework.migration import Migration

Table = dict[str, dict[str, int]]


def conservation(migration: Migration) -> tuple[Table, Table]:
    """Dispositions per source object and outcomes per rule.

    ContractBroken if a row has no disposition although the survey saw all, or if the sums do not agree.
    """
    extracted = migration.journal.last_event("extracted")
    if extracted is None:
        return {}, {}
    rows: dict[str, int] = extracted.payload["rows"]
    folded: dict[str, int] = extracted.payload.get("folded", {})
    disposed = migration.journal.conservation() if _is_surveyed(migration, extracted.payload["fingerprint"]) else {}
    objects: Table = {}
    for name, count in rows.items():
        states = dict(disposed.get(name, {}))
        if twice := folded.get(name, 0):  # rows that say the same as another one live in that one
            states["merged"] = states.get("merged", 0) + twice
        missing = count - sum(states.values())
        if missing < 0:
            raise ContractBroken(f"{name}: {-missing} rows more were disposed of than were extracted.")
        if missing:
            states["pending"] = states.get("pending", 0) + missing
        objects[name] = {"extracted": count, **states}
    rules: Table = {}
    for rule, states in migration.journal.counts().items():
        outcomes = {name: number for name, number in states.items() if name != "undone"}
        if undone := states.get("undone", 0):
            outcomes["pending"] = outcomes.get("pending", 0) + undone
        rules[rule] = {"planned": sum(outcomes.values()), **outcomes}
    return objects, rules


def _is_surveyed(migration: Migration, fingerprint: str) -> bool:
    """Whether what the journal says about rows is about those of the present extract, not of one that was read before
    it. Once records stand in the destination it is: a delta only adds rows.
    """
    surveyed = migration.journal.last_event("surveyed")
    if surveyed is None:
        return False
    seen: str = surveyed.payload["fingerprint"].rpartition("/")[2]
    return seen == fingerprint or migration.has_written()


def write_reports(folder: Path, name: str, result: Result) -> None:
    """Leave the machine-readable and the human version of a result in the reports folder."""
    write_private(folder / f"{name}.json", result.dump())
    write_private(folder / f"{name}.html", reports.html(result.as_json()).encode())
