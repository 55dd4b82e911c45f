"""Rows of the record objects (NDJSON), and of the lists inside patients that others join over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from bridgework.files import JsonRow, read_ndjson
from bridgework.model import Body, Problem, SourceRecord
from bridgework_sensei.objects import Layout
from bridgework_sensei.shapes import Shape, may_be_damaged, mend, typed

UNREADABLE = "ROW-01"
NO_KEY = "DUP-07"


def record_rows(
    stream: IO[bytes], file: str, name: str, key: tuple[str, ...], shape: Shape, implied: Mapping[str, str]
) -> Iterator[SourceRecord]:
    """Records of one file. `implied` are values every row has without saying so."""
    key_of = key_reader(key)
    for row in read_ndjson(stream, file):
        if row.values is None:
            yield unreadable(name, file, row.line, row.raw, row.problem)
            continue
        problems = _doubts(row)
        values = typed(shape, row.values, problems)
        if may_be_damaged(row.raw):
            mend(values, problems)
        if implied:
            values |= implied
        found = key_of(values)
        if not found:
            found = f"@{row.line}"
            problems.append(Problem(key[0], NO_KEY, "is blank, so the line number stands for the key"))
        yield SourceRecord(name, found, values, row.raw, file, row.line, tuple(problems))


def key_reader(key: tuple[str, ...]) -> Callable[[Mapping[str, Any]], str]:
    """A function from values to the row's key, empty if a part of it is missing."""
    if len(key) == 1:
        only = key[0]
        return lambda values: str(values.get(only, ""))

    def joined(values: Mapping[str, Any]) -> str:
        parts = [str(values.get(name, "")) for name in key]
        return "|".join(parts) if all(parts) else ""

    return joined


def unreadable(name: str, file: str, line: int, raw: bytes, reason: str) -> SourceRecord:
    """A row without values: only its line number names it."""
    return SourceRecord(name, f"@{line}", {}, raw, file, line, (Problem("", UNREADABLE, f"the row {reason}"),))


def _doubts(row: JsonRow) -> list[Problem]:
    return [Problem("", "ENC-01", f"the row {row.problem}")] if row.problem else []


def nested_rows(parents: Iterator[SourceRecord], layout: Layout) -> Iterator[SourceRecord]:
    """The items of a list inside the parents' rows, in order; keys are ``<parent key>#<position>``."""
    list_name = layout.nested_list
    for parent in parents:
        items = parent.values.get(list_name)
        if not isinstance(items, list):
            continue
        for position, item in enumerate(items, 1):
            yield _nested(layout.name, parent, position, item)


def _nested(name: str, parent: SourceRecord, position: int, item: Any) -> SourceRecord:
    raw = json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()
    key = f"{parent.key}#{position}"
    if not isinstance(item, dict):
        problem = Problem("", UNREADABLE, "the row is not a JSON object")
        return SourceRecord(name, key, {}, raw, parent.file, parent.line, (problem,))
    values: Body = {**item, "patientId": parent.key, "position": position}
    return SourceRecord(name, key, values, raw, parent.file, parent.line)
