"""A dental source made of words: ``patients`` has fields ``number``, ``birth_date``, … with those concepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridgework.model import FieldType, Finding, Reference, SourceDescription, SourceField, SourceObject, SourceRecord
from bridgework.staging import Staging
from bridgework.staging.records import Records
from bridgework_dental import Dental
from bridgework_dental.vocabulary import WORDS

MADE = datetime(2026, 11, 1, 18, 0, tzinfo=UTC)
NESTED = {"procedure_code": "code", "tooth": "tooth", "surfaces": "surfaces", "procedure_fee": "fee"}
TYPES = {
    "start": FieldType.LOCAL_INSTANT,
    "notes": FieldType.LONG_TEXT,
    "amount": FieldType.MONEY,
    "birth_date": FieldType.DATE,
}
Rows = dict[str, list[dict[str, Any]]]


def described(concept: str, words: tuple[str, ...]) -> SourceObject:
    lists = concept in ("appointment", "treatment_plan")
    fields = [
        SourceField(
            name=f"procedures.{NESTED[word]}" if lists and word in NESTED else word,
            type=TYPES.get(word, FieldType.TEXT),
            concept=f"{concept}.{word}",
        )
        for word in words
    ]
    return SourceObject(
        name=f"{concept}s",
        concept=concept,
        fields=(SourceField(name="id", concept=f"{concept}.id"), *fields, SourceField(name="notes")),
        merged_into="merged_into" if concept == "patient" else "",
        deleted="deleted_at" if "deleted_at" in words or concept == "patient" else "",
        references=(Reference(field="patient", object="patients"),) if "patient" in words else (),
    )


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[..., Staging]]:
    """Stage rows by concept; each row needs an ``id``. Objects without rows are not in the export."""
    with ExitStack() as stack:

        def build(rows: Rows, facts: dict[str, str] | None = None, **without: tuple[str, ...]) -> Staging:
            objects = tuple(
                described(concept, tuple(word for word in WORDS[concept] if word not in without.get(concept, ())))
                for concept in rows
            )
            described_source = SourceDescription(
                objects=objects, generated_at=MADE, time_zone="America/Denver", facts=facts or {}
            )
            records = stack.enter_context(Records.create(tmp_path / "records.db", b"k" * 32, "abcdef"))
            with records.writer() as writer:
                writer.begin(described_source)
                for concept, values in rows.items():
                    name = f"{concept}s"
                    writer.add(name, (SourceRecord(name, row["id"], row, repr(row).encode()) for row in values))
                writer.freeze()
            return records.staging()

        yield build


@pytest.fixture
def audit(stage: Callable[..., Staging]) -> Callable[..., list[Finding]]:
    """Findings of the dental audit over rows by concept."""

    def run(rows: Rows, facts: dict[str, str] | None = None, **without: tuple[str, ...]) -> list[Finding]:
        return list(Dental().audit(stage(rows, facts, **without)))

    return run


def _patient(key: str, first: str = "Ana", last: str = "Ruiz", **values: Any) -> dict[str, Any]:
    row = {
        "id": key, "number": f"N{key}", "status": "Active", "first_name": first, "last_name": last,
        "birth_date": "1980-05-17", "email": f"{key.lower()}@mail.example", "phones": [],
    }  # fmt: skip
    return {**row, **values}


@pytest.fixture
def patient() -> Callable[..., dict[str, Any]]:
    """An adult patient with nothing wrong: ``patient("P1", "Ana", "Ruiz", email=None)``."""
    return _patient
