"""Records by the batch, field by field: the short way to the same outcomes, where nothing about a batch is unusual.

A value that does not fit, a text that is too long, a required field without a value, anything to warn of: then nothing
is made of the batch here, and it goes the long way, row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from operator import attrgetter

from bridgework.mapping.compiled import CompiledField, CompiledRule
from bridgework.mapping.scope import Scope
from bridgework.mapping.values import is_empty, plain_text
from bridgework.model import Body, Value

_warnings = attrgetter("warnings")
BATCH = 200  # rows; few enough to stay where the processor reaches them quickly


def fit(rule: CompiledRule) -> bool:
    """Whether the bodies of the rule's records may be made field by field."""
    waiting = any(field.deferred or rule.name in field.references for field in rule.fields)
    return rule.kind == "target" and not (rule.group or rule.file or rule.sheet or waiting)


def batches(scopes: Iterator[Scope]) -> Iterator[list[Scope]]:
    """The rows, some at a time."""
    while batch := list(islice(scopes, BATCH)):
        yield batch


def bodies(rule: CompiledRule, scopes: Sequence[Scope], longest: int) -> list[Body] | None:
    """The bodies of the records of these rows, no text longer than `longest`; None if they have to go the long way."""
    if any(map(_warnings, scopes)):
        return None
    try:
        columns = [_column(field, scopes) for field in rule.fields]
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        columns = None
    noted = any(map(_warnings, scopes))
    if columns is None or noted or _unusual(rule, columns, longest):
        for scope in scopes:
            scope.forget()
        return None
    labels = [field.label for field in rule.fields]
    if not labels:
        return [{} for _ in scopes]
    return [
        {label: value for label, value in zip(labels, values, strict=True) if value is not None}
        for values in zip(*columns, strict=True)
    ]


def _column(field: CompiledField, scopes: Sequence[Scope]) -> list[Value]:
    if name := field.name:
        found = [scope.row.values.get(name) for scope in scopes]
        return [(value.strip() if type(value) is str else plain_text(value)) or None for value in found]
    made = [field.evaluate(scope) for scope in scopes]
    return [value if (value and type(value) is str and not value.isspace()) else _filled(value) for value in made]


def _filled(value: Value) -> Value:
    return None if is_empty(value) else value


def _unusual(rule: CompiledRule, columns: Sequence[Sequence[Value]], longest: int) -> bool:
    for field, column in zip(rule.fields, columns, strict=True):
        if field.required and None in column:
            return True
        if max([len(value) for value in column if type(value) is str], default=0) > longest:
            return True
    return False
