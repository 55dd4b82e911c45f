"""From a parsed JSON row to typed values in canonical form.

A shape says for every known key how its value is read; unknown keys pass as they are: a newer export loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final

from bridgework.files import (
    DateOrder,
    Unreadable,
    canonical,
    damaged,
    is_blank,
    read_boolean,
    read_date,
    read_decimal,
    read_instant,
    read_integer,
    read_local_instant,
    read_money,
    read_time,
    without_nul,
)
from bridgework.model import Body, FieldType, Problem, Value

Reader = Callable[[Any], Value]
Shape = dict[str, "Reader | Shape"]

LONGEST_MARKER: Final = 4  # of the words that mean "nothing"; a longer text needs no closer look


def read_text(value: Any) -> Value:
    """Text as it is. Numbers become their digits: keys written without quotes stay exact."""
    kind = type(value)
    if kind is str:
        return value
    if kind is int:
        return str(value)
    if kind is Decimal:
        return format(value, "f")
    raise Unreadable("DAT-03", "is not text")


def _of_text(reader: Callable[[str], Value], noun: str) -> Reader:
    def read(value: Any) -> Value:
        if type(value) is not str:
            raise Unreadable("DAT-03", f"is not {noun}")
        return reader(value)

    return read


def _decimal(reader: Callable[[str], Value]) -> Reader:
    """Decimal text; a number in quotes goes through the text reader."""

    def read(value: Any) -> Value:
        kind = type(value)
        if kind is Decimal:
            return format(value, "f")
        if kind is int:
            return str(value)
        if kind is str:
            return reader(value)
        raise Unreadable("DAT-03", "is not a number")

    return read


def _integer(value: Any) -> Value:
    kind = type(value)
    if kind is int or kind is Decimal:
        return read_integer(format(value, "f") if kind is Decimal else str(value))
    if kind is str:
        return read_integer(value)
    raise Unreadable("DAT-03", "is not a whole number")


def _boolean(value: Any) -> Value:
    if type(value) is bool:
        return value
    if type(value) is str:
        return read_boolean(value)
    raise Unreadable("DAT-03", "is neither yes nor no")


_READERS: Final[Mapping[FieldType, Reader]] = {
    FieldType.DATE: _of_text(lambda text: read_date(text, DateOrder.ISO), "a date"),
    FieldType.TIME: _of_text(read_time, "a time of day"),
    FieldType.INSTANT: _of_text(read_instant, "an instant"),
    FieldType.LOCAL_INSTANT: _of_text(read_local_instant, "a local date and time"),
    FieldType.NUMBER: _decimal(read_decimal),
    FieldType.INTEGER: _integer,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATA: canonical,
}


def shape_of(fields: Mapping[str, FieldType], currency: str) -> Shape:
    """The shape of fields given by dotted paths; amounts in quotes may carry the sign of `currency` alone."""
    readers = {**_READERS, FieldType.MONEY: _decimal(partial(read_money, currency=currency))}
    shape: Shape = {}
    for path, kind in fields.items():
        *parents, name = path.split(".")
        level = shape
        for parent in parents:
            below = level.get(parent)
            if not isinstance(below, dict):
                below = level[parent] = {}
            level = below
        level[name] = readers.get(kind, read_text)
    return shape


def typed(shape: Shape, values: Mapping[str, Any], problems: list[Problem], path: str = "") -> Body:
    """Canonical values of a row; what cannot be read is left out and added to `problems`.

    Empty means absent, and so do blanks and null markers ("N/A"): the row as it came keeps them.
    """
    made: Body = {}
    for name, value in values.items():
        if not value and (value is None or value == "" or value == [] or value == {}):
            continue
        how = shape.get(name)
        if how is read_text and type(value) is str:
            if (len(value) > LONGEST_MARKER and value[0] > " " < value[-1]) or not is_blank(value, word=True):
                made[name] = value
        elif how is None:
            made[name] = canonical(value)
        elif type(how) is dict:
            below = _below(how, value, problems, f"{path}{name}")
            if below is not None:
                made[name] = below
        else:
            try:
                read = how(value)  # type: ignore[operator]  # not a dict, so a reader
            except Unreadable as error:
                problems.append(Problem(f"{path}{name}", error.check, error.reason))
                continue
            if read is not None:
                made[name] = read
    return made


def _below(shape: Shape, value: Any, problems: list[Problem], path: str) -> Value:
    if type(value) is dict:
        return typed(shape, value, problems, f"{path}.")
    if type(value) is list:
        below = f"{path}."
        return [typed(shape, item, problems, below) if type(item) is dict else canonical(item) for item in value]
    problems.append(Problem(path, "DAT-03", "is neither an object nor a list"))
    return None


def may_be_damaged(raw: bytes) -> bool:
    """Whether a line can hold text that `mend` would flag: anything that is not plain ASCII."""
    escaped = b"\\" in raw and (b"\\u" in raw or b"\\b" in raw or b"\\f" in raw)
    return escaped or not raw.isascii() or b"\x7f" in raw


def mend(values: Body, problems: list[Problem]) -> None:
    """Take U+0000 out of all texts and flag those that look damaged, in place."""
    for path, holder, place in _texts(values, ""):
        text = holder[place]
        if reason := damaged(text):
            problems.append(Problem(path, "ENC-01", reason))
            holder[place] = without_nul(text)


def _texts(values: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    items = values.items() if isinstance(values, dict) else enumerate(values)
    for place, value in list(items):
        below = (f"{path}.{place}" if path else place) if isinstance(values, dict) else path
        if isinstance(value, str):
            yield below, values, place
        elif isinstance(value, (dict, list)):
            yield from _texts(value, below)
