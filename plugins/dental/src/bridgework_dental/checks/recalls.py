"""DAT-02 of recalls: due dates that are not one cycle after the last visit. The due date counts; somebody moved it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.vocabulary import Table

if TYPE_CHECKING:
    from bridgework.staging import Row

_CYCLE: Final = re.compile(r"(\d{1,3})\s*(d|w|m|y)[a-z]*\.?", re.IGNORECASE)


class Recalls(Check):
    """Due date, last visit and cycle of one recall."""

    concepts = frozenset({"recall"})

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """A recall that lacks one of the three cannot be compared."""
        last, due = row.date(table.path("last_visit")), row.date(table.path("due_date"))
        expected = due_after(last, table.text(row, "cycle")) if last is not None else None
        if due is not None and expected is not None and due != expected:
            yield found("DAT-02", table.name, row.key, "due date is not one cycle after the last visit",
                        field=table.path("due_date"), rows=table.rows)  # fmt: skip


def due_after(last: date, cycle: str) -> date | None:
    """The day one cycle (`6 Months`, `26 Weeks`, `6M`) later, the month's last day where it has no such day.

    None for a cycle that cannot be read, or a day outside the calendar.
    """
    read = _CYCLE.fullmatch(cycle.strip())
    if read is None:
        return None
    count, unit = int(read.group(1)), read.group(2).lower()
    try:
        if unit in "dw":
            return last + timedelta(days=count * (7 if unit == "w" else 1))
        return _months_later(last, count * (12 if unit == "y" else 1))
    except (OverflowError, ValueError):
        return None


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)
