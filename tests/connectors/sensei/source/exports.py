"""Small exports written by hand: rows with sensible values, and a folder or zip around them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from bridgework.model import SourceRecord
from bridgework_sensei import Sensei, SenseiSettings

Row = dict[str, Any]

HEADINGS = {
    "transactions": [
        "Transaction #", "Posting Date", "Service Date", "Patient ID", "Patient", "Provider", "Location",
        "Transaction Category", "Description", "Code", "Tooth/Quad", "Amount",
    ],
    "claims": [
        "Claim Number", "Status", "Type", "Provider", "Last Updated", "Payer", "Plan", "Patient Name", "Patient ID",
        "Billed", "Paid",
    ],
    "recare": ["Patient", "Patient ID", "Due Date", "Recare Cycle", "Last Visit", "Provider", "Recare Type"],
}  # fmt: skip
FILES = {"transactions": "transaction_list.csv", "claims": "claims_management.csv", "recare": "recare_list.csv"}


def a_patient(number: int = 1, **values: Any) -> Row:
    """A patient row; keyword arguments replace or add values."""
    return {
        "id": f"patient-{number}",
        "patientNumber": f"{1000 + number}",
        "status": "Active",
        "firstName": "Ana",
        "lastName": "Ruiz",
        "dateOfBirth": "1980-02-29",
        "email": "ana@example.org",
        "phones": [{"type": "Mobile", "number": "303-555-0100", "preferred": True, "smsOptOut": False}],
        "address": {"line1": "1 Main St", "line2": None, "city": "Denver", "state": "CO", "postalCode": "80202"},
        "homeLocationId": "location-1",
        "responsibleParties": [],
        "referrals": [],
        "customFields": {},
        "mergedIntoId": None,
        "createdAt": "2024-02-08T15:34:49Z",
        "updatedAt": "2026-06-12T22:31:00Z",
        "deletedAt": None,
        **values,
    }


def a_visit(number: int = 1, **values: Any) -> Row:
    """An appointment row."""
    return {
        "id": f"visit-{number}",
        "patientId": "patient-1",
        "start": "2026-03-01T13:30:00",
        "timeZone": "America/Denver",
        "durationMinutes": 60,
        "appointmentType": "Cleaning",
        "status": "Complete",
        "procedures": [{"code": "D1110", "tooth": None, "surfaces": None}],
        **values,
    }


def a_transaction(number: int = 1, **cells: str) -> Row:
    """A row of the transactions report; keyword arguments use ``_`` for anything that is no letter."""
    row = {
        "Transaction #": str(number),
        "Posting Date": "03/01/2026",
        "Service Date": "03/01/2026",
        "Patient ID": "1001",
        "Patient": "Ruiz, Ana",
        "Provider": "Lester, Ruby",
        "Location": "Denver",
        "Transaction Category": "Charge",
        "Description": "Adult cleaning",
        "Code": "D1110",
        "Tooth/Quad": "",
        "Amount": "112.00",
    }
    return {**row, **cells}


def ndjson(rows: list[Row | str]) -> bytes:
    """Rows as lines; a text is taken as the line itself."""
    return b"".join((row if isinstance(row, str) else json.dumps(row)).encode() + b"\n" for row in rows)


def report(rows: list[Row], name: str, *, titles: int = 2, total: str = "") -> bytes:
    """A report as printed: BOM, CRLF, titles, heading, rows, Total."""
    heading = HEADINGS[name]
    lines = [f"Title {at}" for at in range(1, titles + 1)] + [""] * bool(titles) + [",".join(heading)]
    lines += [",".join(_cell(row.get(column, "")) for column in heading) for row in rows]
    if total:
        lines.append("Total" + "," * (len(heading) - 1) + _cell(total))
    return b"\xef\xbb\xbf" + "".join(f"{line}\r\n" for line in lines).encode()


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


class Exporter:
    """Collects files and writes an export of format ``sensei-export`` 1.0."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.entries: list[Row] = []
        self.head: Row = {
            "format": "sensei-export",
            "formatVersion": "1.0",
            "mode": "full",
            "since": None,
            "generatedAt": "2026-11-01T18:00:00Z",
            "practice": {
                "tenantId": "tenant-1",
                "name": "Columbine Dental",
                "timeZone": "America/Denver",
                "toothNumbering": "universal",
            },
            "omitted": [],
        }

    def rows(self, name: str, *rows: Row | str) -> Exporter:
        """An NDJSON object."""
        return self.raw(name, f"{name}.ndjson", ndjson(list(rows)), len(rows))

    def report(self, name: str, *rows: Row, **options: Any) -> Exporter:
        """A CSV report."""
        return self.raw(name, FILES[name], report(list(rows), name, **options), len(rows), encoding="utf-8-sig")

    def raw(self, name: str, path: str, content: bytes, rows: int, *, encoding: str = "utf-8") -> Exporter:
        """Any file with its manifest entry."""
        self.files[path] = content
        entry = {
            "object": name,
            "path": path,
            "format": "csv" if path.endswith(".csv") else "ndjson",
            "encoding": encoding,
            "rows": rows,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        self.entries.append(entry)
        return self

    def manifest(self) -> bytes:
        """The manifest as text."""
        return json.dumps({**self.head, "files": self.entries}).encode()

    def folder(self, path: Path) -> Path:
        """Write a folder."""
        for name, content in {"manifest.json": self.manifest(), **self.files}.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
        return path

    def zip(self, path: Path, root: str = "") -> Path:
        """Write a zip file."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {"manifest.json": self.manifest(), **self.files}.items():
                archive.writestr(root + name, content)
        return path


def source(path: Path, **settings: Any) -> Sensei:
    """The source over an export."""
    return Sensei(SenseiSettings(path=path, **settings))


def extracted(sensei: Sensei, name: str) -> list[SourceRecord]:
    """All rows of an object."""
    return list(sensei.extract(name, None))


def problems(record: SourceRecord) -> list[tuple[str, str]]:
    """Field and check of each problem."""
    return [(problem.field, problem.check) for problem in record.problems]
