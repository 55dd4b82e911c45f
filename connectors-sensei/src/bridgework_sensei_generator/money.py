"""Policies, the ledger and claims. Amounts are whole cents; every visit's bill adds up."""

from __future__ import annotations

from datetime import date, timedelta

from bridgework_sensei_generator.codes import CODES, QUADRANTS
from bridgework_sensei_generator.draws import us_date
from bridgework_sensei_generator.household import Claim, Entry, Household, Row, report_name
from bridgework_sensei_generator.visits import provider_text

LEDGER_DAYS = 620
_WAITING = (
    "Queued", "Submitted", "Printed", "Needs Info", "Awaiting Attachments", "Awaiting Attachment Confirmation",
    "Pending Review",
)  # fmt: skip


def add_policies(house: Household, patient: Row) -> Row | None:
    """Primary cover for most, secondary for some; returns the primary policy."""
    rng = house.rng
    dice = rng.random()
    if dice > 0.62:
        return None
    primary = add_policy(house, patient, "Primary")
    if dice < 0.07:
        add_policy(house, patient, "Secondary")
    if dice < 0.012:
        add_policy(house, patient, "Other")
    return primary


def add_policy(house: Household, patient: Row, coverage: str) -> Row:
    """One policy; a child's is held by the first adult of the household."""
    rng = house.rng
    adults = house.adults()
    child = not house.is_adult(patient)
    holder = adults[0] if child and adults else None
    relation, name = "Self", f"{patient['firstName']} {patient['lastName']}"
    if holder is not None:
        relation, name = "Child", f"{holder['firstName']} {holder['lastName']}"
    elif child:
        party = house.rows["responsibleParties"][0]
        relation, name = "Child", f"{party['firstName']} {party['lastName']}"
    elif len(adults) > 1 and patient is adults[1] and rng.chance(0.5):
        relation, name = "Spouse", f"{adults[0]['firstName']} {adults[0]['lastName']}"
    row: Row = {
        "id": rng.key(),
        "patientId": patient["id"],
        "planId": rng.pick(house.practice.plans)[0]["id"],
        "coverage": coverage,
        "relationshipToPolicyholder": relation,
        "policyholderName": name,
        "subscriberId": f"W{rng.whole(100_000_000, 999_999_999)}",
        "effectiveDate": f"{house.practice.today.year - rng.whole(0, 4)}-01-01",
        "terminationDate": None,
        "status": "Active",
    }
    house.rows["policies"].append(row)
    return row


def post(
    house: Household,
    patient: Row,
    day: date,
    category: str,
    words: str,
    cents: int,
    *,
    visit: Row | None = None,
    code: str = "",
    anatomy: str = "",
) -> Entry:
    """Add one ledger row for the patient and return it."""
    provider, place = "", house.practice.locations[0]["name"]
    if visit is not None:
        provider = provider_text(house, visit)
        place = next((row["name"] for row in house.practice.locations if row["id"] == visit["locationId"]), place)
    posted = min(day, house.practice.today - timedelta(days=1))
    served = date.fromisoformat(visit["start"][:10]) if visit is not None else posted
    entry = Entry(
        house.next_transaction(),
        posted,
        min(served, posted),
        patient["id"],
        patient["patientNumber"],
        report_name(patient),
        provider,
        place,
        category,
        words,
        code,
        anatomy,
        cents,
    )
    house.ledger.append(entry)
    return entry


def add_ledger(house: Household, patient: Row, done: list[Row], policy: Row | None) -> None:
    """Bills of the last visits; whatever came before the conversion is one opening balance."""
    rng = house.rng
    opening = patient["convertedFrom"] is not None
    recent = [visit for visit in done if (house.practice.today - _day(visit)).days <= LEDGER_DAYS]
    if opening:
        day = _day(done[0]) if done else house.practice.today - timedelta(days=rng.whole(300, 900))
        post(house, patient, day, "Initial Balance", "Initial Balance", rng.pick((0, 0, 4500, 12750, -2500)))
    for visit in recent:
        _bill(house, patient, visit, policy)
    if recent and rng.chance(0.05):
        _correct(house, patient, recent[-1])
    if recent and rng.chance(0.02):
        _refund(house, patient, _day(recent[-1]))


def _day(visit: Row) -> date:
    return date.fromisoformat(visit["start"][:10])


def _bill(house: Household, patient: Row, visit: Row, policy: Row | None) -> None:
    rng = house.rng
    day = _day(visit)
    billed = covered = 0
    for item in visit["procedures"]:
        code = CODES[item["code"]]
        anatomy = rng.pick(QUADRANTS) if code.anatomy == "quadrant" else item["tooth"] or ""
        words = code.words + (f", {item['surfaces']}" if item["surfaces"] else "")
        post(house, patient, day, "Charge", words, code.cents, visit=visit, code=code.code, anatomy=anatomy)
        billed += code.cents
        covered += code.cents * code.covered // 100
    owed = billed
    if policy is not None:
        owed -= _insure(house, patient, visit, policy, billed, covered)
    _settle(house, patient, visit, owed)


