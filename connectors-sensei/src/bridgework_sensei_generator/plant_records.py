"""Defects of plans, cover, money and papers, and children whose patient is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bridgework_sensei_generator.draws import utc
from bridgework_sensei_generator.findings import Finding, Record
from bridgework_sensei_generator.furnish import open_plan
from bridgework_sensei_generator.household import Household, Row
from bridgework_sensei_generator.money import add_policy, file_claim, offset_of, post
from bridgework_sensei_generator.papers import add_document
from bridgework_sensei_generator.people import add_patient
from bridgework_sensei_generator.treatment import add_plan
from bridgework_sensei_generator.visits import add_clinical, add_visit

LOST_DIGIT = 9


def _adult(house: Household) -> Row:
    return house.adults()[0]


def bare(house: Household) -> Row:
    """One more adult who has nothing but a record."""
    first = _adult(house)
    born = house.practice.today - timedelta(days=house.rng.whole(25 * 366, 60 * 365))
    row = add_patient(
        house, house.rng.chance(0.5), first["lastName"], born, len(house.patients), home=first["homeLocationId"],
        provider=first["primaryProviderId"],
    )  # fmt: skip
    row["createdAt"] = row["updatedAt"] = utc(house.practice.cutover - timedelta(days=house.rng.whole(20, 900)))
    return row


def absent_patient(house: Household) -> Iterator[Record]:
    """ORP-01 to 06: one row of each kind whose patient is nowhere in the export."""
    person = _adult(house)
    gone = {**person, "id": house.rng.key(), "patientNumber": str(house.first_number + LOST_DIGIT)}
    gone["firstName"], gone["lastName"] = "Removed", "Before"
    house.born[gone["id"]] = house.born[person["id"]]
    day = house.weekday_before(house.rng.whole(60, 400))
    visit = add_visit(house, gone, day, "Complete")
    open_plan(house, gone)
    policy = add_policy(house, gone, "Primary")
    while not any(note["patientId"] == gone["id"] for note in house.rows["clinicalNotes"]):
        add_clinical(house, gone, [visit])
    post(house, gone, day, "Charge", "Check-up exam", 5800, visit=visit, code="D0120")
    file_claim(house, gone, visit, policy, "Submitted", day, 5800, 0)
    del house.born[gone["id"]]
    return iter(())


def empty_plan(house: Household) -> Iterator[Record]:
    """ORP-07: a plan without items."""
    plan = open_plan(house, _adult(house))
    plan.update(procedures=[], totalFee=0.0, estimatedInsurance=0.0, estimatedPatient=0.0)
    yield Finding("ORP-07", "treatmentPlans", plan["id"], "procedures", "no items")


def policy_without_plan(house: Household, *, unknown: bool) -> Iterator[Record]:
    """ORP-07: a policy that names no plan, or one that is not there."""
    policy = add_policy(house, _adult(house), "Other")
    policy["planId"] = house.rng.key() if unknown else None
    yield Finding("ORP-07", "policies", policy["id"], "planId", "plan unknown" if unknown else "no plan")


def claim_without_policy(house: Household) -> Iterator[Record]:
    """ORP-07: a claim of somebody who has no policy."""
    claim = file_claim(house, bare(house), None, None, "Needs Info", house.weekday_before(40), 9900, 0)
    claim.payer = house.practice.plans[0][1]["name"]
    yield Finding("ORP-07", "claims", claim.number, "Patient ID", "no policy")


def plan_of_leaver(house: Household) -> Iterator[Record]:
    """PRV-02: an open plan of somebody who left."""
    plan = open_plan(house, _adult(house))
    plan["providerId"] = house.practice.retired[0].id
    yield Finding("PRV-02", "treatmentPlans", plan["id"], "providerId", "inactive")


def stand_in_date(house: Household) -> Iterator[Record]:
    """DAT-02: a date that stands for none."""
    policy = add_policy(house, _adult(house), "Other")
    policy["effectiveDate"] = "1900-01-01"
    yield Finding("DAT-02", "policies", policy["id"], "effectiveDate", "stand-in")


def wrong_tooth(house: Household, tooth: str, cause: str) -> Iterator[Record]:
    """DEN-01: a tooth that the numbering or the patient's age does not allow."""
    plan = add_plan(house, _adult(house), "Pending")
    plan["procedures"][0].update(code="D7140", tooth=tooth, surfaces=None)
    yield Finding("DEN-01", "treatmentPlans", plan["id"], "procedures.tooth", cause)


