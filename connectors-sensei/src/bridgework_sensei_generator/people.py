"""Families: patients, the people responsible for them, and how one reaches them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bridgework_sensei_generator.draws import Draw, phone_number
from bridgework_sensei_generator.fields import patient_values
from bridgework_sensei_generator.household import Household, Row
from bridgework_sensei_generator.names import (
    ACCENTED_FIRST,
    ACCENTED_LAST,
    CITIES,
    FEMALE,
    LAST,
    MAIL_DOMAINS,
    MALE,
    NICKNAMES,
    STREET_KINDS,
    STREETS,
)
from bridgework_sensei_generator.practice import Practice

# Patients of age and children of one household, in per cent of all households.
_SHAPES = (
    ((1, 0),) * 34 + ((2, 0),) * 20 + ((1, 1),) * 6 + ((1, 2),) * 6 + ((2, 1),) * 9 + ((2, 2),) * 12
    + ((2, 3),) * 5 + ((0, 1),) * 4 + ((0, 2),) * 4
)  # fmt: skip

_PHONE_FORMS = ("({0}) {1}-{2}", "{0}-{1}-{2}", "{0}{1}{2}", "+1 {0} {1} {2}", "{0}.{1}.{2}")


def shape(seed: int, index: int) -> tuple[int, int]:
    """How many adults and children are patients in a household; needs no pseudo-random source."""
    mixed = ((index + 1) * 2_654_435_761 ^ (seed + 1) * 40_503) >> 9
    return _SHAPES[mixed % len(_SHAPES)]


def open_household(practice: Practice, index: int, first_number: int, rng: Draw) -> Household:
    """An address and a telephone without people yet."""
    city, state, postal = rng.pick(CITIES)
    address = {
        "line1": f"{rng.whole(10, 19999)} {rng.pick(STREETS)} {rng.pick(STREET_KINDS)}",
        "line2": f"Apt {rng.whole(1, 40)}" if rng.chance(0.15) else None,
        "city": city,
        "state": state,
        "postalCode": postal,
        "country": "US",
    }
    return Household(practice, index, first_number, rng, address, _typed(rng, _digits(index, 0)))


def _digits(index: int, who: int) -> str:
    """Eight telephone numbers are kept for each household, so that strangers never share one."""
    return phone_number(index * 8 + who)


def _typed(rng: Draw, digits: str) -> str:
    return rng.pick(_PHONE_FORMS).format(digits[:3], digits[3:6], digits[6:])


def phones(house: Household, who: int, *, child: bool) -> list[Row]:
    """Telephones of a member: an own mobile for adults, the household's line for most."""
    rng = house.rng
    found: list[Row] = []
    if not child or rng.chance(0.1):
        mobile = _typed(rng, _digits(house.index, 1 + who % 6))
        found.append({"type": "Mobile", "number": mobile, "preferred": True, "smsOptOut": rng.chance(0.12)})
    if child or rng.chance(0.35):
        found.append({"type": "Home", "number": house.home_phone, "preferred": not found})
    if not child and rng.chance(0.08):
        found.append({"type": "Work", "number": _typed(rng, _digits(house.index, 7)) + " x12", "preferred": False})
    return found


def email_address(house: Household, first: str, last: str) -> str:
    """An address nobody else has, under a domain reserved for examples."""
    name = f"{first}.{last}".lower()
    if not name.isascii():
        name = "".join(letter for letter in name if letter.isascii())
    name = name.replace("'", "").replace(" ", "")
    return f"{name}{house.next_number() % 1_000_000}@{house.rng.pick(MAIL_DOMAINS)}"


def _birthday(house: Household, low: int, high: int) -> date:
    return house.practice.today - timedelta(days=house.rng.whole(low * 366, high * 365))


def _given(house: Household, female: bool) -> str:
    rng = house.rng
    taken = {row["firstName"] for name in ("patients", "responsibleParties") for row in house.rows[name]}
    while True:
        first = rng.pick(ACCENTED_FIRST) if rng.chance(0.015) else rng.pick(FEMALE if female else MALE)
        if first not in taken:
            return first


