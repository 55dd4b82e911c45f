"""Transforms of the trade: names, telephones, procedures and teeth, recall cycles, providers written as text."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from bridgework.canonical import Unfit, money_text, number, one_line
from bridgework.model import FieldType, NamedTransform, TransformContext, Value
from bridgework_dental.names import joined, person, plain

_CYCLE: Final = re.compile(r"\s*(\d{1,3})\s*(day|week|month|year|d|w|m|y)", re.IGNORECASE)
_MONTHS: Final = {"m": 1, "y": 12}
_DAYS: Final = {"d": 1, "w": 7}
_UNIVERSAL: Final = "universal"


def patient_name(value: Value) -> Value:
    """First, last, suffix as one text. The underscore of a moved record is taken off; nobody's name stays empty."""
    parts = _table(value)
    words = [_clean(parts.get(key)).rstrip("_ ") for key in ("first", "last", "suffix")]
    shown = " ".join(filter(None, words))
    number = _clean(parts.get("number"))
    return shown or (f"Patient {number}" if number else None)


def phone_list(value: Value) -> Value:
    """Telephones with type and preference to contacts: numbers as typed, preferred first, labels in small letters."""
    found = [(item, number) for item in _items(value) if (number := _number(item))]
    found.sort(key=lambda pair: _table(pair[0]).get("preferred") is not True)
    return [
        {"value": number, "label": _clean(_table(item).get("type")).lower() or "other", "primary": place == 0}
        for place, (item, number) in enumerate(found)
    ]


def guardian_phones(value: Value) -> Value:
    """Telephones of somebody responsible: every one labelled ``guardian``, none of them primary."""
    return [
        {"value": number, "label": "guardian", "primary": False} for item in _items(value) if (number := _number(item))
    ]


def guardian_emails(value: Value) -> Value:
    """E-mail addresses of somebody responsible: labelled ``guardian``, none of them primary."""
    return [{"value": text, "label": "guardian", "primary": False} for item in _items(value) if (text := _clean(item))]


def sms_opt_out(value: Value) -> Value:
    """``Yes`` if a telephone says that it wants no text messages, ``No`` if one says that it does; else nothing."""
    said = [choice for item in _items(value) if isinstance(choice := _table(item).get("smsOptOut"), bool)]
    return None if not said else "Yes" if any(said) else "No"


def procedure_codes(value: Value) -> Value:
    """Codes of procedures in their order, each once: ``D0120, D1110``."""
    return ", ".join(dict.fromkeys(filter(None, (_clean(_table(item).get("code")) for item in _items(value))))) or None


def first_code(value: Value) -> Value:
    """The first code, and how many procedures follow: ``D2740 +2``."""
    codes = [code for item in _items(value) if (code := _clean(_table(item).get("code")))]
    if not codes:
        return None
    return codes[0] if len(codes) == 1 else f"{codes[0]} +{len(codes) - 1}"


def teeth(value: Value, context: TransformContext) -> Value:
    """Teeth of procedures, each once, in their order; the numbering is named unless it is Universal."""
    found = ", ".join(dict.fromkeys(filter(None, (_clean(_table(item).get("tooth")) for item in _items(value)))))
    return f"{found}{_system(context)}" if found else None


def procedures_with_teeth(value: Value, context: TransformContext) -> Value:
    """Codes with tooth and surfaces: ``D2392 tooth 14 MO; D0120``."""
    lines = [line for item in _items(value) if (line := _procedure(_table(item)))]
    return "; ".join(lines) + (_system(context) if any(" tooth " in line for line in lines) else "") if lines else None


def procedure_lines(value: Value, context: TransformContext) -> Value:
    """One line per procedure: code, tooth, surfaces, fee, status."""
    lines = []
    for item in _items(value):
        parts = _table(item)
        known = (_procedure(parts), priced(parts.get("fee"), context), _clean(parts.get("status")))
        lines.append(", ".join(filter(None, known)))
    return "\n".join(filter(None, lines)) or None


def priced(value: Value, context: TransformContext) -> Value:
    """An amount with its currency: ``USD 10.00``. Finer parts stay, and so does what is no amount."""
    typed = _clean(value.get("amount") if isinstance(value, Mapping) else value)
    try:
        return f"{context.currency} {money_text(number(typed))}"
    except Unfit:
        return typed or None


def recall_months(value: Value) -> Value:
    """A cycle in months: ``6 Months`` → 6, ``1 Year`` → 12. A cycle in weeks or days is no number of months."""
    found = _cycle(value)
    if found is None:
        return None
    count, unit = found
    return count * _MONTHS[unit] if unit in _MONTHS else None


def recall_due(value: Value) -> Value:
    """The printed due date, else the last visit plus the cycle; a month too short ends on its last day."""
    parts = _table(value)
    if due := _clean(parts.get("due")):
        return due
    return recall_expected(parts)


def recall_expected(value: Value) -> Value:
    """The last visit plus the cycle, whatever due date is printed."""
    parts = _table(value)
    found, last = _cycle(parts.get("cycle")), _clean(parts.get("last"))
    if found is None or not last:
        return None
    try:
        return _later(date.fromisoformat(last), *found).isoformat()
    except (ValueError, OverflowError):
        return None  # no such day in the calendar


