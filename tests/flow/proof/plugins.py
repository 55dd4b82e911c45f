"""A source, a destination and a pair between them, as a partner would write them; the wire leads into the world."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, ClassVar

import httpx
from pydantic import BaseModel

from bridgework import hookimpl
from bridgework.client import ApiClient
from bridgework.model import (
    AlreadyGone,
    BatchRejected,
    Budget,
    Capabilities,
    DestinationSchema,
    FieldType,
    Identity,
    Kept,
    ObjectCapability,
    Operation,
    Owner,
    Present,
    Receipt,
    Reference,
    Rejected,
    SchemaOperation,
    Service,
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

from .world import CARRIED_OUT, HORIZON, LOCK, Dead, World

BATCH = 3
MAPPING = """
rules:
  people:
    from: people
    to: contact
    fields:
      name: {from: name, required: true}
      city: city
      guardian: {ref: people, by: guardian, deferred: true, type: reference}
  visits:
    from: visits
    to: event
    fields:
      title: {from: what, required: true}
      contact: {ref: people, by: person, required: true}
"""
OBJECTS = (
    SourceObject(
        name="people",
        fields=tuple(SourceField(name=name) for name in ("id", "name", "city", "guardian")),
        references=(Reference(field="guardian", object="people"),),
    ),
    SourceObject(
        name="visits",
        fields=tuple(SourceField(name=name) for name in ("id", "person", "what")),
        references=(Reference(field="person", object="people"),),
    ),
)


class Source:
    """The people and visits of the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    @hookimpl
    def describe_source(self) -> SourceDescription:
        """Both objects, complete."""
        return SourceDescription(objects=OBJECTS, generated_at=self._world.exported, time_zone="Europe/Vienna")

    @hookimpl
    def extract(self, object_name: str, since: datetime | None) -> Iterator[SourceRecord]:
        """All rows."""
        rows = self._world.people if object_name == "people" else self._world.visits
        for line, (key, values) in enumerate(rows.items(), start=1):
            yield SourceRecord(object_name, key, {"id": key, **values}, json.dumps(values).encode(), object_name, line)


class Pair:
    """People become contacts, visits events."""

    source = "lab"
    destination = "lab"
    requires = ()

    @hookimpl
    def mapping(self) -> str:
        """The mapping document."""
        return MAPPING


class Destination:
    """The connector of the world."""

    Settings = BaseModel
    capabilities: ClassVar[Capabilities] = Capabilities(
        objects=(
            ObjectCapability(name="contact", identity=Identity(kind="marker", where="marker")),
            ObjectCapability(
                name="event", identity=Identity(kind="client-id"), batch_size=BATCH, records_per_request=BATCH
            ),
        ),
        field_types=frozenset({FieldType.TEXT, FieldType.REFERENCE}),
        horizon=timedelta(seconds=HORIZON),
        costs={(name, verb): {"calls": 1} for name in ("contact", "event") for verb in ("create", "update", "delete")},
        read_batch=50,
    )

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    @hookimpl
    def describe_destination(self) -> DestinationSchema:
        """Two objects whose fields are all there."""
        account = self._api.get("/account").json
        return DestinationSchema(account=account["id"], account_label=account["name"], objects=_TARGETS)

    @hookimpl
    def create_schema(self, operation: SchemaOperation) -> Present:
        """Every field is there."""
        raise NotImplementedError

    @hookimpl
    def drop_schema(self, receipt: Receipt) -> Kept:
        """No field is ours."""
        raise NotImplementedError

    @hookimpl
    def list_owners(self) -> list[Owner]:
        """One user."""
        return [Owner(id="u1", name="Kim", email="kim@example.org")]

    @hookimpl
    def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
        """Contacts one by one, events together, changes one by one."""
        creates = [each for each in batch if each.verb is Verb.CREATE]
        if creates and creates[0].object == "event":
            body = [{"id": str(each.client_id), "values": dict(each.body)} for each in creates]
            answer = self._api.send("POST", "/event", json=body, for_=creates)
            if not answer.ok:
                yield BatchRejected("refused")
                return
            for each, row in zip(creates, answer.json, strict=True):
                yield _written(each, row)
        else:
            for each in creates:
                body = {"marker": each.marker, "values": dict(each.body)}
                answer = self._api.send("POST", "/contact", json=body, for_=each)
                yield _written(each, answer.json) if answer.ok else Rejected(each.number, "refused")
        for each in batch:
            if each.verb is Verb.UPDATE:
                body = {"values": dict(each.body)}
                answer = self._api.send("PATCH", f"/{each.object}/{each.target_id}", json=body, for_=each)
                yield _written(each, answer.json) if answer.ok else Rejected(each.number, "refused")

    @hookimpl
    def read(self, object_name: str, ids: Sequence[str]) -> list[StoredRecord]:
        """By id."""
        return [_stored(object_name, row) for row in self._api.query(f"/{object_name}/find", {"ids": list(ids)}).json]

    @hookimpl
    def scan(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord]:
        """What changed since."""
        for row in self._api.get(f"/{object_name}").json:
            record = _stored(object_name, row)
            if since is None or record.updated_at is None or record.updated_at >= since:
                yield record

    @hookimpl
    def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
        """Delete."""
        for each in operations:
            answer = self._api.send("DELETE", f"/{each.object}/{each.target_id}", for_=each, accept=(404,))
            yield Undone(each.number) if answer.ok else AlreadyGone(each.number)


