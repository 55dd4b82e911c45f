"""Comparing what was sent with what is stored: the four classes of the field-level diff, and content hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from bridgework.mapping import body_hash
from bridgework.model import StoredRecord, Value

Class = Literal["equal", "normalised", "lost", "wrong"]


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field: what we sent, what we expect to be stored, what is stored."""

    field: str
    kind: Class
    sent: Value
    stored: Value


def compare(
    sent: Mapping[str, Value], expected: Mapping[str, Value], stored: Mapping[str, Value]
) -> Iterator[FieldDiff]:
    """Compare every field that was sent. `expected` is `sent` as the destination says it will store it."""
    for name, value in sent.items():
        now, will = stored.get(name), expected.get(name)
        if same(now, value):
            yield FieldDiff(name, "equal", value, now)
        elif same(now, will):
            yield FieldDiff(name, "normalised", value, now)
        elif empty(now):
            yield FieldDiff(name, "lost", value, now)
        else:
            yield FieldDiff(name, "wrong", value, now)


def same(one: Value, other: Value) -> bool:
    """Equal in canonical form; numbers by value, nothing there in all its forms."""
    if empty(one) and empty(other):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return all(same(one.get(key), other.get(key)) for key in {*one, *other})
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or _same_number(one, other)


def empty(value: Value) -> bool:
    """Nothing there."""
    return value is None or value in ("", [], {})


def _same_number(one: Value, other: Value) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    first, second = number(one), number(other)
    return first is not None and first == second


def number(value: Value) -> Decimal | None:
    """The amount or number in a canonical value, None if it is none."""
    if isinstance(value, dict):
        value = value.get("amount")
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def content_mark(record: StoredRecord) -> str:
    """A hash of everything people or we can edit: the image that rollback compares with."""
    return body_hash({name: value for name, value in record.values.items() if not empty(value)})
