"""Counting what a correct migration of the written rows arrives at, and finding the children left without parents."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Any

from bridgework_sensei_generator.findings import Finding
from bridgework_sensei_generator.household import Entry, Household
from bridgework_sensei_generator.practice import Practice
from bridgework_sensei_generator.treatment import OPEN
from bridgework_sensei_generator.truth import TruthWriter

Row = dict[str, Any]

_CHILDREN = (
    ("ORP-01", "appointments"), ("ORP-02", "treatmentPlans"), ("ORP-03", "policies"), ("ORP-06", "clinicalNotes"),
)  # fmt: skip
_PAYMENTS = ("Payment", "Insurance Payment", "Refund")


def text(cents: int) -> str:
    """``-12.50``: an amount as decimal text."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


class Tally:
    """Running sums over households; its size does not depend on their number."""

    def __init__(self, writer: TruthWriter, practice: Practice) -> None:
        self._writer = writer
        self._today = practice.today.isoformat()
        self._retired = {member.id for member in practice.retired}
        self.counts: dict[str, Counter[str]] = {}
        self.money: Counter[str] = Counter()

    def household(self, house: Household) -> None:
        """Count the household and write down its orphans and the sums of its patients."""
        known = {row["id"]: row for row in house.patients}
        ends = {key: _end(known, key) for key in known}
        self._patients(house, ends)
        for check, name in _CHILDREN:
            seen: set[str] = set()
            for row in house.rows[name]:
                if row["id"] in seen:
                    self._count(name, "repeated")
                    continue
                seen.add(row["id"])
                self._child(check, name, row, ends.get(row["patientId"], ("", "absent")))
        for claim in house.claims:
            self._report_child("ORP-05", "claims", claim.number, ends.get(claim.patient_id, ("", "absent")))
        for recare in house.recares:
            end, cause = ends.get(recare.patient_id, ("", "absent"))
            self._count("recare", "rows")
            if end and cause != "merged":
                self._count("recare", "active" if known[end]["status"] == "Active" else "inactive")
        for row in house.rows["documents"]:
            self._document(house, row)
        self._ledger(house, ends)

    def expected(self) -> Row:
        """The counts, and the sums as decimal text."""
        found: Row = {name: dict(sorted(counts.items())) for name, counts in sorted(self.counts.items())}
        found["ledger"] = found.get("ledger", {}) | {name: text(cents) for name, cents in sorted(self.money.items())}
        return found

    def _count(self, name: str, what: str) -> None:
        self.counts.setdefault(name, Counter())[what] += 1

    def _patients(self, house: Household, ends: dict[str, tuple[str, str]]) -> None:
        for row in house.patients:
            self._count("patients", "rows")
            if row["deletedAt"]:
                self._count("patients", "deleted")
            elif row["mergedIntoId"]:
                self._count("patients", "merged")
            else:
                self._count("patients", "takePart")
                self._count("patients", "inactive" if row["status"] == "Inactive" else "active")
                if not row["email"] and row["phones"]:
                    self._writer.record(Finding("MIS-01", "patients", row["id"], "email", "no e-mail"))
                if row["primaryProviderId"] in self._retired:
                    self._provider(row)
        self._shared(house)

    def _provider(self, row: Row) -> None:
        finding = Finding("PRV-02", "patients", row["id"], "primaryProviderId", "inactive", required=False)
        self._writer.record(finding)

    def _shared(self, house: Household) -> None:
        """Addresses and telephones that three adults or more use (DUP-05)."""
        users: dict[tuple[str, str], list[Row]] = {}
        for row in house.adults():
            if row["deletedAt"] or row["mergedIntoId"]:
                continue
            if row["email"]:
                users.setdefault(("email", row["email"].lower()), []).append(row)
            numbers = {"".join(filter(str.isdigit, phone["number"]))[-10:] for phone in row["phones"]}
            for number in sorted(numbers):
                users.setdefault(("phones", number), []).append(row)
        for (field, _), rows in users.items():
            if len(rows) >= 3:
                keys = tuple(row["id"] for row in rows)
                sure = sum(row["status"] == "Active" for row in rows) >= 3
                self._writer.record(Finding("DUP-05", "patients", keys[0], field, "family", keys, required=sure))

    def _child(self, check: str, name: str, row: Row, end: tuple[str, str]) -> None:
        self._count(name, "rows")
        if row.get("deletedAt"):
            self._count(name, "deleted")
            return
        if not self._orphan(check, name, row["id"], "patientId", end):
            self._count(name, "takePart")
            if name == "appointments":
                self._count(name, "past" if row["start"][:10] <= self._today else "future")
            elif name == "treatmentPlans":
                self._count(name, "open" if row["status"] in OPEN else "closed")

    def _report_child(self, check: str, name: str, key: str, end: tuple[str, str]) -> None:
        self._count(name, "rows")
        if not self._orphan(check, name, key, "Patient ID", end):
            self._count(name, "takePart")

    def _document(self, house: Household, row: Row) -> None:
        content = house.files.get(row["path"])
        state = "missing" if content is None else "whole"
        if content is not None and sha256(content).hexdigest() != row["sha256"]:
            state = "changed"
        self._count("documents", "rows")
        self._count("documents", state)
        if state != "whole":
            self._writer.line({"kind": "document", "key": row["id"], "state": state})

    def _orphan(self, check: str, name: str, key: str, field: str, end: tuple[str, str]) -> bool:
        """Record what is wrong with the way to the patient; true when the row stays without one."""
        survivor, cause = end
        if not cause:
            return False
        lost = not survivor
        self._writer.record(Finding(check, name, key, field, cause, required=lost, decision="exclude"))
        self._count(name, "orphan" if lost else "followed")
        return lost

    def _ledger(self, house: Household, ends: dict[str, tuple[str, str]]) -> None:
        sums: dict[str, Counter[str]] = {}
        for entry in house.ledger:
            self._count("transactions", "rows")
            self.money["all"] += entry.cents
            end = ends.get(entry.patient_id, ("", "absent"))
            if self._orphan("ORP-04", "transactions", str(entry.number), "Patient ID", end):
                self.money["orphan"] += entry.cents
                continue
            self._count("transactions", "takePart")
            _post(sums.setdefault(end[0], Counter()), entry)
        numbers = {row["id"]: row["patientNumber"] for row in house.patients}
        for patient, amounts in sums.items():
            self._count("ledger", "patients")
            line: Row = {"kind": "ledger", "patient": patient, "patientNumber": numbers[patient]}
            for name in ("charges", "payments", "adjustments", "balance"):
                self.money[name] += amounts[name]
                line[name] = text(amounts[name])
            line["entries"] = amounts["entries"]
            self._writer.line(line)


def _post(sums: Counter[str], entry: Entry) -> None:
    """Corrections keep their category, so that they cancel what they correct."""
    sums["balance"] += entry.cents
    sums["entries"] += 1
    if entry.category == "Charge":
        sums["charges"] += entry.cents
    elif entry.category in _PAYMENTS:
        sums["payments"] -= entry.cents
    else:
        sums["adjustments"] += entry.cents


def _end(known: dict[str, Row], key: str) -> tuple[str, str]:
    """Where a reference to a patient ends: the patient and how ("" directly, merged), or nobody and why."""
    seen: set[str] = set()
    cause = ""
    while True:
        row = known.get(key)
        if row is None:
            return "", "merged into nobody"
        if row["deletedAt"]:
            return "", "deleted"
        if not row["mergedIntoId"]:
            return key, cause
        if key in seen:
            return "", "merged in a circle"
        seen.add(key)
        key, cause = row["mergedIntoId"], "merged"