def fill(house: Household, adults: int, children: int) -> None:
    """Add the people. Children get the adults as responsible parties, whether those are patients or not."""
    rng = house.rng
    last = rng.pick(ACCENTED_LAST) if rng.chance(0.02) else rng.pick(LAST)
    home = rng.pick(house.practice.locations)["id"]
    provider = rng.pick(house.practice.doctors).id
    if rng.chance(0.03):
        provider = rng.pick(house.practice.retired).id
    women = [rng.chance(0.5)]
    women.append(not women[0] if rng.chance(0.9) else women[0])
    for who in range(adults):
        name = last if who == 0 or rng.chance(0.8) else rng.pick(LAST)
        born = _birthday(house, 24, 52) if children else _birthday(house, 20, 88)
        add_patient(house, women[who], name, born, who, home=home, provider=provider)
    if adults == 2 and rng.chance(0.15) and house.patients[0]["email"]:
        house.patients[1]["email"] = house.patients[0]["email"]
    parties = _parents(house, max(adults, 1), last, women) if children else []
    for who in range(children):
        born = _birthday(house, 1, 17)
        child = add_patient(house, rng.chance(0.5), last, born, adults + who, home=home, provider=provider)
        child["responsibleParties"] = [
            {"id": party["id"], "relationship": "Mother" if women[place] else "Father"}
            for place, party in enumerate(parties)
        ]
        if child["email"] is None and rng.chance(0.5):
            child["email"] = parties[0]["email"]
    if adults == 2 and not children and rng.chance(0.08):
        _spouse(house)


def add_patient(
    house: Household, female: bool, last: str, born: date, who: int, *, home: str | None, provider: str | None
) -> Row:
    """One more patient of the household, without any visit yet; stamps are set when the visits are known."""
    rng = house.rng
    child = (house.practice.today - born).days < 18 * 365 + 5
    first = _given(house, female)
    number = house.next_number()
    converted = rng.chance(0.25)
    title = ("Ms." if female else "Mr.") if not child and rng.chance(0.3) else None
    inactive = rng.chance(0.18)
    row: dict[str, Any] = {
        "id": rng.key(),
        "patientNumber": f"C{number}" if converted else str(number),
        "status": "Inactive" if inactive else "Active",
        "title": title,
        "firstName": first,
        "middleName": rng.pick(FEMALE if female else MALE) if rng.chance(0.2) else None,
        "lastName": last,
        "suffix": None,
        "preferredName": NICKNAMES.get(first) if rng.chance(0.3) else None,
        "dateOfBirth": born.isoformat(),
        "gender": "Female" if female else "Male",
        "maritalStatus": None if child else rng.pick(("Single", "Married", "Married", "Divorced", "Widowed")),
        "email": email_address(house, first, last) if not child and rng.chance(0.86) else None,
        "phones": phones(house, who, child=child),
        "address": dict(house.address),
        "preferredContactMethod": "Email" if rng.chance(0.7) else "Mail",
        "homeLocationId": home if not rng.chance(0.02) else None,
        "primaryProviderId": provider if not rng.chance(0.03) else None,
        "responsibleParties": [],
        "referrals": _referrals(house),
        "customFields": patient_values(rng, house.practice.today.year),
        "convertedFrom": {"system": "SoftDent", "id": f"{number % 90_000:05d}"} if converted else None,
        "mergedIntoId": None,
        "createdAt": "",
        "updatedAt": "",
        "deletedAt": None,
    }
    if inactive and house.practice.closed_location and rng.chance(0.1):
        row["homeLocationId"] = house.practice.closed_location["id"]
    house.patients.append(row)
    house.born[row["id"]] = born
    return row


def _referrals(house: Household) -> list[Row]:
    rng = house.rng
    if rng.chance(0.45):
        return []
    found = [{"referralSourceId": rng.pick(house.practice.referrals)["id"], "active": True}]
    if rng.chance(0.1):
        earlier = rng.pick(house.practice.referrals)["id"]
        if earlier != found[0]["referralSourceId"]:
            found.insert(0, {"referralSourceId": earlier, "active": False})
    return found


def _parents(house: Household, count: int, last: str, women: list[bool]) -> list[Row]:
    """One party per adult; those who are patients are linked by ``patientId``, the others stand alone."""
    rng = house.rng
    parties: list[Row] = []
    adults = house.patients[:]
    for place in range(count):
        patient = adults[place] if place < len(adults) else None
        first = patient["firstName"] if patient else rng.pick(FEMALE if women[place] else MALE)
        name = patient["lastName"] if patient else last
        mobile = [{"type": "Mobile", "number": _typed(rng, _digits(house.index, 1 + place)), "preferred": True}]
        parties.append(
            {
                "id": rng.key(),
                "patientId": patient["id"] if patient else None,
                "firstName": first,
                "lastName": name,
                "email": patient["email"] if patient else email_address(house, first, name),
                "phones": patient["phones"] if patient else mobile,
                "address": dict(house.address),
            }
        )
    house.rows["responsibleParties"] += parties
    return parties


def _spouse(house: Household) -> None:
    """A married patient whose bills the other one pays."""
    payer, patient = house.patients[0], house.patients[1]
    party = {key: payer[key] for key in ("firstName", "lastName", "email", "phones", "address")}
    row = {"id": house.rng.key(), "patientId": payer["id"], **party}
    house.rows["responsibleParties"].append(row)
    patient["responsibleParties"] = [{"id": row["id"], "relationship": "Spouse"}]
