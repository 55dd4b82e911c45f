"""Small Sensei Cloud exports written by hand: every row is stated by the test that needs it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

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
REPORTS = {"transactions": "transaction_list.csv", "claims": "claims_management.csv", "recare": "recare_list.csv"}
GENERATED_AT = "2026-11-01T18:00:00Z"
LATER = "2026-11-03T18:00:00Z"


def patient(key: str, number: str, first: str, last: str, **values: Any) -> Row:
    """A patient of the Denver location who has nothing but a name."""
    return {
        "id": key,
        "patientNumber": number,
        "status": "Active",
        "firstName": first,
        "lastName": last,
        "dateOfBirth": "1980-02-29",
        "homeLocationId": "loc-den",
        "primaryProviderId": "prov-1",
        "responsibleParties": [],
        "referrals": [],
        "customFields": {},
        "mergedIntoId": None,
        "createdAt": "2024-02-08T15:34:49Z",
        "updatedAt": "2026-06-12T22:31:00Z",
        "deletedAt": None,
        **values,
    }


def visit(key: str, patient_id: str, start: str, **values: Any) -> Row:
    """A completed cleaning in Denver; `start` is local time."""
    return {
        "id": key,
        "patientId": patient_id,
        "locationId": "loc-den",
        "providerId": "prov-1",
        "start": start,
        "timeZone": "America/Denver",
        "durationMinutes": 60,
        "appointmentType": "Cleaning",
        "status": "Complete",
        "procedures": [{"code": "D1110", "tooth": None, "surfaces": None}],
        "deletedAt": None,
        **values,
    }


def treatment_plan(key: str, patient_id: str, status: str, total: str, **values: Any) -> Row:
    """A plan with one crown."""
    return {
        "id": key,
        "patientId": patient_id,
        "providerId": "prov-1",
        "name": "Plan",
        "status": status,
        "presentedDate": "2026-05-04",
        "totalFee": total,
        "procedures": [
            {"id": f"{key}-1", "code": "D2740", "tooth": "30", "surfaces": None, "fee": total, "status": "Planned"}
        ],
        "customFields": {},
        "createdAt": "2026-05-04T16:00:00Z",
        "updatedAt": "2026-05-05T16:00:00Z",
        "deletedAt": None,
        **values,
    }


def entry(number: int, patient_number: str, patient: str, category: str, amount: str, **cells: str) -> Row:
    """A line of the transaction list."""
    return {
        "Transaction #": str(number),
        "Posting Date": "03/02/2026",
        "Service Date": "03/02/2026",
        "Patient ID": patient_number,
        "Patient": patient,
        "Provider": "Lester, Ruby",
        "Location": "Denver",
        "Transaction Category": category,
        "Description": category,
        "Code": "",
        "Tooth/Quad": "",
        "Amount": amount,
        **cells,
    }


class Export:
    """Collects rows and writes a folder of format ``sensei-export`` 1.0."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.files: dict[str, bytes] = {}
        self.generated_at = GENERATED_AT
        self.mode, self.since = "full", ""

    def add(self, name: str, *rows: Row) -> Export:
        """Append rows to an object."""
        self.rows.setdefault(name, []).extend(rows)
        return self

    def row(self, name: str, key: str) -> Row:
        """The row of that id, to be changed in place."""
        return next(row for row in self.rows[name] if row["id"] == key)

    def document(self, key: str, patient_id: str, path: str, content: bytes) -> Export:
        """A patient's document, with its file."""
        self.files[path] = content
        digest = hashlib.sha256(content).hexdigest()
        name = path.rpartition("/")[2]
        return self.add(
            "documents",
            {
                "id": key,
                "patientId": patient_id,
                "name": name,
                "category": "Letter",
                "path": path,
                "sha256": digest,
                "createdAt": "2026-01-05T10:00:00Z",
            },
        )

    def write(self, folder: Path) -> Path:
        """Write (or overwrite) the export."""
        contents = dict(self.files)
        entries = []
        for name, rows in self.rows.items():
            path = REPORTS.get(name, f"{name}.ndjson")
            contents[path] = _report(name, rows) if name in REPORTS else _lines(rows)
            entries.append(
                {
                    "object": name,
                    "path": path,
                    "format": "csv" if name in REPORTS else "ndjson",
                    "encoding": "utf-8",
                    "rows": len(rows),
                    "sha256": hashlib.sha256(contents[path]).hexdigest(),
                }
            )
        contents["manifest.json"] = json.dumps(
            {
                "format": "sensei-export",
                "formatVersion": "1.0",
                "mode": self.mode,
                "since": self.since or None,
                "generatedAt": self.generated_at,
                "practice": {
                    "tenantId": "tenant-1",
                    "name": "Columbine Dental",
                    "timeZone": "America/Denver",
                    "toothNumbering": "universal",
                },
                "files": entries,
                "omitted": [],
            }
        ).encode()
        for path, content in contents.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return folder


def _lines(rows: list[Row]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _report(name: str, rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADINGS[name], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def base() -> Export:
    """A practice with two locations and its team, and nobody in it."""
    return (
        Export()
        .add(
            "locations",
            {
                "id": "loc-den",
                "code": "DEN",
                "name": "Columbine Denver",
                "address": {
                    "line1": "1 Main St",
                    "line2": None,
                    "city": "Denver",
                    "state": "CO",
                    "postalCode": "80202",
                },
                "phone": "303-555-0199",
                "npi": "1234567893",
                "taxId": "84-0000000",
                "timeZone": "America/Denver",
                "active": True,
            },
            {
                "id": "loc-phx",
                "code": "PHX",
                "name": "Columbine Phoenix",
                "timeZone": "America/Phoenix",
                "active": True,
            },
        )
        .add(
            "teamMembers",
            {
                "id": "prov-1",
                "role": "Dentist",
                "firstName": "Ruby",
                "lastName": "Lester",
                "email": "Ruby.Lester@Practice.example",
                "npi": "1987654321",
                "active": True,
            },
            {
                "id": "prov-2",
                "role": "Hygienist",
                "firstName": "Omar",
                "lastName": "Haddad",
                "email": None,
                "active": True,
            },
        )
    )


def little_practice(people: int = 6) -> Export:
    """A practice without defects: so many patients, each with a visit, a payment, and every second one with a plan."""
    export = base()
    for number in range(1, people + 1):
        key, printed = f"pat-{number}", f"{1000 + number}"
        last = f"Ruiz{chr(96 + (number - 1) % 26 + 1)}"
        export.add(
            "patients",
            patient(
                key,
                printed,
                "Ana",
                last,
                email=f"ana{number}@example.org",
                dateOfBirth=f"19{50 + number % 40}-03-{1 + number % 27:02d}",
                phones=[
                    {"type": "Mobile", "number": f"303-555-{1000 + number}", "preferred": True, "smsOptOut": False}
                ],
            ),
        )
        export.add("appointments", visit(f"vis-{number}", key, f"2026-03-{1 + number % 27:02d}T10:00:00"))
        export.add("transactions", entry(number, printed, f"{last}, Ana", "Charge", "112.00"))
        if number % 2:
            export.add("treatmentPlans", treatment_plan(f"plan-{number}", key, "Unscheduled", "1250.00"))
    return export
