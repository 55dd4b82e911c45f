"""What the audit of this pair adds: things the mapping copes with, and a person should know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bridgework.model import Finding, Severity
from bridgework_dental.transforms import recall_expected

if TYPE_CHECKING:
    from bridgework.staging import Staging

# The categories that the lists of mapping.yaml name (a test compares them).
CATEGORIES: Final = frozenset(
    {
        "charge",
        "payment",
        "insurance payment",
        "refund",
        "adjustment",
        "write-off",
        "discount",
        "contract adjustment",
        "initial balance",
    }
)


def pair_findings(staging: Staging) -> Iterator[Finding]:
    """LED-01, REC-01 and REC-02; nothing for a report that is not in the export."""
    present = {item.name for item in staging.objects() if not item.absent}
    if "transactions" in present:
        yield from _categories(staging)
    if "recare" in present:
        yield from _recalls(staging)


def _categories(staging: Staging) -> Iterator[Finding]:
    """One finding per category that no list knows; its rows are summed as adjustments."""
    first: dict[str, str] = {}
    rows: dict[str, int] = {}
    for row in staging.rows("transactions"):
        category = str(row.get("Transaction Category") or "").strip()
        if category.casefold() not in CATEGORIES:
            first.setdefault(category, row.key)
            rows[category] = rows.get(category, 0) + 1
    for category, key in first.items():
        yield Finding(
            check="LED-01",
            severity=Severity.WARN,
            object="transactions",
            key=key,
            field="Transaction Category",
            summary=f"category that no list of the mapping names, {rows[category]} rows: summed as an adjustment",
            evidence=category,
            action="add it to one of the lists in mapping.yaml",
            denominator=staging.count("transactions"),
        )


def _recalls(staging: Staging) -> Iterator[Finding]:
    """Due dates that are not the last visit plus the cycle, and recalls that are overdue at the export."""
    today = _today(staging)
    rows = staging.count("recare")
    for row in staging.rows("recare"):
        due = row.get("Due Date")
        expected = recall_expected({"last": row.get("Last Visit"), "cycle": row.get("Recare Cycle")})
        if due and expected and due != expected:
            yield Finding(
                check="REC-01",
                severity=Severity.WARN,
                object="recare",
                key=row.key,
                field="Due Date",
                summary="the printed due date is not the last visit plus the cycle; the printed one is kept",
                evidence=f"{due}, expected {expected}",
                denominator=rows,
            )
        if due and due < today.isoformat():
            yield Finding(
                check="REC-02",
                severity=Severity.WARN,
                object="recare",
                key=row.key,
                field="Due Date",
                summary="recall is overdue; it keeps its past date and stays open",
                evidence=str(due),
                denominator=rows,
            )


def _today(staging: Staging) -> date:
    """The practice's day on which the export was made."""
    description = staging.description
    try:
        return description.generated_at.astimezone(ZoneInfo(description.time_zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return description.generated_at.date()
