"""Canonical values: what counts as empty, how numbers are written, and how a value takes on its field's type."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from bridgework.canonical import Unfit, money_text, number_text
from bridgework.model import FieldType, Value

NUMBER_TYPES = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY})
TEXT_TYPES = frozenset({FieldType.TEXT, FieldType.LONG_TEXT, FieldType.HTML, FieldType.PHONE})
UNSHAPED = frozenset(
    {FieldType.REFERENCE, FieldType.OWNER, FieldType.EMAILS, FieldType.PHONES, FieldType.ADDRESS, FieldType.DATA}
)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T.*)?\Z")
_TIME = re.compile(r"(?:\d{4}-\d{2}-\d{2}T)?(\d{2}:\d{2})(:\d{2})?")
_NUMBER = re.compile(r"[-+]?\d{1,40}(\.\d{1,40})?\Z")


def is_empty(value: Value) -> bool:
    """Absent, null, blank text and empty lists or tables mean the same: nothing there."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or (isinstance(value, (list, dict)) and not value)


def comparable(value: Value) -> Value:
    """Texts whatever their case and blanks; of contacts the primary one; of anything else the value itself.

    Contacts without a primary one say nothing about whose they are: families share addresses. None for them, unless
    there is one only and it does not say that it is none.
    """
    if isinstance(value, list) and value and isinstance(value[0], dict) and "value" in value[0]:
        only = len(value) == 1
        return next((comparable(each["value"]) for each in value if each.get("primary", only)), None)
    return " ".join(value.split()).casefold() if isinstance(value, str) else value


def decimal_of(value: Value) -> Decimal | None:
    """The exact number of a canonical number or amount, None for anything else. Never goes through a float."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, dict):
        value = value.get("amount")
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.match(value.strip()):
        try:
            return Decimal(value.strip())
        except InvalidOperation:
            return None
    return None


def plain_text(value: Value) -> str:
    """A value as people read it: yes and no for truth, lists joined by commas."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(filter(None, map(plain_text, value)))
    if isinstance(value, dict):
        return plain_text(value.get("value") or value.get("amount"))
    return str(value)


def instant_of(value: Value, zone: tzinfo) -> datetime | None:
    """The aware instant of an instant, or of a local instant that stands in `zone`. The earlier one of a fold."""
    if not isinstance(value, str) or len(value) < 16:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def instant_text(moment: datetime) -> str:
    """``2026-03-01T13:30:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def date_of(value: Value) -> date | None:
    """The calendar date of a date or of the local part of an instant."""
    if not isinstance(value, str) or not (match := _DATE.match(value)):
        return None
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        return None


def shaped(value: Value, kind: FieldType, currency: str) -> Value:
    """The value in the canonical form of `kind`; Unfit if it does not fit."""
    if kind in TEXT_TYPES or kind is FieldType.CHOICE:
        return plain_text(value) or None
    if kind in NUMBER_TYPES:
        return _number(value, kind, currency)
    if kind is FieldType.DATE:
        found = date_of(value)
        return _known(found and found.isoformat(), "date")
    if kind is FieldType.TIME:
        match = _TIME.match(value) if isinstance(value, str) else None
        return _known(match and match[1] + (match[2] or ":00"), "time of day")
    if kind is FieldType.BOOLEAN:
        return _known(value if isinstance(value, bool) else _TRUTH.get(plain_text(value).casefold()), "yes or no")
    if kind is FieldType.CHOICES:
        return [plain_text(item) for item in (value if isinstance(value, list) else [value]) if not is_empty(item)]
    if kind is FieldType.INSTANT:
        moment = instant_of(value, UTC)
        return _known(moment and instant_text(moment), "instant")
    return value


_TRUTH = {"yes": True, "true": True, "y": True, "1": True, "no": False, "false": False, "n": False, "0": False}


def _number(value: Value, kind: FieldType, currency: str) -> Value:
    amount = decimal_of(value)
    if amount is None:
        raise Unfit("not a number")
    if kind is FieldType.MONEY:
        return {"amount": money_text(amount), "currency": currency}
    if kind is FieldType.INTEGER:
        if amount != amount.to_integral_value():
            raise Unfit("not a whole number")
        return int(amount)
    return number_text(amount)


def _known(value: Any, what: str) -> Any:
    if value is None:
        raise Unfit(f"not a {what}")
    return value
