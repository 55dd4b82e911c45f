"""Defects of appointments: providers, dates, teeth, surfaces, codes, notes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bridgework_sensei_generator.draws import utc
from bridgework_sensei_generator.findings import Finding, Record
from bridgework_sensei_generator.furnish import future_visit, past_visit
from bridgework_sensei_generator.household import Household, Row
from bridgework_sensei_generator.money import post
from bridgework_sensei_generator.people import add_patient
from bridgework_sensei_generator.practice import TIME_ZONE
from bridgework_sensei_generator.visits import add_visit


def provider_words(house: Household, *, ambiguous: bool) -> Iterator[Record]:
    """PRV-01: a provider as text that fits two team members, or none."""
    visit = past_visit(house, house.adults()[0])
    visit["providerId"] = None
    visit["providerName"] = f"Dr {house.practice.team[0].last}" if ambiguous else "Dr Visiting Locum"
    yield Finding("PRV-01", "appointments", visit["id"], "providerName", "ambiguous" if ambiguous else "unresolved")


def provider_words_in_ledger(house: Household) -> Iterator[Record]:
    """PRV-01: a ledger row by somebody the team table does not know."""
    entry = post(house, house.adults()[0], house.weekday_before(50), "Charge", "Problem visit", 8200, code="D0140")
    entry.provider = "Locum, Visiting"
    yield Finding("PRV-01", "transactions", str(entry.number), "Provider", "unresolved")


def provider_gone(house: Household, *, unknown: bool) -> Iterator[Record]:
    """PRV-02: a future appointment with somebody who left, or whom nobody knows."""
    visit = future_visit(house, house.adults()[0])
    visit["providerName"] = None
    visit["providerId"] = house.rng.key() if unknown else house.practice.retired[0].id
    yield Finding("PRV-02", "appointments", visit["id"], "providerId", "unknown" if unknown else "inactive")


def before_birth(house: Household) -> Iterator[Record]:
    """DAT-02: a visit before the patient was born."""
    person = house.adults()[0]
    visit = add_visit(house, person, house.weekday_before(300), "Complete", 13)
    day = house.born[person["id"]] - timedelta(days=200)
    visit["start"] = day.isoformat() + visit["start"][10:]
    yield Finding("DAT-02", "appointments", visit["id"], "start", "before birth")


def clock_gap(house: Household) -> Iterator[Record]:
    """DAT-02: a local time that the change to summer time skipped."""
    visit = add_visit(house, house.adults()[0], house.weekday_before(238), "Complete", 13)
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


def markup(house: Household) -> Iterator[Record]:
    """ENC-01: markup in a plain field."""
    visit = past_visit(house, house.adults()[0])
    visit["notes"] = "Asked for <b>mornings</b><br>only"
    yield Finding("ENC-01", "appointments", visit["id"], "notes", "markup")


def tooth_of_visit(house: Household) -> Iterator[Record]:
    """DEN-01: a tooth number past the last one, on an appointment."""
    visit = add_visit(house, house.adults()[0], house.weekday_before(house.rng.whole(30, 300)), "Complete", 12)
    visit["procedures"][0]["tooth"] = "33"
    yield Finding("DEN-01", "appointments", visit["id"], "procedures.tooth", "not a tooth")


def grown_tooth_of_infant(house: Household) -> Iterator[Record]:
    """DEN-01: a permanent tooth of a child of two."""
    born = house.practice.today - timedelta(days=house.rng.whole(800, 1000))
    first = house.adults()[0]
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
    visit = add_visit(house, house.adults()[0], house.weekday_before(house.rng.whole(30, 300)), "Complete", 5)
    visit["procedures"][0].update(code=code, surfaces=letters)
    yield Finding("DEN-02", "appointments", visit["id"], "procedures.surfaces", cause)


def code_form(house: Household, code: str, cause: str) -> Iterator[Record]:
    """DEN-03: a procedure code that is none."""
    visit = add_visit(house, house.adults()[0], house.weekday_before(house.rng.whole(30, 300)), "Complete", 13)
    visit["procedures"][0]["code"] = code
    yield Finding("DEN-03", "appointments", visit["id"], "procedures.code", cause)


def done_too_soon(house: Household) -> Iterator[Record]:
    """DEN-03: a future appointment that is already complete."""
    visit = future_visit(house, house.adults()[0])
    visit["status"] = "Complete"
    yield Finding("DEN-03", "appointments", visit["id"], "status", "future, complete")


def never_closed(house: Household) -> Iterator[Record]:
    """DEN-03: a past appointment nobody closed."""
    visit = add_visit(house, house.adults()[0], house.weekday_before(house.rng.whole(20, 200)), "Scheduled")
    yield Finding("DEN-03", "appointments", visit["id"], "status", "past, scheduled")


def numbers_in_note(house: Household, text: str, cause: str) -> Iterator[Record]:
    """PHI-01: an identity or card number in free text."""
    visit = past_visit(house, house.adults()[0])
    visit["notes"] = text
    yield Finding("PHI-01", "appointments", visit["id"], "notes", cause)


def repeated_row(house: Household) -> Iterator[Record]:
    """DUP-07: the same row twice, as when a page is delivered twice."""
    visit = past_visit(house, house.adults()[0])
    house.rows["appointments"].append(dict(visit))
    yield Finding("DUP-07", "appointments", visit["id"], "id", "row repeated")
