"""Named transforms every mapping may use. Each takes a canonical value, gives one, and has examples that are tested."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, tzinfo
from decimal import Decimal

from bridgework.canonical import Unfit, money_text, number_text, zone_of
from bridgework.mapping.values import (
    decimal_of,
    instant_of,
    instant_text,
    is_empty,
    plain_text,
)
from bridgework.model import FieldType, NamedTransform, TransformContext, Value

_SPLIT = re.compile(r"[;,\s]+")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")
_ADDRESS_PARTS = {
    "street": ("street", "line1", "address1", "addressLine1"),
    "street2": ("street2", "line2", "address2", "addressLine2"),
    "city": ("city", "town"),
    "state": ("state", "county", "province", "region"),
    "postal_code": ("postal_code", "postalCode", "zip", "postcode"),
    "country": ("country", "countryCode"),
}


def text(value: Value) -> Value:
    """As people read it: blanks trimmed, lists joined by commas, yes and no."""
    return plain_text(value)


def one_line(value: Value) -> Value:
    """Line breaks and doubled blanks become one blank."""
    return " ".join(plain_text(value).split())


def small_letters(value: Value) -> Value:
    """In small letters, to compare what capitals do not tell apart."""
    return plain_text(value).lower()


def lines(value: Value) -> Value:
    """A list, one item per line."""
    items = value if isinstance(value, list) else [value]
    return "\n".join(filter(None, map(plain_text, items)))


def first_item(value: Value) -> Value:
    """The first item of a list."""
    items = value if isinstance(value, list) else [value]
    return next((item for item in items if not is_empty(item)), None)


def yes_no(value: Value) -> Value:
    """``Yes`` or ``No`` for truth, so that a choice can hold it."""
    if not isinstance(value, bool):
        raise Unfit("not yes or no")
    return "Yes" if value else "No"


def amount(value: Value) -> Value:
    """An amount as text with two decimals."""
    found = decimal_of(value)
    if found is None:
        raise Unfit("not an amount")
    return money_text(found)


def whole_number(value: Value) -> Value:
    """A number without decimals; one that has them is refused."""
    found = decimal_of(value)
    if found is None or found != found.to_integral_value():
        raise Unfit("not a whole number")
    return int(found)


def negated(value: Value) -> Value:
    """The number with the other sign."""
    found = decimal_of(value)
    if found is None:
        raise Unfit("not a number")
    return number_text(Decimal(0) - found)


def utc(value: Value, context: TransformContext) -> Value:
    """A local instant of the row's zone as an instant. In the doubled hour of autumn the first one is meant."""
    moment = instant_of(value, _zone(context))
    if moment is None:
        raise Unfit("not a date with a time")
    return instant_text(moment)


def utc_date(value: Value, context: TransformContext) -> Value:
    """The UTC date of a local instant; a date stays as it is."""
    return value if isinstance(value, str) and len(value) == 10 else str(utc(value, context))[:10]


def utc_time(value: Value, context: TransformContext) -> Value:
    """The UTC time of a local instant."""
    return str(utc(value, context))[11:19]


def local_date(value: Value) -> Value:
    """The date part of a local instant or date."""
    found = plain_text(value)[:10]
    try:
        return date.fromisoformat(found).isoformat()
    except ValueError:
        raise Unfit("not a date") from None


def local_time(value: Value) -> Value:
    """Hours and minutes of a local instant: ``13:30``."""
    found = plain_text(value)
    if len(found) < 16 or found[10] != "T":
        raise Unfit("not a time")
    return found[11:16]


def hours_minutes(value: Value) -> Value:
    """Minutes as a duration: 90 → ``01:30:00``."""
    minutes = whole_number(value)
    if not 0 <= minutes < 24 * 60:
        raise Unfit("not a duration within a day")
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def beyond_a_day(value: Value) -> Value:
    """Minutes that `hours_minutes` has no duration for, as they are: 1500 → ``1500``; nothing for any others."""
    try:
        hours_minutes(value)
    except Unfit:
        return plain_text(value)
    return None


def email_list(value: Value) -> Value:
    """One text or several to a list of addresses, each once, the first one primary. Nothing is lower-cased."""
    texts = value if isinstance(value, list) else [value]
    parts = [part.strip("<>") for each in texts for part in _SPLIT.split(plain_text(each)) if part]
    kept = {part.casefold(): part for part in reversed(parts) if _EMAIL.fullmatch(part)}
    ordered = dict.fromkeys(kept[part.casefold()] for part in parts if part.casefold() in kept)
    return [{"value": part, "label": "work", "primary": place == 0} for place, part in enumerate(ordered)]


def no_addresses(value: Value) -> str:
    """The texts that hold something beside addresses, as they are written."""
    texts = [plain_text(each) for each in (value if isinstance(value, list) else [value])]
    return "\n".join(
        text for text in texts if not all(_EMAIL.fullmatch(part.strip("<>")) for part in _SPLIT.split(text) if part)
    )


def telephone_list(value: Value) -> Value:
    """One number or several (texts, or tables with number and type) to a list, each once, the first one primary."""
    found: dict[str, dict[str, Value]] = {}
    for each in value if isinstance(value, list) else [value]:
        table = each if isinstance(each, Mapping) else {"number": each}
        number = plain_text(table.get("number") or table.get("value"))
        if number and number not in found:
            label = plain_text(table.get("type") or table.get("label")).lower() or "work"
            found[number] = {"value": number, "label": label, "primary": not found}
    return list(found.values())


