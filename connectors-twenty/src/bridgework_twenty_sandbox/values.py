"""Values of fields that have no parts: what is taken, and as what it is stored and read."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from bridgework_twenty_sandbox import dates
from bridgework_twenty_sandbox.answers import Refused, bad, coded
from bridgework_twenty_sandbox.fieldtypes import option_values
from bridgework_twenty_sandbox.inspecting import inspect, plain

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

Field = Mapping[str, Any]


def is_uuid(value: object) -> bool:
    """The version digit is not looked at."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _invalid(f'Invalid string value {inspect(value)} for text field "{name}"', value)
    return value


def _text(field: Field, value: Any) -> str:
    return text(value, field["name"])


def number(value: Any, name: str) -> int | float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _invalid(f'Invalid number value {inspect(value)} for field "{name}"', value)
    return plain(value)


def _number(field: Field, value: Any) -> int | float | None:
    return number(value, field["name"])


def _boolean(field: Field, value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise _invalid(f'Invalid boolean value {inspect(value)} for field "{field["name"]}"', value)


def _date(field: Field, value: Any) -> str | None:
    if value is None:
        return None
    taken = dates.day(value) if isinstance(value, str) else None
    if taken is None:
        raise _invalid(
            f"Invalid value {inspect(value)} for date field \"{field['name']}\". Expected format: 'YYYY-MM-DD'", value
        )
    return taken


def instant(value: Any, name: str) -> str | None:
    if value is None:
        return None
    taken = dates.instant(value) if isinstance(value, str) else None
    if taken is None:
        raise _invalid(
            f"Invalid value {inspect(value)} for date-time field \"{name}\". Expected format: 'YYYY-MM-DDTHH:mm:ssZ'",
            value,
        )
    return taken


def _instant(field: Field, value: Any) -> str | None:
    return instant(value, field["name"])


def option(value: Any, name: str, options: list[str]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise _invalid(f'Invalid string value {inspect(value)} for text field "{name}"', value)
    if value not in options:
        raise bad(
            f'Invalid value "{value}" for field "{name}". Valid values are: {", ".join(options)}',
            f'Invalid value for field "{name}"',
        )
    return value


def _select(field: Field, value: Any) -> str | None:
    return option(value, field["name"], option_values(field))


def _multi_select(field: Field, value: Any) -> list[str]:
    chosen = [] if value is None else [value] if isinstance(value, str) else value
    options = option_values(field)
    if not isinstance(chosen, list) or any(each not in options for each in chosen):
        raise _invalid(f'Invalid value {inspect(value)} for multi select field "{field["name"]}"', value)
    return chosen


def _array(field: Field, value: Any) -> list[str]:
    items = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(items, list) or any(not isinstance(each, str) for each in items):
        raise _invalid(
            f'Invalid value {inspect(value)} for field "{field["name"]} - Array values need to be string"', value
        )
    return items


def raw_json(value: Any, name: str) -> Any:
    """Objects, lists, or JSON text of these; the empty ones become null."""
    taken = value
    if isinstance(value, str):
        try:
            taken = orjson.loads(value)
        except ValueError:
            taken = value
    if taken is not None and not isinstance(taken, (dict, list)):
        raise _invalid(f'Invalid object value {inspect(value)} for field "{name}"', value)
    return taken or None


def _raw_json(field: Field, value: Any) -> Any:
    return raw_json(value, field["name"])


def uuid(value: Any, name: str) -> str | None:
    if value is None:
        return None
    if not is_uuid(value):
        raise _invalid(f'Invalid UUID value {inspect(value)} for field "{name}"', value)
    return str(value).lower()


def _uuid(field: Field, value: Any) -> str | None:
    return uuid(value, field["name"])


def record_id(value: Any) -> str | None:
    """The id of a new record. Null is for the database to refuse."""
    if value is None:
        return None
    if not is_uuid(value):
        shown = value if isinstance(value, str) else inspect(value)
        raise coded(f'Value "{shown}" is not a valid UUID', "INVALID_QUERY_INPUT")
    return str(value).lower()


def position(value: Any, name: str) -> int | float | str:
    if value in ("first", "last") and isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _invalid(f'Invalid position value {inspect(value)} for field "{name}"', value)
    return plain(value)


def _unwritable(field: Field, _: Any) -> None:
    raise bad(f"{field['name']} {field['type']}-typed field does not support write operations")


def _invalid(message: str, value: Any) -> Refused:
    return bad(message, f'Invalid value: "{inspect(value)}"')


READERS: Mapping[str, Callable[[Field, Any], Any]] = {
    "TEXT": _text,
    "NUMBER": _number,
    "NUMERIC": _number,
    "BOOLEAN": _boolean,
    "DATE": _date,
    "DATE_TIME": _instant,
    "SELECT": _select,
    "RATING": _select,
    "MULTI_SELECT": _multi_select,
    "ARRAY": _array,
    "RAW_JSON": _raw_json,
    "UUID": _uuid,
    "TS_VECTOR": _unwritable,
}
