"""From a resolved body to the JSON of a request."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from bridgework.canonical import Misfit, Unfit
from bridgework.model import Body, FieldType, TargetField, Value
from bridgework_pipedrive import prose, values
from bridgework_pipedrive.objects import ACTIVITY, NOTE, BuiltIn, ObjectType

TimeFormat = Literal["HH:MM", "HH:MM:SS"]

# Parts of an address; the others (sublocality, subpremise …) are made by people or by geocoding, never by us.
ADDRESS = {
    "street": "route",
    "city": "locality",
    "state": "admin_area_level_1",
    "postal_code": "postal_code",
    "country": "country",
}
_CLOSED = {"won_time": "won", "lost_time": "lost", "lost_reason": "lost"}


def request_body(
    kind: ObjectType,
    body: Body,
    custom: Mapping[str, TargetField],
    *,
    marker: str = "",
    creating: bool = True,
    time_format: TimeFormat = "HH:MM",
    currency: str = "",
) -> dict[str, Any]:
    """The JSON for a create or update: built-in fields at the root, custom ones under `custom_fields`.

    `marker` is written into the text of activities and notes, on an update only where that text is replaced; custom
    fields that carry it are the caller's affair.
    Raises `Misfit` for a value that does not fit its field, or a field that is not there.
    """
    sent: dict[str, Any] = {}
    nested: dict[str, Any] = {}
    for key, value in body.items():
        try:
            if field := kind.field(key):
                sent.update(_built_in(kind, field, value, time_format, currency))
            elif key in custom:
                nested[key] = _custom(custom[key].type, value, currency)
            else:
                raise Misfit(key, "the account has no such field")
        except Unfit as error:
            raise Misfit(key, str(error)) from None
    if marker:
        sent |= _marked(kind, body, marker, creating)
    if kind.name == "deal":
        _check_closing(sent)
    # An empty object is never sent: it may clear every custom field of the record.
    return {**sent, "custom_fields": nested} if nested else sent


def _marked(kind: ObjectType, body: Body, marker: str, creating: bool) -> dict[str, str]:
    if kind is ACTIVITY and (creating or "note" in body):
        return {"note": prose.to_html(str(body.get("note") or ""), marker)}
    if kind is NOTE and (creating or "content" in body):
        return {"content": prose.with_footer(str(body.get("content") or ""), marker)}
    return {}


def _built_in(kind: ObjectType, field: BuiltIn, value: Value, time_format: TimeFormat, currency: str) -> dict[str, Any]:
    if (kind.name, field.key) == ("activity", "note"):
        return {field.wire: prose.to_html(str(value or ""))}
    tidy = values.tidy(field.type, value)
    if field.type is FieldType.MONEY:
        money = _money(tidy, currency)
        return {"value": money["value"], "currency": money["currency"]} if money else {field.wire: 0}
    if tidy is None:
        return {field.wire: _EMPTY.get(field.type, [] if field.wire == "participants" else None)}
    if field.type is FieldType.TIME and time_format == "HH:MM":
        return {field.wire: tidy[:5]}
    if field.type is FieldType.INSTANT and kind.version == 1:
        return {field.wire: tidy.replace("T", " ").removesuffix("Z")}
    if field.wire == "participants":
        return {field.wire: [{"person_id": _integer(tidy), "primary": True}]}
    if field.type is FieldType.CHOICE and field.wire in ("status", "type"):
        return {field.wire: tidy}
    return {field.wire: _value(field.type, tidy)}


_EMPTY: Mapping[FieldType, Any] = {FieldType.EMAILS: [], FieldType.PHONES: [], FieldType.CHOICES: []}


def _custom(type_: FieldType, value: Value, currency: str) -> Any:
    tidy = values.tidy(type_, value)
    if tidy is None:
        return None  # also for sets: an empty list is refused
    if type_ is FieldType.MONEY:
        return _money(tidy, currency)
    if type_ is FieldType.TIME:
        return {"value": tidy}
    if type_ is FieldType.DATA:
        raise Unfit("is of a type that is never written")
    return _value(type_, tidy)


def _value(type_: FieldType, tidy: Value) -> Any:
    if type_ in (FieldType.CHOICE, FieldType.REFERENCE, FieldType.OWNER):
        return _integer(tidy)
    if type_ is FieldType.CHOICES:
        return [_integer(key) for key in tidy]
    if type_ in (FieldType.NUMBER, FieldType.INTEGER):
        return _json_number(Decimal(str(tidy)))
    if type_ is FieldType.ADDRESS:
        return {"value": tidy["value"], **{ADDRESS[part]: tidy[part] for part in ADDRESS if part in tidy}}
    return tidy


def _money(tidy: Value, currency: str) -> dict[str, Any] | None:
    if tidy is None:
        return None
    code = tidy["currency"] or currency
    if not code:
        raise Unfit("carries no currency and the settings name none")
    return {"value": _json_number(Decimal(tidy["amount"])), "currency": code}


def _json_number(number: Decimal) -> int | float:
    """JSON has one kind of number; the shortest spelling of a double is exact for fifteen digits."""
    if len(number.normalize().as_tuple().digits) > 15:
        raise Unfit("has more digits than Pipedrive keeps")
    return int(number) if number == number.to_integral_value() else float(number)


def _integer(key: str) -> int:
    if not (key.isascii() and key.isdigit()):
        raise Unfit("is not a key of Pipedrive")
    return int(key)


def _check_closing(sent: Mapping[str, Any]) -> None:
    """Closing times and the reason go only with their status; the server refuses the whole record otherwise."""
    for name, status in _CLOSED.items():
        if sent.get(name) is not None and sent.get("status", status) != status:
            raise Misfit(name, f"goes only with the status {status}")
