"""From a mapped body (labels, identities) to a resolved body (the destination's own keys and ids)."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from bridgework.model import (
    Body,
    DestinationSchema,
    FieldType,
    Option,
    Receipt,
    TargetField,
    Value,
)

_CHOICES = frozenset({FieldType.CHOICE, FieldType.CHOICES})


class Unresolved(Exception):
    """A field cannot be resolved: `waits` if its parent is not decided yet, else the record is rejected."""

    def __init__(self, field: str, reason: str, *, waits: bool = False) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason
        self.waits = waits


class Slot(NamedTuple):
    """A destination field with what is asked about it for every record."""

    field: TargetField
    key: str
    longest: int  # characters of a text that goes in as it is; 0 where a text names something else


class FieldBook:
    """Destination fields by (object, label), as they are in this account now."""

    def __init__(self, schema: DestinationSchema, receipts: Iterable[Receipt]) -> None:
        self._slots: dict[str, dict[str, Slot]] = {}
        self._options: dict[int, dict[str, list[Option]]] = {}
        known = list(receipts)
        ours = {(receipt.object, receipt.key) for receipt in known if receipt.kind == "field"}
        wanted = _labels_we_asked_for(known)
        for target in schema.objects:
            for listed in sorted(target.fields, key=lambda each: ((target.name, each.key) in ours, not each.custom)):
                field = _as_asked_for(listed, wanted.get((target.name, listed.label), {}))
                longest = sys.maxsize if field.max_length is None else field.max_length
                slot = Slot(field, field.key, 0 if field.type in _CHOICES else longest)
                for name in {field.label} if field.custom else {field.label, field.key}:
                    self._slots.setdefault(target.name, {})[name] = slot

    def field(self, object_name: str, label: str) -> TargetField:
        """The field of that label; Unresolved if the account has none."""
        try:
            return self._slots[object_name][label].field
        except KeyError:
            raise Unresolved(label, "the destination has no such field") from None

    def slots(self, object_name: str) -> Mapping[str, Slot]:
        """The fields of an object by label."""
        return self._slots.get(object_name, {})

    def has(self, object_name: str, label: str) -> bool:
        """Whether the account has a field of that label."""
        return label in self.slots(object_name)

    def fixed(self, object_name: str) -> frozenset[str]:
        """Keys of fields that can only be set when a record is created."""
        return frozenset(slot.key for slot in self.slots(object_name).values() if slot.field.settable != "always")

    def option(self, field: TargetField, label: str, beside: Mapping[str, Value]) -> str:
        """The destination's key of an option; Unresolved for a value that is no option.

        Labels may repeat under different options of a parent field (stages of two pipelines): then the one counts whose
        parent stands `beside` it in the same body.
        """
        table = self._options.get(id(field))
        if table is None:
            table = {}
            for option in field.options:
                table.setdefault(option.label, []).append(option)
            self._options[id(field)] = table
        candidates = table.get(label, [])
        if len(candidates) > 1:
            candidates = [option for option in candidates if option.under in beside.values()]
        if len(candidates) != 1:
            raise Unresolved(field.label, "the value is not among the options of the field")
        return candidates[0].key


def _labels_we_asked_for(receipts: Iterable[Receipt]) -> dict[tuple[str, str], dict[str, str]]:
    """Per (object, field label) the options by the mapping's labels: a destination may spell them otherwise."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for receipt in receipts:
        field = receipt.name if receipt.kind == "field" else receipt.field
        found.setdefault((receipt.object, field), {}).update(receipt.options)
    return found


def _as_asked_for(field: TargetField, labels: Mapping[str, str]) -> TargetField:
    """The field, its options under our labels too where those are others."""
    keys, listed = {option.key for option in field.options}, {option.label for option in field.options}
    more = [Option(key, label) for label, key in labels.items() if key in keys and label not in listed]
    return replace(field, options=(*field.options, *more)) if more else field


