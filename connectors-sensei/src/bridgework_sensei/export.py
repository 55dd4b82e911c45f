"""One export, opened: its manifest, its files, and the rows of every object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from bridgework.errors import BadInput
from bridgework.files import Archive, CsvTable, canonical, digest
from bridgework.model import FieldType, SourceRecord
from bridgework_sensei.customfields import CustomField, custom_fields
from bridgework_sensei.manifest import MANIFEST, ExportedFile, Manifest, census, read_manifest, rooted, verify
from bridgework_sensei.objects import BY_NAME, Layout
from bridgework_sensei.patientfiles import proved
from bridgework_sensei.records import nested_rows, record_rows
from bridgework_sensei.reports import control_totals, open_report, report_rows
from bridgework_sensei.shapes import Shape, shape_of


class Export:
    """Read access to a ``sensei-export`` folder or zip. Nothing is read before it is asked for."""

    def __init__(self, path: Path, encoding: str, currency: str) -> None:
        self.archive = rooted(Archive.at(path))
        self.manifest: Manifest = read_manifest(self.archive)
        self._encoding = encoding
        self._currency = currency
        self._reports: dict[str, CsvTable] = {}
        for entry in self.manifest.file.files:
            self._check_format(entry)

    @staticmethod
    def _check_format(entry: ExportedFile) -> None:
        layout = BY_NAME.get(entry.object)
        if layout and layout.format not in (entry.format, "manifest", "nested"):
            raise BadInput(
                f"{entry.path} is {entry.format} where sensei-export 1.0 has {layout.format} for {entry.object}.",
                next_step="export again in format sensei-export 1.0",
            )

    def verify(self) -> dict[str, str]:
        """Prove every file against the manifest. Returns control figures: printed totals and encodings of reports.

        Keys are ``total.<object>.<column>``, ``count.<object>`` (a printed count) and ``encoding.<object>``.
        BadInput: a file is missing, cut short, changed, or has other rows than the manifest says.
        """
        facts: dict[str, str] = {}
        for entry in self.manifest.file.files:
            if entry.format == "csv":
                facts |= self._verify_report(entry)
            else:
                verify(entry, *census(self.archive, entry))
        return facts

    def _verify_report(self, entry: ExportedFile) -> dict[str, str]:
        with self.archive.open(entry.path) as stream:
            sha256 = digest(stream)
        if sha256 != entry.sha256.lower():
            # A changed file may no longer be a report at all: its hash is the clearer answer.
            verify(entry, entry.rows, sha256)
        table = self.report(entry)
        verify(entry, sum(1 for _ in table.rows()), sha256)
        facts = {f"total.{entry.object}.{column}": amount for column, amount in control_totals(table).items()}
        if table.footer.count is not None:
            facts[f"count.{entry.object}"] = str(table.footer.count)
        return {**facts, f"encoding.{entry.object}": table.encoding.name}

    def report(self, entry: ExportedFile) -> CsvTable:
        """The dialect and columns of a report, found once."""
        if entry.object not in self._reports:
            layout = BY_NAME.get(entry.object)
            self._reports[entry.object] = open_report(self.archive, entry, layout, self._encoding)
        return self._reports[entry.object]

    @cached_property
    def custom_fields(self) -> tuple[CustomField, ...]:
        """The practice's own fields; none if the export has no definitions."""
        entry = self.manifest.entry("fieldDefinitions")
        return tuple(custom_fields(self._records(entry, BY_NAME["fieldDefinitions"]))) if entry else ()

    def rows(self, name: str) -> Iterator[SourceRecord]:
        """Rows of an object in the export's order; none for an object that is absent.

        BadInput: the file ends early or has other rows than the manifest says.
        """
        layout = BY_NAME.get(name)
        if layout and layout.format == "manifest":
            yield self._practice()
        elif layout and layout.format == "nested":
            yield from nested_rows(self.rows(layout.nested_in), layout)
        elif entry := self.manifest.entry(name):
            yield from self._counted(entry, layout)

    def _counted(self, entry: ExportedFile, layout: Layout | None) -> Iterator[SourceRecord]:
        count = 0
        if entry.format == "csv":
            rows = report_rows(self.report(entry), entry.path, entry.object, layout, self._currency)
        else:
            rows = self._records(entry, layout)
            if entry.object == "documents":
                rows = proved(self.archive, rows)
        for row in rows:
            count += 1
            yield row
        if count != entry.rows:
            raise BadInput(
                f"{entry.path} has {count} rows where {MANIFEST} says {entry.rows}.",
                next_step="export again, or copy the whole export again",
                cause="incomplete",
            )

    def _records(self, entry: ExportedFile, layout: Layout | None) -> Iterator[SourceRecord]:
        key = layout.key if layout else ("id",)
        implied = {"tenantId": self.manifest.file.practice.tenantId} if entry.object == "locations" else {}
        with self.archive.open(entry.path) as stream:
            yield from record_rows(stream, entry.path, entry.object, key, self._shape(layout), implied)

    def _shape(self, layout: Layout | None) -> Shape:
        if layout is None:
            return {}
        own = {}
        if layout.custom_fields:
            own = {field.name: field.type for field in self.custom_fields if field.object == layout.name}
        shape = shape_of(layout.fields, self._currency)
        if own:
            # Names of own fields may hold dots: they are keys, not paths.
            shape["customFields"] = {
                name: shape_of({"value": kind}, self._currency)["value"] for name, kind in own.items()
            }
        return shape

    def _practice(self) -> SourceRecord:
        practice = self.manifest.file.practice
        values = canonical(practice.model_dump())
        raw = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
        return SourceRecord("practice", practice.tenantId, values, raw, MANIFEST)

    def field_types(self, layout: Layout) -> dict[str, FieldType]:
        """Fields of an object as this export has them: extra columns of a report come as text."""
        entry = self.manifest.entry(layout.name)
        if entry is None or entry.format != "csv":
            return dict(layout.fields)
        return {
            **layout.fields,
            **{column: FieldType.TEXT for column in self.report(entry).columns if column not in layout.fields},
        }
