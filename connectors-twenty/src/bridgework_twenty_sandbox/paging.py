"""Order, cursors and pages."""

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from bridgework_twenty_sandbox.answers import Record, Refused, bad
from bridgework_twenty_sandbox.fieldtypes import PARTS, RELATIONS, is_null
from bridgework_twenty_sandbox.filters import EVERYTHING, Filter
from bridgework_twenty_sandbox.kinds import Kind
from bridgework_twenty_sandbox.records import Records

_UNSORTABLE = ("RAW_JSON", "TS_VECTOR", "FILES", "MULTI_SELECT", "ARRAY")


@dataclass(frozen=True)
class Term:
    """One column of the order. ``part`` is empty for columns without parts."""

    name: str
    part: str
    descending: bool
    nulls_first: bool

    def value(self, row: Mapping[str, Any]) -> Any:
        value = row[self.name][self.part] if self.part else row[self.name]
        return None if is_null(value) else value

    def sort_key(self, row: Mapping[str, Any]) -> tuple[int, Any]:
        """A key for sorting, reversed when the term descends."""
        value = self.value(row)
        if value is None:
            return (0 if self.nulls_first != self.descending else 2), 0
        return 1, value

    def compare(self, one: Any, other: Any) -> int:
        if one is None or other is None:
            if one is None and other is None:
                return 0
            return -1 if (one is None) == self.nulls_first else 1
        if one == other:
            return 0
        return -1 if (one < other) != self.descending else 1


def order(kind: Kind, terms: Iterable[Any]) -> list[Term]:
    """Terms of the GraphQL form, ``{field: direction}``; the id is the last one. Raises Refused."""
    found: list[Term] = []
    for term in terms:
        if not isinstance(term, Mapping):
            raise bad("Invalid order")
        for name, direction in term.items():
            pairs = direction.items() if isinstance(direction, Mapping) else [("", direction)]
            found += [_term(kind, name, part, each) for part, each in pairs]
    if not any(term.name == "id" for term in found):
        found.append(Term("id", "", False, True))
    return found


def _term(kind: Kind, name: str, part: str, direction: Any) -> Term:
    field = kind.columns.get(name)
    known = field is not None and field["type"] not in _UNSORTABLE
    if known and field is not None:
        leaves = {} if field["type"] in RELATIONS else PARTS.get(field["type"], {})
        known = part in leaves if leaves else not part
    if not known or not isinstance(direction, str):
        raise Refused(
            f'Field "{name}" does not exist or is not sortable',
            error="Error",
            code="FIELD_NOT_FOUND",
            sub_code="FIELD_NOT_FOUND",
        )
    return Term(name, part, direction.startswith("Desc"), direction.endswith("First"))


def cursor_of(terms: list[Term], row: Record) -> str:
    """The values of the order's columns, as base64 of JSON."""
    held: Record = {}
    for term in terms:
        if term.part:
            held.setdefault(term.name, {})[term.part] = row[term.name][term.part]
        else:
            held[term.name] = row[term.name]
    return base64.b64encode(orjson.dumps(held)).decode()


def read_cursor(terms: list[Term], text: str) -> list[Any]:
    """The values of a cursor. Raises Refused for garbage, and for the cursor of another order."""
    try:
        held = json.loads(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error):
        raise Refused(f"Invalid cursor: {text}") from None
    wanted = {term.name for term in terms}
    if not isinstance(held, dict) or held.keys() != wanted:
        raise _other_order()
    values = []
    for term in terms:
        value = held[term.name]
        if term.part:
            if not isinstance(value, dict) or term.part not in value:
                raise _other_order()
            value = value[term.part]
        if isinstance(value, (dict, list)):
            raise _other_order()
        values.append(None if is_null(value) else value)
    return values


def _other_order() -> Refused:
    return Refused("Invalid cursor", error="Error", code="INVALID_CURSOR", sub_code="INVALID_CURSOR")


@dataclass(frozen=True)
class Page:
    """``total`` does not care about the cursor."""

    rows: list[Record]
    total: int
    more: bool
    backwards: bool
    terms: list[Term]

    @property
    def info(self) -> Record:
        """Going backwards the two cursors are swapped: startCursor belongs to the last record."""
        ends = [self.rows[0], self.rows[-1]] if self.rows else []
        if self.backwards:
            ends.reverse()
        cursors = [cursor_of(self.terms, row) for row in ends]
        return {
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[1] if cursors else None,
            "hasNextPage": self.more and not self.backwards,
            "hasPreviousPage": self.more and self.backwards,
        }


def page(
    records: Records,
    wanted: Filter,
    terms: list[Term],
    limit: float,
    after: str | None,
    before: str | None,
    last: bool = False,
) -> Page:
    """A page of rows that match, with ``last`` from the end. ``limit`` may be a fraction: the database rounds it up."""
    if after is not None and before is not None:
        raise Refused("Cannot provide both before and after", sub_code="INVALID_ARGS_DATA")
    cursor = after if before is None else before
    start = None if cursor is None else read_cursor(terms, cursor)
    backwards = before is not None or (last and after is None)
    fetched = int(limit + 1.5)
    if len(terms) == 1 and not terms[0].descending and wanted is EVERYTHING:
        rows = _by_id(records, start, backwards, fetched)
        total = records.table.live
    else:
        matching = _in_order(records, wanted, terms)
        total = len(matching)
        rows = _beyond(matching, terms, start, backwards, fetched)
    more = len(rows) > limit
    rows = rows[:-1] if more else rows
    if backwards:
        rows.reverse()
    return Page(rows, total, more, backwards, terms)


def _by_id(records: Records, start: list[Any] | None, backwards: bool, most: int) -> list[Record]:
    edge = None if start is None else str(start[0])
    ids = records.table.ids(after=None if backwards else edge, before=edge if backwards else None, backwards=backwards)
    live = (row for row_id in ids if (row := records.table.get(row_id)) and row["deletedAt"] is None)
    return list(islice(live, most))


def _in_order(records: Records, wanted: Filter, terms: list[Term]) -> list[Record]:
    """All rows that match. The next page of the same list costs nothing, as long as no row has changed."""
    table = records.table
    depends = (table.changes, wanted.text, tuple(terms))
    if table.sorted[0] != depends:
        rows = list(records.found(wanted))
        for place, term in reversed(list(enumerate(terms))):
            # they come in the order of their ids already
            if term.name != "id" or term.descending or place < len(terms) - 1:
                rows.sort(key=term.sort_key, reverse=term.descending)
        table.sorted = depends, rows
    return table.sorted[1]


def _beyond(rows: list[Record], terms: list[Term], start: list[Any] | None, backwards: bool, most: int) -> list[Record]:
    """At most so many rows after the cursor, or before it and then going backwards."""

    def against(row: Record) -> int:
        for term, value in zip(terms, start or (), strict=True):
            if verdict := _safely(term, term.value(row), value):
                return verdict
        return 0

    if backwards:
        end = len(rows) if start is None else bisect_left(rows, 0, key=against)
        return rows[max(0, end - most) : end][::-1]
    first = 0 if start is None else bisect_right(rows, 0, key=against)
    return rows[first : first + most]


def _safely(term: Term, one: Any, other: Any) -> int:
    """A cursor made by hand may hold values of another type."""
    try:
        return term.compare(one, other)
    except TypeError:
        raise _other_order() from None