class Parents:
    """Destination ids of the records a chunk refers to; what is absent has not been written."""

    def __init__(
        self,
        known: Mapping[tuple[str, str], str],
        waiting: frozenset[tuple[str, str]],
        refused: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self._known = known
        self._waiting = waiting
        self._refused = refused

    def id(self, rule: str, key: str) -> str | None:
        return self._known.get((rule, key))

    def waits(self, rule: str, key: str) -> bool:
        """Whether the record is planned and may still come: pending, in doubt, or a dead letter to replay."""
        return (rule, key) in self._waiting

    def refused(self, needed: Iterable[tuple[str, str]]) -> bool:
        """Whether one of them was refused, or left out with one that was."""
        return bool(self._refused) and any(each in self._refused for each in needed)


def references(body: Mapping[str, Value]) -> Iterable[tuple[str, str]]:
    """The (rule, key) identities a mapped body refers to."""
    for value in body.values():
        kind = type(value)
        if kind is dict:
            if "rule" in value and "key" in value:
                yield value["rule"], value["key"]
        elif kind is list:
            yield from ((item["rule"], item["key"]) for item in value if _is_reference(item))


def _is_reference(value: Value) -> bool:
    return isinstance(value, dict) and "rule" in value and "key" in value


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves mapped bodies of one stage. `owners` maps every approved owner value to a user id.

    `partly`: fields and options that are not created yet make a record wait instead of being rejected.
    """

    book: FieldBook
    owners: Mapping[str, str]
    dropped: frozenset[tuple[str, str]] = frozenset()  # (object, label) of optional fields the plan has no room for
    partly: bool = False

    def resolve(
        self, object_name: str, body: Mapping[str, Value], parents: Parents, required: Collection[str] = ()
    ) -> tuple[Body, list[str]]:
        """The resolved body, and labels of references that had to be left out. Unresolved if it cannot be written."""
        resolved: Body = {}
        left_out: list[str] = []
        slots, dropped = self.book.slots(object_name), self.dropped
        for label, value in body.items():
            if value is None or (dropped and (object_name, label) in dropped):
                continue
            slot = slots.get(label)
            if slot is None:
                raise Unresolved(label, "the destination has no such field", waits=self.partly)
            field, key, longest = slot
            if type(value) is str and longest:
                if len(value) > longest:
                    raise Unresolved(field.label, f"longer than the {longest} characters the field takes")
                resolved[key] = value
                continue
            plain = self._value(field, value, parents, body)
            if plain is not None:
                resolved[key] = plain
            elif label in required:
                raise Unresolved(label, "the record it belongs to was not written")
            else:
                left_out.append(label)
        return resolved, left_out

    def _value(self, field: TargetField, value: Value, parents: Parents, body: Mapping[str, Value]) -> Value:
        if isinstance(value, dict) and "owner" in value:
            if (user := self.owners.get(value["owner"] or "")) is None:
                raise Unresolved(field.label, "who owns it was not decided yet", waits=True)
            return user or None
        if _is_reference(value):
            return self._reference(field, value, parents)
        if isinstance(value, list) and value and _is_reference(value[0]):
            ids = [self._reference(field, item, parents) for item in value]
            return [item for item in ids if item is not None] or None
        if field.type is FieldType.CHOICE:
            return self._option(field, str(value), body)
        if field.type is FieldType.CHOICES:
            labels = value if isinstance(value, list) else [value]
            return [self._option(field, str(item), body) for item in labels]
        return value

    def _option(self, field: TargetField, label: str, body: Mapping[str, Value]) -> str:
        try:
            return self.book.option(field, label, body)
        except Unresolved as problem:
            raise Unresolved(problem.field, problem.reason, waits=self.partly) from None

    def _reference(self, field: TargetField, value: Value, parents: Parents) -> str | None:
        rule, key = value["rule"], value["key"]
        if (found := parents.id(rule, key)) is not None:
            return found
        if parents.waits(rule, key):
            raise Unresolved(field.label, "waits for the record it belongs to", waits=True)
        return None
