"""Connectors that do not know who holds a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bridgework import hookimpl
from bridgework.model import DestinationSchema, Holder, TargetObject

from .making import Base, noticed_by


def with_unique_addresses(base: Base) -> Base:
    """The class, in an account that takes an e-mail address once."""

    class Unique(base):
        @hookimpl
        def describe_destination(self) -> DestinationSchema:
            described = super().describe_destination()
            return replace(described, objects=tuple(map(_unique_address, described.objects)))

    return Unique


def _unique_address(target: TargetObject) -> TargetObject:
    return replace(target, fields=tuple(replace(each, unique=each.key == "email") for each in target.fields))


@noticed_by("says_who_holds_a_unique_value")
def calls_every_value_free(base: Base) -> Base:
    class Mutant(with_unique_addresses(base)):
        @hookimpl
        def holders(self, object_name: str, field: str, values: Sequence[Any]) -> Iterator[Holder]:
            yield from ()

    return Mutant


@noticed_by("says_who_holds_a_unique_value")
def calls_every_value_taken(base: Base) -> Base:
    class Mutant(with_unique_addresses(base)):
        @hookimpl
        def holders(self, object_name: str, field: str, values: Sequence[Any]) -> Iterator[Holder]:
            for record in self.scan(object_name, (field,), None):
                yield from (Holder(place=place, id=record.id) for place, _ in enumerate(values))

    return Mutant
