"""Canonical values in the one spelling that Twenty gives back: what is sent, predicted and read goes through here.

`tidy` is idempotent. It raises `Unfit` for a value that is not of its type, or that the server would change in silence;
the text never names the value. Rules: reference on Twenty, sections 6 and 12.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit, urlunsplit

import phonenumbers

from bridgework.canonical import Unfit, as_date, as_money, as_number, number, one_line
from bridgework.model import FieldType, Value
from bridgework_twenty import prose

ADDRESS_PARTS = ("street", "street2", "city", "state", "postal_code", "country")
MICROS = Decimal(1_000_000)
_EXACT = 2**53  # whole numbers a JavaScript server keeps exactly
_DIGITS = 15  # of a decimal number that a double keeps
_LONGEST_TEXT = 200_000  # tried; no limit is published
_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+")


def tidy(type_: FieldType, value: Value, region: str = "US") -> Value:
    """The value as it will be read back; ``None`` for nothing. `region` reads telephone numbers without country."""
    if value is None or value == "" or value == [] or value == {}:
        return None
    if type_ in (FieldType.PHONES, FieldType.PHONE):
        return phones(value, region)
    rule = _RULES.get(type_)
    return rule(value) if rule else value


def text(value: Value) -> str | None:
    """A text as it is kept: nothing is trimmed there, an empty one is nothing."""
    if not isinstance(value, str):
        raise Unfit("is not a text")
    if "\0" in value:
        raise Unfit("holds a character that no database keeps")
    if len(value) > _LONGEST_TEXT:
        raise Unfit(f"is longer than {_LONGEST_TEXT:,} characters")
    return value or None


def prose_text(value: Value) -> str | None:
    """The text of a note or task."""
    return prose.tidy(text(value) or "") or None


def phones(value: Value, region: str) -> list[dict[str, Value]] | None:
    """Telephones in E.164, the primary one first; none is where all say so. Labels have no place there, and an
    extension would be dropped."""
    listed = [{"value": value}] if isinstance(value, str) else value
    return _ranked(dict.fromkeys(phone(item, region) for item in _contacts(listed)), listed)


def phone(typed: str, region: str) -> str:
    """One number in E.164."""
    found, before = typed, ""
    while found != before:  # a code that is none can hide another one: read until nothing changes any more
        try:
            parsed = phonenumbers.parse(found, region)
        except phonenumbers.NumberParseException:
            raise Unfit("is not a telephone number that can be dialled") from None
        if parsed.extension:
            raise Unfit("has an extension, which Twenty drops; map it to a text field")
        found, before = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), found
    return found


def emails(value: Value) -> list[dict[str, Value]] | None:
    """Addresses in small letters, each once, the primary one first. Where all say that they are not, none is primary:
    then another person has the address as the primary one."""
    listed = [{"value": value}] if isinstance(value, str) else value
    found = dict.fromkeys(item.lower() for item in _contacts(listed))
    if not all(_EMAIL.fullmatch(each) for each in found):
        raise Unfit("is not an e-mail address")
    return _ranked(found, listed)


def link(value: Value) -> str | None:
    """A web address: with a scheme its origin is lower-cased and a slash at the end cut, without one it is kept."""
    plain = text(value)
    if not plain or "://" not in plain:
        return plain
    try:
        parts = urlsplit(plain)
    except ValueError:
        raise Unfit("is not a web address") from None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc or any(map(str.isspace, plain)):
        raise Unfit("is not a web address")
    whole = urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, parts.query, parts.fragment))
    return whole.removesuffix("/")


def money(value: Value) -> dict[str, str]:
    """An amount to the micro, with its currency."""
    found = as_money(value)
    micros(Decimal(found["amount"]))
    return found


def micros(amount: Decimal) -> int:
    """The amount in millionths. Unfit if it has finer parts or is too large to be kept exactly."""
    found = amount * MICROS
    if found != found.to_integral_value():
        raise Unfit("has parts below a millionth, which would be cut")
    if abs(found) > _EXACT:
        raise Unfit("is too large to be kept exactly")
    return int(found)


def instant(value: Value) -> datetime:
    """An instant in UTC to the millisecond. A spelling without a zone is refused: the server would take it for UTC."""
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise Unfit("is not an instant") from None
    if moment.tzinfo is None:
        raise Unfit("is an instant without its zone")
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


def _instant(value: Value) -> str:
    moment = instant(value)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def _number(value: Value) -> int | str:
    if len(number(value).normalize().as_tuple().digits) > _DIGITS:
        raise Unfit("has more digits than Twenty keeps")
    return as_number(value)


def _boolean(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    raise Unfit("is neither yes nor no")


def _key(value: Value) -> str:
    if not isinstance(value, str):
        raise Unfit("is not a key of Twenty")
    return value


def _keys(value: Value) -> list[str] | None:
    if not isinstance(value, list | tuple):
        raise Unfit("is not a list of options")
    return sorted({_key(item) for item in value}) or None


def _contacts(value: Value) -> list[str]:
    """The values of a list of contacts, the primary one first."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
        raise Unfit("is not a list of contacts")
    ordered = sorted(value, key=lambda item: not item.get("primary"))
    return [found for item in ordered if (found := str(item.get("value") or "").strip())]


def _ranked(found: Iterable[str], listed: Sequence[Mapping[str, Value]]) -> list[dict[str, Value]] | None:
    """Contacts, of which the first is the primary one unless all of the list said that they are not."""
    has_primary = any(item.get("primary") is not False for item in listed)
    return [{"value": each, "primary": has_primary and place == 0} for place, each in enumerate(found)] or None


def street_lines(parts: Mapping[str, str]) -> tuple[str, str]:
    """The two lines of a street that an address keeps as a whole, with its second line beside it."""
    whole, second = parts.get("street", ""), parts.get("street2", "")
    return ("", second) if whole == second else (whole.removesuffix(f", {second}") if second else whole, second)


def _address(value: Value) -> dict[str, str] | None:
    """The parts that are filled; an address that is one line becomes its street."""
    if isinstance(value, str):
        value = {"street": value}
    if not isinstance(value, Mapping):
        raise Unfit("is not an address")
    parts = {name: found for name in ADDRESS_PARTS if (found := one_line(value.get(name)))}
    if street := ", ".join(filter(None, street_lines(parts))):
        parts = {**parts, "street": street}
    whole = one_line(value.get("value"))
    return parts or ({"street": whole} if whole else None)


_RULES: Mapping[FieldType, Callable[[Value], Value]] = {
    FieldType.TEXT: text,
    FieldType.LONG_TEXT: text,
    FieldType.HTML: prose_text,
    FieldType.INTEGER: _number,
    FieldType.NUMBER: _number,
    FieldType.MONEY: money,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: as_date,
    FieldType.TIME: text,
    FieldType.INSTANT: _instant,
    FieldType.CHOICE: _key,
    FieldType.CHOICES: _keys,
    FieldType.EMAILS: emails,
    FieldType.ADDRESS: _address,
    FieldType.REFERENCE: _key,
    FieldType.OWNER: _key,
}
