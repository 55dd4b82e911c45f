"""The core's own answers to hooks: a plugin like any other, asked last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bridgework.hookspecs import hookimpl
from bridgework.model import (
    Capabilities,
    DestinationSchema,
    Found,
    FoundRecord,
    Holder,
    Operation,
    Owner,
    OwnerMatch,
    Person,
    Proposal,
    SchemaOperation,
    SourceField,
    SourceObject,
    Value,
    WantedField,
    WantedObject,
)
from bridgework.schema import default_schema_plan

CLOCK_SKEW = timedelta(seconds=60)


class CoreDefaults:
    """Default answers. `bind` gives it the destination it reads through."""

    def __init__(self) -> None:
        self._destination: Any = None

    def bind(self, destination: Any) -> None:
        """Name the destination plugin whose `read` and `scan` the default `find` uses."""
        self._destination = destination

    @hookimpl(trylast=True)
    def propose(
        self, fields: Sequence[tuple[SourceObject, SourceField]], targets: DestinationSchema
    ) -> Iterator[Proposal]:
        from bridgework.mapping.proposals import propose

        yield from propose(fields, targets)

    @hookimpl(trylast=True)
    def schema_mark(self) -> str:
        return ""

    @hookimpl(trylast=True)
    def plan_schema(
        self, wanted: Sequence[WantedField], present: DestinationSchema, objects: Sequence[WantedObject]
    ) -> Sequence[SchemaOperation]:
        return default_schema_plan(wanted, present, objects)

    @hookimpl(trylast=True)
    def match_owners(self, people: Sequence[Person], owners: Sequence[Owner]) -> list[OwnerMatch]:
        """Active users by e-mail, case-folded; two users of one address are ambiguous."""
        by_email: dict[str, list[Owner]] = {}
        for owner in owners:
            if owner.active and owner.email:
                by_email.setdefault(owner.email.strip().casefold(), []).append(owner)
        return [_by_email(person, by_email) for person in people if person.email.strip().casefold() in by_email]

    @hookimpl(trylast=True)
    def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
        """Client ids are read; markers are looked for in what changed since the first send."""
        capabilities: Capabilities = self._destination.capabilities
        name = operations[0].object
        if capabilities.object(name).identity.kind == "client-id":
            ids = [str(operation.client_id) for operation in operations]
            there = {record.id: record for record in self._destination.read(name, ids)}
            for operation in operations:
                record = there.get(str(operation.client_id))
                yield Found(
                    operation.number,
                    (FoundRecord(record.id, record.version, record.deleted),) if record is not None else (),
                )
            return
        yield from self._by_marker(name, operations)

    def _by_marker(self, name: str, operations: Sequence[Operation]) -> Iterator[Found]:
        wanted = {operation.marker for operation in operations}
        starts = [operation.sent_after for operation in operations if operation.sent_after is not None]
        since = min(starts) - CLOCK_SKEW if len(starts) == len(operations) else None
        found: dict[str, list[FoundRecord]] = {}
        for record in self._destination.scan(name, (), since):
            if record.marker in wanted:
                found.setdefault(record.marker, []).append(FoundRecord(record.id, record.version, record.deleted))
        for operation in operations:
            yield Found(operation.number, tuple(found.get(operation.marker, ())))

    @hookimpl(trylast=True)
    def holders(self, object_name: str, field: str, values: Sequence[Value]) -> Iterator[Holder]:
        """Every record that is there is looked at; what `scan` leaves out (a trash) is not known."""
        from bridgework.mapping import comparable

        places: dict[Value, list[int]] = {}
        for place, value in enumerate(values):
            places.setdefault(comparable(value), []).append(place)
        for record in self._destination.scan(object_name, (field,), None):
            held = comparable(record.values.get(field))
            for place in places.get(held, ()) if held else ():
                yield Holder(place=place, id=record.id, deleted=record.deleted, marker=record.marker)

    @hookimpl(trylast=True)
    def normalise(self, object_name: str, bodies: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        return bodies


def _by_email(person: Person, by_email: Mapping[str, Sequence[Owner]]) -> OwnerMatch:
    candidates = by_email[person.email.strip().casefold()]
    if len(candidates) == 1:
        return OwnerMatch(person.value, candidates[0].id, reason="same e-mail")
    return OwnerMatch(person.value, ambiguous=tuple(owner.id for owner in candidates), reason="several users")
