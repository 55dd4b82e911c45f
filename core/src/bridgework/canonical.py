"""Canonical values: how numbers, amounts and dates are spelled, and what is said of a value that does not fit.

A destination gives back what it stores in spellings of its own. A connector brings it, and what it predicts, into the
one form in which values are compared (`bridgework.model.values`) with the functions here. None of them guesses or
rounds, and no text of an error holds a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bridgework.model import Value

_MOST_DIGITS = 20  # before the point, or noughts behind it: more is no number of a practice


class Unfit(ValueError):
    """A value does not fit its field; the text says why and never holds the value."""


class Misfit(Exception):
    """A record that cannot be written: the key of the field that does not fit, and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def number(value: Value) -> Decimal:
    """The number behind any spelling: canonical text, a JSON number. Unfit if it is none."""
    if isinstance(value, bool):
        raise Unfit("is not a number")
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        raise Unfit("is not a number") from None
    if not found.is_finite() or abs(found.adjusted()) > _MOST_DIGITS:
        raise Unfit("is not a number that can be stored")
    return found


def number_text(amount: Decimal) -> str:
    """A number without exponent and without trailing zeros: ``6.0`` → ``6``."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def money_text(amount: Decimal) -> str:
    """An amount with two decimals, more only where the value has them: ``12.5`` → ``12.50``. No exponent."""
    whole, _, part = number_text(amount).partition(".")
    return f"{whole}.{part:0<2}"


def as_number(value: Value) -> int | str:
    """A number as int, or as text if it has decimals. Unfit if it is none."""
    text = number_text(number(value))
    return text if "." in text else int(text)


def as_money(value: Value) -> dict[str, str]:
    """An amount with its currency, which may be empty: ``{"amount": "12.50", "currency": "USD"}``. Unfit without an
    amount."""
    if not isinstance(value, Mapping) or value.get("amount") in (None, ""):
        raise Unfit("is not an amount with its currency")
    return {"amount": money_text(number(value["amount"])), "currency": str(value.get("currency") or "").upper()}


def as_date(value: Value) -> str:
    """The ISO date of a date or an instant. Unfit if it is none."""
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise Unfit("is not a date") from None


def one_line(value: Value) -> str:
    """A text with single blanks between its words and none around; empty for nothing."""
    return "" if value is None else " ".join(str(value).split())


@lru_cache(64)
def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name; None if there is none such."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
