"""What happens at a practice between two exports: one change for each patient it happens to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bridgework_sensei_generator.draws import Draw, months_later, utc
from bridgework_sensei_generator.household import Entry, Household, Recare
from bridgework_sensei_generator.money import add_policy, post
from bridgework_sensei_generator.names import LAST, STREETS
from bridgework_sensei_generator.papers import add_document
from bridgework_sensei_generator.people import email_address, fill
from bridgework_sensei_generator.treatment import add_plan
from bridgework_sensei_generator.visits import add_visit

Row = dict[str, Any]


@dataclass(slots=True)
class Changed:
    """Rows of a household that are new or different since the last export, and how to tell about them."""

    when: datetime
    rows: list[tuple[str, Row]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    recares: list[Recare] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)

    def tell(self, name: str, key: str, what: str, *fields: str) -> None:
        """Note a change: what is ``created``, ``updated`` or ``deleted``."""
        self.lines.append({"kind": "change", "object": name, "key": key, "what": what, "fields": list(fields)})

    def update(self, name: str, row: Row, **values: object) -> None:
        """Change fields of a row and stamp it."""
        row.update(values)
        if "updatedAt" in row:
            row["updatedAt"] = utc(self.when)
        self.rows.append((name, row))
        what = "deleted" if values.get("deletedAt") else "updated"
        self.tell(name, row["id"], what, *values)

    def create(self, name: str, row: Row) -> None:
        """Note a row that was not in the last export."""
        for stamp in ("createdAt", "updatedAt"):
            if stamp in row:
                row[stamp] = utc(self.when)
        self.rows.append((name, row))
        self.tell(name, row["id"], "created")


Change = Callable[[Household, Row, Draw, Changed], None]


def _phone(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    number = f"(719) 555-{rng.whole(0, 9999):04d}"
    rest = [phone for phone in patient["phones"] if phone["type"] != "Mobile"]
    mobile = {"type": "Mobile", "number": number, "preferred": True, "smsOptOut": False}
    changed.update("patients", patient, phones=[mobile, *rest])


def _email(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    email = "new." + email_address(house, patient["firstName"], patient["lastName"])
    changed.update("patients", patient, email=email)


def _last_name(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    changed.update("patients", patient, lastName=rng.pick([name for name in LAST if name != patient["lastName"]]))


def _status(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    changed.update("patients", patient, status="Inactive" if patient["status"] == "Active" else "Active")


def _address(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    line = f"{rng.whole(10, 19999)} {rng.pick(STREETS)} Pkwy"
    changed.update("patients", patient, address={**patient["address"], "line1": line})


def _deleted(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    changed.update("patients", patient, deletedAt=utc(changed.when))


def _payment(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    entry = post(house, patient, changed.when.date(), "Payment", "Credit Card", -rng.whole(20, 400) * 100)
    entry.posted = entry.served = changed.when.date()
    changed.entries.append(entry)
    changed.tell("transactions", str(entry.number), "created")


def _booked(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    visit = add_visit(house, patient, house.weekday_before(-rng.whole(10, 150)), "Scheduled")
    changed.create("appointments", visit)


def _canceled(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    """A future visit is called off, or its row deleted; who has none books one."""
    today = house.practice.today.isoformat()
    for visit in house.rows["appointments"]:
        if visit["patientId"] == patient["id"] and visit["start"][:10] > today and not visit["deletedAt"]:
            if rng.chance(0.4):
                changed.update("appointments", visit, deletedAt=utc(changed.when))
            else:
                changed.update("appointments", visit, status="Canceled")
            return
    _booked(house, patient, rng, changed)


def _plan(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    """A plan moves on; who has none gets one."""
    for plan in house.rows["treatmentPlans"]:
        if plan["patientId"] == patient["id"] and not plan["deletedAt"] and plan["status"] != "Completed":
            changed.update("treatmentPlans", plan, status="Completed" if rng.chance(0.4) else "Scheduled")
            return
    changed.create("treatmentPlans", add_plan(house, patient, "Unscheduled"))


def _recare(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    """The next recare is put off by a month; who has none pays instead."""
    for recare in house.recares:
        if recare.patient_id == patient["id"]:
            recare.due = months_later(recare.due, 1)
            changed.recares.append(recare)
            changed.tell("recare", recare.patient_number, "updated", "Due Date")
            return
    _payment(house, patient, rng, changed)


def _document(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    changed.create("documents", add_document(house, patient))


CHANGES: Final[tuple[Change, ...]] = (
    *(_payment,) * 6, *(_phone,) * 3, *(_booked,) * 3, *(_plan,) * 3, *(_canceled,) * 2, _email, _last_name, _status,
    _address, _recare, _document, _deleted,
)  # fmt: skip


def change(house: Household, patient: Row, rng: Draw, changed: Changed) -> None:
    """Let one thing happen to the patient."""
    rng.pick(CHANGES)(house, patient, rng, changed)


def welcome(house: Household, changed: Changed) -> None:
    """A household of one that came since the last export: a record, a first visit ahead, perhaps cover."""
    fill(house, 1, 0)
    patient = house.patients[0]
    patient.update(status="Active", convertedFrom=None, patientNumber=str(house.first_number))
    changed.create("patients", patient)
    visit = add_visit(house, patient, house.weekday_before(-house.rng.whole(4, 40)), "Scheduled", 4)
    changed.create("appointments", visit)
    if house.rng.chance(0.5):
        changed.create("policies", add_policy(house, patient, "Primary"))


def moment_within(since: datetime, until: datetime, rng: Draw) -> datetime:
    """An instant between two exports."""
    seconds = int((until - since).total_seconds())
    return since + timedelta(seconds=rng.whole(1, max(seconds - 1, 1)))
