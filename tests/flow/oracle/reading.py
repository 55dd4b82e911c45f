"""Reads an export folder, plainly: rows as dictionaries, reports as rows of text, who is who."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
NOTHING = {"", "NONE", "N/A", "-", "0001-01-01", "1900-01-01"}
REPORT_KEY = {"transactions": "Transaction #", "claims": "Claim Number", "recare": "Recare Type"}


@dataclass
class Source:
    """An export folder."""

    folder: Path

    @cached_property
    def manifest(self) -> Row:
        manifest: Row = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        return manifest

    @cached_property
    def cutover(self) -> datetime:
        return datetime.fromisoformat(self.manifest["generatedAt"])

    @cached_property
    def today(self) -> date:
        """The day of the cutover in the practice."""
        return self.cutover.astimezone(ZoneInfo(self.manifest["practice"]["timeZone"])).date()

    def rows(self, name: str) -> list[Row]:
        """Rows of an object, in file order; none if it is not in the export."""
        for entry in self.manifest["files"]:
            if entry["object"] == name:
                content = (self.folder / entry["path"]).read_bytes()
                return _report(name, content) if entry["format"] == "csv" else _ndjson(content)
        return []

    def keyed(self, name: str) -> dict[str, Row]:
        """Rows of an object by id."""
        return {row["id"]: row for row in self.rows(name)}

    @cached_property
    def patients(self) -> dict[str, Row]:
        return self.keyed("patients")

    @cached_property
    def loaded(self) -> dict[str, Row]:
        """Patients that become Persons."""
        return {
            key: row for key, row in self.patients.items() if not row.get("deletedAt") and not row.get("mergedIntoId")
        }

    def survivor(self, key: str | None) -> str | None:
        """The loaded patient at the end of a chain of merges; None for a cycle and a dead end."""
        seen: set[str] = set()
        while key in self.patients and key not in seen:
            seen.add(key)
            row = self.patients[key]
            if not row.get("mergedIntoId"):
                return None if row.get("deletedAt") else key
            key = row["mergedIntoId"] if not row.get("deletedAt") else None
        return None

    def of_report(self, row: Row) -> str | None:
        """The loaded patient of a report's line: by number, and by exact name where patients share it."""
        found = [key for key, other in self.patients.items() if other["patientNumber"] == row["Patient ID"]]
        if len(found) > 1:
            found = [key for key in found if _listed(self.patients[key]) == row["Patient"].strip()]
        return self.survivor(found[0]) if len(found) == 1 else None

    def document(self, row: Row) -> bool:
        """Whether a document's file is in the export, unchanged."""
        path = self.folder / row["path"]
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]


def _listed(patient: Row) -> str:
    return f"{patient.get('lastName') or ''}, {patient.get('firstName') or ''}"


def _ndjson(content: bytes) -> list[Row]:
    return [json.loads(line, parse_float=Decimal) for line in content.splitlines() if line.strip()]


def _report(name: str, content: bytes) -> list[Row]:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    lines = text.split("\r\n")
    start = next(at for at, line in enumerate(lines) if re.search(rf"(^|[,;]){REPORT_KEY[name]}([,;]|$)", line))
    delimiter = ";" if ";" in lines[start] else ","
    body = "\r\n".join(line for line in lines[start:] if line and not line.startswith(("Total", "***")))
    return list(csv.DictReader(io.StringIO(body), delimiter=delimiter))


def blank(value: Any) -> Any:
    """None for what means nothing."""
    if isinstance(value, str):
        value = re.sub(r"\s+", " ", value).strip()
        return None if value.upper() in NOTHING else value
    return value


def us_date(text: str) -> date | None:
    """``MM/DD/YYYY``."""
    return datetime.strptime(text, "%m/%d/%Y").date() if text else None


def money(text: str) -> Decimal:
    """``$1,234.50`` or, negative, ``(1,234.50)``."""
    amount = Decimal(re.sub(r"[$,()]", "", text))
    return -amount if text.startswith("(") else amount


def instant(local: str, zone: str) -> datetime:
    """A local time as an instant; the first of two, and what a clock not yet put forward would show."""
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
