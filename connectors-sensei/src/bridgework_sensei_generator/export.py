"""Writing an export folder as a stream: every file is hashed and counted while it is written."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import orjson

from bridgework_sensei_generator.draws import us_date
from bridgework_sensei_generator.household import OBJECTS, Claim, Entry, Household, Recare
from bridgework_sensei_generator.practice import TIME_ZONE, Practice

Row = dict[str, Any]

TABLES: Final = (
    "locations", "teamMembers", "referralSources", "payers", "plans", "schedules", "labs", "fieldDefinitions",
)  # fmt: skip
REPORTS: Final = {
    "transactions": (
        "transaction_list.csv",
        ("Transaction #", "Posting Date", "Service Date", "Patient ID", "Patient", "Provider", "Location",
         "Transaction Category", "Description", "Code", "Tooth/Quad", "Amount"),
    ),
    "claims": (
        "claims_management.csv",
        ("Claim Number", "Status", "Type", "Provider", "Last Updated", "Payer", "Plan", "Patient Name", "Patient ID",
         "Billed", "Paid"),
    ),
    "recare": (
        "recare_list.csv",
        ("Patient", "Patient ID", "Due Date", "Recare Cycle", "Last Visit", "Provider", "Recare Type"),
    ),
}  # fmt: skip

_TITLES: Final = {"transactions": "Transaction List", "claims": "Claims Management"}


class Output:
    """One file being written: counts rows and hashes bytes as they pass."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._hash = hashlib.sha256()
        self._file = path.open("wb", buffering=1 << 16)

    def bytes(self, content: bytes) -> None:
        """Append bytes."""
        self._hash.update(content)
        self._file.write(content)

    def write(self, text: str) -> None:
        """Append text; the face a CSV writer expects."""
        self.bytes(text.encode())

    def close(self) -> str:
        """Close the file and return its SHA-256."""
        self._file.close()
        return self._hash.hexdigest()


class Report:
    """A CSV report as the product prints it: BOM, CRLF, perhaps titles, heading, rows, perhaps a Total row."""

    def __init__(self, output: Output, heading: Sequence[str], titles: Iterable[str]) -> None:
        self.output = output
        output.bytes(b"\xef\xbb\xbf")
        self._csv = csv.writer(output, lineterminator="\r\n")
        printed = False
        for title in titles:
            self._csv.writerow((title,))
            printed = True
        if printed:
            output.bytes(b"\r\n")
        self._csv.writerow(heading)

    def row(self, values: Sequence[str]) -> None:
        """Append one data row."""
        self.output.rows += 1
        self._csv.writerow(values)

    def total(self, values: Sequence[str]) -> None:
        """Append the Total row, which is not counted as data."""
        self._csv.writerow(values)


def money(cents: int) -> str:
    """``1,234.50``, credits in parentheses."""
    whole, part = divmod(abs(cents), 100)
    text = f"{whole:,}.{part:02d}"
    return f"({text})" if cents < 0 else text


class Export:
    """An export folder of format ``sensei-export`` 1.0 while it is being written."""

    def __init__(self, folder: Path, practice: Practice, *, mode: str, since: str | None, generated_at: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.total_off = 0
        self._practice = practice
        self._head = {"mode": mode, "since": since, "generatedAt": generated_at}
        self._objects = {name: Output(folder / f"{name}.ndjson") for name in (*TABLES, *OBJECTS)}
        printed = us_date(date.fromisoformat(generated_at[:10]))
        self._reports: dict[str, Report] = {}
        for name, (file, heading) in REPORTS.items():
            titles = (f"{_TITLES[name]} - {practice.name}", f"Printed {printed}") if name in _TITLES else ()
            self._reports[name] = Report(Output(folder / file), heading, titles)
        self._sum = 0
        self._made: set[str] = set()

    def __enter__(self) -> Export:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self._finish()
        else:
            for output in self._outputs().values():
                output.close()

    def add(self, name: str, row: Row) -> None:
        """Append one row of an NDJSON object."""
        output = self._objects[name]
        output.rows += 1
        output.bytes(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def household(self, house: Household) -> None:
        """Append everything of a household."""
        for name, rows in house.rows.items():
            for row in rows:
                self.add(name, row)
        for entry in house.ledger:
            self.entry(entry)
        for claim in house.claims:
            self.claim(claim)
        for recare in house.recares:
            self.recare(recare)
        for path, content in house.files.items():
            self.file(path, content)

    def entry(self, entry: Entry) -> None:
        """Append one row of the transactions report."""
        self._sum += entry.cents
        self._reports["transactions"].row(
            (str(entry.number), us_date(entry.posted), us_date(entry.served), entry.patient_number, entry.patient_name,
             entry.provider, entry.location, entry.category, entry.words, entry.code, entry.anatomy, money(entry.cents))
        )  # fmt: skip

    def claim(self, claim: Claim) -> None:
        """Append one row of the claims report."""
        self._reports["claims"].row(
            (claim.number, claim.status, claim.kind, claim.provider, claim.updated, claim.payer, claim.plan,
             claim.patient_name, claim.patient_number, money(claim.billed), money(claim.paid))
        )  # fmt: skip

    def recare(self, recare: Recare) -> None:
        """Append one row of the recare report."""
        last = us_date(recare.last) if recare.last else ""
        self._reports["recare"].row(
            (recare.patient_name, recare.patient_number, us_date(recare.due), recare.cycle, last, recare.provider,
             recare.kind)
        )  # fmt: skip

    def file(self, path: str, content: bytes) -> None:
        """Write a document's file under its path relative to the export."""
        parent, _, _ = path.rpartition("/")
        if parent not in self._made:
            (self.folder / parent).mkdir(parents=True, exist_ok=True)
            self._made.add(parent)
        (self.folder / path).write_bytes(content)

    def rows(self) -> dict[str, int]:
        """Rows written so far per object and report."""
        return {name: output.rows for name, output in self._outputs().items()}

    @property
    def printed_total(self) -> int:
        """Cents on the Total row of the transactions report."""
        return self._sum + self.total_off

    def _outputs(self) -> dict[str, Output]:
        return {**self._objects, **{name: report.output for name, report in self._reports.items()}}

    def _finish(self) -> None:
        width = len(REPORTS["transactions"][1])
        self._reports["transactions"].total(("Total", *[""] * (width - 2), money(self.printed_total)))
        practice = self._practice
        files = []
        for name, output in self._outputs().items():
            kind = "csv" if name in REPORTS else "ndjson"
            files.append(
                {
                    "object": name,
                    "path": output.path.name,
                    "format": kind,
                    "encoding": "utf-8-sig" if kind == "csv" else "utf-8",
                    "rows": output.rows,
                    "sha256": output.close(),
                }
            )
        manifest = {
            "format": "sensei-export",
            "formatVersion": "1.0",
            **self._head,
            "practice": {
                "tenantId": f"tenant-{practice.seed:04d}",
                "name": practice.name,
                "timeZone": TIME_ZONE,
                "toothNumbering": "universal",
            },
            "files": files,
            "omitted": [{"object": "eligibility", "reason": "kept as documents of the patient"}],
        }
        (self.folder / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
