"""Pipedrive's field types and the plain ones, and a field of the account as the core sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bridgework.model import FieldType, Option, TargetField

KEY = re.compile(r"[0-9a-f]{40}")  # the key of a custom field: random, different in every company

_READ: Mapping[str, FieldType] = {
    "varchar": FieldType.TEXT,
    "varchar_auto": FieldType.TEXT,
    "text": FieldType.LONG_TEXT,
    "phone": FieldType.PHONE,
    "double": FieldType.NUMBER,
    "monetary": FieldType.MONEY,
    "date": FieldType.DATE,
    "time": FieldType.TIME,
    "enum": FieldType.CHOICE,
    "set": FieldType.CHOICES,
    "user": FieldType.OWNER,
    "org": FieldType.REFERENCE,
    "people": FieldType.REFERENCE,
    "address": FieldType.ADDRESS,
}
_REFERENCES = {"org": "organization", "people": "person"}
_MADE: Mapping[FieldType, str] = {
    FieldType.TEXT: "varchar",
    FieldType.LONG_TEXT: "text",
    FieldType.PHONE: "phone",
    FieldType.INTEGER: "double",
    FieldType.NUMBER: "double",
    FieldType.MONEY: "monetary",
    FieldType.DATE: "date",
    FieldType.TIME: "time",
    FieldType.CHOICE: "enum",
    FieldType.CHOICES: "set",
    FieldType.OWNER: "user",
    FieldType.ADDRESS: "address",
}
_TEXT_LENGTH = 255
LONG_TEXT_LENGTH = 65_000


def wire_type(type_: FieldType, reference: str = "") -> str:
    """The `field_type` to create for a plain type; ValueError if Pipedrive has none."""
    if type_ is FieldType.REFERENCE:
        found = next((wire for wire, to in _REFERENCES.items() if to == reference), "")
    else:
        found = _MADE.get(type_, "")
    if not found:
        raise ValueError(f"Pipedrive has no custom field of the type {type_.value}")
    return found


def custom_field(row: Mapping[str, Any]) -> TargetField:
    """A custom field as the field list gives it. Types without a plain counterpart are kept as data, never written."""
    wire = str(row.get("field_type"))
    known = _READ.get(wire)
    return TargetField(
        key=str(row["field_code"]),
        label=str(row["field_name"]),
        type=known or FieldType.DATA,
        options=options(row),
        max_length={FieldType.TEXT: _TEXT_LENGTH, FieldType.LONG_TEXT: LONG_TEXT_LENGTH}.get(known or FieldType.DATA),
        custom=True,
        reference=_REFERENCES.get(wire, ""),
        settable="always" if known else "never",
        extensible=wire in ("enum", "set"),
    )


def options(row: Mapping[str, Any]) -> tuple[Option, ...]:
    """The options of a field, keys as text."""
    found = row.get("options") or ()
    return tuple(Option(str(option["id"]), str(option.get("label") or "")) for option in found)
