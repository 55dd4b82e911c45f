"""Whom the practice works with: referral sources, payers and their plans, labs; and its working hours."""

from __future__ import annotations

from bridgework_sensei_generator.draws import Draw, npi, phone_number
from bridgework_sensei_generator.findings import Finding
from bridgework_sensei_generator.names import CITIES, FEMALE, LAST, MALE, PAYERS, STREETS
from bridgework_sensei_generator.practice import Practice, Row


def office(rng: Draw, city: tuple[str, str, str]) -> Row:
    """An office address in that city."""
    return {
        "line1": f"{rng.whole(100, 9899)} {rng.pick(STREETS)} Ave",
        "line2": f"Suite {rng.whole(100, 400)}",
        "city": city[0],
        "state": city[1],
        "postalCode": city[2],
        "country": "US",
    }


def dashed(digits: str) -> str:
    """Ten digits as a front desk writes them."""
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def add_referrals(practice: Practice, rng: Draw) -> None:
    """Referring doctors (two of one practice), advertising and patients who recommend."""
    rows: list[Row] = []

    def doctor(group: str | None, number: int) -> Row:
        first, last = rng.pick(MALE + FEMALE), rng.pick(LAST)
        return {
            "id": rng.key(),
            "type": "Doctor",
            "name": f"Dr. {first} {last}",
            "practiceName": group,
            "npi": npi(rng.getrandbits(26)),
            "phone": dashed(phone_number(381_000 + number)),
            "email": f"office{number}@referral{number % 9}.example" if rng.chance(0.7) else None,
            "address": office(rng, rng.pick(CITIES)),
            "active": True,
            "customFields": {"lunch_and_learn": "2026-02-11", "gift_sent": rng.chance(0.3)},
        }

    shared = "Boulder Oral Surgery"
    rows += [doctor(shared, 0), doctor(shared, 1), doctor("Mile High Orthodontics", 2), doctor(None, 3)]
    rows += [doctor("Canyon Periodontics", 4), doctor("Aspen Endodontics", 5)]
    if practice.defects:
        variant = doctor("CANYON PERIODONTICS, INC.", 6)
        rows.append(variant)
        pair = (rows[4]["id"], variant["id"])
        practice.findings.append(
            Finding("DUP-06", "referralSources", variant["id"], "practiceName", "case, Inc", pair, decision="keep both")
        )
    for kind, name in (
        ("Marketing", "Web Search"), ("Marketing", "Radio Spot"), ("Marketing", "Neighborhood Mailer"),
        ("Patient", "Friend or Family"), ("Patient", "Current Patient"),
    ):  # fmt: skip
        values = {"yearly_cost": rng.whole(0, 4000) + 0.5}
        rows.append({"id": rng.key(), "type": kind, "name": name, "active": True, "customFields": values})
    rows[-1]["active"] = False
    practice.referrals = rows
    practice.tables["referralSources"] = rows


def add_payers(practice: Practice, rng: Draw) -> None:
    """Payers and two or three plans of each."""
    payers: list[Row] = []
    plans: list[Row] = []
    for name, code in PAYERS:
        payer: Row = {"id": rng.key(), "name": name, "payerId": code, "active": name != PAYERS[-1][0]}
        payers.append(payer)
        for level in rng.sample(("PPO Basic", "PPO Plus", "Premier", "Employee Choice"), rng.whole(2, 3)):
            plan: Row = {
                "id": rng.key(),
                "payerId": payer["id"],
                "name": f"{name} {level}",
                "groupNumber": f"{rng.whole(10_000, 999_999):06d}",
                "active": True,
            }
            plans.append(plan)
            practice.plans.append((plan, payer))
    if practice.defects:
        _payer_variants(practice, rng, payers, plans)
    practice.tables["payers"] = payers
    practice.tables["plans"] = plans


def _payer_variants(practice: Practice, rng: Draw, payers: list[Row], plans: list[Row]) -> None:
    twin: Row = {"id": rng.key(), "name": f"{PAYERS[2][0].upper()}, INC.", "payerId": None, "active": True}
    keys = (payers[2]["id"], twin["id"])
    payers.append(twin)
    practice.findings.append(Finding("DUP-06", "payers", twin["id"], "name", "case, Inc", keys, decision="keep both"))
    other: Row = {**plans[0], "id": rng.key(), "name": plans[0]["name"].lower().replace(" ", "  ", 1)}
    keys = (plans[0]["id"], other["id"])
    plans.append(other)
    practice.findings.append(
        Finding("DUP-06", "plans", other["id"], "name", "case, spacing", keys, decision="keep both")
    )


def add_labs(practice: Practice, rng: Draw) -> None:
    """Dental laboratories."""
    for number, name in enumerate(("Granite Dental Lab", "True Shade Ceramics", "Western Aligner Works")):
        practice.labs.append(
            {
                "id": rng.key(),
                "name": name,
                "phone": dashed(phone_number(382_000 + number)),
                "accountNumber": f"0{rng.whole(1000, 9999)}",
                "active": True,
            }
        )
    practice.tables["labs"] = practice.labs


def add_schedules(practice: Practice, rng: Draw) -> None:
    """Working hours and blocks of everybody who treats patients."""
    rows: list[Row] = []
    for member in practice.doctors + practice.hygienists:
        place = rng.pick(practice.locations)["id"]
        for weekday in range(1, 6):
            rows.append(_block(rng, member.id, place, weekday, ("08:00", "17:00", "working", "Chair time")))
        rows.append(_block(rng, member.id, place, rng.whole(1, 5), ("12:00", "13:00", "block", "Lunch")))
    practice.tables["schedules"] = rows


def _block(rng: Draw, provider: str, place: str, weekday: int, what: tuple[str, str, str, str]) -> Row:
    start, end, kind, label = what
    return {
        "id": rng.key(),
        "providerId": provider,
        "locationId": place,
        "weekday": weekday,
        "start": start,
        "end": end,
        "kind": kind,
        "label": label,
    }
