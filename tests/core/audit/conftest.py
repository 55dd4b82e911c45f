"""A small source without any trade: people, and letters that name them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridgework.model import (
    FieldType,
    Finding,
    Problem,
    Reference,
    Severity,
    SourceDescription,
    SourceField,
    SourceObject,
    SourceRecord,
)
from bridgework.staging import Staging
from bridgework.staging.records import Records

PEOPLE = SourceObject(
    name="people",
    concept="person",
    fields=(
        SourceField(name="id"),
        SourceField(name="no", concept="person.number"),
        SourceField(name="first", concept="person.first_name"),
        SourceField(name="last", concept="person.last_name"),
        SourceField(name="text", type=FieldType.LONG_TEXT),
        SourceField(name="page", type=FieldType.HTML),
        SourceField(name="born", type=FieldType.DATE),
        SourceField(name="own", type=FieldType.DATA, custom=True),
        SourceField(name="changed", type=FieldType.INSTANT),
    ),
)
BILLS = SourceObject(
    name="bills",
    fields=(
        SourceField(name="id", nullable=False),
        SourceField(name="of", type=FieldType.REFERENCE, nullable=False),
        SourceField(name="cost", type=FieldType.MONEY, nullable=False),
        SourceField(name="gone", type=FieldType.INSTANT),
    ),
    references=(Reference(field="of", object="people"),),
    deleted="gone",
)
LETTERS = SourceObject(
    name="letters",
    fields=(
        SourceField(name="id"),
        SourceField(name="to", type=FieldType.REFERENCE),
        SourceField(name="name"),
        SourceField(name="cost", type=FieldType.MONEY),
    ),
    references=(Reference(field="to", object="people", to="no", name="name", to_name=("last", "first")),),
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[..., Staging]]:
    """Stage rows of people and letters; a row's ``!`` entry is a list of problems."""
    with ExitStack() as stack:

        def build(rows: dict[str, list[dict[str, Any]]], facts: dict[str, str] | None = None) -> Staging:
            records = stack.enter_context(Records.create(tmp_path / "records.db", b"k" * 32, "abcdef"))
            made = datetime(2026, 11, 1, 18, 0, tzinfo=UTC)
            objects = tuple(each for each in (PEOPLE, LETTERS, BILLS) if each.name in rows)
            with records.writer() as writer:
                writer.begin(SourceDescription(objects=objects, generated_at=made, time_zone="UTC", facts=facts or {}))
                for name, values in rows.items():
                    writer.add(name, (_record(name, line, row) for line, row in enumerate(values, 1)))
                writer.freeze()
            return records.staging()

        yield build


def _record(name: str, line: int, row: dict[str, Any]) -> SourceRecord:
    values = {key: value for key, value in row.items() if key != "!"}
    problems: list[Problem] = row.get("!", [])
    return SourceRecord(name, row["id"], values, repr(row).encode(), f"{name}.txt", line, tuple(problems))


def _finding(check: str = "DUP-01", key: str = "A", **values: Any) -> Finding:
    facts: dict[str, Any] = {
        "severity": Severity.APPROVE, "object": "people", "summary": "same name", "proposed": "accept",
    }  # fmt: skip
    return Finding(check=check, key=key, **{**facts, **values})


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """A finding of severity A about people: ``finding("DUP-01", "A", others=("B",))``."""
    return _finding