def _later(start: date, count: int, unit: str) -> date:
    if unit in _DAYS:
        return start + timedelta(days=count * _DAYS[unit])
    year, month = divmod(start.year * 12 + start.month - 1 + count * _MONTHS[unit], 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def provider_key(value: Value) -> Value:
    """The comparable form of a provider written as text: ``Dr. Ana Ruiz`` and ``RUIZ, Ana DDS`` agree."""
    last, first = person(_clean(value))
    return f"{last}|{first}" if last else None


def provider_forms(value: Value) -> Value:
    """The comparable forms in which texts name a team member (a row with firstName and lastName)."""
    parts = _table(value)
    first, last = joined(_clean(parts.get("firstName"))), joined(_clean(parts.get("lastName")))
    if not last:
        return None
    lasts = dict.fromkeys((last, plain(_clean(parts.get("lastName"))).split()[-1]))
    forms = [f"{name}|{given}" for name in lasts for given in dict.fromkeys((first, first[:1], ""))]
    forms += [f"{first[:1]}{last}|", f"{first[:1]}{last[:3]}|"] if first else []
    return list(dict.fromkeys(forms))


def _procedure(parts: Mapping[str, Any]) -> str:
    tooth, surfaces = _clean(parts.get("tooth")), _clean(parts.get("surfaces"))
    return " ".join(filter(None, (_clean(parts.get("code")), f"tooth {tooth}" if tooth else "", surfaces)))


def _system(context: TransformContext) -> str:
    system = context.facts.get("tooth_numbering", "")
    return "" if system.casefold() in ("", _UNIVERSAL) else f" ({system})"


def _cycle(value: Value) -> tuple[int, str] | None:
    match = _CYCLE.match(_clean(value))
    return (int(match[1]), match[2][0].lower()) if match else None


def _number(item: Value) -> str:
    parts = _table(item)
    return _clean(parts.get("number") or parts.get("value")) if parts else _clean(item)


def _items(value: Value) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _table(value: Value) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _clean(value: Value) -> str:
    return "" if isinstance(value, (bool, list, Mapping)) else one_line(value)


_PROCEDURES: Final = [{"code": "D2392", "tooth": "14", "surfaces": "MO"}, {"code": "D0120"}]
_PHONES: Final = [
    {"type": "Home", "number": "303-555-0100"},
    {"type": "Mobile", "number": "(303) 555-0101", "preferred": True, "smsOptOut": True},
]

TRANSFORMS: tuple[NamedTransform, ...] = (
    NamedTransform.of(
        patient_name,
        FieldType.TEXT,
        ({"first": "Ana", "last": "Ruiz", "suffix": "Jr"}, "Ana Ruiz Jr"),
        ({"first": "Sam_", "last": "Lee"}, "Sam Lee"),
        ({"number": "C1001"}, "Patient C1001"),
    ),
    NamedTransform.of(
        phone_list,
        FieldType.PHONES,
        (
            _PHONES,
            [
                {"value": "(303) 555-0101", "label": "mobile", "primary": True},
                {"value": "303-555-0100", "label": "home", "primary": False},
            ],
        ),
    ),
    NamedTransform.of(
        guardian_phones,
        FieldType.PHONES,
        ([{"number": "303-555-0100"}], [{"value": "303-555-0100", "label": "guardian", "primary": False}]),
    ),
    NamedTransform.of(
        guardian_emails,
        FieldType.EMAILS,
        ("eve@example.org", [{"value": "eve@example.org", "label": "guardian", "primary": False}]),
    ),
    NamedTransform.of(sms_opt_out, FieldType.CHOICE, (_PHONES, "Yes"), ([{"number": "1"}], None)),
    NamedTransform.of(procedure_codes, FieldType.TEXT, (_PROCEDURES, "D2392, D0120")),
    NamedTransform.of(first_code, FieldType.TEXT, (_PROCEDURES, "D2392 +1"), ([{"code": "D0120"}], "D0120")),
    NamedTransform.of(teeth, FieldType.TEXT),
    NamedTransform.of(procedures_with_teeth, FieldType.TEXT),
    NamedTransform.of(procedure_lines, FieldType.LONG_TEXT),
    NamedTransform.of(
        priced, FieldType.TEXT, ("10", "USD 10.00"), ("0.105", "USD 0.105"), ("on request", "on request")
    ),
    NamedTransform.of(recall_months, FieldType.INTEGER, ("6 Months", 6), ("1 Year", 12), ("26 Weeks", None)),
    NamedTransform.of(
        recall_due,
        FieldType.DATE,
        ({"due": "2026-09-01", "last": "2026-02-28", "cycle": "6 Months"}, "2026-09-01"),
        ({"last": "2026-08-31", "cycle": "6 Months"}, "2027-02-28"),
    ),
    NamedTransform.of(recall_expected, FieldType.DATE, ({"last": "2026-03-01", "cycle": "26 Weeks"}, "2026-08-30")),
    NamedTransform.of(
        provider_key, None, ("Dr. Ana Ruiz", "ruiz|ana"), ("RUIZ, Ana DDS", "ruiz|ana"), ("Dr Ruiz", "ruiz|")
    ),
    NamedTransform.of(
        provider_forms,
        None,
        ({"firstName": "Ana", "lastName": "Ruiz"}, ["ruiz|ana", "ruiz|a", "ruiz|", "aruiz|", "arui|"]),
    ),
)
