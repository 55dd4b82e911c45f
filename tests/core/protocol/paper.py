"""Plugins on paper: a source that is two lists, a destination that talks to the registry through the real client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from bridgework import hookimpl
from bridgework.client import ApiClient
from bridgework.model import (
    Ability,
    AlreadyGone,
    BatchRejected,
    Because,
    Capabilities,
    Created,
    DestinationSchema,
    Dropped,
    FieldType,
    Identity,
    ObjectCapability,
    Operation,
    Owner,
    Receipt,
    Reference,
    Refused,
    Rejected,
    SchemaOperation,
    Service,
    SignIn,
    SourceDescription,
    SourceField,
    SourceObject,
    SourceRecord,
    StoredRecord,
    TargetField,
    TargetObject,
    Undone,
    UndoResult,
    Verb,
    WriteResult,
    Written,
)

from .service import BATCH

HORIZON = timedelta(minutes=10)
UNCLEAR = 400  # what the registry answers when it is at fault itself
MADE = datetime(2026, 3, 1, tzinfo=UTC)
MAPPING = """
rules:
  people:
    from: people
    to: person
    fields:
      Name: {from: name, required: true}
      Note: {from: note}
  visits:
    from: visits
    to: visit
    fields:
      Subject: {from: subject}
      Person: {ref: people, by: person, required: true}
