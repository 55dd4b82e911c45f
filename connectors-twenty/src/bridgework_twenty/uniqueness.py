"""Unique values: who holds one that a create was refused for, and letting go of those of our own removed records.

The server says only that something is taken, and values of records in the trash count too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bridgework.model import Rejected
from bridgework_twenty.batches import Prepared
from bridgework_twenty.catalogue import Kind
from bridgework_twenty.reading import ANY, rows

if TYPE_CHECKING:
    from bridgework.client import ApiClient

_TOGETHER = 40  # values looked up in one request: addresses of requests are not endless
_UNSPEAKABLE = frozenset("(),[]\"'")  # what a filter's list cannot hold


def clashes(api: ApiClient, kind: Kind, chunk: Sequence[Prepared]) -> dict[int, Rejected]:
    """The operations whose unique values are taken by another record, there or earlier in the same request."""
    found: dict[int, Rejected] = {}
    for field, part in _unique(kind):
        holders = _by_value(chunk, field, part)
        there = {
            _of(row, field, part): bool(row.get("deletedAt")) for row in _looked_up(api, kind, field, part, holders)
        }
        ours = {each.body["id"] for each in chunk}
        for value, several in holders.items():
            culprits = several if value in there else several[1:]
            where = "in the trash" if there.get(value) else "of the workspace" if value in there else "of the same load"
            for each in culprits:
                if each.body["id"] in ours:
                    number = each.operation.number
                    found[number] = Rejected(number, f"a record {where} holds the same unique value", field=field)
    return found


def release(api: ApiClient, kind: Kind, chunk: Sequence[Prepared]) -> None:
    """Blank the unique values of records in the trash that are these very records, of an earlier generation."""
    again = {_base(each.operation.marker): each for each in chunk if each.operation.generation > 1}
    if not again or not kind.marker:
        return
    for field, part in _unique(kind):
        holders = _by_value(list(again.values()), field, part)
        for row in _looked_up(api, kind, field, part, holders):
            if row.get("deletedAt") and _base(str(row.get(kind.marker) or "")) in again:
                blank: Any = {part: ""} if part else None
                blank = {**blank, "additionalEmails": []} if part == "primaryEmail" else blank
                api.send("PATCH", f"{kind.path}/{row['id']}", json={field: blank}, prepares=True)


def _unique(kind: Kind) -> Iterator[tuple[str, str]]:
    """(field, part of its composite) of everything unique besides id and marker."""
    for name in kind.standard.unique if kind.standard else ():
        field, _, part = name.partition(".")
        if any(each.wire == field for each in kind.fields.values()):
            yield field, part
    for each in kind.fields.values():
        if each.target.unique and each.target.custom and each.kind == "TEXT" and each.target.key != kind.marker:
            yield each.wire, ""


def _by_value(chunk: Sequence[Prepared], field: str, part: str) -> dict[str, list[Prepared]]:
    found: dict[str, list[Prepared]] = defaultdict(list)
    for each in chunk:
        if value := _of(each.body, field, part):
            found[value].append(each)
    return found


def _of(body: Mapping[str, Any], field: str, part: str) -> str:
    value = body.get(field)
    if part:
        value = value.get(part) if isinstance(value, Mapping) else None
    return str(value or "")


def _looked_up(
    api: ApiClient, kind: Kind, field: str, part: str, values: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    speakable = [each for each in values if not _UNSPEAKABLE & set(each)]
    path = f"{field}.{part}" if part else field
    for start in range(0, len(speakable), _TOGETHER):
        wanted = ",".join(speakable[start : start + _TOGETHER])
        yield from rows(api, kind, filter=f"and({path}[in]:[{wanted}],{ANY})")


def _base(marker: str) -> str:
    """A marker without its generation."""
    before, _, generation = marker.rpartition(".g")
    return before if before and generation.isdigit() else marker
