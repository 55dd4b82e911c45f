"""Fields and options we made that hold values in records of others: they are not taken out with ours."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from bridgework.migration import Migration
from bridgework.model import Receipt, StoredRecord, TargetField, Value

AT_ONCE = 500
_Place = tuple[str, str, str]  # object, key of a field, key of an option or nothing


class Holders:
    """How many records that are not of this migration hold something in fields it made. One scan per object."""

    def __init__(self, migration: Migration, receipts: Iterable[Receipt]) -> None:
        self._migration = migration
        self._fields = {each.name: each.fields for each in migration.schema.objects}
        self._counts: Counter[_Place] = Counter()
        asked: dict[str, set[str]] = defaultdict(set)
        for receipt in receipts:
            if receipt.kind in ("field", "option") and (field := self._field(receipt)) is not None:
                asked[receipt.object].add(field.key)
        for name, keys in sorted(asked.items()):
            self._look(name, sorted(keys))

    def why_kept(self, receipt: Receipt) -> str:
        """Why the field or option has to stay; empty if nobody holds a value in it."""
        field = self._field(receipt) if receipt.kind in ("field", "option") else None
        if field is None:
            return ""
        held = self._counts[receipt.object, field.key, receipt.key if receipt.kind == "option" else ""]
        return f"records that are not of this migration hold values in it: {held}" if held else ""

    def _field(self, receipt: Receipt) -> TargetField | None:
        """The field of a receipt, if it is still there."""
        fields = self._fields.get(receipt.object, ())
        if receipt.kind == "field":
            return next((each for each in fields if each.key == receipt.key), None)
        named = (each for each in fields if each.label == receipt.field)
        return next((each for each in named if receipt.key in [option.key for option in each.options]), None)

    def _look(self, name: str, keys: Sequence[str]) -> None:
        where = self._migration.capabilities.object(name).identity.where
        marked = {each.key for each in self._fields[name] if each.label == where}  # its values are told as markers
        records = self._migration.hooks.scan(name, keys, None)
        while chunk := list(islice(records, AT_ONCE)):
            ours = self._migration.journal.by_destination(name, [record.id for record in chunk])
            for record in chunk:
                if not record.deleted and record.id not in ours:
                    self._counts.update((name, *place) for key in keys for place in _held(record, key, marked))


def _held(record: StoredRecord, key: str, marked: set[str]) -> Iterator[tuple[str, str]]:
    """The field if it holds something, and each of its options that is chosen."""
    value: Value = record.marker if key in marked else record.values.get(key)
    if not _says_something(value):
        return
    yield key, ""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str) and each:
            yield key, each


def _says_something(value: Value) -> bool:
    """A field nobody filled may read as no, as nothing, or as parts that are all nothing."""
    if isinstance(value, Mapping):
        return any(map(_says_something, value.values()))
    if isinstance(value, list):
        return any(map(_says_something, value))
    return bool(value.strip()) if isinstance(value, str) else value is not None and value is not False
