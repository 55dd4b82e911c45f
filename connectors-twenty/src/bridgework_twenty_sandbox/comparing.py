"""One condition: which operators a type knows, how their operands are read, and how they compare."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bridgework_twenty_sandbox import values
from bridgework_twenty_sandbox.answers import bad, database
from bridgework_twenty_sandbox.fieldtypes import compact, is_null
from bridgework_twenty_sandbox.inspecting import inspect

Comparison = Callable[[Any], bool | None]

OPERATORS = (
    "eq",
    "neq",
    "in",
    "containsAny",
    "is",
    "gt",
    "gte",
    "lt",
    "lte",
    "startsWith",
    "endsWith",
    "like",
    "ilike",
)

_ORDERED = ("eq", "neq", "in", "is", "gt", "gte", "lt", "lte")
_ALLOWED: Mapping[str, tuple[str, ...]] = {
    "TEXT": (*_ORDERED, "startsWith", "endsWith", "like", "ilike"),
    "CODE": (*_ORDERED, "startsWith", "endsWith", "like", "ilike"),
    "RAW_JSON": ("is", "like"),
    "FILES": ("is", "like"),
    "BOOLEAN": ("eq", "is"),
    "SELECT": ("eq", "neq", "in", "is", "containsAny"),
    "RATING": ("eq", "neq", "in", "is"),
    "MULTI_SELECT": ("containsAny", "is", "isEmptyArray"),
    "ARRAY": ("containsAny", "is", "isEmptyArray", "containsIlike"),
    "TS_VECTOR": ("is",),
    "UUID": _ORDERED,
}


def comparison(leaf: str, options: list[str], name: str, operator: str, operand: Any, enum: str) -> Comparison:
    """``enum`` is the database type of a select field. Raises Refused."""
    allowed = _ALLOWED.get(leaf, _ORDERED)
    if operator not in allowed:
        raise bad(
            f'Operator "{operator}" is not valid for field "{name}" of type {leaf} - '
            f"Allowed operators: {', '.join(allowed)}"
        )
    if operator == "is":
        return _is(operand)
    if operator == "isEmptyArray":
        return lambda value: value == []
    if operator in ("in", "containsAny"):
        if not isinstance(operand, list):
            raise bad(f'Invalid filter value {inspect(operand)} for field "{name}"')
        wanted = [_read(leaf, options, name, each, enum) for each in operand]
        if leaf in ("MULTI_SELECT", "ARRAY"):
            return lambda value: None if is_null(value) else any(each in wanted for each in value)
        return lambda value: None if is_null(value) else value in wanted
    if operator in ("like", "ilike", "startsWith", "endsWith", "containsIlike"):
        return _pattern(operator, operand, name)
    return _ordered(operator, _read(leaf, options, name, operand, enum))


def _is(operand: Any) -> Comparison:
    if operand == "NULL":
        return is_null
    if operand == "NOT_NULL":
        return lambda value: not is_null(value)
    raise bad('Invalid filter value for "is" operator. Expected "NULL" or "NOT_NULL"')


def _ordered(operator: str, wanted: Any) -> Comparison:
    """An empty text is NULL: it equals what is NULL, and nothing compares with it."""
    if wanted == "" and operator == "eq":
        return is_null
    if wanted == "" and operator == "neq":
        return lambda value: not is_null(value)
    if wanted is None or wanted == "":
        return lambda _: None
    compare: Callable[[Any], bool] = {
        "eq": lambda value: value == wanted,
        "neq": lambda value: value != wanted,
        "gt": lambda value: value > wanted,
        "gte": lambda value: value >= wanted,
        "lt": lambda value: value < wanted,
        "lte": lambda value: value <= wanted,
    }[operator]
    return lambda value: None if is_null(value) else compare(value)


def _pattern(operator: str, operand: Any, name: str) -> Comparison:
    if not isinstance(operand, str):
        raise bad(f'Invalid string value {inspect(operand)} for text field "{name}"')
    if operator == "startsWith":
        return lambda value: None if is_null(value) else str(value).startswith(operand)
    if operator == "endsWith":
        return lambda value: None if is_null(value) else str(value).endswith(operand)
    flags = re.DOTALL | (re.IGNORECASE if "ilike" in operator.lower() else 0)
    pattern = re.compile("".join(_piece(character) for character in operand), flags)
    if operator == "containsIlike":
        return lambda value: None if is_null(value) else any(pattern.fullmatch(each) for each in value)

    def matches(value: Any) -> bool | None:
        if is_null(value):
            return None
        return pattern.fullmatch(value if isinstance(value, str) else compact(value)) is not None

    return matches


def _piece(character: str) -> str:
    return {"%": ".*", "_": "."}.get(character) or re.escape(character)


def _read(leaf: str, options: list[str], name: str, operand: Any, enum: str) -> Any:
    """The operand as a value of the type. REST gives texts for everything."""
    if operand is None:
        return None
    if leaf in ("SELECT", "MULTI_SELECT", "RATING"):
        if operand not in options:
            raise database(f'invalid input value for enum {enum}: "{operand}"')
        return operand
    if leaf == "UUID":
        return values.uuid(operand, name)
    if leaf == "DATE_TIME":
        return values.instant(operand, name)
    if leaf == "DATE":
        return values.READERS["DATE"]({"name": name}, operand)
    if leaf in ("NUMBER", "NUMERIC", "POSITION"):
        return values.number(_as_number(operand), name)
    if leaf == "BOOLEAN":
        return values.READERS["BOOLEAN"](
            {"name": name},
            {"true": True, "false": False}.get(operand, operand) if isinstance(operand, str) else operand,
        )
    return values.text(operand, name)


def _as_number(operand: Any) -> Any:
    if isinstance(operand, str):
        try:
            return float(operand)
        except ValueError:
            return operand
    return operand