def _written(operation: Operation, row: Any) -> Written:
    """KeyError and TypeError leave the connector as a broken contract would: an alien answer has no id."""
    return Written(operation.number, row["id"], str(row["version"]))


def _stored(object_name: str, row: Any) -> StoredRecord:
    return StoredRecord(
        object=object_name,
        id=row["id"],
        version=str(row["version"]),
        values=row["values"],
        marker=row["marker"],
        deleted=row["deleted"],
        updated_at=datetime.fromisoformat(row["updated"]),
    )


def _field(key: str, type_: FieldType = FieldType.TEXT, **more: Any) -> TargetField:
    return TargetField(key=key, label=key, type=type_, **more)


_TARGETS = (
    TargetObject(
        name="contact",
        label="Contact",
        fields=(
            _field("name", required=True),
            _field("city"),
            _field("guardian", FieldType.REFERENCE, reference="contact"),
        ),
    ),
    TargetObject(
        name="event",
        label="Event",
        fields=(_field("title", required=True), _field("contact", FieldType.REFERENCE, reference="contact")),
    ),
)
SERVICE = Service(
    base_url="http://127.0.0.1:9",
    budgets=(Budget(name="calls", label="calls per second", limit=1_000_000, window=1.0),),
    charges=lambda method, path: {"calls": 1},
)


class Wire(httpx.BaseTransport):
    """The way into the world, with everything that happens on it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        with LOCK:
            answer = self._handle(request)
            answer.headers["date"] = format_datetime(self._world.time.true(), usegmt=True)
            return answer

    def _handle(self, request: httpx.Request) -> httpx.Response:
        world, content = self._world, request.read()
        kind = world.next_fault()
        world.catch_up()
        if kind == "refused":
            raise httpx.ConnectError("refused")
        if request.method != "GET" and not request.url.path.endswith("/find"):
            world.writes += 1
            world.bodies.append(f"{request.method} {request.url.path} {content.decode()}")
        if kind == "reset":
            raise httpx.RemoteProtocolError("closed")
        if kind == "lost before":
            world.time.sleep(30)
            raise httpx.ReadTimeout("no answer")
        method, path, body = request.method, request.url.path, json.loads(content) if content else None
        if kind == "late, and the process ends":
            world.later(HORIZON - 60, method, path, body)
            world.dead = True
            raise Dead
        if kind in ("stall", "late"):
            world.later(30 if kind == "stall" else HORIZON - 60, method, path, body)
            world.time.sleep(60 if kind == "stall" else 30)
            raise httpx.ReadTimeout("no answer")
        if kind in ("500 before", "429", "503", "401"):
            headers = {"retry-after": "2"} if kind in ("429", "503") else {}
            return httpx.Response(int(kind[:3]), json={"error": "no"}, headers=headers)
        status, answer = world.answer(method, path, body)
        if kind.startswith("doubled"):
            second = world.answer(method, path, body)
            status, answer = second if kind == "doubled, second answer" else (status, answer)
        world.save()
        return self._reply(kind if kind in CARRIED_OUT else "", status, json.dumps(answer))

    def _reply(self, kind: str, status: int, text: str) -> httpx.Response:
        json_type = {"content-type": "application/json"}
        match kind:
            case "lost after" | "doubled, answer lost":
                raise httpx.ReadError("lost")
            case "500 after" | "502 after":
                return httpx.Response(int(kind[:3]), text="oops")
            case "truncated":
                return httpx.Response(status, content=text[: len(text) // 2].encode(), headers=json_type)
            case "html":
                page = "<html><body>Please log in</body></html>"
                return httpx.Response(200, text=page, headers={"content-type": "text/html"})
            case "empty":
                return httpx.Response(200)
            case "alien":
                return httpx.Response(status, json={"ok": True})
        return httpx.Response(status, content=text.encode(), headers=json_type)
