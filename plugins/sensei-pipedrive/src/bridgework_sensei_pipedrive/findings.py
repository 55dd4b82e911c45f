"""What the audit of this pair adds: things the mapping copes with, and a person should know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date
from functools import partial
from typing import TYPE_CHECKING, Final

from bridgework.canonical import zone_of
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

# Statuses of treatment plans: the open ones that mapping.yaml names, and those of plans that are history.
PLANS: Final = frozenset({"unscheduled", "scheduled", "pending", "in progress", "completed", "declined"})


def pair_findings(staging: Staging) -> Iterator[Finding]:
    """LED-01, PLN-01, REC-01, REC-02 and REC-03; nothing for an object that is not in the export."""
    present = {item.name for item in staging.objects() if not item.absent}
    if "transactions" in present:
        yield from _categories(staging)
    if "treatmentPlans" in present:
        yield from _plan_statuses(staging)
    if "recare" in present:
        yield from _recalls(staging)


def _categories(staging: Staging) -> Iterator[Finding]:
    """One finding per category that no list knows; its rows are summed as adjustments."""
    for category, (key, rows) in _unknown(staging, "transactions", "Transaction Category", CATEGORIES).items():
        yield Finding(
            check="LED-01",
            severity=Severity.WARN,
            object="transactions",
            key=key,
            field="Transaction Category",
            summary=f"category that no list of the mapping names, {_many(rows, 'row')}: summed as an adjustment",
            evidence=category,
            action="add it to one of the lists in mapping.yaml",
            denominator=staging.count("transactions"),
        )


def _plan_statuses(staging: Staging) -> Iterator[Finding]:
    """One finding per status of a plan that is neither open nor closed; its plans are archived."""
    for status, (key, rows) in _unknown(staging, "treatmentPlans", "status", PLANS).items():
        yield Finding(
            check="PLN-01",
            severity=Severity.APPROVE,
            object="treatmentPlans",
            key=key,
            field="status",
            summary=f"status that no list of the mapping names, {_many(rows, 'plan')}: archived, no deal is made",
            evidence=status,
            proposed="accept",
            action="add it to open_plans in mapping.yaml if they are to become deals",
            denominator=staging.count("treatmentPlans"),
        )


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _unknown(staging: Staging, name: str, field: str, known: frozenset[str]) -> dict[str, tuple[str, int]]:
    """Values of the field that are not known, each with the key of its first row and the number of its rows."""
    found: dict[str, tuple[str, int]] = {}
    for row in staging.rows(name):
        value = str(row.get(field) or "").strip()
        if value.casefold() not in known:
            first, rows = found.get(value, (row.key, 0))
            found[value] = (first, rows + 1)
    return found


def _recalls(staging: Staging) -> Iterator[Finding]:
    """Due dates that are not the last visit plus the cycle, overdue recalls, and cycles that cannot be read."""
    today, rows = _today(staging).isoformat(), staging.count("recare")
    for row in staging.rows("recare"):
        about = partial(Finding, severity=Severity.WARN, object="recare", key=row.key, denominator=rows)
        due, cycle = row.get("Due Date"), row.get("Recare Cycle")
        expected = recall_expected({"last": row.get("Last Visit"), "cycle": cycle})
        if due and expected and due != expected:
            yield about(
                check="REC-01",
                field="Due Date",
                summary="the printed due date is not the last visit plus the cycle; the printed one is kept",
                evidence=f"{due}, expected {expected}",
                action="Look which of the two holds, and correct the recall in the old system.",
            )
        if due and due < today:
            yield about(
                check="REC-02",
                field="Due Date",
                summary="recall is overdue; it keeps its past date and stays open",
                evidence=str(due),
                action="Book the recall, or move its date.",
            )
        if cycle and recall_expected({"last": "2026-01-01", "cycle": cycle}) is None:
            yield about(
                check="REC-03",
                field="Recare Cycle",
                summary="cycle that cannot be read: the interval in months stays empty",
                evidence=str(cycle),
                action="Enter the cycle as a number of weeks, months or years.",
            )


def _today(staging: Staging) -> date:
    """The practice's day on which the export was made."""
    description = staging.description
    return description.generated_at.astimezone(zone_of(description.time_zone) or UTC).date()