"""
OBJECTS = (
    SourceObject(name="people", fields=tuple(SourceField(name=each) for each in ("id", "name", "note"))),
    SourceObject(
        name="visits",
        fields=tuple(SourceField(name=each) for each in ("id", "subject", "person")),
        references=(Reference(field="person", object="people"),),
    ),
)


@dataclass
class Export:
    """What the source holds."""

    people: list[dict[str, Any]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)
    made: datetime = MADE
    complete: bool = True
    asked_since: list[datetime | None] = field(default_factory=list)


class Nothing(BaseModel):
    """No settings."""

    model_config = ConfigDict(extra="forbid")


class PaperSource:
    """Gives the rows of an export."""

    Settings = Nothing
    export: ClassVar[Export]

    def __init__(self, settings: Nothing) -> None:
        pass

    @hookimpl
    def describe_source(self) -> SourceDescription:
        """Two objects."""
        export = self.export
        return SourceDescription(
            objects=OBJECTS, generated_at=export.made, time_zone="Europe/Vienna", complete=export.complete
        )

    @hookimpl
    def extract(self, object_name: str, since: datetime | None) -> Iterator[SourceRecord]:
        """All rows."""
        self.export.asked_since.append(since)
        for line, row in enumerate(getattr(self.export, object_name), start=1):
            yield SourceRecord(object_name, row["id"], dict(row), repr(row).encode(), f"{object_name}.csv", line)


class PaperPair:
    """People become persons."""

    source = destination = "paper"
    requires = ()

    @hookimpl
    def mapping(self) -> str:
        """The mapping document."""
        return MAPPING


def capabilities(kind: Any) -> Capabilities:
    """With marks and single requests, or with ids of our choosing and whole batches."""
    batch = BATCH if kind == "client-id" else 1
    return Capabilities(
        objects=tuple(
            ObjectCapability(
                name=name,
                identity=Identity(kind=kind, where="mark"),
                batch_size=BATCH,
                records_per_request=batch,
                recoverable=timedelta(days=30) if name == "person" else None,
                restore=Ability.SUPPORTED if name == "person" else Ability.IMPOSSIBLE,
            )
            for name in ("person", "visit")
        ),
        field_types=frozenset(FieldType),
        horizon=HORIZON if kind == "marker" else timedelta(0),
        read_batch=100,
    )


class PaperDestination:
    """Talks to the registry. The subclass of a test says by what records are recognised."""

    Settings = Nothing
    capabilities: ClassVar[Capabilities]
    signs_in: ClassVar[bool] = False
    marks: ClassVar[bool] = False  # its schema has a mark
    conditional: ClassVar[bool] = False  # updates name the version they are meant for
    unique: ClassVar[str] = ""  # key of the field whose values are unique

    def __init__(self, settings: Nothing, api: ApiClient) -> None:
        self._api = api
        self._by_id = self.capabilities.objects[0].identity.kind == "client-id"

    @classmethod
    def services(cls, settings: Nothing) -> tuple[Service, ...]:
        """The registry."""
        sign_in = SignIn(url="https://registry.example/token", form={"grant_type": "client_credentials"})
        return (Service(base_url="https://registry.example", sign_in=sign_in if cls.signs_in else None),)

    @hookimpl
    def describe_destination(self) -> DestinationSchema:
        """Two objects with the fields the registry has now."""
        known = self._api.get("/account").json["fields"]
        objects = [
            TargetObject(
                name=name,
                label=name.capitalize(),
                fields=tuple(
                    TargetField(
                        key=key,
                        label=key.capitalize(),
                        type=FieldType.REFERENCE if key == "person" else FieldType.TEXT,
                        reference="person" if key == "person" else "",
                        unique=key == self.unique,
                    )
                    for key in keys
                ),
            )
            for name, keys in known.items()
        ]
        return DestinationSchema(account="a1", account_label="A", objects=tuple(objects), mark=self._mark(known))

    @hookimpl
    def schema_mark(self) -> str:
        """The fields themselves, where the account gives a mark."""
        return self._mark(self._api.get("/mark").json["fields"])

    def _mark(self, fields: Any) -> str:
        return repr(fields) if self.marks else ""

    @hookimpl
    def create_schema(self, operation: SchemaOperation) -> Created:
        """Nothing is ever missing."""
        raise AssertionError

    @hookimpl
    def drop_schema(self, receipt: Receipt) -> Dropped:
        """Nothing was ever made."""
        raise AssertionError

    @hookimpl
    def list_owners(self) -> list[Owner]:
        """Nobody."""
        return []

    @hookimpl
    def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
        """Creates with a mark one by one, with ids in one request; updates one by one."""
        creates = [each for each in batch if each.verb is Verb.CREATE]
        if self._by_id and creates:
            rows = [{"id": str(each.client_id), **each.body} for each in creates]
            answer = self._api.send("POST", f"/{creates[0].object}/batch", json=rows, for_=creates)
            if not answer.ok:
                yield BatchRejected("the batch is refused")
                return
            for each, row in zip(creates, answer.json, strict=True):
                yield Written(each.number, row["id"], str(row["version"]))
        for each in batch:
            if each.verb is Verb.UPDATE:
                condition = {"if-match": each.version} if self.conditional else {}
                yield self._single("PATCH", f"/{each.object}/{each.target_id}", each, dict(each.body), condition)
            elif not self._by_id:
                yield self._single("POST", f"/{each.object}", each, {**each.body, "mark": each.marker})

    def _single(
        self, verb: str, path: str, operation: Operation, body: Any, headers: dict[str, str] | None = None
    ) -> WriteResult:
        answer = self._api.send(verb, path, json=body, headers=headers, for_=operation)
        if not answer.ok:
            reason = str(answer.refusal.get("error", "refused"))
            holder = str(answer.refusal.get("holder", ""))
            known = {UNCLEAR: Because.UNCLEAR, 412: Because.CHANGED}
            because = Because.TAKEN if holder else known.get(answer.status, Because.RECORD)
            return Rejected(operation.number, reason, because=because, holder=holder)
        echoed = answer.json["mark"] if operation.verb is Verb.CREATE else ""
        return Written(operation.number, answer.json["id"], str(answer.json["version"]), echoed)

    @hookimpl
    def read(self, object_name: str, ids: Sequence[str]) -> list[StoredRecord]:
        """By id."""
        return [_stored(row) for row in self._api.get(f"/{object_name}", {"ids": ",".join(ids)}).json]

    @hookimpl
    def scan(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord]:
        """Everything."""
        params = {"since": since.isoformat()} if since else {}
        yield from map(_stored, self._api.get(f"/{object_name}", params).json)

    @hookimpl
    def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
        """One by one."""
        for each in operations:
            answer = self._api.send("DELETE", f"/{each.object}/{each.target_id}", for_=each, accept=(404,))
            if answer.status == UNCLEAR:
                yield Refused(each.number, "refused", Because.UNCLEAR)
            else:
                yield Undone(each.number) if answer.ok else AlreadyGone(each.number)

    @hookimpl
    def restore(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
        """One by one."""
        for each in operations:
            yield self._single("PUT", f"/{each.object}/{each.target_id}", each, {})


def _stored(row: Mapping[str, Any]) -> StoredRecord:
    own = {"id", "mark", "kind", "deleted", "version", "updated"}
    return StoredRecord(
        object=row["kind"],
        id=row["id"],
        version=str(row["version"]),
        values={name: value for name, value in row.items() if name not in own},
        marker=row["mark"],
        deleted=row["deleted"],
        updated_at=datetime.fromisoformat(row["updated"]),
    )
