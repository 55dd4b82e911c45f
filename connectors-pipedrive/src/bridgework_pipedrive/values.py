"""Canonical values in the one spelling that Pipedrive gives back: what is sent, predicted and read goes through here.

`tidy` is idempotent. It raises `Unfit` for a value that is not of its type; the text never names the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from bridgework.canonical import Unfit, as_date, as_money, as_number, one_line
from bridgework.model import FieldType, Value
from bridgework_pipedrive import prose

ADDRESS_PARTS = ("street", "city", "state", "postal_code", "country")
_DEFAULT_LABEL = "work"  # of an e-mail or phone that comes without one
_TIME = re.compile(r"(\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?")


def tidy(type_: FieldType, value: Value) -> Value:
    """The value as it will be read back; ``None`` for nothing."""
    if value is None or value == "" or value == [] or value == {}:
        return None
    rule = _RULES.get(type_)
    return rule(value) if rule else value


def _text(value: Value) -> str | None:
    if not isinstance(value, str):
        raise Unfit("is not a text")
    return value.replace("\r\n", "\n").replace("\r", "\n").strip() or None


def _prose(value: Value) -> str | None:
    return prose.clean(str(_text(value) or "")) or None


def _boolean(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    if value in (0, 1):
        return bool(value)
    raise Unfit("is neither yes nor no")


def _time(value: Value) -> str:
    found = _TIME.fullmatch(str(value).strip())
    if not found or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise Unfit("is not a time of the form HH:MM:SS")
    return f"{found[1]}:{found[2]}:{found[3] or '00'}"


def _instant(value: Value) -> str:
    moment = instant(value)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(value: Value) -> datetime:
    """An instant in UTC to the second, from either of Pipedrive's two spellings."""
    try:
        moment = datetime.fromisoformat(str(value).strip().replace(" ", "T"))
    except ValueError:
        raise Unfit("is not an instant") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(microsecond=0)


def _key(value: Value) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unfit("is not a key of Pipedrive")
    return str(value)


def _keys(value: Value) -> list[str] | None:
    if not isinstance(value, list | tuple):
        raise Unfit("is not a list of options")
    return sorted({_key(item) for item in value}, key=lambda key: (len(key), key)) or None


def _contacts(value: Value) -> list[dict[str, Value]] | None:
    """Labels default to "work"; exactly one entry is primary, the first if none is."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
        raise Unfit("is not a list of addresses with labels")
    found = [
        {"value": text, "label": str(item.get("label") or _DEFAULT_LABEL), "primary": bool(item.get("primary"))}
        for item in value
        if (text := str(item.get("value") or "").strip())
    ]
    chosen = next((index for index, item in enumerate(found) if item["primary"]), 0)
    return [{**item, "primary": index == chosen} for index, item in enumerate(found)] or None


def _address(value: Value) -> dict[str, str] | None:
    """Parts that are empty disappear; the whole is made from the parts if it is missing."""
    if isinstance(value, str):
        value = {"value": value}
    if not isinstance(value, Mapping):
        raise Unfit("is not an address")
    parts = {name: text for name in ADDRESS_PARTS if (text := one_line(value.get(name)))}
    whole = one_line(value.get("value")) or ", ".join(parts.values())
    return {"value": whole, **parts} if whole else None


_RULES: Mapping[FieldType, Callable[[Value], Value]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.HTML: _prose,
    FieldType.INTEGER: as_number,
    FieldType.NUMBER: as_number,
    FieldType.MONEY: as_money,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: as_date,
    FieldType.TIME: _time,
    FieldType.INSTANT: _instant,
    FieldType.CHOICE: _key,
    FieldType.CHOICES: _keys,
    FieldType.EMAILS: _contacts,
    FieldType.PHONES: _contacts,
    FieldType.PHONE: _text,
    FieldType.ADDRESS: _address,
    FieldType.REFERENCE: _key,
    FieldType.OWNER: _key,
}
