"""Creates, updates, uploads and deletes: one request per record, the only way there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bridgework.canonical import Misfit
from bridgework.errors import SchemaDrift
from bridgework.model import (
    AlreadyGone,
    Operation,
    Refused,
    Rejected,
    TargetField,
    Undone,
    UndoResult,
    Verb,
    WriteResult,
    Written,
)
from bridgework_pipedrive import markers, stored, wire
from bridgework_pipedrive.catalogue import Catalogue
from bridgework_pipedrive.objects import FILE, OBJECTS, ObjectType
from bridgework_pipedrive.refusals import made, rejected
from bridgework_pipedrive.settings import Settings
from bridgework_pipedrive.updating import CustomFields

if TYPE_CHECKING:
    from bridgework.client import ApiClient

_GONE = (404, 410)
_ATTACHED_TO = {"person": "person_id", "organization": "org_id", "deal": "deal_id"}


class Writer:
    """Carries operations out through the client."""

    def __init__(self, api: ApiClient, catalogue: Catalogue, settings: Settings) -> None:
        self._api, self._catalogue, self._settings = api, catalogue, settings
        self._others = CustomFields(api, settings.custom_fields_update)

    def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
        """Create and update. Raises SchemaDrift if the field for the identity is missing."""
        kind = OBJECTS[batch[0].object]
        custom = self._catalogue.custom(kind.name)
        source_id = self._catalogue.source_id(kind.name)
        if kind.custom and not source_id and any(operation.verb is Verb.CREATE for operation in batch):
            raise SchemaDrift(
                f"The account has no field {markers.SOURCE_ID!r} on {kind.name}: records could not be recognised.",
                next_step="bridgework schema --apply",
            )
        for operation in batch:
            if kind is FILE:
                yield Rejected(operation.number, "an uploaded file cannot be attached to something else")
            else:
                yield self._write(operation, kind, custom, source_id)

    def upload(self, files: Sequence[Operation]) -> Iterator[WriteResult]:
        """Upload documents and attach them to the person, organization or deal that the body names."""
        for operation in files:
            assert operation.file is not None
            links = {wire: str(operation.body[key]) for key, wire in _ATTACHED_TO.items() if operation.body.get(key)}
            name = markers.file_name(operation.file.name, operation.marker)
            with operation.file.open() as stream:
                parts = {"file": (name, stream, operation.file.media_type or "application/octet-stream")}
                answer = self._api.send("POST", FILE.path, for_=operation, data=links, files=parts)
            if not answer.ok:
                yield rejected(operation.number, answer, FILE)
                continue
            row = made(answer, operation.number, "a file")
            yield Written(operation.number, str(row["id"]), str(row.get("update_time") or ""))

    def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
        """Delete what was created. What is gone already answers 404 or 410."""
        for operation in operations:
            path = f"{OBJECTS[operation.object].path}/{operation.target_id}"
            answer = self._api.send("DELETE", path, for_=operation, accept=_GONE)
            if answer.status in _GONE:
                yield AlreadyGone(operation.number)
            elif answer.ok:
                yield Undone(operation.number)
            else:
                yield Refused(operation.number, rejected(operation.number, answer, OBJECTS[operation.object]).reason)

    def _write(
        self, operation: Operation, kind: ObjectType, custom: Mapping[str, TargetField], source_id: str
    ) -> WriteResult:
        try:
            body = self._body(operation, kind, custom, source_id)
        except Misfit as error:
            return Rejected(operation.number, error.reason, field=error.field)
        if operation.verb is Verb.UPDATE:
            return self._update(operation, kind, body)
        answer = self._api.send("POST", kind.path, for_=operation, json=body)
        if not answer.ok:
            return rejected(operation.number, answer, kind)
        row = made(answer, operation.number, f"a {kind.name}")
        echoed = stored.record(kind, row, custom, source_id).marker
        return Written(operation.number, str(row["id"]), str(row.get("update_time") or ""), echoed)

    def _update(self, operation: Operation, kind: ObjectType, body: dict[str, Any]) -> WriteResult:
        others = self._others.before(kind, operation.target_id, body)
        answer = self._api.send(
            "PATCH" if kind.version == 2 else "PUT",
            f"{kind.path}/{operation.target_id}",
            for_=operation,
            json=self._others.completed(body, others),
        )
        if not answer.ok:
            return rejected(operation.number, answer, kind)
        row = made(answer, operation.number, f"a {kind.name}")
        self._others.check(row, others)
        return Written(operation.number, str(row["id"]), str(row.get("update_time") or ""))

    def _body(
        self, operation: Operation, kind: ObjectType, custom: Mapping[str, TargetField], source_id: str
    ) -> dict[str, Any]:
        creating = operation.verb is Verb.CREATE
        body = {
            key: value for key, value in operation.body.items() if key != source_id and not (creating and value is None)
        }
        if creating and source_id:
            body[source_id] = operation.marker
        sent = wire.request_body(
            kind,
            body,
            custom,
            marker=operation.marker,
            creating=creating,
            time_format=self._settings.due_time_format,
            currency=self._settings.default_currency,
        )
        if creating and kind.shares_visibility:
            sent["visible_to"] = self._settings.visible_to
        return sent
