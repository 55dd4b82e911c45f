"""Records that refer to ours and that must not lose them: made by people, or kept although we made them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice

from bridgework.migration import Migration
from bridgework.model import StoredRecord, Value

BEFORE = timedelta(days=1)  # whatever the clocks show, a child of a record of ours is younger than that
AT_ONCE = 500
Named = tuple[str, str]  # destination object and id


class Children:
    """By record of ours: the object of what refers to it."""

    def __init__(self, migration: Migration) -> None:
        self._migration = migration
        self._fields: dict[str, dict[str, str]] = {
            each.name: {field.key: field.reference for field in each.fields if field.reference}
            for each in migration.schema.objects
        }
        self._cascades = {each.name: each.cascades_to for each in migration.capabilities.objects}
        self._found: dict[Named, str] = {}

    def look(self) -> None:
        """Go through everything that changed since we began, and note what others made."""
        first = next(self._migration.journal.events(), None)
        if first is None:
            return
        began = self._migration.timekeeper.theirs(first.at, first.seq)
        for each in self._migration.capabilities.objects:
            fields = self._fields.get(each.name, {})
            if not fields or each.identity.kind == "natural":  # the parts of such a record are what names it
                continue
            records = self._migration.hooks.scan(each.name, tuple(fields), began - BEFORE)
            while chunk := list(islice(records, AT_ONCE)):
                self._note(each.name, chunk)

    def _note(self, name: str, records: Sequence[StoredRecord]) -> None:
        ours = self._migration.journal.by_destination(name, [record.id for record in records])
        wanted: dict[str, set[str]] = {}
        for record in records:
            if record.id not in ours and not record.deleted:
                for parent, id_ in self._parents(name, record.values):
                    wanted.setdefault(parent, set()).add(id_)
        for parent, ids in wanted.items():
            for id_ in self._migration.journal.by_destination(parent, sorted(ids)):
                self._found[parent, id_] = name

    def keep(self, record: StoredRecord) -> None:
        """A record of ours stays: what would take it along when it is removed has to stay too."""
        for parent, id_ in self._parents(record.object, record.values):
            if record.object in self._cascades.get(parent, ()):
                self._found[parent, id_] = record.object

    def of(self, object_name: str, id_: str) -> str:
        """The object of something that refers to that record; empty if there is nothing."""
        return self._found.get((object_name, id_), "")

    def _parents(self, name: str, values: Mapping[str, Value]) -> Iterator[Named]:
        for key, parent in self._fields.get(name, {}).items():
            value = values.get(key)
            items: Iterable[Value] = value if isinstance(value, list) else (value,)
            yield from ((parent, str(item)) for item in items if isinstance(item, str | int) and item)
