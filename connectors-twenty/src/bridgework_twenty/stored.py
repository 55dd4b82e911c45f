"""From a record as Twenty gives it to its canonical form. Empty and null are the same there: an empty text reads ""."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from bridgework.canonical import Unfit, one_line
from bridgework.model import StoredRecord, Value
from bridgework_twenty import prose, values
from bridgework_twenty.catalogue import Kind
from bridgework_twenty.fields import Field
from bridgework_twenty.wire import ACTOR_SOURCE, ADDRESS

_NO_REGION = "ZZ"  # numbers come back with their country
_DEMO_SOURCE = "SYSTEM"  # who made the records that a new workspace comes with


def record(kind: Kind, row: Mapping[str, Any]) -> StoredRecord:
    """One record."""
    found: dict[str, Value] = {}
    for key, field in kind.fields.items():
        value = _value(field, row.get(field.wire))
        if value is not None:
            found[key] = value
    marker = found.pop(kind.marker, "") if kind.marker else ""
    return StoredRecord(
        object=kind.name,
        id=str(row["id"]),
        version=str(row.get("updatedAt") or ""),
        values=found,
        marker=str(marker),
        deleted=bool(row.get("deletedAt")),
        demo=_actor(row).get("source") == _DEMO_SOURCE,
        created_at=_moment(row.get("createdAt")),
        updated_at=_moment(row.get("updatedAt")),
    )


def _value(field: Field, raw: Any) -> Value:
    """The value, spelled as `tidy` does; nothing for what is of another form than the field's."""
    if raw is None or raw == "":
        return None
    read = _READERS.get(field.kind)
    try:
        plain = read(raw) if read is not None else raw.get(field.part) if field.part else raw
    except (AttributeError, TypeError, KeyError):
        return None
    try:
        return field.tidy(plain, _NO_REGION)
    except Unfit:
        return plain  # not ours, and somebody's all the same


def _emails(raw: Any) -> Value:
    primary = raw.get("primaryEmail") or ""
    found = [each for each in (primary, *(raw.get("additionalEmails") or [])) if each]
    return [{"value": each, "primary": each == primary} for each in found]


def _phones(raw: Any) -> Value:
    first = f"{raw.get('primaryPhoneCallingCode') or ''}{raw.get('primaryPhoneNumber') or ''}"
    others = [
        f"{each.get('callingCode') or ''}{each.get('number') or ''}" for each in raw.get("additionalPhones") or []
    ]
    primary = [{"value": first, "primary": True}] if raw.get("primaryPhoneNumber") else []
    return [*primary, *({"value": each, "primary": False} for each in others if each)]


def _address(raw: Any) -> Value:
    parts = {part: raw.get(wire) for part, wire in ADDRESS.items()}
    first, second = raw.get("addressStreet1"), raw.get("addressStreet2")
    return {**parts, "street": ", ".join(filter(None, map(one_line, (first, second))))}


def _money(raw: Any) -> Value:
    amount = raw.get("amountMicros")
    if amount is None:
        return None
    return {"amount": format(Decimal(str(amount)) / values.MICROS, "f"), "currency": raw.get("currencyCode")}


_READERS: Mapping[str, Callable[[Any], Value]] = {
    "EMAILS": _emails,
    "PHONES": _phones,
    "ADDRESS": _address,
    "CURRENCY": _money,
    "LINKS": lambda raw: raw.get("primaryLinkUrl") or None,
    "RICH_TEXT": lambda raw: prose.from_markdown(raw.get("markdown") or "") or None,
    "ACTOR": lambda raw: raw.get("name") if raw.get("source") == ACTOR_SOURCE else None,
}


def _actor(row: Mapping[str, Any]) -> Mapping[str, Any]:
    found = row.get("createdBy")
    return found if isinstance(found, Mapping) else {}


def _moment(raw: Any) -> datetime | None:
    try:
        return values.instant(raw) if raw else None
    except Unfit:
        return None
