"""The practice itself: its locations and its team, and the building of all small tables."""

from __future__ import annotations

from datetime import datetime, timedelta

from bridgework_sensei_generator.draws import PRACTICE, Draw, draw, npi, phone_number, utc
from bridgework_sensei_generator.fields import field_definitions
from bridgework_sensei_generator.findings import Finding
from bridgework_sensei_generator.names import CITIES, FEMALE, LAST, MALE, PRACTICE_NAMES
from bridgework_sensei_generator.partners import add_labs, add_payers, add_referrals, add_schedules, dashed, office
from bridgework_sensei_generator.practice import TIME_ZONE, Practice, Row, TeamMember


def build_practice(
    seed: int, patients: int, cutover: datetime, *, defects: bool, blocking: bool, document_share: float
) -> Practice:
    """The practice of one seed. The number of patients only decides how many locations it has."""
    name = draw(seed, PRACTICE).pick(PRACTICE_NAMES)
    domain = name.lower().replace(" ", "") + ".example"
    practice = Practice(seed, name, domain, cutover, defects, blocking, document_share)
    _locations(practice, draw(seed, PRACTICE, 1), patients)
    for number, table in enumerate((_team, add_referrals, add_payers, add_labs, add_schedules), 2):
        table(practice, draw(seed, PRACTICE, number))
    practice.tables["fieldDefinitions"] = field_definitions()
    return practice


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
                "address": office(rng, CITIES[place]),
                "phone": dashed(phone_number(380_000 + number)),
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
        closed.update(address=office(rng, CITIES[4]), phone=None, npi=None, customFields={"opened": "2001-09-15"})
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