def plan_total(house: Household) -> Iterator[Record]:
    """FIN-02: a plan whose total is not the sum of its items."""
    plan = open_plan(house, _adult(house))
    plan["totalFee"] = plan["totalFee"] + 150
    yield Finding("FIN-02", "treatmentPlans", plan["id"], "totalFee", "total differs from items")


def slipped_point(house: Household) -> Iterator[Record]:
    """FIN-02: a fee a hundred times too high, taken back later."""
    person = _adult(house)
    day = house.weekday_before(70)
    entry = post(house, person, day, "Charge", "Adult cleaning", 1_120_000, code="D1110")
    offset_of(house, person, entry, day + timedelta(days=3), -1_120_000)
    yield Finding("FIN-02", "transactions", str(entry.number), "Amount", "outlier")


def uneven_correction(house: Household) -> Iterator[Record]:
    """FIN-03: a correction that does not take back the whole amount."""
    person = _adult(house)
    day = house.weekday_before(80)
    wrong = post(house, person, day, "Payment", "Check", -15000)
    entry = offset_of(house, person, wrong, day + timedelta(days=1), 12000)
    keys = (str(wrong.number), str(entry.number))
    yield Finding("FIN-03", "transactions", str(entry.number), "Amount", "correction does not net", keys)


def refund_of_nothing(house: Household) -> Iterator[Record]:
    """FIN-03: money given back to somebody who never paid."""
    entry = post(house, bare(house), house.weekday_before(35), "Refund", "REFUNDED Payment", 4200)
    yield Finding("FIN-03", "transactions", str(entry.number), "Amount", "refund without payment")


def loose_refund(house: Household) -> Iterator[Record]:
    """FIN-03: a refund that names no payment."""
    person = _adult(house)
    post(house, person, house.weekday_before(33), "Payment", "Credit Card", -9000)
    entry = post(house, person, house.weekday_before(30), "Refund", "REFUNDED", 9000)
    yield Finding("FIN-03", "transactions", str(entry.number), "Description", "refund without number")


def two_primaries(house: Household) -> Iterator[Record]:
    """INS-01: two active primary policies."""
    person = bare(house)
    first, second = add_policy(house, person, "Primary"), add_policy(house, person, "Primary")
    first["effectiveDate"] = f"{house.practice.today.year - 3}-01-01"
    second["effectiveDate"] = f"{house.practice.today.year}-01-01"
    keys = (first["id"], second["id"])
    yield Finding("INS-01", "policies", second["id"], "coverage", "two primary", keys)


def odd_policy(house: Household, how: str) -> Iterator[Record]:
    """INS-01: no subscriber, a child that holds its own policy, or an ended policy still called active."""
    policy = add_policy(house, bare(house), "Primary")
    field = "subscriberId"
    if how == "no subscriber":
        policy["subscriberId"] = None
    elif how == "child holds":
        field = "relationshipToPolicyholder"
        policy[field] = "Child"
    else:
        field = "terminationDate"
        policy[field] = f"{house.practice.today.year - 1}-12-31"
    yield Finding("INS-01", "policies", policy["id"], field, how)


def file_missing(house: Household) -> Iterator[Record]:
    """A document whose file was not exported."""
    row = add_document(house, _adult(house))
    del house.files[row["path"]]
    return iter(())


def file_changed(house: Household) -> Iterator[Record]:
    """A document whose file is not the one the row was written for."""
    row = add_document(house, _adult(house))
    house.files[row["path"]] += b"\n"
    return iter(())


def two_date_orders(house: Household) -> Iterator[Record]:
    """DAT-01: day-first dates in a column that is month-first, each provable by a day after the twelfth."""
    claims = []
    policy = add_policy(house, _adult(house), "Other")
    for day in (13, 21, 28):
        when = house.practice.today - timedelta(days=200)
        claim = file_claim(house, _adult(house), None, policy, "Closed", when, 9900, 9900)
        claim.updated = f"{day}/{when.month:02d}/{when.year}"
        claims.append(claim.number)
    yield Finding("DAT-01", "claims", claims[0], "Last Updated", "day first among month first", tuple(claims))
