"""Field types: their parts, how an empty value reads, and what a new row gets."""

import json
from collections.abc import Mapping
from typing import Any

from bridgework_twenty_sandbox.answers import Record

PARTS: Mapping[str, Mapping[str, str]] = {
    "FULL_NAME": {"firstName": "TEXT", "lastName": "TEXT"},
    "EMAILS": {"primaryEmail": "TEXT", "additionalEmails": "RAW_JSON"},
    "PHONES": {
        "primaryPhoneNumber": "TEXT",
        "primaryPhoneCountryCode": "TEXT",
        "primaryPhoneCallingCode": "TEXT",
        "additionalPhones": "RAW_JSON",
    },
    "LINKS": {"primaryLinkLabel": "TEXT", "primaryLinkUrl": "TEXT", "secondaryLinks": "RAW_JSON"},
    "ADDRESS": {
        "addressStreet1": "TEXT",
        "addressStreet2": "TEXT",
        "addressCity": "TEXT",
        "addressPostcode": "TEXT",
        "addressState": "TEXT",
        "addressCountry": "TEXT",
        "addressLat": "NUMBER",
        "addressLng": "NUMBER",
    },
    "CURRENCY": {"amountMicros": "NUMBER", "currencyCode": "CODE"},
    "RICH_TEXT": {"blocknote": "CODE", "markdown": "TEXT"},
    "ACTOR": {"source": "SELECT", "workspaceMemberId": "UUID", "name": "TEXT", "context": "RAW_JSON"},
}
"""Composite types. A CODE is a text that reads null, not "", when it is empty."""

IN_WORDS: Mapping[str, str] = {
    "FULL_NAME": "full name",
    "EMAILS": "emails",
    "PHONES": "phones",
    "LINKS": "links",
    "ADDRESS": "address",
    "CURRENCY": "currency",
    "RICH_TEXT": "rich text",
    "ACTOR": "actor",
}

SOURCES = (
    "EMAIL",
    "CALENDAR",
    "WORKFLOW",
    "AGENT",
    "API",
    "IMPORT",
    "MANUAL",
    "SYSTEM",
    "WEBHOOK",
    "APPLICATION",
)

TYPES = (
    "ACTOR",
    "ADDRESS",
    "ARRAY",
    "BOOLEAN",
    "CURRENCY",
    "DATE",
    "DATE_TIME",
    "EMAILS",
    "FILES",
    "FULL_NAME",
    "LINKS",
    "MORPH_RELATION",
    "MULTI_SELECT",
    "NUMBER",
    "NUMERIC",
    "PHONES",
    "POSITION",
    "RATING",
    "RAW_JSON",
    "RELATION",
    "RICH_TEXT",
    "SELECT",
    "TEXT",
    "TS_VECTOR",
    "UUID",
)
RELATIONS = ("RELATION", "MORPH_RELATION")

UNIQUE_PARTS: Mapping[str, tuple[str, ...]] = {
    "EMAILS": ("primaryEmail",),
    "LINKS": ("primaryLinkUrl",),
    "PHONES": ("primaryPhoneNumber",),
    "FULL_NAME": ("firstName", "lastName"),
}
"""Parts of a composite that its unique index covers."""

_LISTS = ("RAW_JSON",)


def empty(field_type: str) -> Any:
    """The value of a field that was never written, as it reads."""
    if field_type in PARTS:
        return {part: _empty_part(part, leaf) for part, leaf in PARTS[field_type].items()}
    if field_type == "TEXT":
        return ""
    if field_type in ("MULTI_SELECT", "ARRAY"):
        return []
    return None


def _empty_part(part: str, leaf: str) -> Any:
    if leaf == "TEXT":
        return ""
    return [] if leaf in _LISTS and part != "context" else None


def default(field: Mapping[str, Any]) -> Any:
    """What a new row gets when nothing is sent, as it reads. Texts in defaults carry inner single quotes."""
    value, kind = field.get("defaultValue"), field["type"]
    if value is None or value in ("uuid", "now"):
        return empty(kind)
    if kind in PARTS and isinstance(value, dict):
        parts = {part: _unquoted(each) for part, each in value.items() if part in PARTS[kind] and each is not None}
        return {**empty(kind), **parts}
    return _unquoted(value)


def _unquoted(value: Any) -> Any:
    if isinstance(value, str):
        return value[1:-1] if is_quoted(value) else value
    return [_unquoted(each) for each in value] if isinstance(value, list) else value


def is_quoted(value: object) -> bool:
    return isinstance(value, str) and len(value) >= 2 and value[0] == value[-1] == "'"


def is_null(value: Any) -> bool:
    """Whether the database holds NULL: empty texts and lists are stored as NULL."""
    return value is None or value == "" or value == []


def option_values(field: Mapping[str, Any]) -> list[str]:
    return [option["value"] for option in field.get("options") or ()]


def column_of(field: Record) -> str | None:
    """The name under which a field is written and read; nothing for the many side of a relation."""
    if field["type"] in RELATIONS:
        column: str | None = (field.get("settings") or {}).get("joinColumnName")
        return column
    name: str = field["name"]
    return name


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
