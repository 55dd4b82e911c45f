"""Creates in batches, updates one by one, removal to the trash many at a time. Plain create with our id, never upsert:
an upsert also matches the e-mail and would overwrite a relative's record, or revive a removed one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bridgework.canonical import Misfit
from bridgework.errors import StopRun
from bridgework.model import (
    AlreadyGone,
    BatchRejected,
    Operation,
    Refused,
    Rejected,
    Undone,
    UndoResult,
    Verb,
    WriteResult,
    Written,
)
from bridgework_twenty import refusals, wire
from bridgework_twenty.answering import records
from bridgework_twenty.batches import Ceiling, Prepared
from bridgework_twenty.catalogue import Catalogue, Kind
from bridgework_twenty.moving import in_order
from bridgework_twenty.reading import NAMED, rows
from bridgework_twenty.restoring import Restorer
from bridgework_twenty.settings import Settings
from bridgework_twenty.uniqueness import clashes, release
from bridgework_twenty.uploading import Uploader

if TYPE_CHECKING:
    from bridgework.client import Answer, ApiClient


class Writer:
    """Carries operations out through the client."""

    def __init__(self, api: ApiClient, catalogue: Catalogue, settings: Settings) -> None:
        self._api, self._catalogue, self._settings = api, catalogue, settings
        self._ceiling = Ceiling(settings.batch)
        self._uploader = Uploader(api, catalogue)
        self._restorer = Restorer(api, catalogue)

    # ------------------------------------------------------------------------------- creating and updating

    def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
        """Create and update."""
        kind = self._catalogue.kind(batch[0].object)
        creates: list[Prepared] = []
        updates: list[Prepared] = []
        for operation in batch:
            try:
                if operation.verb is Verb.CREATE:
                    creates.append(self._prepared(kind, operation))
                else:
                    updates.append(self._changed(kind, operation))
            except Misfit as error:
                yield Rejected(operation.number, error.reason, field=error.field)
        for each in in_order(self._api, kind, updates):
            yield self._update(kind, each)
        yield from self._create(kind, creates)

    def upload(self, files: Sequence[Operation]) -> Iterator[WriteResult]:
        """Upload documents and attach each to the record that its body names."""
        for operation in files:
            try:
                prepared = self._prepared(self._catalogue.kind(operation.object), operation)
            except Misfit as error:
                yield Rejected(operation.number, error.reason, field=error.field)
                continue
            uploaded = self._uploader.upload(operation)
            if isinstance(uploaded, Rejected):
                yield uploaded
            else:
                attached = Prepared(operation, {**uploaded, **prepared.body})
                yield from self._create(self._catalogue.kind(operation.object), [attached])

    def _prepared(self, kind: Kind, operation: Operation) -> Prepared:
        body = {key: value for key, value in operation.body.items() if key != kind.marker}
        sent = wire.request_body(kind, body, self._settings.phone_region)
        if kind.marker:
            sent[kind.marker] = operation.marker
        return Prepared(operation, {"id": str(operation.client_id), **sent})

    def _create(self, kind: Kind, creates: Sequence[Prepared]) -> Iterator[WriteResult]:
        waiting = list(creates)
        while waiting:
            chunk, waiting = self._ceiling.cut(waiting)
            if not chunk:
                large, *waiting = waiting
                yield Rejected(large.operation.number, "the record is larger than a request may be")
                continue
            release(self._api, kind, chunk)
            answer = self._api.send(
                "POST",
                f"/rest/batch/{kind.plural}",
                for_=[each.operation for each in chunk],
                json=[each.body for each in chunk],
                params={"depth": 0},
            )
            yield from self._created(chunk, answer) if answer.ok else self._refused(kind, chunk, answer)

    def _created(self, chunk: Sequence[Prepared], answer: Answer) -> Iterator[WriteResult]:
        made = {str(row["id"]): row for row in records(answer)}
        if foreign := made.keys() - {str(each.operation.client_id) for each in chunk}:
            raise StopRun(
                f"Twenty answered with {len(foreign)} other records than those sent.",
                next_step="report it; nothing more is written until it is understood",
                cause="foreign_answer",
            )
        unnamed = []
        for each in chunk:
            row = made.get(str(each.operation.client_id))
            if row is None:
                unnamed.append(each.operation.number)
            else:
                yield Written(each.operation.number, str(row["id"]), str(row.get("updatedAt") or ""))
        if unnamed:
            raise refusals.unnamed(tuple(unnamed))

    def _refused(self, kind: Kind, chunk: Sequence[Prepared], answer: Answer) -> Iterator[WriteResult]:
        """A request is refused as a whole and the answer names nobody: who stands alone is the culprit."""
        numbers = tuple(each.operation.number for each in chunk)
        if (error := refusals.denied(answer, numbers, f"creating {kind.plural}")) is not None:
            raise error
        if (most := refusals.most_records(answer)) is not None:
            self._ceiling.learn(records=most, sent=len(chunk))
        if refusals.too_large(answer):
            self._ceiling.learn(size=sum(each.size for each in chunk))
        culprits = clashes(self._api, kind, chunk) if refusals.is_duplicate(answer) else {}
        yield from culprits.values()
        left = tuple(number for number in numbers if number not in culprits)
        if len(chunk) > 1 and left:
            yield BatchRejected(refusals.reason(answer), left)
        elif left:
            yield refusals.rejected(left[0], answer, kind.fields)

    def _changed(self, kind: Kind, operation: Operation, links: Mapping[str, Any] | None = None) -> Prepared:
        body = wire.request_body(kind, operation.body, self._settings.phone_region, creating=False, links=links)
        return Prepared(operation, {"id": operation.target_id, **body})

    def _update(self, kind: Kind, update: Prepared) -> WriteResult:
        operation = update.operation
        if links := self._stored_links(kind, operation):
            update = self._changed(kind, operation, links)
        body = {key: value for key, value in update.body.items() if key != "id"}
        answer = self._api.send(
            "PATCH", f"{kind.path}/{operation.target_id}", for_=operation, json=body, params={"depth": 0}
        )
        if answer.ok:
            made = {str(row["id"]): row for row in records(answer)}
            if operation.target_id not in made:
                raise refusals.unnamed((operation.number,))
            return Written(operation.number, operation.target_id, str(made[operation.target_id].get("updatedAt") or ""))
        if (error := refusals.denied(answer, (operation.number,), f"changing {kind.plural}")) is not None:
            raise error
        if refusals.is_duplicate(answer) and (taken := clashes(self._api, kind, [update])):
            return taken[operation.number]
        return refusals.rejected(operation.number, answer, kind.fields)

    def _stored_links(self, kind: Kind, operation: Operation) -> dict[str, Any]:
        """Links as they are now, if the update writes one: what is not sent along of them would be lost."""
        concerned = [
            kind.fields[key] for key in operation.body if key in kind.fields and kind.fields[key].kind == "LINKS"
        ]
        if not concerned:
            return {}
        found = next(rows(self._api, kind, filter=f"id[eq]:{operation.target_id}"), {})
        return {field.wire: found.get(field.wire) for field in concerned}

    # ------------------------------------------------------------------------------- removing, and back

    def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
        """Move what was created to the trash. What is not there any more is missing in the answer."""
        kind = self._catalogue.kind(operations[0].object)
        together = min(self._ceiling.records, NAMED)
        for start in range(0, len(operations), together):
            yield from self._remove(kind, operations[start : start + together])

    def _remove(self, kind: Kind, operations: Sequence[Operation]) -> Iterator[UndoResult]:
        wanted = ",".join(each.target_id for each in operations)
        params = {"soft_delete": True, "filter": f"id[in]:[{wanted}]"}
        answer = self._api.send("DELETE", kind.path, for_=operations, params=params)
        if not answer.ok:
            numbers = tuple(each.number for each in operations)
            if (error := refusals.denied(answer, numbers, f"removing {kind.plural}")) is not None:
                raise error
            reason, because = refusals.reason(answer), refusals.because(answer)
            yield from (Refused(each.number, reason, because) for each in operations)
            return
        removed = {str(row["id"]) for row in records(answer)}
        for each in operations:
            yield Undone(each.number) if each.target_id in removed else AlreadyGone(each.number)

    def restore(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
        """Bring back what was moved to the trash."""
        return self._restorer.restore(operations, min(self._ceiling.records, NAMED))
