"""The routes beside the plain ones: duplicate candidates, distinct values, merging."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from bridgework_twenty_sandbox.answers import Record, Reply, bad, not_found, unreadable
from bridgework_twenty_sandbox.cascades import destroy
from bridgework_twenty_sandbox.fieldtypes import PARTS, is_null
from bridgework_twenty_sandbox.filters import Filter
from bridgework_twenty_sandbox.kinds import SYSTEM_FIELDS, Kind, capital
from bridgework_twenty_sandbox.paging import Page, order
from bridgework_twenty_sandbox.reading import Reader
from bridgework_twenty_sandbox.records import Records
from bridgework_twenty_sandbox.standard import new_id

Route = Callable[[Records, Reader, Any, Mapping[str, str], Filter], Reply]
Path = tuple[str, str]
"""A field and a part of it, which is empty for fields without parts."""

_FEWEST_MERGED = 2


def _duplicates(records: Records, reader: Reader, body: Any, _: Mapping[str, str], __: Filter) -> Reply:
    """Candidates by the duplicate criteria of the object, for rows or for values."""
    given = body if isinstance(body, dict) else {}
    if isinstance(given.get("ids"), list):
        wanted = [records.one(str(row_id).lower()) for row_id in given["ids"]]
    elif isinstance(given.get("data"), list):
        wanted = [{**records.kind.blank, "id": None, **records.values(each)} for each in given["data"]]
    else:
        raise bad('You have to provide either "data" or "ids" argument')
    return Reply({"data": [_candidates(records, reader, row) for row in wanted]})


def _candidates(records: Records, reader: Reader, row: Record) -> Record:
    kind = records.kind
    criteria = [[_path(kind, column) for column in columns] for columns in kind.meta.get("duplicateCriteria") or ()]
    found = [
        other
        for other in records.table
        if other["deletedAt"] is None
        and other["id"] != row["id"]
        and any(all(_same(row, other, path) for path in paths) for paths in criteria)
    ]
    info = Page(found, len(found), False, False, order(kind, [])).info
    shown = [reader.plain(kind, other) for other in found]
    return {f"{kind.singular}Duplicates": shown, "totalCount": len(found), "pageInfo": info}


def _path(kind: Kind, column: str) -> Path:
    """The field and part behind a database column such as ``emailsPrimaryEmail``."""
    for name, field in kind.columns.items():
        for part in PARTS.get(field["type"], ()):
            if name + capital(part) == column:
                return name, part
    return column, ""


def _value(row: Record, path: Path) -> Any:
    name, part = path
    return row[name][part] if part else row[name]


def _same(one: Record, other: Record, path: Path) -> bool:
    value = _value(one, path)
    return not is_null(value) and bool(value == _value(other, path))


def _grouped(records: Records, _: Reader, __: Any, query: Mapping[str, str], wanted: Filter) -> Reply:
    """Distinct values; a count only when it is asked for, as text."""
    paths = [_group_path(records.kind, each) for each in _json_list(query.get("group_by"), "group_by")]
    aggregates = _json_list(query.get("aggregate", "[]"), "aggregate")
    unknown = [each for each in aggregates if each not in ("countNotEmptyId", "totalCount")]
    if not paths or unknown:
        raise bad(f"Unknown aggregate {unknown[0]}" if unknown else "group_by needs at least one field")
    counts: dict[bytes, int] = {}
    for row in records.found(wanted):
        key = orjson.dumps([_value(row, path) for path in paths])
        counts[key] = counts.get(key, 0) + 1
    groups = [
        {**{each: str(count) for each in aggregates}, "groupByDimensionValues": orjson.loads(key)}
        for key, count in counts.items()
    ]
    return Reply(groups)


def _json_list(text: str | None, name: str) -> list[Any]:
    try:
        value = orjson.loads(text or "null")
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, list):
        raise unreadable(f"Invalid {name} query parameter - should be a valid array of objects")
    return value


def _group_path(kind: Kind, term: Any) -> Path:
    for name, inner in term.items() if isinstance(term, dict) else ():
        part = next(iter(inner), "") if isinstance(inner, dict) else ""
        field = kind.columns.get(name)
        if field is not None and (part in PARTS.get(field["type"], ()) or (not part and field["type"] not in PARTS)):
            return name, part
    raise bad("Invalid group_by field")


def _merged(records: Records, reader: Reader, body: Any, _: Mapping[str, str], __: Filter) -> Reply:
    """The row at the priority index survives; the others are destroyed, their addresses become additional ones."""
    given = body if isinstance(body, dict) else {}
    ids, index = given.get("ids"), given.get("conflictPriorityIndex", 0)
    if not isinstance(ids, list) or len(ids) < _FEWEST_MERGED:
        raise bad("At least 2 record IDs are required for merge operations")
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(ids):
        raise bad("Invalid priority index")
    rows = [records.table.get(str(row_id).lower()) for row_id in ids]
    if any(row is None or row["deletedAt"] is not None for row in rows):
        raise not_found()
    first, *others = [rows[index], *rows[:index], *rows[index + 1 :]]
    assert first is not None
    changes = dict(_filled(records.kind, first, [row for row in others if row]))
    name = f"merge{capital(records.kind.singular)}"
    now = records.workspace.stamp()
    if given.get("dryRun") is True:
        trial = {**first, **changes, "id": new_id(), "deletedAt": now}
        return Reply({"data": {name: reader.plain(records.kind, trial)}})
    records.may_destroy()
    for row in others:
        assert row is not None
        destroy(records.workspace, records.kind, row)
    after = {**first, **changes, "updatedAt": now, "updatedBy": records.key.author}
    records.table.put(after)
    return Reply({"data": {name: reader.plain(records.kind, after)}})


def _filled(kind: Kind, first: Record, others: list[Record]) -> Iterator[tuple[str, Any]]:
    """What the survivor takes over: values where it has none, and further addresses."""
    for column, field in kind.columns.items():
        if column in SYSTEM_FIELDS:
            continue
        value = first[column]
        for other in others:
            value = _joined(field["type"], value, other[column])
        if value != first[column]:
            yield column, value


def _joined(field_type: str, value: Any, other: Any) -> Any:
    if field_type == "EMAILS":
        known = [address for address in (value["primaryEmail"], *value["additionalEmails"]) if address]
        more = [address for address in (other["primaryEmail"], *other["additionalEmails"]) if address]
        primary, *additional = dict.fromkeys([*known, *more]) or [""]
        return {"primaryEmail": primary, "additionalEmails": additional}
    if field_type in PARTS:
        return other if all(is_null(part) for part in value.values()) else value
    return other if is_null(value) else value


SPECIAL: Mapping[tuple[str, str], Route] = {
    ("POST", "duplicates"): _duplicates,
    ("GET", "groupBy"): _grouped,
    ("PATCH", "merge"): _merged,
}
