"""An export in which every text of every record carries a canary, and the search for canaries where none may sing.

A canary is a unique word. Equal texts get equal canaries, so that references between rows still lead somewhere. Birth
dates and telephone numbers cannot carry a word: they are of a year and an exchange that occur nowhere else.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..exports import Export, Row
from ..practice import practice

BIRD = re.compile(r"Zq[0-9]{4}Xv", re.IGNORECASE)
BIRTH = re.compile(r"\b1931\b")
PHONE = re.compile(r"720\D{0,3}557\D{0,3}[0-9]{4}")
EVERYWHERE = (BIRD, BIRTH, PHONE)

# Words that mappings and checks decide by, and what is a date, a number or a name of the format itself.
_WORDS = {
    "status", "type", "coverage", "role", "timeZone", "Status", "Type", "Transaction Category", "appointmentType",
    "kind", "object", "Recare Cycle", "Recare Type", "relationshipToPolicyholder", "toothNumbering",
}  # fmt: skip
_DATED = re.compile(r"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}|-?\(?[\d.,]+\)?$|[0-9a-f]{64}$|\d\d:\d\d$")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+$")
_TELEPHONE = re.compile(r"\(?\d{3}\)?[- ]\d{3}-\d{4}$")


class Aviary:
    """Gives canaries to values; the same one to the same value."""

    def __init__(self) -> None:
        self.given: dict[str, str] = {}
        self._numbers = 0

    def value(self, name: str, value: Any) -> Any:
        """The value of that field, with a canary in every text."""
        if isinstance(value, list):
            return [self.value(name, item) for item in value]
        if isinstance(value, dict):
            return {key: self.value(key, item) for key, item in value.items()}
        if not isinstance(value, str) or not value or name in _WORDS:
            return value
        if name == "dateOfBirth":
            return f"1931{value[4:]}"
        if name == "path":
            return self.path(value)
        if _DATED.match(value) and name not in ("patientNumber", "Patient ID"):
            return value
        return self._of(value)

    def path(self, path: str) -> str:
        """A document's path: the folder stays."""
        folder, _, name = path.rpartition("/")
        stem, _, suffix = name.partition(".")
        return f"{folder}/{self._of(stem)}.{suffix}"

    def _of(self, value: str) -> str:
        if value not in self.given:
            self._numbers += 1
            bird = f"Zq{self._numbers:04d}Xv"
            if _TELEPHONE.match(value):
                self.given[value] = f"720-557-{self._numbers:04d}"
            elif _MAIL.match(value):
                self.given[value] = f"{bird}.{value}"
            else:
                self.given[value] = f"{value} {bird}" if " " in value else f"{value}{bird}"
        return self.given[value]


def canaried() -> tuple[Export, Aviary]:
    """The practice of the flow tests with the objects it lacks, all of it with canaries. Users' e-mails stay: they are
    what providers are matched by.
    """
    export, birds = _more(practice()), Aviary()
    for name, rows in export.rows.items():
        if name != "fieldDefinitions":
            export.rows[name] = [_row(birds, name, row) for row in rows]
    files = {birds.path(path): content + b"\n" + birds._of(path).encode() for path, content in export.files.items()}
    export.files = files
    for row in export.rows["documents"]:
        if row["path"] in files and row["sha256"] != "0" * 64:
            row["sha256"] = hashlib.sha256(files[row["path"]]).hexdigest()
    return export, birds


def _row(birds: Aviary, name: str, row: Row) -> Row:
    made: Row = birds.value("", row)
    if name == "teamMembers":
        made["email"] = row["email"]
    return made


def _more(export: Export) -> Export:
    """Objects that go to the archive, and fields nobody filled so far."""
    export.row("patients", "pat-ana").update(
        title="Dr.", middleName="Lucinda", preferredName="Annie", maritalStatus="Married",
        preferredContactMethod="Owl", convertedFrom={"system": "Old", "id": "77"},
        customFields={"comfort": "Music", "pharmacy": "King Soopers on Elm"},
    )  # fmt: skip
    export.add("referralSources", {"id": "ref-5", "type": "Patient", "name": "Ana Ruiz", "active": True})
    export.row("patients", "pat-eva")["referrals"] = [{"referralSourceId": "ref-5", "active": True}]
    export.row("appointments", "vis-summer").update(operatory="Chair at the window", notes="afraid of the drill")
    export.add("fieldDefinitions", {"object": "patients", "name": "pharmacy", "label": "Pharmacy", "type": "text"})
    return export.add(
        "clinicalNotes",
        {
            "id": "note-1", "patientId": "pat-ana", "authorName": "Lester, Ruby", "noteType": "Progress",
            "date": "2026-07-01T09:30:00", "bodyHtml": "<p>allergic to latex</p>",
        },
    ).add(
        "labCases",
        {"id": "case-1", "labId": "lab-1", "patientId": "pat-ana", "type": "Crown", "status": "Returned"},
    ).add(
        "imagingStudies",
        {"id": "img-1", "patientId": "pat-ana", "modality": "CT", "date": "2026-07-01", "fileRef": "images/ana.dcm"},
    ).add(
        "schedules",
        {
            "id": "sch-1", "providerId": "prov-1", "locationId": "loc-den", "weekday": 1, "start": "08:00",
            "end": "17:00", "kind": "working", "label": "Chair time",
        },
    ).add(
        "claims",
        {
            "Claim Number": "CL-1", "Status": "Paid", "Type": "Primary", "Provider": "Lester, Ruby",
            "Last Updated": "03/10/2026", "Payer": "Delta Dental", "Plan": "PPO Gold", "Patient Name": "Ruiz, Ana",
            "Patient ID": "1001", "Billed": "200.00", "Paid": "50.00",
        },
    )  # fmt: skip


def heard(content: bytes | str, patterns: Iterable[re.Pattern[str]] = EVERYWHERE) -> set[str]:
    """Canaries in a file or a text, also in what a zip file or the streams of a PDF hold."""
    texts = [content] if isinstance(content, str) else list(_texts(content))
    return {found.group() for text in texts for pattern in patterns for found in pattern.finditer(text)}


def _texts(content: bytes) -> Iterator[str]:
    yield content.decode("utf-8", "replace")
    yield content.decode("utf-16-le", "replace")
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield from _texts(archive.read(name))
    if content.startswith(b"%PDF"):
        for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
            try:
                yield zlib.decompress(stream).decode("latin-1")
            except zlib.error:
                continue


def files_below(folder: Path) -> Iterator[Path]:
    """All files of a folder."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
