"""Defects of people: records deleted or merged, contact and birth data missing or wrong, unreadable text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bridgework_sensei_generator.draws import utc
from bridgework_sensei_generator.findings import Finding, Record
from bridgework_sensei_generator.furnish import furnish, open_plan, past_visit
from bridgework_sensei_generator.household import Household, Row
from bridgework_sensei_generator.money import add_policy, file_claim, post
from bridgework_sensei_generator.plant_twins import again, newcomer
from bridgework_sensei_generator.visits import add_clinical


def deleted(house: Household) -> Iterator[Record]:
    """A patient deleted in the source whose visits, plans, cover, bills and notes were left."""
    person = newcomer(house)
    _with_children(house, person)
    person["deletedAt"] = utc(house.practice.cutover - timedelta(days=house.rng.whole(3, 200)))
    return iter(())


def merged(house: Household, how: str) -> Iterator[Record]:
    """A patient merged into another one in the source: into a survivor, into nobody, or two into one another."""
    person = house.adults()[0]
    twin = again(house, person, status="Inactive")
    _with_children(house, twin)
    twin["mergedIntoId"] = person["id"]
    if how == "nobody":
        twin["mergedIntoId"] = house.rng.key()
    elif how == "circle":
        other = again(house, person, status="Inactive")
        furnish(house, other)
        other["mergedIntoId"] = twin["id"]
        twin["mergedIntoId"] = other["id"]
    return iter(())


def _with_children(house: Household, person: Row) -> None:
    """At least one row of everything that belongs to a patient."""
    furnish(house, person)
    visit = past_visit(house, person)
    while not any(note["patientId"] == person["id"] for note in house.rows["clinicalNotes"]):
        add_clinical(house, person, [visit])
    policy = add_policy(house, person, "Other")
    day = date.fromisoformat(visit["start"][:10])
    open_plan(house, person)
    post(house, person, day, "Adjustment", "Statement fee", 1500)
    file_claim(house, person, visit, policy, "Submitted", day, 5800, 0)


def placeholder_email(house: Household, text: str, cause: str) -> Iterator[Record]:
    """MIS-01: an address nobody reads, or none at all by its form."""
    person = house.adults()[0]
    person["email"] = text.format(domain=house.practice.domain)
    yield Finding("MIS-01", "patients", person["id"], "email", cause)


def unreachable(house: Household) -> Iterator[Record]:
    """MIS-02: neither telephone nor e-mail."""
    person = house.adults()[0]
    person["email"], person["phones"] = None, []
    yield Finding("MIS-02", "patients", person["id"], "phones", "no phone, no e-mail")


def birth_date(house: Household, text: str | None, cause: str) -> Iterator[Record]:
    """MIS-03: a date of birth that is missing, a stand-in, in the future or too long ago."""
    person = house.adults()[0]
    person["dateOfBirth"] = text
    yield Finding("MIS-03", "patients", person["id"], "dateOfBirth", cause)


def lone_minor(house: Household) -> Iterator[Record]:
    """MIS-03: a child nobody is responsible for."""
    child = newcomer(house, born=house.practice.today - timedelta(days=house.rng.whole(7 * 366, 15 * 365)))
    furnish(house, child)
    child["email"] = house.adults()[0]["email"]
    yield Finding("MIS-03", "patients", child["id"], "responsibleParties", "minor without responsible party")


def bad_text(house: Household, field: str, text: str, cause: str) -> Iterator[Record]:
    """ENC-01: text spoilt by a wrong character set, control characters or markup."""
    person = house.adults()[0]
    if field == "address":
        person["address"]["line1"] += text
    else:
        person[field] = text
    yield Finding("ENC-01", "patients", person["id"], field, cause)


def identity_field(house: Household) -> Iterator[Record]:
    """PHI-01: a social security number in a field of the practice."""
    person = house.adults()[0]
    person["customFields"] = {**person["customFields"], "ssn": "219-09-9999"}
    yield Finding("PHI-01", "patients", person["id"], "customFields.ssn", "social security number")


def long_value(house: Household) -> Iterator[Record]:
    """DST-01: a value of a text field that is longer than most systems hold in one line."""
    person = house.adults()[0]
    text = "; ".join(f"pharmacy choice {number}" for number in range(1, 18))
    person["customFields"] = {**person["customFields"], "preferred_pharmacy": text}
    yield Finding("DST-01", "patients", person["id"], "customFields.preferred_pharmacy", "too long", required=False)


def stamped_late(house: Household) -> Iterator[Record]:
    """DAT-02: a record changed after the export was made."""
    person = house.adults()[0]
    person["updatedAt"] = utc(house.practice.cutover + timedelta(days=40))
    yield Finding("DAT-02", "patients", person["id"], "updatedAt", "after the export")
