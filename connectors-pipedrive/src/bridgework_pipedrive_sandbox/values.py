"""Reads single values strictly. Every reader returns the value to store or raises :class:`Wrong` with the reason."""

import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any

Reader = Callable[[Any], Any]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|\+00:00)")
_SPACED = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_LONG_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d")
_SHORT_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_CURRENCY = re.compile(r"[A-Z]{3}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

SUBFIELDS = (
    "country",
    "admin_area_level_1",
    "admin_area_level_2",
    "locality",
    "sublocality",
    "route",
    "street_number",
    "subpremise",
    "postal_code",
)


class Wrong(Exception):
    """A value is not of the form that its attribute wants; the text is the reason, never the value."""


def whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Wrong("must be an integer")
    return value


def number(value: Any) -> int | float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Wrong("must be a number")
    return value


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("must be a boolean")
    return value


def text(longest: int | None = None, *, shortest: int = 0) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong("must be a string")
        if longest is not None and len(value) > longest:
            raise Wrong(f"must be at most {longest} characters long")
        if len(value.strip()) < shortest:
            raise Wrong("must not be empty")
        return value

    return read


def one_of(choices: Collection[Any]) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, str | int) or isinstance(value, bool) or value not in choices:
            raise Wrong("must be one of " + ", ".join(str(choice) for choice in sorted(choices)))
        return value

    return read


def day(value: Any) -> str:
    """YYYY-MM-DD and nothing else: a date-time is refused."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Wrong("must be a date in YYYY-MM-DD format")
    try:
        date.fromisoformat(value)
    except ValueError:
        raise Wrong("is not a valid date") from None
    return value


def instant(value: Any) -> str:
    """RFC 3339 in UTC, whole seconds."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise Wrong("must be a date-time in RFC 3339 format")
    return _checked(value.replace("+00:00", "Z"))


def spaced_instant(value: Any) -> str:
    """The v1 form ``YYYY-MM-DD HH:MM:SS``, stored in the v2 form."""
    if not isinstance(value, str) or not _SPACED.fullmatch(value):
        raise Wrong("must be a date-time in YYYY-MM-DD HH:MM:SS format")
    return _checked(value.replace(" ", "T") + "Z")


def _checked(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise Wrong("is not a valid date-time") from None
    return value


def clock_time(form: str) -> Reader:
    """``form``: short (HH:MM), long (HH:MM:SS) or both; stored long."""

    def read(value: Any) -> str:
        if isinstance(value, str):
            if form != "short" and _LONG_TIME.fullmatch(value):
                return value
            if form != "long" and _SHORT_TIME.fullmatch(value):
                return value + ":00"
        raise Wrong("is not a valid datetime")

    return read


def currency(value: Any) -> str:
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise Wrong("must be a currency code of three capital letters")
    return value


def uuid_text(value: Any) -> str:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise Wrong("must be a valid uuid")
    return value


def list_of(read: Reader) -> Reader:
    def read_list(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Wrong("must be an array")
        return [read(part) for part in value]

    return read_list


def shape(required: dict[str, Reader], optional: dict[str, Reader] | None = None) -> Reader:
    """An object with exactly these properties; optional ones may be null and are then left out."""
    optional = optional or {}

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong("must be an object")
        for name in value:
            if name not in required and name not in optional:
                raise Wrong(f"{name} is not allowed")
        for name in required:
            if value.get(name) is None:
                raise Wrong(f"{name} is required")
        return {name: (required.get(name) or optional[name])(part) for name, part in value.items() if part is not None}

    return read


_ADDRESS = shape({"value": text()}, {name: text() for name in SUBFIELDS})


def address(value: Any) -> dict[str, Any]:
    """``value`` is required; subfields that are left out become null."""
    given = _ADDRESS(value)
    return {"value": given["value"], **{name: given.get(name) for name in SUBFIELDS}}


def channels(value: Any) -> list[dict[str, Any]]:
    """E-mail addresses, phone numbers, messengers: label ``work`` by default, exactly one is primary."""
    read = shape({"value": text()}, {"label": text(), "primary": flag})
    entries = [{"label": "work", "primary": False, **entry} for entry in list_of(read)(value)]
    primaries = sum(entry["primary"] for entry in entries)
    if primaries > 1:
        raise Wrong("only one entry can be primary")
    if entries and not primaries:
        entries[0]["primary"] = True
    return [{name: entry[name] for name in ("value", "primary", "label")} for entry in entries]