def address(value: Value) -> Value:
    """A table of address parts under usual names, or one line, to the canonical address. `street` is the whole street,
    `street2` the second line it ends with."""
    if not isinstance(value, Mapping):
        line = one_line(value)
        return {"value": line} if line else None
    parts = {name: _part(value, keys) for name, keys in _ADDRESS_PARTS.items()}
    street = ", ".join(filter(None, (parts["street"], parts["street2"])))
    region = " ".join(filter(None, (parts["state"], parts["postal_code"])))
    shown = ", ".join(filter(None, (street, parts["city"], region, parts["country"])))
    if not shown:
        return None
    return {"value": shown, **{name: found for name, found in {**parts, "street": street}.items() if found}}


def secondary_contacts(value: Value) -> Value:
    """The same contacts, none of them primary: for what another record keeps as its primary one."""
    found = value if isinstance(value, list) else [value]
    return [{**item, "primary": False} for item in found if isinstance(item, Mapping)]


def unique_contacts(value: Value) -> Value:
    """Contacts with equal values (digits of numbers, letters without case) once; exactly one of them is primary."""
    kept: dict[str, dict[str, Value]] = {}
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping) and (shown := plain_text(item.get("value"))):
            kept.setdefault(_comparable(shown), dict(item))
    found = list(kept.values())
    primary = next((place for place, item in enumerate(found) if item.get("primary")), 0)
    return [{**item, "primary": place == primary} for place, item in enumerate(found)]


def _comparable(shown: str) -> str:
    if "@" in shown:
        return shown.casefold()
    digits = "".join(letter for letter in shown if letter.isdigit())
    return digits.removeprefix("1") if len(digits) == 11 else digits if len(digits) > 3 else shown.casefold()


def _part(value: Mapping[str, Value], keys: tuple[str, ...]) -> str:
    return next((found for key in keys if (found := plain_text(value.get(key)))), "")


def _zone(context: TransformContext) -> tzinfo:
    return zone_of(context.time_zone) or UTC


TRANSFORMS: tuple[NamedTransform, ...] = (
    NamedTransform.of(text, FieldType.TEXT, ("  Ana ", "Ana"), (["a", "b"], "a, b"), (True, "Yes")),
    NamedTransform.of(one_line, FieldType.TEXT, ("a\n  b", "a b")),
    NamedTransform.of(small_letters, FieldType.TEXT, ("Ana@Example.ORG", "ana@example.org")),
    NamedTransform.of(lines, FieldType.LONG_TEXT, (["a", "b"], "a\nb")),
    NamedTransform.of(first_item, None, (["", "b"], "b")),
    NamedTransform.of(yes_no, FieldType.CHOICE, (True, "Yes"), (False, "No")),
    NamedTransform.of(amount, None, ("12.5", "12.50"), ({"amount": "3", "currency": "USD"}, "3.00")),
    NamedTransform.of(whole_number, FieldType.INTEGER, ("6.0", 6)),
    NamedTransform.of(negated, FieldType.NUMBER, ("-12.50", "12.5")),
    NamedTransform.of(utc, FieldType.INSTANT),
    NamedTransform.of(utc_date, FieldType.DATE),
    NamedTransform.of(utc_time, FieldType.TIME),
    NamedTransform.of(local_date, FieldType.DATE, ("2026-03-01T23:30:00", "2026-03-01")),
    NamedTransform.of(local_time, FieldType.TEXT, ("2026-03-01T13:30:00", "13:30")),
    NamedTransform.of(hours_minutes, FieldType.TIME, (90, "01:30:00"), ("45", "00:45:00")),
    NamedTransform.of(beyond_a_day, FieldType.TEXT, (1500, "1500"), (90, None)),
    NamedTransform.of(
        email_list,
        FieldType.EMAILS,
        ("ana@example.org", [{"value": "ana@example.org", "label": "work", "primary": True}]),
        leaves=no_addresses,
    ),
    NamedTransform.of(
        telephone_list,
        FieldType.PHONES,
        ("303-555-0100", [{"value": "303-555-0100", "label": "work", "primary": True}]),
    ),
    NamedTransform.of(
        address,
        FieldType.ADDRESS,
        (
            {"line1": "1 Main St", "city": "Denver", "state": "CO", "postalCode": "80202", "country": "US"},
            {
                "value": "1 Main St, Denver, CO 80202, US",
                "street": "1 Main St",
                "city": "Denver",
                "state": "CO",
                "postal_code": "80202",
                "country": "US",
            },
        ),
    ),
    NamedTransform.of(
        unique_contacts,
        None,
        (
            [{"value": "303-555-0100", "label": "home"}, {"value": "(303) 555-0100", "label": "work"}],
            [{"value": "303-555-0100", "label": "home", "primary": True}],
        ),
    ),
    NamedTransform.of(
        secondary_contacts,
        None,
        ([{"value": "a@example.org", "primary": True}], [{"value": "a@example.org", "primary": False}]),
    ),
)
