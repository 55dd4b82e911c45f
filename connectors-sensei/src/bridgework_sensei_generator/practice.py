"""The small tables of one practice: they fit in memory whatever the number of patients."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bridgework_sensei_generator.draws import PRACTICE, Draw, draw, npi, phone_number, utc
from bridgework_sensei_generator.fields import field_definitions
from bridgework_sensei_generator.findings import Finding
from bridgework_sensei_generator.names import CITIES, FEMALE, LAST, MALE, PAYERS, PRACTICE_NAMES, STREETS

Row = dict[str, Any]

TIME_ZONE = "America/Denver"


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A person who works at the practice, as the export names them."""

    id: str
    role: str
    first: str
    last: str
    email: str | None
    active: bool

    @property
    def report_name(self) -> str:
        """``Last, First``: the form of the reports."""
        return f"{self.last}, {self.first}"


@dataclass(slots=True)
class Practice:
    """Everything about the practice that does not grow with its patients."""

    seed: int
    name: str
    domain: str
    cutover: datetime
    defects: bool
    blocking: bool
    document_share: float
    locations: list[Row] = field(default_factory=list)
    closed_location: Row | None = None
    team: list[TeamMember] = field(default_factory=list)
    doctors: list[TeamMember] = field(default_factory=list)
    hygienists: list[TeamMember] = field(default_factory=list)
    retired: list[TeamMember] = field(default_factory=list)
    referrals: list[Row] = field(default_factory=list)
    plans: list[tuple[Row, Row]] = field(default_factory=list)
    labs: list[Row] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day of the export, in UTC and in the practice's zone alike (the export is made around noon)."""
        return self.cutover.date()


def build_practice(
    seed: int, patients: int, cutover: datetime, *, defects: bool, blocking: bool, document_share: float
) -> Practice:
    """The practice of one seed. The number of patients only decides how many locations it has."""
    name = draw(seed, PRACTICE).pick(PRACTICE_NAMES)
    domain = name.lower().replace(" ", "") + ".example"
    practice = Practice(seed, name, domain, cutover, defects, blocking, document_share)
    _locations(practice, draw(seed, PRACTICE, 1), patients)
    for number, table in enumerate((_team, _referrals, _payers, _labs, _schedules), 2):
        table(practice, draw(seed, PRACTICE, number))
    practice.tables["fieldDefinitions"] = field_definitions()
    return practice


def _address(rng: Draw, city: tuple[str, str, str]) -> Row:
    return {
        "line1": f"{rng.whole(100, 9899)} {rng.pick(STREETS)} Ave",
        "line2": f"Suite {rng.whole(100, 400)}",
        "city": city[0],
        "state": city[1],
        "postalCode": city[2],
        "country": "US",
    }


def _dashed(digits: str) -> str:
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def _locations(practice: Practice, rng: Draw, patients: int) -> None:
    sites = [("DEN", 0, TIME_ZONE), ("BOU", 3, TIME_ZONE)]
    if patients >= 300:
        sites.append(("FLG", 10, "America/Phoenix"))
    for number, (code, place, zone) in enumerate(sites):
        practice.locations.append(
            {
                "id": rng.key(),
                "code": code,
                "name": f"{practice.name} {CITIES[place][0]}",
                "address": _address(rng, CITIES[place]),
                "phone": _dashed(phone_number(380_000 + number)),
                "npi": npi(rng.getrandbits(26)),
                "taxId": f"84-{rng.whole(1_000_000, 9_999_999)}",
                "timeZone": zone,
                "active": True,
                "customFields": {"chairs": rng.whole(4, 9), "parking": rng.chance(0.5), "opened": "2009-04-01"},
            }
        )
    table = list(practice.locations)
    if patients >= 1000:
        closed = {**table[0], "id": rng.key(), "code": "GOL", "name": f"{practice.name} Golden", "active": False}
        closed.update(address=_address(rng, CITIES[4]), phone=None, npi=None, customFields={"opened": "2001-09-15"})
        practice.closed_location = closed
        table.append(closed)
    practice.tables["locations"] = table


