"""Unique values: who holds one that a create was refused for, and letting go of those of our own removed records.

The server says only that something is taken, and values of records in the trash count too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from math import ceil
from typing import TYPE_CHECKING, Any

from bridgework.canonical import Misfit
from bridgework.model import Because, Holder, Rejected, Value
from bridgework_twenty import stored
from bridgework_twenty.batches import Prepared
from bridgework_twenty.catalogue import Kind
from bridgework_twenty.reading import ANY, PAGE, count, rows, with_values
from bridgework_twenty.wire import request_body

if TYPE_CHECKING:
    from bridgework.client import ApiClient

_TOGETHER = 40  # values looked up in one request: addresses of requests are not endless
_UNSPEAKABLE = frozenset("(),[]\"'")  # what a filter's list cannot hold


def clashes(api: ApiClient, kind: Kind, chunk: Sequence[Prepared]) -> dict[int, Rejected]:
    """The operations whose unique values are taken by another record, there or earlier in the same request."""
    found: dict[int, Rejected] = {}
    for field, part in unique(kind):
        holders = by_value(chunk, field, part)
        there = {part_of(row, field, part): row for row in looked_up(api, kind, field, part, holders)}
        for value, several in holders.items():
            row = there.get(value)
            first = (
                several[0] if row is None else next((each for each in several if each.body["id"] == row["id"]), None)
            )
            where = (
                "of the same load" if row is None else "in the trash" if row.get("deletedAt") else "of the workspace"
            )
            for each in several:
                if each is not first:  # who holds it, or would: a record is not in its own way
                    number = each.operation.number
                    holder = "" if row is None else str(row["id"])
                    reason = f"a record {where} holds the same unique value"
                    because = Because.TAKEN if holder else Because.RECORD
                    found[number] = Rejected(number, reason, field, because, holder)
    return found


def release(api: ApiClient, kind: Kind, chunk: Sequence[Prepared]) -> None:
    """Blank the unique values of records in the trash that are these very records, of an earlier generation.

    They are known by their ids: the field of the marker may have been removed since, with its values.
    """
    again = [each for each in chunk if each.operation.earlier]
    copies = {str(id_) for each in again for id_ in each.operation.earlier}
    for field, part in unique(kind) if again else ():
        for row in looked_up(api, kind, field, part, by_value(again, field, part)):
            if row.get("deletedAt") and row["id"] in copies:
                api.send("PATCH", f"{kind.path}/{row['id']}", json={field: without(row, field, part)}, prepares=True)


def holders(api: ApiClient, kind: Kind, key: str, values: Sequence[Value], region: str) -> Iterator[Holder]:
    """Who holds one of the values of a unique field, in the trash too.

    By the fewer requests: all rows that hold any, or the values themselves.
    """
    wire_name = kind.fields[key].wire
    part = dict(unique(kind)).get(wire_name, "")
    places: dict[str, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        with suppress(Misfit):  # the write will say so
            places[part_of(request_body(kind, {key: value}, region), wire_name, part)].append(place)
    places.pop("", None)
    for row in _holding(api, kind, wire_name, part, places):
        held = stored.record(kind, row)
        for place in places.get(part_of(row, wire_name, part), ()):
            yield Holder(place=place, id=held.id, deleted=held.deleted, marker=held.marker)


def _holding(api: ApiClient, kind: Kind, field: str, part: str, wanted: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    path = f"{field}.{part}" if part else field
    any_value = f"and({path}[is]:NOT_NULL,{ANY})"
    there = count(api, kind, any_value) if wanted else 0
    if ceil(there / PAGE) <= ceil(len(wanted) / _TOGETHER):
        return rows(api, kind, filter=any_value) if there else iter(())
    return looked_up(api, kind, field, part, wanted)


def unique(kind: Kind) -> Iterator[tuple[str, str]]:
    """(field, part of its composite) of everything unique besides id and marker."""
    for name in kind.standard.unique if kind.standard else ():
        field, _, part = name.partition(".")
        if any(each.wire == field for each in kind.fields.values()):
            yield field, part
    for each in kind.fields.values():
        if each.target.unique and each.target.custom and each.kind == "TEXT" and each.target.key != kind.marker:
            yield each.wire, ""


def without(row: Mapping[str, Any], field: str, part: str) -> Any:
    """The field of a row without its unique part; the rest is not unique and stays."""
    return {**row[field], part: ""} if part else None


def by_value(chunk: Sequence[Prepared], field: str, part: str) -> dict[str, list[Prepared]]:
    """The operations by the value they bring; those that bring none are left out."""
    found: dict[str, list[Prepared]] = defaultdict(list)
    for each in chunk:
        if value := part_of(each.body, field, part):
            found[value].append(each)
    return found


def part_of(body: Mapping[str, Any], field: str, part: str) -> str:
    """The unique value in a row or body, empty if it has none."""
    value = body.get(field)
    if part:
        value = value.get(part) if isinstance(value, Mapping) else None
    return str(value or "")


def looked_up(api: ApiClient, kind: Kind, field: str, part: str, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows that hold one of the values, those in the trash too. What no list of a filter can hold is asked for by
    GraphQL, whose filters are no text."""
    speakable = [each for each in values if not _UNSPEAKABLE & set(each)]
    path = f"{field}.{part}" if part else field
    for start in range(0, len(speakable), _TOGETHER):
        wanted = ",".join(speakable[start : start + _TOGETHER])
        yield from rows(api, kind, filter=f"and({path}[in]:[{wanted}],{ANY})")
    others = [each for each in values if _UNSPEAKABLE & set(each)]
    for start in range(0, len(others), _TOGETHER):
        if ids := with_values(api, kind, field, part, others[start : start + _TOGETHER]):
            yield from rows(api, kind, filter=f"and(id[in]:[{','.join(ids)}],{ANY})")
