"""The source plugin: hooks over an export."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bridgework import hookimpl
from bridgework.model import SourceDescription, SourceFile, SourceRecord
from bridgework_sensei.description import describe
from bridgework_sensei.export import Export


class SenseiSettings(BaseModel):
    """Settings under ``[source]``."""

    model_config = ConfigDict(extra="forbid")

    path: Path = Field(description="Folder or zip file of the export, the one that holds manifest.json")
    encoding: Literal["", "utf-8", "windows-1252"] = Field(
        "", description="Encoding of the CSV reports; empty: as the manifest declares, detected where it does not"
    )
    currency: str = Field(
        "",
        description="Currency of the amounts; empty: that of the migration. One with the sign of another is not read",
    )


class Sensei:
    """Sensei Cloud as a source, from a ``sensei-export`` 1.0 folder or zip."""

    Settings = SenseiSettings

    def __init__(self, settings: SenseiSettings) -> None:
        self.settings = settings

    @cached_property
    def _export(self) -> Export:
        return Export(self.settings.path, self.settings.encoding, self.settings.currency)

    @hookimpl
    def describe_source(self) -> SourceDescription:
        """Prove the export against its manifest and describe it. Reads all files. BadInput: see `Export.verify`."""
        return describe(self._export, self._export.verify())

    @hookimpl
    def extract(self, object_name: str, since: datetime | None) -> Iterator[SourceRecord]:
        """Rows of an object. `since` is not used: an export is full or already holds the changes only."""
        return self._export.rows(object_name)

    @hookimpl
    def open_file(self, ref: str) -> SourceFile | None:
        """A patient file by the `path` of its row; the row carries the declared hash."""
        archive = self._export.archive
        size = archive.size(ref)
        if size is None:
            return None
        return SourceFile(name=ref.replace("\\", "/").rpartition("/")[2], stream=archive.open(ref), size=size)
