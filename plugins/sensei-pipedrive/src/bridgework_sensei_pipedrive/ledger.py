"""The ledger in words and dates. Amounts are summed by the mapping; nothing is added here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bridgework.model import TransformContext, Value

# How the transaction list marks an entry that takes another one back.
_CORRECTION: Final = re.compile(r"\s*correction of #\s*(?P<number>[^\s:]+)", re.IGNORECASE)
_ROWS: Final = (
    ("Outstanding balance", "balance"),
    ("Total charges", "charges"),
    ("Total payments", "payments"),
    ("Adjustments", "adjustments"),
)


def ledger_note(value: Value, context: TransformContext) -> Value:
    """The summary's text: balance, charges, payments, adjustments (amounts as text), first and last entry."""
    lines = [f"{label}: {context.currency} {_amount(value.get(key))}" for label, key in _ROWS]
    period = " to ".join(dict.fromkeys(filter(None, (value.get("first"), value.get("last")))))
    if period:
        lines.append(f"Entries: {period}")
    return "\n".join([*lines, "For reference only; the books stay in the practice system."])


def last_payment_date(value: Value) -> Value:
    """The latest posting date among payment rows (number, date, text), corrections and what they correct aside."""
    rows: Sequence[Mapping[str, Any]] = value.get("rows") or []
    corrected = {match["number"] for row in rows if (match := _CORRECTION.match(str(row.get("text", ""))))}
    dates = [
        str(row["date"])
        for row in rows
        if row.get("date")
        and str(row.get("number")) not in corrected
        and not _CORRECTION.match(str(row.get("text", "")))
    ]
    return max(dates, default=None)


def _amount(value: Value) -> str:
    if isinstance(value, Mapping):
        value = value.get("amount")
    return str(value) if value else "0.00"
