"""Connectors that read less than there is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bridgework import hookimpl
from bridgework.model import DestinationSchema, StoredRecord

from .making import Base, noticed_by


@noticed_by("describes_the_account_steadily")
def lists_its_fields_in_any_order(base: Base) -> Base:
    turns = itertools.count()

    class Mutant(base):
        @hookimpl
        def describe_destination(self) -> DestinationSchema:
            found: DestinationSchema = super().describe_destination()
            if next(turns) % 2:
                return found
            turned = tuple(replace(each, fields=each.fields[::-1]) for each in found.objects)
            return replace(found, objects=turned)

    return Mutant


@noticed_by(
    "copes_with_an_empty_object",
    "undoes_twice",
    "rolls_back_and_keeps_what_people_changed",
    "leaves_nothing_behind",
)
def stumbles_over_a_record_that_is_gone(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def read(self, object_name: str, ids: Sequence[str]) -> Iterator[StoredRecord]:
            found = {each.id: each for each in super().read(object_name, ids)}
            yield from (found[each] for each in ids)

    return Mutant


@noticed_by("reads_a_full_batch")
def reads_ten_at_most(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def read(self, object_name: str, ids: Sequence[str]) -> Iterator[StoredRecord]:
            yield from super().read(object_name, ids[:10])

    return Mutant


@noticed_by("turns_pages_without_loss")
def never_turns_the_page(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def scan(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord]:
            yield from itertools.islice(super().scan(object_name, fields, since), 50)

    return Mutant


@noticed_by("leaves_out_nothing_since")
def overlooks_what_was_changed_since(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def scan(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord]:
            for record in super().scan(object_name, fields, since):
                if since is None or record.version == "1":
                    yield record

    return Mutant
