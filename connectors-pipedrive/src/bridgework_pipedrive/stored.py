"""From a record as Pipedrive gives it to its canonical form. Absent and null are the same (live answers show both)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bridgework.canonical import Unfit
from bridgework.model import FieldType, StoredRecord, TargetField, Value
from bridgework_pipedrive import markers, prose, values
from bridgework_pipedrive.objects import OBJECTS, BuiltIn, ObjectType
from bridgework_pipedrive.wire import ADDRESS


def record(kind: ObjectType, row: Mapping[str, Any], custom: Mapping[str, TargetField], source_id: str) -> StoredRecord:
    """One record. `source_id` is the key of the custom field that carries the marker, empty if there is none."""
    found: dict[str, Value] = {}
    for field in kind.built_in:
        _keep(found, field.key, field.type, _built_in(kind, field, row))
    for key, raw in (row.get("custom_fields") or {}).items():
        if (known := custom.get(key)) is not None and known.type is not FieldType.DATA:
            _keep(found, key, known.type, _plain(known.type, raw))
    marker = str(found.pop(source_id, "") if source_id else "")
    if kind.name in _MARKED_TEXT:
        marker = _take_marker(found, kind.name)
    return StoredRecord(
        object=kind.name,
        id=str(row["id"]),
        version=str(row.get("update_time") or ""),
        values=found,
        marker=marker,
        deleted=_deleted(row),
        created_at=_moment(row.get("add_time")),
        updated_at=_moment(row.get("update_time")),
    )


def _keep(found: dict[str, Value], key: str, type_: FieldType, plain: Value) -> None:
    try:
        tidy = values.tidy(type_, plain)
    except Unfit:
        tidy = None  # a value of another type than the field's: nothing we could have written
    if tidy is not None:
        found[key] = tidy


def _built_in(kind: ObjectType, field: BuiltIn, row: Mapping[str, Any]) -> Value:
    raw = row.get(field.wire)
    if field.wire == "participants":
        return _primary(row)
    if (kind.name, field.key) == ("activity", "note"):
        return prose.to_text(str(raw)) if raw else None
    if kind.name == "deal" and field.key == "value":
        return {"amount": raw, "currency": row.get("currency")} if raw else None
    if kind is OBJECTS["organization_relationship"] and isinstance(raw, Mapping):
        return raw.get("value")
    return _plain(field.type, raw)


def _primary(row: Mapping[str, Any]) -> Value:
    people = row.get("participants") or ()
    chosen = next((each for each in people if each.get("primary")), None)
    return chosen["person_id"] if chosen else row.get("person_id")


def _plain(type_: FieldType, raw: Any) -> Value:
    if raw is None:
        return None
    if type_ is FieldType.MONEY:
        return {"amount": raw.get("value"), "currency": raw.get("currency")} if isinstance(raw, Mapping) else None
    if type_ is FieldType.TIME and isinstance(raw, Mapping):
        return raw.get("value")
    if type_ is FieldType.ADDRESS:
        return _address(raw)
    if type_ is FieldType.CHOICE and isinstance(raw, Mapping):
        return raw.get("id")
    return raw


def _address(raw: Any) -> Value:
    if not isinstance(raw, Mapping):
        return raw
    parts = {part: raw.get(wire) for part, wire in ADDRESS.items()}
    street = (raw.get("street_number"), raw.get("route"), raw.get("subpremise"))
    return {**parts, "value": raw.get("value"), "street": " ".join(str(each) for each in street if each)}


_MARKED_TEXT = {"activity": "note", "note": "content", "file": "name"}


def _take_marker(found: dict[str, Value], name: str) -> str:
    key = _MARKED_TEXT[name]
    text = str(found.pop(key, ""))
    split = {"activity": markers.split_text, "note": prose.without_footer, "file": markers.split_file_name}[name]
    rest, marker = split(text)
    if rest:
        found[key] = rest
    return marker


def _deleted(row: Mapping[str, Any]) -> bool:
    """v2 says `is_deleted`, v1 `active_flag`, which organization relationships spell as text."""
    return row.get("is_deleted") is True or row.get("active_flag") in (False, "false")


def _moment(raw: Any) -> datetime | None:
    try:
        return values.instant(raw) if raw else None
    except Unfit:
        return None
