"""Writes an export folder of format ``sensei-export`` 1.0 from its description alone."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]

COLUMNS = {
    "transactions": [
        "Transaction #",
        "Posting Date",
        "Service Date",
        "Patient ID",
        "Patient",
        "Provider",
        "Location",
        "Transaction Category",
        "Description",
        "Code",
        "Tooth/Quad",
        "Amount",
    ],
    "claims": [
        "Claim Number",
        "Status",
        "Type",
        "Provider",
        "Last Updated",
        "Payer",
        "Plan",
        "Patient Name",
        "Patient ID",
        "Billed",
        "Paid",
    ],
    "recare": ["Patient", "Patient ID", "Due Date", "Recare Cycle", "Last Visit", "Provider", "Recare Type"],
}
FILES = {"transactions": "transaction_list.csv", "claims": "claims_management.csv", "recare": "recare_list.csv"}


@dataclass
class ReportStyle:
    """How a CSV report is printed."""

    encoding: str = "utf-8-sig"
    delimiter: str = ","
    titles: tuple[str, ...] = ()
    total: str = ""


@dataclass
class Folder:
    """The objects of an export and how they are written."""

    generated_at: str
    time_zone: str
    practice: str = "Saguaro Family Dental"
    objects: dict[str, list[Row]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    reports: dict[str, ReportStyle] = field(default_factory=dict)

    def add(self, name: str, *rows: Row) -> None:
        """Append rows to an object."""
        self.objects.setdefault(name, []).extend(rows)

    def document(self, key: str, patient: str, path: str, content: bytes | None, **other: Any) -> None:
        """A document; without content its file is missing."""
        digest = hashlib.sha256(content or b"never exported").hexdigest()
        if content is not None:
            self.files[path] = content
        self.add(
            "documents",
            {"id": key, "patientId": patient, "name": path.rpartition("/")[2], "category": "Letter", "path": path}
            | {"sha256": digest, "createdAt": "2025-05-05T10:00:00Z"}
            | other,
        )

    def write(self, folder: Path) -> Path:
        """Write everything; the folder."""
        written = dict(self.files)
        listed = []
        for name, rows in self.objects.items():
            path = FILES.get(name, f"data/{name}.ndjson")
            style = self.reports.get(name, ReportStyle())
            written[path] = _report(name, rows, style) if name in FILES else _ndjson(rows)
            entry = {"object": name, "path": path, "format": "csv" if name in FILES else "ndjson", "rows": len(rows)}
            listed.append({**entry, "sha256": hashlib.sha256(written[path]).hexdigest()})
        practice = {"tenantId": "t-9", "name": self.practice, "timeZone": self.time_zone, "toothNumbering": "universal"}
        manifest = {"format": "sensei-export", "formatVersion": "1.0", "mode": "full", "since": None}
        manifest |= {"generatedAt": self.generated_at, "practice": practice, "files": listed, "omitted": []}
        written["manifest.json"] = json.dumps(manifest).encode()
        for path, content in written.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return folder


def _ndjson(rows: list[Row]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def _report(name: str, rows: list[Row], style: ReportStyle) -> bytes:
    text = io.StringIO()
    for title in style.titles:
        text.write(title + "\r\n")
    if style.titles:
        text.write("\r\n")
    writer = csv.DictWriter(text, COLUMNS[name], delimiter=style.delimiter, lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    if style.total:
        text.write(style.total + "\r\n")
    return text.getvalue().encode(style.encoding)
