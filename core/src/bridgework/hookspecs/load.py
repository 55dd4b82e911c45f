# mypy: disable-error-code=empty-body
# Hook specs have no bodies: pluggy reads their signatures and people read their docstrings.
"""Records on their way in, and how they are found again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from bridgework.hookspecs.marks import hookspec
from bridgework.model import Found, Holder, Operation, StoredRecord, Value, WriteResult


@hookspec("destination", first=True, required=True)
def write(batch: Sequence[Operation]) -> Iterator[WriteResult] | None:
    """Carry out creates and updates of one object and say what became of each.

    Called in `sample`, `load`, `delta` and when rollback puts values back. The intents of the batch are durable. Every
    write goes through `ApiClient.send(…, for_=operation or operations)`, which raises `NotSent` or `InDoubt` through
    this generator; do not catch them. Operations the generator never reached count as not sent and come again.

    :param batch: one object, at most `batch_size` operations, never empty, never two of one record.
    :return: one `Written` or `Rejected` per operation, in any order, or one `BatchRejected`.

    Example::

        @hookimpl
        def write(self, batch):
            for op in batch:
                answer = self.api.send("POST", f"/{op.object}s", json=op.body, for_=op)
                yield Written(op.number, answer.json["id"]) if answer.ok else Rejected(op.number, "refused")

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True)
def upload(files: Sequence[Operation]) -> Iterator[WriteResult] | None:
    """Upload documents.

    As `write`, for operations that carry a `file`; `body` names the records the file is attached to.

    Example::

        @hookimpl
        def upload(self, files):
            for op in files:
                with op.file.open() as stream:
                    answer = self.api.send("POST", "/files", files={"file": (op.file.name, stream)}, for_=op)
                yield Written(op.number, str(answer.json["id"]))

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True, required=True)
def read(object_name: str, ids: Sequence[str]) -> Iterable[StoredRecord] | None:
    """Read records as stored; ids that do not exist are left out.

    Called for the diff, the three-way rule, reconciliation and rollback, with at most `Capabilities.read_batch` ids.
    Deleted records are left out or marked `deleted`.

    Example::

        @hookimpl
        def read(self, object_name, ids):
            for row in self.api.get(f"/{object_name}s", params={"ids": ",".join(ids)}).json:
                yield StoredRecord(object=object_name, id=str(row["id"]), values=self.canonical(object_name, row))

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True, required=True)
def scan(object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord] | None:
    """Walk over all that is there, ours or not.

    Called to settle doubt, to match existing records and to count. Ascending ids or newest first; streams.

    :param fields: field keys that are needed; empty means all.
    :param since: only records changed at or after that instant.

    Example::

        @hookimpl
        def scan(self, object_name, fields, since):
            for row in self.api.pages(f"/{object_name}s"):
                yield self.stored(object_name, row)

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True)
def find(operations: Sequence[Operation]) -> Iterable[Found] | None:
    """Say what exists for operations whose answer was lost.

    Called after the horizon (or at once for client ids). The default reads client ids, and for markers scans what
    changed since the earliest `sent_after` and compares markers exactly. Deleted records are marked so.

    Example::

        @hookimpl
        def find(self, operations):
            for op in operations:
                yield Found(op.number, tuple(FoundRecord(i) for i in self.ids_with(op.marker)))

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True)
def normalise(object_name: str, bodies: Sequence[Mapping[str, Value]]) -> Sequence[Mapping[str, Value]] | None:
    """Predict bodies as the destination will store them (lower-cased e-mail, cleaned HTML).

    Called by the diff, the three-way rule and reconciliation; pure computation, no request. Default: unchanged.

    Example::

        @hookimpl
        def normalise(self, object_name, bodies):
            return [{**body, "email": body.get("email", "").lower()} for body in bodies]

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True)
def holders(object_name: str, field: str, values: Sequence[Value]) -> Iterable[Holder] | None:
    """Say which records hold unique values that are about to be written, those in the trash too.

    Called by `plan`, before anything is written, for each field that the schema calls `unique` and the mapping fills.
    The default looks at all that `scan` yields; answer it where the trash counts, or where asking for the values is
    cheaper.

    :param field: the field's key.
    :param values: as `normalise` gives them, up to some ten thousand; never empty.
    :return: a holder for each value and record that agree; whose a record is decides the core.

    Repeatable: yes, it only reads.

    Example::

        @hookimpl
        def holders(self, object_name, field, values):
            for place, value in enumerate(values):
                for row in self.api.get(f"/{object_name}s", params={field: value, "deleted": "too"}).json:
                    yield Holder(place=place, id=str(row["id"]), deleted=row["deleted"])

    .. versionadded:: 0.1
    """
