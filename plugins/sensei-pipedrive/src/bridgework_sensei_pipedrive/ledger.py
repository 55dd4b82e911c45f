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
_REFERENCE: Final = "For reference only; the books stay in the practice system."
_COLUMNS: Final = (
    ("Date", "date"),
    ("Entry", "number"),
    ("Category", "category"),
    ("Description", "text"),
    ("Code", "code"),
    ("Tooth", "tooth"),
    ("Provider", "provider"),
    ("Amount", "amount"),
)


def ledger_note(value: Value, context: TransformContext) -> Value:
    """Balance, charges, payments, adjustments, first and last entry as the text of a ledger summary."""
    lines = [f"{label}: {context.currency} {_amount(value.get(key))}" for label, key in _ROWS]
    if period := _period(value.get("first"), value.get("last")):
        lines.append(f"Entries: {period}")
    return "\n".join([*lines, _REFERENCE])


def ledger_statement(value: Value, context: TransformContext) -> Value:
    """A patient, every entry of their ledger in the order of the books, and the balance as a sheet that is printed."""
    rows: Sequence[Mapping[str, Any]] = value.get("rows") or []
    about = [value.get("patient"), f"Patient number: {value['number']}" if value.get("number") else ""]
    dates = sorted(str(row["date"]) for row in rows if row.get("date"))
    if dates:
        about.append(f"Entries: {_period(dates[0], dates[-1])}")
    return {
        "title": "Ledger statement",
        "lines": [*filter(None, about)],
        "columns": [heading for heading, _ in _COLUMNS],
        "figures": [len(_COLUMNS) - 1],
        "rows": [[str(row.get(name) or "") for _, name in _COLUMNS] for row in rows],
        "total": [
            "Outstanding balance",
            *[""] * (len(_COLUMNS) - 2),
            f"{context.currency} {_amount(value.get('balance'))}",
        ],
        "note": _REFERENCE,
    }


def last_payment_date(value: Value) -> Value:
    """The latest date of payment rows (number, date, text); corrections and what they correct do not count."""
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


def _period(first: Value, last: Value) -> str:
    """``2026-01-02 to 2026-10-30``; one day where both are the same."""
    return " to ".join(dict.fromkeys(filter(None, (first, last))))


def _amount(value: Value) -> str:
    if isinstance(value, Mapping):
        value = value.get("amount")
    return str(value) if value else "0.00"
