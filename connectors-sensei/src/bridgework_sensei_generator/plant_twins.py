"""Twins and look-alikes: one person twice, and two people who must stay two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from bridgework_sensei_generator.findings import Duplicate, Finding, NotDuplicate, Record
from bridgework_sensei_generator.furnish import furnish
from bridgework_sensei_generator.household import Household, Row
from bridgework_sensei_generator.names import LAST, NICKNAMES
from bridgework_sensei_generator.people import add_patient, email_address, phones


def again(house: Household, original: Row, **changes: object) -> Row:
    """A second record of the same person, with its own id and number; visits come with ``furnish``."""
    number = house.next_number()
    row: Row = {
        **original,
        "id": house.rng.key(),
        "patientNumber": str(number),
        "phones": [dict(phone) for phone in original["phones"]],
        "address": dict(original["address"]),
        "responsibleParties": list(original["responsibleParties"]),
        "customFields": {},
        "convertedFrom": None,
        **changes,
    }
    house.patients.append(row)
    house.born[row["id"]] = house.born[original["id"]]
    return row


def newcomer(house: Household, *, born: date | None = None, last: str | None = None) -> Row:
    """One more person of the household, of age unless born otherwise; without visits yet."""
    first = house.adults()[0]
    day = born or house.practice.today - timedelta(days=house.rng.whole(21 * 366, 60 * 365))
    who = len(house.patients)
    return add_patient(
        house, house.rng.chance(0.5), last or first["lastName"], day, who, home=first["homeLocationId"],
        provider=first["primaryProviderId"],
    )  # fmt: skip


def exact_twin(house: Household) -> Iterator[Record]:
    """DUP-01: the same name and birth date twice, capitals and contact data differing."""
    rng = house.rng
    person = house.adults()[0]
    twin = again(house, person, status="Active", phones=phones(house, 5, child=False))
    if rng.chance(0.4):
        twin["lastName"] = twin["lastName"].upper()
    if rng.chance(0.5):
        twin["email"] = email_address(house, twin["firstName"], twin["lastName"])
    furnish(house, twin)
    yield Duplicate("DUP-01", "patients", person["id"], twin["id"], "name, birth date", f"merge into {person['id']}")


def moved_twin(house: Household) -> Iterator[Record]:
    """DUP-02: the record a move to another account left behind, inactive, an underscore after the first name."""
    person = house.adults()[0]
    person["status"] = "Active"
    twin = again(house, person, status="Inactive", firstName=f"{person['firstName']}_")
    furnish(house, twin)
    yield Duplicate("DUP-02", "patients", person["id"], twin["id"], "underscore", f"merge into {person['id']}")


def guarantor_twin(house: Household) -> Iterator[Record]:
    """DUP-03: a responsible party who is a patient, without the link that says so."""
    person = house.adults()[0]
    parties = house.rows["responsibleParties"]
    party = next((row for row in parties if row["patientId"] == person["id"]), None)
    if party is None:
        party = {"id": house.rng.key()}
        party.update({key: person[key] for key in ("firstName", "lastName", "email", "phones", "address")})
        parties.append(party)
        person["responsibleParties"] = [{"id": party["id"], "relationship": "Self"}]
    party["patientId"] = None
    decision = f"merge into {person['id']}"
    yield Duplicate("DUP-03", "responsibleParties", person["id"], party["id"], "name, address", decision)


def probable_twin(house: Household, how: str) -> Iterator[Record]:
    """DUP-04: one person twice, with one thing differing and the rest agreeing."""
    person = house.adults()[0]
    if not person["email"]:
        person["email"] = email_address(house, person["firstName"], person["lastName"])
    if how == "birth date swapped":
        born = house.born[person["id"]].replace(day=house.index % 5 + 5, month=house.index % 2 + 3)
        house.born[person["id"]] = born
        person["dateOfBirth"] = born.isoformat()
    twin = again(house, person, status="Active")
    _vary(house, twin, how)
    furnish(house, twin)
    decision = "keep both" if how == "last name changed" else f"merge into {person['id']}"
    yield Duplicate("DUP-04", "patients", person["id"], twin["id"], how, decision)


def _vary(house: Household, twin: Row, how: str) -> None:
    first, last = twin["firstName"], twin["lastName"]
    if how == "first name misspelt":
        twin["firstName"] = _misspelt(first)
    elif how == "last name misspelt":
        twin["lastName"] = _misspelt(last)
        twin["phones"] = phones(house, 5, child=False)
    elif how == "birth date swapped":
        born = house.born[twin["id"]]
        twin["dateOfBirth"] = born.replace(day=born.month, month=born.day).isoformat()
    elif how == "nickname":
        twin["firstName"] = NICKNAMES.get(first) or (first[:3] if len(first) > 4 else f"{first}y")
        twin["preferredName"] = None
        twin["email"] = None
    elif how == "names swapped":
        twin["firstName"], twin["lastName"] = last, first
    elif how == "last name changed":
        twin["lastName"] = house.rng.pick([name for name in LAST if name[0] != last[0]])


def _misspelt(name: str) -> str:
    """Two inner letters swapped, or one doubled where the swap would change nothing."""
    for place in range(len(name) - 2, 0, -1):
        if name[place] != name[place - 1] and place > 1:
            return name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]
    return name + name[-1]


def shared_address(house: Household) -> Iterator[Record]:
    """DUP-05: three adults of a family under one e-mail address."""
    people = [house.adults()[0], newcomer(house), newcomer(house)]
    email = people[0]["email"] or email_address(house, "family", people[0]["lastName"])
    for person in people:
        person["email"] = email
        person["status"] = "Active"
    for person in people[1:]:
        furnish(house, person)
    return iter(())


def twins(house: Household) -> Iterator[Record]:
    """Not duplicates: born together, living together, with first names of their own."""
    person = house.adults()[0]
    other = newcomer(house, born=house.born[person["id"]], last=person["lastName"])
    other["phones"] = [{"type": "Home", "number": house.home_phone, "preferred": True}]
    person["phones"] = [*other["phones"], *person["phones"][:1]]
    furnish(house, other)
    yield NotDuplicate(person["id"], other["id"], "twins")


def junior(house: Household) -> Iterator[Record]:
    """Not duplicates: father and son of one name, told apart by suffix and birth date."""
    person = house.adults()[0]
    older = house.age_on(person["id"], house.practice.today) < 60
    born = house.born[person["id"]] + timedelta(days=-10_000 if older else 10_000)
    other = again(house, person, suffix="Sr" if older else "Jr", dateOfBirth=born.isoformat(), email=None)
    house.born[other["id"]] = born
    person["suffix"] = "Jr" if older else "Sr"
    furnish(house, other)
    yield NotDuplicate(person["id"], other["id"], "junior and senior")


def namesake(house: Household) -> Iterator[Record]:
    """Not duplicates: a stranger of the same name, with another birth date, address and telephone."""
    person = house.adults()[0]
    born = house.born[person["id"]] - timedelta(days=3 * 365 + 47)
    address = {**person["address"], "line1": f"{house.index + 7} Elsewhere Rd", "postalCode": "80524"}
    address["city"] = "Fort Collins"
    other = again(house, person, dateOfBirth=born.isoformat(), address=address, phones=phones(house, 5, child=False))
    other.update(middleName=None, email=email_address(house, person["firstName"], person["lastName"]))
    other["responsibleParties"] = []
    house.born[other["id"]] = born
    furnish(house, other)
    yield NotDuplicate(person["id"], other["id"], "namesake")


def shared_number(house: Household) -> Iterator[Record]:
    """DUP-07: two people under the account number of the system they were converted from."""
    person = house.adults()[0]
    other = newcomer(house)
    other["patientNumber"] = person["patientNumber"]
    furnish(house, other)
    # Number and type are the key of the recare report: one row for both would be a second defect.
    house.recares = [recare for recare in house.recares if recare.patient_id != other["id"]]
    keys = (person["id"], other["id"])
    cause = "number shared"
    yield Finding("DUP-07", "patients", other["id"], "patientNumber", cause, keys, decision="keep both")


PROBABLE = tuple(
    partial(probable_twin, how=how)
    for how in (
        "first name misspelt", "birth date swapped", "nickname", "last name misspelt", "names swapped",
        "last name changed",
    )
)  # fmt: skip
