"""Appointments and what comes with them: recare, notes, perio exams, images, lab cases."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bridgework_sensei_generator.codes import ADULT_VISITS, CHILD_VISITS, surfaces_for, tooth_for
from bridgework_sensei_generator.draws import months_later, utc, weekday_on_or_before
from bridgework_sensei_generator.household import Household, Recare, Row, report_name

TOOK_PLACE = ("Complete", "Checked Out")
_PAST = ("Complete",) * 9 + ("Checked Out",) * 7 + ("No Show", "Canceled")
_FUTURE = ("Scheduled", "Scheduled", "Scheduled", "Confirmed")
_OPERATORIES = ("Op 1", "Op 2", "Op 3", "Op 4", "Hyg 1", "Hyg 2")
_TIMES = tuple(f"T{hour:02d}:{minute:02d}:00" for hour in range(8, 17) for minute in (0, 15, 30, 45))
_NOTES = (
    "Prefers mornings.", "Running late, called ahead.", "Bring x-rays.", "Parking was a problem last time.",
    "Asked about whitening.", "Needs ride home.",
)  # fmt: skip


def past_days(house: Household, patient: Row) -> list[date]:
    """Days of the past visits, newest first; none before the first birthday."""
    rng = house.rng
    today = house.practice.today
    earliest = house.born[patient["id"]] + timedelta(days=370)
    back = rng.whole(400, 1500) if patient["status"] == "Inactive" else rng.whole(2, 260)
    days: list[date] = []
    for _ in range(rng.whole(0, 6)):
        day = weekday_on_or_before(today - timedelta(days=back))
        if day <= earliest:
            break
        days.append(day)
        back += rng.whole(150, 260)
    return days


def add_visits(house: Household, patient: Row) -> list[Row]:
    """Past and future appointments; returns the past ones that took place, oldest first."""
    rng = house.rng
    days = past_days(house, patient)
    days.reverse()
    done: list[Row] = []
    for number, day in enumerate(days):
        kind = 4 if number == 0 and rng.chance(0.5) else None
        visit = add_visit(house, patient, day, rng.pick(_PAST), kind)
        if rng.chance(0.008):
            visit["deletedAt"] = visit["updatedAt"]
        elif visit["status"] in TOOK_PLACE:
            done.append(visit)
    if patient["status"] == "Active":
        for ahead in range(1 if rng.chance(0.57) else 0):
            day = house.practice.today + timedelta(days=rng.whole(2, 170) + ahead)
            add_visit(house, patient, max(weekday_on_or_before(day), _tomorrow(house)), rng.pick(_FUTURE), None)
    first = days[0] if days else house.practice.today - timedelta(days=rng.whole(20, 2000))
    _stamp(house, patient, first, days[-1] if days else first)
    return done


def _tomorrow(house: Household) -> date:
    return house.practice.today + timedelta(days=1)


def _stamp(house: Household, patient: Row, first: date, last: date) -> None:
    """Entered in the fortnight before the first visit (a baby not before it was born), changed at the last one."""
    rng = house.rng
    day = max(first - timedelta(days=rng.whole(1, 14)), house.born[patient["id"]])
    created = datetime.combine(day, time(15, rng.whole(0, 59), rng.whole(0, 59)))
    changed = max(datetime.combine(last, time(22, rng.whole(0, 59))), created)
    patient["createdAt"] = utc(created)
    patient["updatedAt"] = utc(changed)


def add_visit(house: Household, patient: Row, day: date, status: str, kind: int | None = None) -> Row:
    """One appointment on that day, with procedures and teeth fitting the age."""
    rng = house.rng
    age = house.age_on(patient["id"], day)
    kinds = CHILD_VISITS if age < 13 else ADULT_VISITS
    name, codes, minutes = kinds[kind % len(kinds)] if kind is not None else rng.pick(kinds)
    practice = house.practice
    home = [place for place in practice.locations if place["id"] == patient["homeLocationId"]]
    place = home[0] if home and rng.chance(0.93) else rng.pick(practice.locations)
    recent = (practice.today - day).days < 200
    team = practice.hygienists if name == "Recare Exam" and rng.chance(0.4) else practice.doctors
    member = rng.pick(team) if recent or rng.chance(0.95) else rng.pick(practice.retired)
    as_text = rng.chance(0.06)
    booked = datetime.combine(day - timedelta(days=rng.whole(3, 45)), time(16, rng.whole(0, 59)))
    booked = min(booked, practice.cutover - timedelta(days=1))
    changed = min(datetime.combine(day, time(23, rng.whole(0, 59))), practice.cutover - timedelta(hours=2))
    row: Row = {
        "id": rng.key(),
        "patientId": patient["id"],
        "locationId": place["id"],
        "providerId": None if as_text else member.id,
        "providerName": member.report_name if as_text else None,
        "operatory": rng.pick(_OPERATORIES),
        "start": day.isoformat() + rng.pick(_TIMES),
        "timeZone": place["timeZone"],
        "durationMinutes": minutes,
        "appointmentType": name,
        "status": status,
        "procedures": [
            {"code": code, "tooth": tooth_for(rng, code, age), "surfaces": surfaces_for(rng, code)} for code in codes
        ],
        "notes": rng.pick(_NOTES) if rng.chance(0.12) else None,
        "createdAt": utc(booked),
        "updatedAt": utc(max(booked, changed)),
        "deletedAt": None,
    }
    house.rows["appointments"].append(row)
    return row


def provider_text(house: Household, visit: Row) -> str:
    """``Last, First`` of whoever the appointment names."""
    if visit["providerName"]:
        return str(visit["providerName"])
    wanted = visit["providerId"]
    return next((member.report_name for member in house.practice.team if member.id == wanted), "")


def add_recare(house: Household, patient: Row, done: list[Row]) -> None:
    """Recare rows: due one cycle after the last visit; a few were moved by hand."""
    rng = house.rng
    last = date.fromisoformat(done[-1]["start"][:10]) if done else None
    kinds = [("Cleaning", "6 Months")]
    dice = rng.random()
    if dice < 0.10:
        kinds = [("Perio Maintenance", "3 Months")]
    elif dice < 0.16:
        kinds.append(("X-rays", "24 Months"))
    elif dice < 0.18:
        kinds = [("Cleaning", "26 Weeks")]
    elif dice > 0.95:
        return
    for kind, cycle in kinds:
        due = recare_due(last or house.practice.today - timedelta(days=rng.whole(-60, 200)), cycle)
        if rng.chance(0.03):
            due += timedelta(days=rng.whole(7, 40))
        provider = rng.pick(house.practice.hygienists).report_name
        name, number = report_name(patient), patient["patientNumber"]
        house.recares.append(Recare(name, number, patient["id"], due, cycle, last, provider, kind))


def recare_due(last: date, cycle: str) -> date:
    """The day one cycle (``6 Months``, ``26 Weeks``) after the last visit."""
    count, unit = cycle.split()
    return months_later(last, int(count)) if unit == "Months" else last + timedelta(weeks=int(count))


def add_clinical(house: Household, patient: Row, done: list[Row]) -> None:
    """Notes, perio exams, images and lab cases of the visits that took place."""
    rng = house.rng
    for visit in done:
        dice = rng.random()
        day = visit["start"][:10]
        if dice < 0.28:
            _note(house, patient, visit)
        if dice < 0.06 and house.age_on(patient["id"], date.fromisoformat(day)) >= 18:
            _perio(house, patient, day)
        elif dice > 0.88:
            ref = f"images/{visit['id'][:8]}.dcm" if dice < 0.97 else None
            row = {"id": rng.key(), "patientId": patient["id"], "modality": rng.pick(("IO", "PX", "CT"))}
            house.rows["imagingStudies"].append({**row, "date": day, "fileRef": ref})
        if any(item["code"] in ("D2740", "D6010") for item in visit["procedures"]):
            _lab_case(house, patient, date.fromisoformat(day))


def _note(house: Household, patient: Row, visit: Row) -> None:
    rng = house.rng
    codes = ", ".join(item["code"] for item in visit["procedures"])
    teeth = ", ".join(item["tooth"] for item in visit["procedures"] if item["tooth"]) or "none"
    house.rows["clinicalNotes"].append(
        {
            "id": rng.key(),
            "patientId": patient["id"],
            "authorName": provider_text(house, visit),
            "noteType": rng.pick(("Progress", "Exam", "Hygiene")),
            "date": visit["start"],
            "bodyHtml": f"<p>Seen for <b>{visit['appointmentType']}</b>.</p><ul><li>Codes: {codes}</li>"
            f"<li>Teeth: {teeth}</li></ul><p>BP 12{rng.whole(0, 9)}/7{rng.whole(0, 9)} &amp; no changes reported.</p>",
        }
    )


def _perio(house: Household, patient: Row, day: str) -> None:
    rng = house.rng
    measures = [
        {"tooth": str(tooth), "site": site, "probing": rng.whole(1, 5), "bleeding": rng.chance(0.2)}
        for tooth in (3, 14, 19, 30)
        for site in ("MB", "B", "DB")
    ]
    house.rows["perioExams"].append(
        {"id": rng.key(), "patientId": patient["id"], "examDate": day, "measures": measures}
    )


def _lab_case(house: Household, patient: Row, day: date) -> None:
    rng = house.rng
    late = (house.practice.today - day).days > 30
    house.rows["labCases"].append(
        {
            "id": rng.key(),
            "labId": rng.pick(house.practice.labs)["id"],
            "patientId": patient["id"],
            "type": "Crown",
            "status": "Returned" if late else "In Lab",
            "sentDate": day.isoformat(),
            "dueDate": (day + timedelta(days=14)).isoformat(),
            "fee": rng.whole(90, 240) + 0.5,
        }
    )
