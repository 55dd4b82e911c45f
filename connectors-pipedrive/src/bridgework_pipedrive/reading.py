"""Records as stored: by id, and all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bridgework.model import StoredRecord
from bridgework_pipedrive import stored
from bridgework_pipedrive.catalogue import Catalogue
from bridgework_pipedrive.finding import relationships_of
from bridgework_pipedrive.listing import FILES_PAGE, IDS, PAGE, Row, by_cursor, by_offset, whole_seconds
from bridgework_pipedrive.objects import ARCHIVED_DEALS, DEAL, FILE, NOTE, OBJECTS, ORGANIZATION, ObjectType
from bridgework_pipedrive.refusals import data

if TYPE_CHECKING:
    from bridgework.client import ApiClient

_KEYS_OF_ONE_REQUEST = 15  # `custom_fields` names at most so many
_GONE = (404, 410)


def read(api: ApiClient, catalogue: Catalogue, object_name: str, ids: Sequence[str]) -> Iterator[StoredRecord]:
    """Records by id: v2 objects a hundred at a time, v1 objects one by one (nothing else can be asked there).

    Ids that are not there are left out; records that the account still shows as deleted are marked.
    """
    kind = OBJECTS[object_name]
    if kind.version == 1:
        for id_ in ids:
            yield from _one(api, kind, id_)
        return
    source_id, custom = catalogue.source_id(object_name), catalogue.custom(object_name)
    for start in range(0, len(ids), IDS):
        for row in _by_ids(api, kind, ids[start : start + IDS]):
            yield stored.record(kind, row, custom, source_id)


def _by_ids(api: ApiClient, kind: ObjectType, ids: Sequence[str]) -> Iterator[Row]:
    """Archived deals are missing from the list of deals; asked for only if one is missing there."""
    missing = set(ids)
    for row in by_cursor(api, kind.path, f"{kind.name} records", ids=",".join(ids), limit=IDS):
        missing.discard(str(row["id"]))
        yield row
    if kind is DEAL and missing:
        yield from by_cursor(api, ARCHIVED_DEALS, "archived deals", ids=",".join(sorted(missing)), limit=IDS)


def _one(api: ApiClient, kind: ObjectType, id_: str) -> Iterator[StoredRecord]:
    answer = api.get(f"{kind.path}/{id_}", accept=_GONE)
    if answer.status not in _GONE and (row := data(answer, f"a {kind.name}")):
        yield stored.record(kind, row, {}, "")


def scan(
    api: ApiClient, catalogue: Catalogue, object_name: str, fields: Sequence[str], since: datetime | None
) -> Iterator[StoredRecord]:
    """All records of an object, ascending ids (archived deals last); `since` compares the server's change time.

    Organization relationships have no list of their own: they cost one request per organization.
    """
    kind = OBJECTS[object_name]
    changed = {"updated_since": whole_seconds(since)} if since else {}
    if kind is NOTE:
        for row in by_offset(api, kind.path, "notes", limit=PAGE, sort="id ASC", **changed):
            yield stored.record(kind, row, {}, "")
    elif kind is FILE:
        for row in by_offset(api, kind.path, "files", limit=FILES_PAGE, sort="id"):
            yield from _if_changed(stored.record(kind, row, {}, ""), since)
    elif kind.version == 1:
        yield from _all_relationships(api, kind, since)
    else:
        yield from _all(api, catalogue, kind, fields, changed)


def _all(
    api: ApiClient, catalogue: Catalogue, kind: ObjectType, fields: Sequence[str], changed: dict[str, str]
) -> Iterator[StoredRecord]:
    source_id, custom = catalogue.source_id(kind.name), catalogue.custom(kind.name)
    params: dict[str, Any] = {"sort_by": "id", "sort_direction": "asc", **changed}
    if custom and fields:
        wanted = [key for key in fields if key in custom and key != source_id] + ([source_id] if source_id else [])
        if 0 < len(wanted) <= _KEYS_OF_ONE_REQUEST:
            params["custom_fields"] = ",".join(wanted)
    for row in by_cursor(api, kind.path, f"{kind.name} records", **params):
        yield stored.record(kind, row, custom, source_id)
    if kind is DEAL:
        for row in by_cursor(api, ARCHIVED_DEALS, "archived deals", **params):
            yield stored.record(kind, row, custom, source_id)


def _all_relationships(api: ApiClient, kind: ObjectType, since: datetime | None) -> Iterator[StoredRecord]:
    seen: set[str] = set()
    organizations = by_cursor(api, ORGANIZATION.path, "organizations", sort_by="id", sort_direction="asc")
    for organization in organizations:
        for row in relationships_of(api, str(organization["id"])):
            record = stored.record(kind, row, {}, "")
            if record.id not in seen:
                seen.add(record.id)
                yield from _if_changed(record, since)


def _if_changed(record: StoredRecord, since: datetime | None) -> Iterator[StoredRecord]:
    if since is None or record.updated_at is None or record.updated_at >= since.replace(microsecond=0):
        yield record
