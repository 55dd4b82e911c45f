"""Comparing what was sent with what is stored: the four classes of the field-level diff, and content hashes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from bridgework.mapping import NUMBER_TYPES, body_hash, decimal_of
from bridgework.model import StoredRecord, TargetField, Value

Class = Literal["equal", "normalised", "lost", "wrong"]


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field: what we sent, what we expect to be stored, what is stored."""

    field: str
    kind: Class
    sent: Value
    stored: Value


def number_fields(fields: Iterable[TargetField]) -> frozenset[str]:
    """The keys of the fields that hold numbers or amounts."""
    return frozenset(field.key for field in fields if field.type in NUMBER_TYPES)


def compare(
    sent: Mapping[str, Value], expected: Mapping[str, Value], stored: Mapping[str, Value], numbers: Collection[str]
) -> Iterator[FieldDiff]:
    """Compare every field that was sent. `expected` is `sent` as the destination says it will store it; `numbers` are
    the fields whose values are compared as numbers.
    """
    for name, value in sent.items():
        now, will, number = stored.get(name), expected.get(name), name in numbers
        if same(now, value, number=number):
            yield FieldDiff(name, "equal", value, now)
        elif same(now, will, number=number):
            yield FieldDiff(name, "normalised", value, now)
        elif empty(now):
            yield FieldDiff(name, "lost", value, now)
        else:
            yield FieldDiff(name, "wrong", value, now)


def same(one: Value, other: Value, *, number: bool) -> bool:
    """Equal in canonical form, nothing there in all its forms; of a `number` its value counts, of a text each letter:
    a postal code without its zero is another one.
    """
    if empty(one) and empty(other):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return all(same(one.get(key), other.get(key), number=number) for key in {*one, *other})
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(partial(same, number=number), one, other))
    return bool(one == other) or (number and _same_number(one, other))


def empty(value: Value) -> bool:
    """Nothing there."""
    return value is None or value in ("", [], {})


def _same_number(one: Value, other: Value) -> bool:
    first, second = decimal_of(one), decimal_of(other)
    return first is not None and first == second


def content_mark(record: StoredRecord) -> str:
    """A hash of everything people or we can edit: the image that rollback compares with."""
    return body_hash({name: value for name, value in record.values.items() if not empty(value)})
