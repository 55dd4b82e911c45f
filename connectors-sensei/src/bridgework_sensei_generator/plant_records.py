"""Defects of visits, plans, cover, money and papers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bridgework_sensei_generator.draws import utc
from bridgework_sensei_generator.findings import Finding, Record
from bridgework_sensei_generator.furnish import future_visit, open_plan, past_visit
from bridgework_sensei_generator.household import Household, Row
from bridgework_sensei_generator.money import add_policy, file_claim, offset_of, post
from bridgework_sensei_generator.papers import add_document
from bridgework_sensei_generator.people import add_patient
from bridgework_sensei_generator.practice import TIME_ZONE
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


def provider_words(house: Household, *, ambiguous: bool) -> Iterator[Record]:
    """PRV-01: a provider as text that fits two team members, or none."""
    visit = past_visit(house, _adult(house))
    visit["providerId"] = None
    visit["providerName"] = f"Dr {house.practice.team[0].last}" if ambiguous else "Dr Visiting Locum"
    yield Finding("PRV-01", "appointments", visit["id"], "providerName", "ambiguous" if ambiguous else "unresolved")


def provider_words_in_ledger(house: Household) -> Iterator[Record]:
    """PRV-01: a ledger row by somebody the team table does not know."""
    entry = post(house, _adult(house), house.weekday_before(50), "Charge", "Problem visit", 8200, code="D0140")
    entry.provider = "Locum, Visiting"
    yield Finding("PRV-01", "transactions", str(entry.number), "Provider", "unresolved")


def provider_gone(house: Household, *, unknown: bool) -> Iterator[Record]:
    """PRV-02: a future appointment with somebody who left, or whom nobody knows."""
    visit = future_visit(house, _adult(house))
    visit["providerName"] = None
    visit["providerId"] = house.rng.key() if unknown else house.practice.retired[0].id
    yield Finding("PRV-02", "appointments", visit["id"], "providerId", "unknown" if unknown else "inactive")


def plan_of_leaver(house: Household) -> Iterator[Record]:
    """PRV-02: an open plan of somebody who left."""
    plan = open_plan(house, _adult(house))
    plan["providerId"] = house.practice.retired[0].id
    yield Finding("PRV-02", "treatmentPlans", plan["id"], "providerId", "inactive")


def before_birth(house: Household) -> Iterator[Record]:
    """DAT-02: a visit before the patient was born."""
    person = _adult(house)
    visit = add_visit(house, person, house.weekday_before(300), "Complete", 13)
    day = house.born[person["id"]] - timedelta(days=200)
    visit["start"] = day.isoformat() + visit["start"][10:]
    yield Finding("DAT-02", "appointments", visit["id"], "start", "before birth")


def clock_gap(house: Household) -> Iterator[Record]:
    """DAT-02: a local time that the change to summer time skipped."""
    visit = add_visit(house, _adult(house), house.weekday_before(238), "Complete", 13)
    visit["locationId"], visit["timeZone"] = house.practice.locations[0]["id"], TIME_ZONE
    visit["start"] = f"{second_sunday_of_march(house.practice.today)}T02:30:00"
    yield Finding("DAT-02", "appointments", visit["id"], "start", "skipped by the clock")


def second_sunday_of_march(today: date) -> date:
    """The last day before ``today`` on which clocks in the United States were put forward."""
    for year in (today.year, today.year - 1):
        first = date(year, 3, 1)
        found = first + timedelta(days=(6 - first.weekday()) % 7 + 7)
        if found < today:
            return found
    return found


def stand_in_date(house: Household) -> Iterator[Record]:
    """DAT-02: a date that stands for none."""
    policy = add_policy(house, _adult(house), "Other")
    policy["effectiveDate"] = "1900-01-01"
    yield Finding("DAT-02", "policies", policy["id"], "effectiveDate", "stand-in")


def markup(house: Household) -> Iterator[Record]:
    """ENC-01: markup in a plain field."""
    visit = past_visit(house, _adult(house))
    visit["notes"] = "Asked for <b>mornings</b><br>only"
    yield Finding("ENC-01", "appointments", visit["id"], "notes", "markup")


def wrong_tooth(house: Household, tooth: str, cause: str) -> Iterator[Record]:
    """DEN-01: a tooth that the numbering or the patient's age does not allow."""
    plan = add_plan(house, _adult(house), "Pending")
    plan["procedures"][0].update(code="D7140", tooth=tooth, surfaces=None)
    yield Finding("DEN-01", "treatmentPlans", plan["id"], "procedures.tooth", cause)


