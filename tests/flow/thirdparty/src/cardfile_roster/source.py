"""A card file: one CSV file with a card per member."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bridgework import hookimpl
from bridgework.errors import BadInput
from bridgework.model import FieldType, SourceDescription, SourceField, SourceObject, SourceRecord

CARDS = SourceObject(
    name="cards",
    key=("card",),
    fields=(
        SourceField(name="card"),
        SourceField(name="first"),
        SourceField(name="last"),
        SourceField(name="joined", type=FieldType.DATE),
        SourceField(name="keeper"),
    ),
)


class Settings(BaseModel):
    """Settings under [source]."""

    model_config = ConfigDict(extra="forbid")
    path: Path = Field(description="the card file")


class CardFile:
    """One CSV file."""

    Settings = Settings

    def __init__(self, settings: Settings) -> None:
        self._path = settings.path

    @hookimpl
    def describe_source(self) -> SourceDescription:
        """The one object there is."""
        if not self._path.is_file():
            raise BadInput(f"{self._path} does not exist.", next_step="export the card file")
        return SourceDescription(
            objects=(CARDS,), generated_at=datetime(2026, 11, 1, tzinfo=UTC), time_zone="Europe/Vienna"
        )

    @hookimpl
    def extract(self, object_name: str, since: datetime | None) -> Iterator[SourceRecord]:
        """Every card."""
        with self._path.open(encoding="utf-8", newline="") as file:
            for line, row in enumerate(csv.DictReader(file), start=2):
                yield SourceRecord(object_name, row["card"], dict(row), repr(row).encode(), self._path.name, line)