def _insure(house: Household, patient: Row, visit: Row, policy: Row, billed: int, covered: int) -> int:
    """File the claim of a visit; returns what the payer takes off the bill."""
    rng = house.rng
    day = _day(visit)
    write_off = billed * rng.whole(0, 3) // 20 if rng.chance(0.5) else 0
    share = min(covered, billed - write_off)
    paid_on = day + timedelta(days=rng.whole(14, 50))
    paid = paid_on < house.practice.today and not rng.chance(0.06)
    if paid and rng.chance(0.03):
        file_claim(house, patient, visit, policy, "Cancelled", day + timedelta(days=9), billed, 0)
        file_claim(house, patient, visit, policy, "Resubmitted", day + timedelta(days=9), billed, 0)
    status = "Closed" if paid else rng.pick(_WAITING)
    updated = paid_on if paid else day + timedelta(days=1)
    claim = file_claim(house, patient, visit, policy, status, updated, billed, share if paid else 0)
    if not paid:
        return 0
    means = rng.pick(("Check", "Credit Card", "EFT"))
    words = f'Insurance Payment ({means}), claim "{claim.number}"'
    post(house, patient, paid_on, "Insurance Payment", words, -share, visit=visit)
    if write_off:
        post(house, patient, paid_on, "Contract Adjustment", "Network fee difference", -write_off, visit=visit)
    return share + write_off


def file_claim(
    house: Household,
    patient: Row,
    visit: Row | None,
    policy: Row | None,
    status: str,
    day: date,
    billed: int,
    paid: int,
) -> Claim:
    """Add one claim row and return it."""
    plan_name = payer_name = ""
    for plan, payer in house.practice.plans:
        if policy is not None and plan["id"] == policy["planId"]:
            plan_name, payer_name = plan["name"], payer["name"]
    kind = "Svc" if not house.rng.chance(0.04) else house.rng.pick(("Pre-Auth", "COT", "Ortho"))
    updated = us_date(min(day, house.practice.today - timedelta(days=1)))
    provider = provider_text(house, visit) if visit is not None else house.practice.doctors[0].report_name
    number, name = house.next_claim(), report_name(patient)
    claim = Claim(
        number, status, kind, provider, updated, payer_name, plan_name, name, patient["patientNumber"], patient["id"],
        billed, paid,
    )  # fmt: skip
    house.claims.append(claim)
    return claim


def _settle(house: Household, patient: Row, visit: Row, owed: int) -> None:
    """What the patient does about the rest: pays most of it, or waits."""
    if owed <= 0:
        return
    rng = house.rng
    day = _day(visit)
    if rng.chance(0.03):
        discount = owed // 10
        owed -= discount
        post(house, patient, day, "Discount", "Prompt payment", -discount, visit=visit)
    dice = rng.random()
    if dice < 0.72:
        post(house, patient, day, "Payment", rng.pick(("Credit Card", "Check", "Cash")), -owed, visit=visit)
    elif dice < 0.86:
        half = owed // 2
        post(house, patient, day, "Payment", "Credit Card", -half, visit=visit)
        if dice < 0.79:
            later = day + timedelta(days=rng.whole(20, 60))
            post(house, patient, later, "Payment", "Check", half - owed, visit=visit)
    elif dice < 0.88:
        post(house, patient, day + timedelta(days=90), "Write-off", "Small balance", -owed, visit=visit)
    elif dice < 0.90:
        post(house, patient, day + timedelta(days=30), "Adjustment", "Statement fee", 1500)


def _correct(house: Household, patient: Row, visit: Row) -> None:
    """A payment typed wrongly, taken back by an offsetting row and entered again."""
    rng = house.rng
    day = _day(visit) + timedelta(days=1)
    wrong = post(house, patient, day, "Payment", "Check", -rng.whole(40, 300) * 100, visit=visit)
    offset_of(house, patient, wrong, day + timedelta(days=2), -wrong.cents)
    post(house, patient, day + timedelta(days=2), "Payment", "Check", wrong.cents // 2, visit=visit)


def offset_of(house: Household, patient: Row, wrong: Entry, day: date, cents: int) -> Entry:
    """The row that takes another one back: same category, negated amount, naming the number it corrects."""
    entry = post(house, patient, day, wrong.category, f"Correction of #{wrong.number}: {wrong.words}", cents)
    entry.provider, entry.location, entry.served = wrong.provider, wrong.location, wrong.served
    return entry


def _refund(house: Household, patient: Row, day: date) -> None:
    cents = house.rng.whole(20, 150) * 100
    paid = post(house, patient, day, "Payment", "Credit Card", -cents)
    post(house, patient, day + timedelta(days=6), "Refund", f"REFUNDED Payment #{paid.number}", cents)
