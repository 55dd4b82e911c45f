"""ORP-07 and FIN-02 of treatment plans: plans without items, totals that are not the sum of the items."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.vocabulary import Table

if TYPE_CHECKING:
    from bridgework.staging import Row

_CENT: Final = Decimal("0.01")


class Plans(Check):
    """A plan against its items."""

    concepts = frozenset({"treatment_plan"})

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """A plan without items has no total to compare."""
        if table.get(row, "deleted_at") is not None:
            return
        items = list(table.items(row, ("procedure_code", "procedure_fee")))
        if not items:
            field = table.path("procedures")
            yield found("ORP-07", table.name, row.key, "plan without items", field=field, rows=table.rows)
            return
        total = row.decimal(table.path("fee"))
        fees = [amount(item.get("procedure_fee")) for item in items]
        if total is None or any(fee is None for fee in fees):
            return
        if abs(total - sum(fee for fee in fees if fee is not None)) >= _CENT:
            field = table.path("fee")
            yield found("FIN-02", table.name, row.key, "total differs from the items", field=field, rows=table.rows)


def amount(value: Any) -> Decimal | None:
    """An amount in canonical form, None if there is none."""
    if isinstance(value, dict):
        value = value.get("amount")
    if value is None or isinstance(value, bool | list):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
