"""What counts as progress while the source is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bridgework.migration import Migration
from bridgework.model import SourceDescription, SourceObject
from bridgework.progress import EVERY, Progress
from bridgework.stages.extract import reading


def read(*objects: SourceObject, rows: int) -> tuple[int | None, int]:
    """The total that was announced, and how far the count came."""
    said: list[dict[str, Any]] = []
    progress = Progress(lambda _, **what: said.append(what))

    def extract(name: str, since: datetime | None) -> Iterator[str]:
        yield from (f"{name} {number}" for number in range(rows))

    migration = cast(Migration, SimpleNamespace(progress=progress, hooks=SimpleNamespace(extract=extract)))
    description = SourceDescription(objects=objects, generated_at=datetime(2026, 3, 1, tzinfo=UTC), time_zone="UTC")
    names = [name for name, records in reading(migration, "extract", description) if len(list(records)) == rows]
    assert names == [each.name for each in objects if not each.absent]
    return said[0]["total"], said[-1]["done"]


PATIENTS = SourceObject(name="patients", rows=EVERY)


def test_rows_inside_of_others_are_read_and_not_counted() -> None:
    assert read(PATIENTS, SourceObject(name="patients.phones"), rows=EVERY) == (EVERY, EVERY)


def test_what_is_absent_is_not_read() -> None:
    assert read(PATIENTS, SourceObject(name="images", absent="export them by hand"), rows=EVERY) == (EVERY, EVERY)


@pytest.mark.parametrize("objects", [1, 2])
def test_where_no_number_is_known_everything_counts(objects: int) -> None:
    named = [SourceObject(name=f"file{number}") for number in range(objects)]
    assert read(*named, rows=EVERY) == (None, objects * EVERY)