# Role, active, has an e-mail. Two doctors share a last name, so that "Dr <last name>" alone is ambiguous.
_STAFF = (
    ("Doctor", True, True), ("Doctor", True, True), ("Doctor", True, True), ("Doctor", True, False),
    ("Doctor", False, True), ("Hygienist", True, True), ("Hygienist", True, True), ("Hygienist", True, True),
    ("Hygienist", False, True), ("Assistant", True, True), ("Assistant", True, False), ("Assistant", True, True),
    ("Office Manager", True, True), ("Front Desk", True, True),
)  # fmt: skip


def _team(practice: Practice, rng: Draw) -> None:
    rows: list[Row] = []
    lasts = rng.sample(LAST, len(_STAFF))
    lasts[2] = lasts[0]
    firsts = rng.sample(FEMALE, 7) + rng.sample(MALE, 7)
    for position, (role, active, mail) in enumerate(_STAFF):
        first, last = firsts[position * 5 % 14], lasts[position]
        email = f"{first[0]}{last}".lower().replace("'", "") + f"@{practice.domain}" if mail else None
        if position == 2:
            email = f"{first}.{last}@{practice.domain}".lower()
        member = TeamMember(rng.key(), role, first, last, email, active)
        practice.team.append(member)
        created = practice.cutover - timedelta(days=rng.whole(900, 4000), minutes=rng.whole(0, 600))
        rows.append(
            {
                "id": member.id,
                "role": role,
                "firstName": first,
                "lastName": last,
                "email": email,
                "npi": npi(rng.getrandbits(26)) if role in ("Doctor", "Hygienist") else None,
                "taxonomyCode": "1223G0001X" if role == "Doctor" else None,
                "defaultLocationId": practice.locations[position % len(practice.locations)]["id"],
                "active": active,
                "createdAt": utc(created),
                "updatedAt": utc(created + timedelta(days=rng.whole(1, 800))),
            }
        )
    practice.tables["teamMembers"] = rows
    practice.doctors = [member for member in practice.team if member.role == "Doctor" and member.active]
    practice.hygienists = [member for member in practice.team if member.role == "Hygienist" and member.active]
    practice.retired = [member for member in practice.team if not member.active]
    if practice.defects:
        _team_findings(practice, rows)


def _team_findings(practice: Practice, rows: list[Row]) -> None:
    rows[6]["npi"] = rows[5]["npi"]
    bad = rows[7]["npi"]
    rows[7]["npi"] = bad[:-1] + str((int(bad[-1]) + 3) % 10)
    add = practice.findings.append
    add(Finding("PRV-02", "teamMembers", rows[6]["id"], "npi", "npi shared", (rows[5]["id"], rows[6]["id"])))
    add(Finding("PRV-02", "teamMembers", rows[7]["id"], "npi", "npi check digit"))
    for row in rows:
        if row["email"] is None:
            provider = row["role"] in ("Doctor", "Hygienist", "Assistant")
            add(Finding("PRV-02", "teamMembers", row["id"], "email", "no e-mail", required=provider))


def _referrals(practice: Practice, rng: Draw) -> None:
    rows: list[Row] = []

    def doctor(group: str | None, number: int) -> Row:
        first, last = rng.pick(MALE + FEMALE), rng.pick(LAST)
        return {
            "id": rng.key(),
            "type": "Doctor",
            "name": f"Dr. {first} {last}",
            "practiceName": group,
            "npi": npi(rng.getrandbits(26)),
            "phone": _dashed(phone_number(381_000 + number)),
            "email": f"office{number}@referral{number % 9}.example" if rng.chance(0.7) else None,
            "address": _address(rng, rng.pick(CITIES)),
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


def _payers(practice: Practice, rng: Draw) -> None:
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


def _labs(practice: Practice, rng: Draw) -> None:
    for number, name in enumerate(("Granite Dental Lab", "True Shade Ceramics", "Western Aligner Works")):
        practice.labs.append(
            {
                "id": rng.key(),
                "name": name,
                "phone": _dashed(phone_number(382_000 + number)),
                "accountNumber": f"0{rng.whole(1000, 9999)}",
                "active": True,
            }
        )
    practice.tables["labs"] = practice.labs


def _schedules(practice: Practice, rng: Draw) -> None:
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
