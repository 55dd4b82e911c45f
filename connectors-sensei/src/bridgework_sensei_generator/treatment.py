"""Treatment plans of every status, with procedures whose fees add up to the plan's total."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bridgework_sensei_generator.codes import ADULT_PLANS, CHILD_PLANS, CODES, surfaces_for, tooth_for
from bridgework_sensei_generator.draws import us_date, utc
from bridgework_sensei_generator.fields import plan_values
from bridgework_sensei_generator.household import Household, Row

OPEN = ("Unscheduled", "Scheduled", "Pending", "In Progress")
CLOSED = ("Completed", "Declined")
_STATUSES = ("Unscheduled",) * 6 + ("Scheduled",) * 3 + ("Pending",) * 3 + ("In Progress",) * 3 + CLOSED * 2
_NAMES = ("Full mouth", "Phase 1", "Upper arch")
_ITEM_STATUS = {"Completed": "Completed", "Declined": "Declined", "In Progress": "In Progress"}


def add_plans(house: Household, patient: Row) -> None:
    """Two patients in five have a plan."""
    if house.rng.chance(0.38):
        plan = add_plan(house, patient, house.rng.pick(_STATUSES))
        if house.rng.chance(0.02):
            plan["deletedAt"] = plan["updatedAt"]
        if house.rng.chance(0.06):
            add_plan(house, patient, house.rng.pick(_STATUSES))


def add_plan(house: Household, patient: Row, status: str) -> Row:
    """One plan, presented within the last year and a half (after the first birthday)."""
    rng = house.rng
    practice = house.practice
    day = practice.today - timedelta(days=rng.whole(3, 540))
    day = max(day, house.born[patient["id"]] + timedelta(days=300))
    age = house.age_on(patient["id"], day)
    codes = rng.pick(CHILD_PLANS if age < 13 else ADULT_PLANS)
    items = [_item(house, code, age, status) for code in codes]
    total = sum(CODES[code].cents for code in codes)
    insured = sum(CODES[code].cents * CODES[code].covered // 100 for code in codes) if rng.chance(0.6) else 0
    made = datetime.combine(day, time(17, rng.whole(0, 59)))
    changed = min(made + timedelta(days=rng.whole(0, 90)), practice.cutover - timedelta(hours=30))
    number = len(house.rows["treatmentPlans"]) + 1
    row: Row = {
        "id": rng.key(),
        "patientId": patient["id"],
        "providerId": rng.pick(practice.doctors).id if not rng.chance(0.04) else None,
        "name": f"Plan {number} {us_date(day)}" if rng.chance(0.8) else rng.pick(_NAMES),
        "status": status,
        "presentedDate": day.isoformat(),
        "totalFee": total / 100,
        "estimatedInsurance": insured / 100,
        "estimatedPatient": (total - insured) / 100,
        "procedures": items,
        "customFields": plan_values(rng, practice.today.year),
        "createdAt": utc(made),
        "updatedAt": utc(max(made, changed)),
        "deletedAt": None,
    }
    house.rows["treatmentPlans"].append(row)
    return row


def _item(house: Household, code: str, age: int, status: str) -> Row:
    rng = house.rng
    entry = CODES[code]
    return {
        "id": rng.key(),
        "code": code,
        "tooth": tooth_for(rng, code, age),
        "surfaces": surfaces_for(rng, code),
        "fee": entry.cents / 100,
        "estimatedInsurance": entry.cents * entry.covered // 100 / 100,
        "status": _ITEM_STATUS.get(status, "Planned"),
    }
