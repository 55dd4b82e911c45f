"""A household: the unit that is made, spoilt, written and forgotten again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from bridgework_sensei_generator.draws import Draw, weekday_on_or_before
from bridgework_sensei_generator.practice import Practice

Row = dict[str, Any]

OBJECTS: Final = (
    "patients", "responsibleParties", "policies", "appointments", "treatmentPlans", "clinicalNotes", "documents",
    "perioExams", "imagingStudies", "labCases",
)  # fmt: skip

ADULT_DAYS: Final = 18 * 365 + 5


@dataclass(slots=True)
class Entry:
    """One row of the transactions report. ``cents`` are positive for charges, negative for credits."""

    number: int
    posted: date
    served: date
    patient_id: str
    patient_number: str
    patient_name: str
    provider: str
    location: str
    category: str
    words: str
    code: str
    anatomy: str
    cents: int


@dataclass(slots=True)
class Claim:
    """One row of the claims report; ``updated`` is text because a column may hold two date orders."""

    number: str
    status: str
    kind: str
    provider: str
    updated: str
    payer: str
    plan: str
    patient_name: str
    patient_number: str
    patient_id: str
    billed: int
    paid: int


@dataclass(slots=True)
class Recare:
    """One row of the recare report."""

    patient_name: str
    patient_number: str
    patient_id: str
    due: date
    cycle: str
    last: date | None
    provider: str
    kind: str


@dataclass(slots=True)
class Household:
    """People under one address, and every row that belongs to them."""

    practice: Practice
    index: int
    first_number: int
    rng: Draw
    address: Row
    home_phone: str
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in OBJECTS})
    ledger: list[Entry] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    recares: list[Recare] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    born: dict[str, date] = field(default_factory=dict)

    @property
    def patients(self) -> list[Row]:
        """The patient rows, in the order they were made."""
        return self.rows["patients"]

    def next_number(self) -> int:
        """The serial of the next patient; ten are kept for every household."""
        return self.first_number + len(self.patients)

    def next_transaction(self) -> int:
        """The number of the next ledger row."""
        return self.first_number * 100 + len(self.ledger)

    def next_claim(self) -> str:
        """The number of the next claim."""
        return f"{self.first_number * 10 + len(self.claims)}"

    def is_adult(self, patient: Row) -> bool:
        """Whether the patient was of age when the export was made."""
        return (self.practice.today - self.born[patient["id"]]).days >= ADULT_DAYS

    def adults(self) -> list[Row]:
        """Patients of age."""
        return [row for row in self.patients if self.is_adult(row)]

    def weekday_before(self, days: int) -> date:
        """The working day that many days before the export (after it when negative)."""
        return weekday_on_or_before(self.practice.today - timedelta(days=days))

    def age_on(self, patient_id: str, day: date) -> int:
        """Whole years on that day."""
        return (day - self.born[patient_id]) // timedelta(days=365.25)

    def reprint(self) -> None:
        """Put every patient's present name and number on their rows of the reports."""
        printed = {row["id"]: (report_name(row), row["patientNumber"]) for row in self.patients}
        reports: tuple[Entry | Claim | Recare, ...] = (*self.ledger, *self.claims, *self.recares)
        for row in reports:
            if row.patient_id in printed:
                row.patient_name, row.patient_number = printed[row.patient_id]


def report_name(patient: Row) -> str:
    """``Last, First`` as the reports print it; blank parts leave no comma behind."""
    return ", ".join(part for part in (patient["lastName"], patient["firstName"]) if part)
