"""Everything a patient has beside a name."""

from __future__ import annotations

from bridgework_sensei_generator.household import Household, Row
from bridgework_sensei_generator.money import add_ledger, add_policies
from bridgework_sensei_generator.papers import add_documents
from bridgework_sensei_generator.treatment import add_plan, add_plans
from bridgework_sensei_generator.visits import add_clinical, add_recare, add_visit, add_visits


def furnish(house: Household, patient: Row) -> None:
    """Give a patient visits, cover, bills, plans, recare and papers."""
    done = add_visits(house, patient)
    policy = add_policies(house, patient)
    add_ledger(house, patient, done, policy)
    add_plans(house, patient)
    add_recare(house, patient, done)
    add_clinical(house, patient, done)
    add_documents(house, patient)


def past_visit(house: Household, patient: Row) -> Row:
    """A past appointment of the patient, made if there is none."""
    today = house.practice.today
    for row in house.rows["appointments"]:
        if _is_of(row, patient) and row["start"][:10] < today.isoformat():
            return row
    return add_visit(house, patient, house.weekday_before(190), "Complete")


def _is_of(visit: Row, patient: Row) -> bool:
    return visit["patientId"] == patient["id"] and not visit["deletedAt"]


def future_visit(house: Household, patient: Row) -> Row:
    """A future appointment of the patient, made if there is none."""
    today = house.practice.today
    for row in house.rows["appointments"]:
        if _is_of(row, patient) and row["start"][:10] > today.isoformat():
            return row
    return add_visit(house, patient, house.weekday_before(-45), "Scheduled")


def open_plan(house: Household, patient: Row) -> Row:
    """A new plan of the patient that is not finished."""
    return add_plan(house, patient, house.rng.pick(("Unscheduled", "Pending", "Scheduled", "In Progress")))