def tooth_of_visit(house: Household) -> Iterator[Record]:
    """DEN-01: a tooth number past the last one, on an appointment."""
    visit = add_visit(house, _adult(house), house.weekday_before(house.rng.whole(30, 300)), "Complete", 12)
    visit["procedures"][0]["tooth"] = "33"
    yield Finding("DEN-01", "appointments", visit["id"], "procedures.tooth", "not a tooth")


def grown_tooth_of_infant(house: Household) -> Iterator[Record]:
    """DEN-01: a permanent tooth of a child of two."""
    born = house.practice.today - timedelta(days=house.rng.whole(800, 1000))
    first = _adult(house)
    child = add_patient(
        house, house.rng.chance(0.5), first["lastName"], born, len(house.patients), home=first["homeLocationId"],
        provider=first["primaryProviderId"],
    )  # fmt: skip
    child["createdAt"] = child["updatedAt"] = utc(house.practice.cutover - timedelta(days=300))
    child["responsibleParties"] = _parent(house, first)
    visit = add_visit(house, child, house.weekday_before(25), "Complete", 5)
    visit["procedures"][0]["tooth"] = "13"
    yield Finding("DEN-01", "appointments", visit["id"], "procedures.tooth", "permanent tooth of a small child")


def _parent(house: Household, adult: Row) -> list[Row]:
    parties = house.rows["responsibleParties"]
    party = next((row for row in parties if row["patientId"] == adult["id"]), None)
    if party is None:
        party = {key: adult[key] for key in ("firstName", "lastName", "email", "phones", "address")}
        party = {"id": house.rng.key(), "patientId": adult["id"], **party}
        parties.append(party)
    return [{"id": party["id"], "relationship": "Guardian"}]


def surfaces(house: Household, code: str, letters: str, cause: str) -> Iterator[Record]:
    """DEN-02: letters that are no surfaces, digits, or surfaces where the code takes none."""
    visit = add_visit(house, _adult(house), house.weekday_before(house.rng.whole(30, 300)), "Complete", 5)
    visit["procedures"][0].update(code=code, surfaces=letters)
    yield Finding("DEN-02", "appointments", visit["id"], "procedures.surfaces", cause)


def code_form(house: Household, code: str, cause: str) -> Iterator[Record]:
    """DEN-03: a procedure code that is none."""
    visit = add_visit(house, _adult(house), house.weekday_before(house.rng.whole(30, 300)), "Complete", 13)
    visit["procedures"][0]["code"] = code
    yield Finding("DEN-03", "appointments", visit["id"], "procedures.code", cause)


def done_too_soon(house: Household) -> Iterator[Record]:
    """DEN-03: a future appointment that is already complete."""
    visit = future_visit(house, _adult(house))
    visit["status"] = "Complete"
    yield Finding("DEN-03", "appointments", visit["id"], "status", "future, complete")


def never_closed(house: Household) -> Iterator[Record]:
    """DEN-03: a past appointment nobody closed."""
    visit = add_visit(house, _adult(house), house.weekday_before(house.rng.whole(20, 200)), "Scheduled")
    yield Finding("DEN-03", "appointments", visit["id"], "status", "past, scheduled")


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


def numbers_in_note(house: Household, text: str, cause: str) -> Iterator[Record]:
    """PHI-01: an identity or card number in free text."""
    visit = past_visit(house, _adult(house))
    visit["notes"] = text
    yield Finding("PHI-01", "appointments", visit["id"], "notes", cause)


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


def repeated_row(house: Household) -> Iterator[Record]:
    """DUP-07: the same row twice, as when a page is delivered twice."""
    visit = past_visit(house, _adult(house))
    house.rows["appointments"].append(dict(visit))
    yield Finding("DUP-07", "appointments", visit["id"], "id", "row repeated")
