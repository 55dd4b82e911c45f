"""Values of custom fields: the 16 types, strictly."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bridgework_pipedrive_sandbox.answers import Record, Refused, malformed
from bridgework_pipedrive_sandbox.values import (
    Reader,
    Wrong,
    address,
    clock_time,
    currency,
    day,
    list_of,
    number,
    shape,
    text,
    whole,
)

if TYPE_CHECKING:
    from bridgework_pipedrive_sandbox.company import Company

CREATABLE = frozenset(
    {
        "varchar",
        "text",
        "double",
        "phone",
        "date",
        "daterange",
        "time",
        "timerange",
        "set",
        "enum",
        "varchar_auto",
        "address",
        "monetary",
        "org",
        "people",
        "user",
    }
)
SEARCHABLE = frozenset({"address", "varchar", "text", "varchar_auto", "double", "monetary", "phone"})
CURRENCY = "USD"
TIME_ZONE = "America/New_York"
"""Defaults of every simulated user: what is left out is filled with these, not with UTC."""

_LONGEST_TEXT = 65_535
_LINKS = {"org": "organizations", "people": "persons", "user": "users"}

_hour = clock_time("long")


def _monetary(value: Any) -> Any:
    return {"currency": CURRENCY, **shape({"value": number}, {"currency": currency})(value)}


def _in_zone(required: dict[str, Reader]) -> Reader:
    def read(value: Any) -> Any:
        return {"timezone_name": TIME_ZONE, **shape(required, {"timezone_name": text(shortest=1)})(value)}

    return read


def _double(value: Any) -> Any:
    """Kept with 16 decimals, the rest is cut."""
    return round(number(value), 16)


_PLAIN: Mapping[str, Reader] = {
    "varchar": text(255),
    "varchar_auto": text(255),
    "phone": text(255),
    "text": text(_LONGEST_TEXT),
    "double": _double,
    "monetary": _monetary,
    "date": day,
    "daterange": shape({"value": day, "until": day}),
    "time": _in_zone({"value": _hour}),
    "timerange": _in_zone({"value": _hour, "until": _hour}),
    "address": lambda value: {**address(value), "formatted_address": None},
}


def read_custom_fields(company: "Company", object_name: str, given: Any) -> Record:
    """The values to store by key; null means clear. Raises :class:`Refused` and names every wrong key."""
    if not isinstance(given, dict):
        raise malformed("custom_fields: must be an object")
    if isinstance(given.get("custom_fields"), dict):
        # one level too deep is not caught by the validation of the real system and breaks it
        raise Refused(500, "Internal Server Error", "ERR_UNKNOWN")
    known = company.custom_keys(object_name)
    values: Record = {}
    problems: list[str] = []
    for key, value in given.items():
        if key not in known:
            problems.append(f"custom_fields.{key}: Parameter '{key}' is not allowed for this request")
            continue
        try:
            values[key] = None if value is None else _reader(company, known[key])(value)
        except Wrong as wrong:
            problems.append(f"custom_fields.{key}: {wrong}")
    if problems:
        raise malformed(*problems)
    return values


def _reader(company: "Company", field: Record) -> Reader:
    field_type = field["field_type"]
    if field_type in ("enum", "set"):
        return option_reader(field)
    if field_type in _LINKS:
        return _link(company, _LINKS[field_type])
    return _PLAIN[field_type]


def option_reader(field: Record) -> Reader:
    """Option ids of a choice field: one, or a list of at least one."""
    ids = {option["id"] for option in field["options"]}

    def known(value: Any) -> int:
        if whole(value) not in ids:
            raise Wrong("is not an option of this field")
        return int(value)

    def several(value: Any) -> list[int]:
        if value == []:
            raise Wrong("must contain at least 1 item")
        return list(dict.fromkeys(list_of(known)(value)))

    return known if field["field_type"] == "enum" else several


def _link(company: "Company", table: str) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        # a deactivated user may still be named
        row = company[table].get(whole(value)) if table == "users" else company.live(table, whole(value))
        if row is None:
            raise Wrong("does not exist")
        return int(value)

    return read


def with_labels(field: Record, value: Any) -> Any:
    """``include_option_labels``: ids become ``{id, label}``."""
    labels = {option["id"]: option["label"] for option in field["options"] or ()}
    if field["field_type"] == "enum" and value is not None:
        return {"id": value, "label": labels.get(value)}
    if field["field_type"] == "set" and value is not None:
        return [{"id": part, "label": labels.get(part)} for part in value]
    return value
