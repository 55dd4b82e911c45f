"""Records on disk, and small sources to stage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridgework.model import (
    FieldType,
    Problem,
    Reference,
    SourceDescription,
    SourceField,
    SourceObject,
    SourceRecord,
)
from bridgework.staging import Records, Staging

KEY = bytes(range(1, 33))
MIGRATION = "m-1"

PATIENTS = SourceObject(
    name="patients",
    concept="patient",
    fields=(
        SourceField(name="id"),
        SourceField(name="birthDate", type=FieldType.DATE, concept="patient.birth_date"),
        SourceField(name="patientNumber"),
        SourceField(name="mergedIntoId"),
    ),
    merged_into="mergedIntoId",
)
VISITS = SourceObject(
    name="visits",
    fields=(SourceField(name="id"), SourceField(name="patientId"), SourceField(name="procedures", type=FieldType.DATA)),
    references=(Reference(field="patientId", object="patients"),),
)
REPORTS = SourceObject(
    name="reports",
    key=("line",),
    fields=(SourceField(name="line"), SourceField(name="number"), SourceField(name="printed")),
    references=(
        Reference(
            field="number", object="patients", to="patientNumber", name="printed", to_name=("lastName", "firstName")
        ),
    ),
)


def described(*objects: SourceObject, **changes: Any) -> SourceDescription:
    return SourceDescription(
        objects=objects or (PATIENTS, VISITS, REPORTS),
        **{"generated_at": datetime(2026, 3, 1, tzinfo=UTC), "time_zone": "America/Denver", **changes},
    )


def keys(rows: object) -> list[str]:
    return [row.key for row in rows]


def record(name: str, key: str, /, problems: tuple[Problem, ...] = (), **values: Any) -> SourceRecord:
    field = "line" if name == "reports" else "id"
    values = {field: key, **values}
    return SourceRecord(name, key, values, json.dumps(values, default=str).encode(), f"{name}.ndjson", 7, problems)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.db"


@pytest.fixture
def records(path: Path) -> Iterator[Records]:
    with Records.create(path, KEY, MIGRATION) as opened:
        yield opened


@pytest.fixture
def stage(records: Records) -> Callable[..., Staging]:
    """Stage records given per object and open the snapshot."""

    def staged(rows: dict[str, list[SourceRecord]], description: SourceDescription | None = None) -> Staging:
        writer = records.writer()
        writer.begin(description or described())
        for name, found in rows.items():
            writer.add(name, found)
        writer.freeze()
        return records.staging()

    return staged
