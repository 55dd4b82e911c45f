"""The club's roster: takes ids of our choosing and whole batches, or refuses a batch without naming the culprit."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bridgework import hookimpl
from bridgework.client import ApiClient
from bridgework.model import (
    AlreadyGone,
    BatchRejected,
    Budget,
    Capabilities,
    Created,
    DestinationSchema,
    Dropped,
    FieldType,
    Identity,
    ObjectCapability,
    Operation,
    Owner,
    Present,
    Receipt,
    Rejected,
    SchemaOperation,
    Service,
    StoredRecord,
    TargetField,
    TargetObject,
    Undone,
    UndoResult,
    Verb,
    WriteResult,
    Written,
)

BATCH = 10
BUILT_IN = (
    TargetField(key="name", label="Name", type=FieldType.TEXT, required=True),
    TargetField(key="owner", label="Owner", type=FieldType.OWNER),
)


class Settings(BaseModel):
    """Settings under [destination]."""

    model_config = ConfigDict(extra="forbid")
    base_url: str = Field(description="address of the club's roster")
    token: SecretStr = Field(description="reference to the token, e.g. env:ROSTER_TOKEN")


class Roster:
    """One club."""

    Settings = Settings
    capabilities: ClassVar[Capabilities] = Capabilities(
        objects=(
            ObjectCapability(
                name="member", identity=Identity(kind="client-id"), batch_size=BATCH, records_per_request=BATCH
            ),
        ),
        field_types=frozenset({FieldType.TEXT, FieldType.DATE, FieldType.OWNER}),
        costs={("member", verb): {"calls": 1} for verb in ("create", "update", "delete", "read", "scan")},
        read_batch=50,
    )

    def __init__(self, settings: Settings, api: ApiClient) -> None:
        self._api = api

    @classmethod
    def services(cls, settings: Settings) -> tuple[Service, ...]:
        """The one API."""
        return (
            Service(
                base_url=settings.base_url,
                headers={"authorization": f"Bearer {settings.token.get_secret_value()}"},
                budgets=(Budget(name="calls", label="calls per second", limit=500, window=1.0),),
                charges=lambda method, path: {"calls": 1},
                hosts=("club.example",),
            ),
        )

    @hookimpl
    def describe_destination(self) -> DestinationSchema:
        """The club and the fields its members have."""
        club = self._api.get("/club").json
        own = [
            TargetField(key=key, label=label, type=FieldType(kind), custom=True) for key, label, kind in self._fields()
        ]
        member = TargetObject(name="member", label="Member", fields=(*BUILT_IN, *own))
        return DestinationSchema(account=club["id"], account_label=club["name"], objects=(member,))

    @hookimpl
    def create_schema(self, operation: SchemaOperation) -> Created | Present:
        """A field, unless it is there."""
        for key, label, _ in self._fields():
            if label == operation.name:
                return Present(Receipt.of(operation, key, created=False))
        body = {"label": operation.name, "type": str(operation.type)}
        made = self._api.send("POST", "/fields", json=body, for_=operation).json
        return Created(Receipt.of(operation, made["key"], created=True))

    @hookimpl
    def drop_schema(self, receipt: Receipt) -> Dropped:
        """A field we made."""
        self._api.send("DELETE", f"/fields/{receipt.key}", for_=receipt, accept=(404,))
        return Dropped()

    @hookimpl
    def list_owners(self) -> list[Owner]:
        """The keepers of the roster."""
        return [Owner(id=each["id"], name=each["name"], email=each["email"]) for each in self._api.get("/keepers").json]

    @hookimpl
    def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
        """Creates in one request, updates one by one."""
        creates = [each for each in batch if each.verb is Verb.CREATE]
        if creates:
            body = [{"id": str(each.client_id), **each.body} for each in creates]
            answer = self._api.send("POST", "/members", json=body, for_=creates)
            if not answer.ok:
                yield BatchRejected("the roster refused the batch")
                return
            for each in creates:
                yield Written(each.number, str(each.client_id), "1")
        for each in batch:
            if each.verb is Verb.UPDATE:
                answer = self._api.send("PATCH", f"/members/{each.target_id}", json=dict(each.body), for_=each)
                if answer.ok:
                    yield Written(each.number, each.target_id, str(answer.json["version"]))
                else:
                    yield Rejected(each.number, "the roster refused the change")

    @hookimpl
    def read(self, object_name: str, ids: Sequence[str]) -> list[StoredRecord]:
        """Members by id."""
        return [_stored(each) for each in self._api.query("/members/find", {"ids": list(ids)}).json]

    @hookimpl
    def scan(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord]:
        """All members."""
        yield from map(_stored, self._api.get("/members").json)

    @hookimpl
    def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
        """Members we made go out."""
        for each in operations:
            answer = self._api.send("DELETE", f"/members/{each.target_id}", for_=each, accept=(404,))
            yield Undone(each.number) if answer.ok else AlreadyGone(each.number)

    def _fields(self) -> list[tuple[str, str, str]]:
        return [(each["key"], each["label"], each["type"]) for each in self._api.get("/fields").json]


def _stored(row: Mapping[str, Any]) -> StoredRecord:
    values = {key: value for key, value in row.items() if key not in ("id", "version")}
    return StoredRecord(object="member", id=row["id"], version=str(row["version"]), values=values)
