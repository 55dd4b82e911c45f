"""ORP-01 to 06: rows whose patient is absent, deleted, or merged in a way that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.vocabulary import Table

if TYPE_CHECKING:
    from bridgework.staging import Row

_CHECKS: Final = {
    "appointment": "ORP-01", "treatment_plan": "ORP-02", "policy": "ORP-03", "ledger_entry": "ORP-04",
    "claim": "ORP-05", "note": "ORP-06",
}  # fmt: skip


class Orphans(Check):
    """Also counts the rows that refer to each patient, which decides later who survives a merge."""

    concepts = frozenset({*_CHECKS, "recall"})

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """One finding per row that belongs to nobody; rows that are deleted themselves do not matter."""
        if table.get(row, "deleted_at") is not None:
            return
        way = self.scene.people.of(table, row)
        if way.person is not None:
            self.scene.uses[way.person.key] += 1
        elif way.cause == "shared number":
            yield found("DUP-07", table.name, row.key, "patient number is shared and the name fits none or several",
                        field=way.field, proposed="exclude", rows=table.rows)  # fmt: skip
        elif table.concept in _CHECKS:
            amount = table.text(row, "amount")
            yield found(_CHECKS[table.concept], table.name, row.key, way.cause, field=way.field,
                        evidence=f"amount {amount}" if amount else "", rows=table.rows)  # fmt: skip
