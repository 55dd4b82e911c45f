"""What exists for creates whose answer was lost: one listing of what changed since, compared exactly on our side.

Item search proves nothing: it is an index that lags, and its exact match ignores case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bridgework.errors import StopRun
from bridgework.model import Found, FoundRecord, Operation, StoredRecord
from bridgework_pipedrive import stored
from bridgework_pipedrive.catalogue import Catalogue
from bridgework_pipedrive.listing import FILES_PAGE, PAGE, Row, by_cursor, by_offset, whole_seconds
from bridgework_pipedrive.objects import ARCHIVED_DEALS, DEAL, FILE, OBJECTS, RELATIONSHIP, ObjectType

if TYPE_CHECKING:
    from bridgework.client import ApiClient

_SKEW = timedelta(seconds=60)  # our clock and the server's, and its whole-second time stamps
_PARENTS = {"person": "persons", "organization": "organizations", "deal": "deals"}


def find(api: ApiClient, catalogue: Catalogue, operations: Sequence[Operation]) -> Iterator[Found]:
    """Per operation the records that carry its identity. All operations are of one object."""
    kind = OBJECTS[operations[0].object]
    if kind is RELATIONSHIP:
        yield from _relationships(api, operations)
        return
    wanted = {operation.marker for operation in operations}
    found: dict[str, dict[str, FoundRecord]] = defaultdict(dict)  # by id: a list that moves may show a record twice
    for record in _candidates(api, catalogue, kind, operations):
        if record.marker in wanted:
            found[record.marker][record.id] = FoundRecord(record.id, record.version, record.deleted)
    if kind is DEAL and wanted - set(found):
        # Archived deals are missing from the list; looked at only before a deal is called absent.
        for record in _listed(api, catalogue, DEAL, ARCHIVED_DEALS, operations):
            if record.marker in wanted:
                found[record.marker][record.id] = FoundRecord(record.id, record.version, record.deleted)
    for operation in operations:
        yield Found(operation.number, tuple(found.get(operation.marker, {}).values()))


def _candidates(
    api: ApiClient, catalogue: Catalogue, kind: ObjectType, operations: Sequence[Operation]
) -> Iterator[StoredRecord]:
    if kind is FILE:
        yield from _files(api, operations)
    elif kind.version == 1:
        since = _since(operations)
        params: dict[str, Any] = {"sort": "id DESC", "limit": PAGE} | ({"updated_since": since} if since else {})
        for row in by_offset(api, kind.path, "notes", **params):
            yield stored.record(kind, row, {}, "")
    elif kind is DEAL:
        yield from _listed(api, catalogue, kind, kind.path, operations, status="open,won,lost,deleted")
    else:
        yield from _listed(api, catalogue, kind, kind.path, operations)


def _listed(
    api: ApiClient,
    catalogue: Catalogue,
    kind: ObjectType,
    path: str,
    operations: Sequence[Operation],
    **more: str,
) -> Iterator[StoredRecord]:
    """Newest first. `update_time` is the server's, so a historic creation date hides nothing."""
    source_id = catalogue.source_id(kind.name)
    custom = {key: field for key, field in catalogue.custom(kind.name).items() if key == source_id}
    params: dict[str, Any] = {"sort_by": "id", "sort_direction": "desc", **more}
    if source_id:
        params["custom_fields"] = source_id
    if since := _since(operations):
        params["updated_since"] = since
    for row in by_cursor(api, path, f"{kind.name} records", **params):
        yield stored.record(kind, row, custom, source_id)


def _since(operations: Sequence[Operation]) -> str:
    starts = [operation.sent_after for operation in operations if operation.sent_after is not None]
    return whole_seconds(min(starts) - _SKEW) if len(starts) == len(operations) else ""


def _files(api: ApiClient, operations: Sequence[Operation]) -> Iterator[StoredRecord]:
    """The files of each parent: there is no list of files by time."""
    seen: set[str] = set()
    for parent, id_ in sorted({_file_parent(operation) for operation in operations}):
        path = f"/api/v1/{_PARENTS[parent]}/{id_}/files" if parent else FILE.path
        for row in by_offset(api, path, "files", limit=FILES_PAGE, sort="id"):
            if str(row["id"]) not in seen:
                seen.add(str(row["id"]))
                yield stored.record(FILE, row, {}, "")


def _file_parent(operation: Operation) -> tuple[str, str]:
    return next(((name, str(operation.body[name])) for name in _PARENTS if operation.body.get(name)), ("", ""))


def _relationships(api: ApiClient, operations: Sequence[Operation]) -> Iterator[Found]:
    """The values themselves name a relationship; it is listed under either organization, so by parent is enough."""
    rows: dict[str, list[StoredRecord]] = {}
    for operation in operations:
        parent = str(operation.body.get("parent") or "")
        if not parent:
            raise StopRun(
                "A relationship whose answer was lost cannot be looked for without its values.",
                next_step="compare the relationships of the organizations by hand",
            )
        if parent not in rows:
            rows[parent] = [stored.record(RELATIONSHIP, row, {}, "") for row in relationships_of(api, parent)]
        same = [record for record in rows[parent] if _same(record, operation)]
        yield Found(operation.number, tuple(FoundRecord(record.id, record.version, record.deleted) for record in same))


def relationships_of(api: ApiClient, organization: str) -> Iterator[Row]:
    """All relationships of one organization, as parent or as child."""
    return by_offset(api, RELATIONSHIP.path, "organization relationships", org_id=int(organization))


def _same(record: StoredRecord, operation: Operation) -> bool:
    keys = ("type", "parent", "child")
    return all(str(record.values.get(key)) == str(operation.body.get(key)) for key in keys)
