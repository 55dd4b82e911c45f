"""What must stand in Pipedrive after an export has been moved, worked out from the rules of the pair alone.

Records are named as markers name them, without the migration: ``sensei.<rule>.<key>``. Links are such names too.
Custom fields stand under the labels people see. A field that must be empty is not listed.
"""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from .reading import Row, Source, blank, instant, money, us_date

Expected = dict[str, Row]
CALLS = ("phone", "call", "tele", "video", "virtual")
STAGES = {"Unscheduled": "Consultation", "Pending": "Consultation", "Scheduled": "Pre-Op", "In Progress": "Surgery"}
TITLES = re.compile(r"\b(dr|dds|dmd|rdh|md|phd)\b\.?", re.IGNORECASE)


@dataclass
class Oracle:
    """Computes the expected records of one export; `users` are the active users' e-mail addresses.

    `merged` are decisions: patient → the patient it is merged into. `excluded` are patients left out.
    """

    source: Source
    users: set[str]
    fallback: str
    currency: str = "USD"
    merged: Mapping[str, str] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for key, into in self.merged.items():
            self.source.patients[key]["mergedIntoId"] = into
        for key in self.excluded:
            self.source.patients[key]["deletedAt"] = "excluded"

    def records(self) -> Expected:
        """Everything that must be there."""
        return {
            **self.places(), **self.referrers(), **self.carriers(), **self.labs(), **self.persons(), **self.deals(),
            **self.visits(), **self.summaries(), **self.recalls(), **self.files(),
        }  # fmt: skip

    # ---------------------------------------------------------------- people who work there

    @cached_property
    def team(self) -> dict[str, Row]:
        return self.source.keyed("teamMembers")

    def member(self, key: str | None, text: str | None = None) -> Row | None:
        """The team member of that id, or the only one whom a text names."""
        if key:  # wins over a text beside it
            return self.team.get(key)
        words = _words(text or "")
        found = [row for row in self.team.values() if words and words in _spellings(row)]
        return found[0] if len(found) == 1 else None

    def owner(self, member: Row | None) -> str:
        address = (blank((member or {}).get("email")) or "").lower()
        return address if address in self.users else self.fallback

    def provider(self, key: str | None, text: str | None = None) -> str | None:
        member = self.member(key, text)
        return _full(member) if member else blank(text)

    def provider_as_said(self, row: Row) -> str | None:
        """A visit's provider: the team member it points to, else the text as it is."""
        return self.provider(row["providerId"]) if row.get("providerId") else blank(row.get("providerName"))

    # ---------------------------------------------------------------- organizations

    def places(self) -> Expected:
        rows = self.source.rows("locations")
        found: Expected = {}
        for row in rows:
            found[place(row["id"])] = {
                "name": blank(row["name"]),
                "address": address(row.get("address")),
                "owner": self.fallback,
                "Organization type": "Practice location",
                "Organization status": _status(row),
                "NPI": blank(row.get("npi")),
                "Tax ID": blank(row.get("taxId")),
                "Organization phone": blank(row.get("phone")),
                **self.custom("locations", row),
            }
        if len(rows) > 1:
            [parent] = [f"sensei.organizations-practice.{self.source.manifest['practice']['tenantId']}"]
            name = self.source.manifest["practice"]["name"]
            found[parent] = {"name": name, "owner": self.fallback, "Organization type": "Practice location"}
            found |= {f"{parent} > {place(row['id'])}": {"type": "parent"} for row in rows}
        return found

    @cached_property
    def groups(self) -> dict[str, list[Row]]:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.source.rows("referralSources"):
            if row["type"] == "Doctor":
                groups[blank(row.get("practiceName")) or blank(row["name"])].append(row)
        return groups

    def referrers(self) -> Expected:
        found: Expected = {}
        for name, rows in self.groups.items():
            custom: Row = {}
            for row in rows:
                custom = self.custom("referralSources", row) | custom
            found[referrer(name)] = {
                "name": name,
                "owner": self.fallback,
                "address": next((value for row in rows if (value := address(row.get("address")))), None),
                "Organization type": "Referring practice",
                "Individual providers": [blank(row["name"]) for row in rows],
                "NPI": ", ".join(dict.fromkeys(value for row in rows if (value := blank(row.get("npi"))))),
                "Organization status": _status(rows[0]),
                **custom,
            }
        return found

    def carriers(self) -> Expected:
        return {
            carrier(row["id"]): {
                "name": blank(row["name"]),
                "owner": self.fallback,
                "Organization type": "Insurance carrier",
                "Organization status": _status(row),
                "Payer id": blank(row.get("payerId")),
            }
            for row in self.source.rows("payers")
        }

    def labs(self) -> Expected:
        return {
            f"sensei.organizations-labs.{row['id']}": {
                "name": blank(row["name"]),
                "owner": self.fallback,
                "Organization type": "Lab",
                "Organization status": _status(row),
                "Organization phone": blank(row.get("phone")),
            }
            for row in self.source.rows("labs")
        }

    # ---------------------------------------------------------------- patients

    def persons(self) -> Expected:
        return {person(key): self.person(key, row) for key, row in self.source.loaded.items()}

    def person(self, key: str, row: Row) -> Row:
        phones = sorted(row.get("phones") or [], key=lambda item: not item.get("preferred"))
        opted = [item.get("smsOptOut") for item in phones]
        return {
            "name": full_name(row),
            "emails": [blank(row.get("email"))] if _is_mail(blank(row.get("email"))) else [],
            "phones": [(item["number"], item["type"].lower() or "other") for item in phones],
            "add_time": row.get("createdAt"),
            "owner": self.owner(self.member(row.get("primaryProviderId"))),
            "org": self.home(row),
            "Patient number": row["patientNumber"],
            "Date of birth": blank(row.get("dateOfBirth")),
            "Address": address(row.get("address")),
            "Gender": blank(row.get("gender")),
            "Patient status": row["status"],
            "Preferred contact": blank(row.get("preferredContactMethod")),
            "SMS opt-out": "Yes" if True in opted else "No" if False in opted else None,
            "Provider (source)": self.provider(row.get("primaryProviderId")),
            "Original modified": self.local_day(row.get("updatedAt")),
            **self.referral(row),
            **self.last_visit(key),
            **self.balance(key),
            **self.insurance(key),
            **self.recall(key),
            **self.custom("patients", row),
            **self.guardians(row),
        }

    def home(self, row: Row) -> str | None:
        key = row.get("homeLocationId")
        return place(key) if key in self.source.keyed("locations") else None

    def local_day(self, stamp: str | None) -> str | None:
        return stamp[:10] if stamp else None

    def referral(self, row: Row) -> Row:
        active = [item for item in row.get("referrals") or [] if item.get("active")]
        known = self.source.keyed("referralSources")
        source = known.get(active[-1]["referralSourceId"]) if active else None
        if source is None:
            return {}
        if source["type"] == "Doctor":
            return {"Referred by": referrer(blank(source.get("practiceName")) or blank(source["name"]))}
        return {"Referral source": source["name"]}

    def guardians(self, row: Row) -> Row:
        parties = self.source.keyed("responsibleParties")
        linked: str | None = None
        attached: list[tuple[Row, str | None]] = []
        strangers: list[Row] = []  # who are no Persons, so their contacts would be lost
        for item in row.get("responsibleParties") or []:
            party = parties.get(item["id"])
            if party is None:
                continue
            patient = self.source.survivor(party.get("patientId"))
            if patient == row["id"]:
                continue  # responsible for oneself
            if patient and linked is None:
                linked = person(patient)
            else:
                attached.append((party, blank(item.get("relationship"))))
                strangers += [] if patient else [party]
        found: Row = {"Guardian": linked}
        if attached:
            found["Guardian name in any order"] = [_full(party) for party, _ in attached if _full(party)]
            found["Guardian relationship in any order"] = [kind for _, kind in attached if kind]
            found["guardian phones"] = [item["number"] for party in strangers for item in party.get("phones") or []]
            found["guardian emails"] = [party["email"] for party in strangers if blank(party.get("email"))]
        return found

    def insurance(self, key: str) -> Row:
        plans, found = self.source.keyed("plans"), {}
        for coverage in ("Primary", "Secondary"):
            held = [
                row
                for row in self.source.rows("policies")
                if self.source.survivor(row["patientId"]) == key
                and row["coverage"] == coverage
                and row.get("status") in (None, "", "Active")
                and (row.get("terminationDate") or "9999") >= self.source.today.isoformat()
            ]
            if not held:
                continue
            best = max(held, key=lambda row: row.get("effectiveDate") or "")
            chosen = plans.get(best.get("planId"))
            known = chosen and chosen["payerId"] in self.source.keyed("payers")
            found[f"{coverage} carrier"] = carrier(chosen["payerId"]) if chosen and known else None
            if coverage == "Primary":
                found["Group number"] = blank(chosen.get("groupNumber")) if chosen else None
                found["Plan name"] = blank(chosen.get("name")) if chosen else None
                found["Subscriber relationship"] = blank(best.get("relationshipToPolicyholder"))
        return found

    # ---------------------------------------------------------------- visits

    @cached_property
    def past(self) -> list[Row]:
        """Visits that become Activities, each with its patient and instant."""
        found = []
        for row in self.source.rows("appointments"):
            patient = self.source.survivor(row["patientId"])
            place_of = self.source.keyed("locations").get(row.get("locationId"), {})
            zone = row.get("timeZone") or place_of.get("timeZone") or self.source.manifest["practice"]["timeZone"]
            at = instant(row["start"], zone)
            if patient and not row.get("deletedAt") and at < self.source.cutover:
                found.append({**row, "patient": patient, "at": at})
        return found

    def visits(self) -> Expected:
        found = {}
        places = self.source.keyed("locations")
        for row in self.past:
            member = self.member(row.get("providerId"), row.get("providerName"))
            patient = full_name(self.source.patients[row["patient"]])
            kind = blank(row.get("appointmentType")) or ""
            minutes = row.get("durationMinutes")
            facts = [row["start"].replace("T", " ")[:16], row["status"], blank(row.get("operatory"))]
            facts += [self.provider_as_said(row), self.provider(row.get("providerId"), row.get("providerName"))]
            facts += [str(part) for item in row.get("procedures") or [] for part in item.values() if part]
            found[f"sensei.appointments.{row['id']}"] = {
                "type": "call" if any(word in kind.lower() for word in CALLS) else "appointment",
                "subject has": [kind, patient] + ([row["status"]] if row["status"] in ("No Show", "Canceled") else []),
                "due_date": f"{row['at']:%Y-%m-%d}",
                "due_time": f"{row['at']:%H:%M}",
                "duration": None if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}",
                "done": True,
                "person": person(row["patient"]),
                "org": place(row["locationId"]) if row.get("locationId") in places else None,
                "owner": self.owner(member),
                "note has": [fact for fact in facts if fact],
                "note lacks": ["nervous", "script"],
            }
        return found

    def last_visit(self, key: str) -> Row:
        took = [row for row in self.past if row["patient"] == key and row["status"] in ("Complete", "Checked Out")]
        if not took:
            return {}
        last = max(took, key=lambda row: row["at"])
        return {
            "Last appointment": last["start"][:10],
            "Last procedure codes": ", ".join(dict.fromkeys(item["code"] for item in last.get("procedures") or [])),
            "Last provider": self.provider(last.get("providerId"), last.get("providerName")),
        }

    # ---------------------------------------------------------------- plans

    def deals(self) -> Expected:
        found = {}
        for row in self.source.rows("treatmentPlans"):
            patient = self.source.survivor(row["patientId"])
            if not patient or row.get("deletedAt") or row["status"] not in STAGES:
                continue
            codes = [item["code"] for item in row.get("procedures") or []]
            what = codes[0] + (f" +{len(codes) - 1}" if codes[1:] else "") if codes else blank(row.get("name"))
            teeth = [item["tooth"] for item in row.get("procedures") or [] if item.get("tooth")]
            title = f"{full_name(self.source.patients[patient])} – {what}"
            found[f"sensei.treatment-plans.{row['id']}"] = {
                "title": title if len(title) <= 255 else f"{title[:254].rstrip()}…",
                "value": Decimal(row["totalFee"]),
                "currency": self.currency,
                "pipeline": "Treatment plans",
                "stage": STAGES[row["status"]],
                "status": "open",
                "person": person(patient),
                "org": self.home(self.source.patients[patient]),
                "owner": self.owner(self.member(row.get("providerId"))),
                "Plan status": row["status"],
                "Presented on": blank(row.get("presentedDate")),
                "Procedures has": codes if len(title) <= 255 else [*codes, title],
                "Teeth": ", ".join(dict.fromkeys(teeth)),
                "Insurance estimate": row.get("estimatedInsurance"),
                "Patient estimate": row.get("estimatedPatient"),
                "Original created": self.local_day(row.get("createdAt")),
                "Provider (source)": self.provider(row.get("providerId")),
                **self.custom("treatmentPlans", row),
            }
        return found

    # ---------------------------------------------------------------- money

    @cached_property
    def ledgers(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.source.rows("transactions"):
            if patient := self.source.of_report(row):
                amount, day = money(row["Amount"]), us_date(row["Posting Date"])
                found[patient].append({**row, "amount": amount, "day": day})
        return found

    def sums(self, key: str) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.ledgers[key]:
            kind = row["Transaction Category"]
            part = {"Charge": "charges", "Payment": "payments", "Insurance Payment": "payments", "Refund": "payments"}
            sums[part.get(kind, "adjustments")] += row["amount"]
            sums["balance"] += row["amount"]
        return sums

    def balance(self, key: str) -> Row:
        if key not in self.ledgers:
            return {}
        sums = self.sums(key)
        corrected = {row["Description"].split("#")[1].split(":")[0] for row in self.ledgers[key] if _corrects(row)}
        paid = [
            row["day"]
            for row in self.ledgers[key]
            if row["Transaction Category"] in ("Payment", "Insurance Payment")
            and not _corrects(row)
            and row["Transaction #"] not in corrected
        ]
        return {
            "Outstanding balance": sums["balance"],
            "Total payments": -sums["payments"] if "payments" in sums else None,
            "Last payment date": max(paid).isoformat() if paid else None,
        }

    def summaries(self) -> Expected:
        found = {}
        for key, rows in self.ledgers.items():
            sums = self.sums(key)
            days = sorted(row["day"] for row in rows)
            figures = [sums["balance"], sums["charges"], -sums["payments"], sums["adjustments"]]
            found[f"sensei.ledger.{key}"] = {
                "type": "ledger_summary",
                "subject has": [full_name(self.source.patients[key])],
                "due_date": days[-1].isoformat(),
                "done": True,
                "person": person(key),
                "note has": [f"{figure:.2f}" for figure in figures] + [days[0].isoformat(), days[-1].isoformat()]
                + ["reference only"],
            }  # fmt: skip
        return found

    # ---------------------------------------------------------------- recalls

    @cached_property
    def recare(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.source.rows("recare"):
            if patient := self.source.of_report(row):
                months = cycle_months(row["Recare Cycle"])
                last, due = us_date(row["Last Visit"]), us_date(row["Due Date"])
                if due is None and last and months:
                    due = months_later(last, months)
                found[patient].append({**row, "months": months, "last": last, "due": due})
        return found

    def recall(self, key: str) -> Row:
        rows = [row for row in self.recare.get(key, []) if row["due"]]
        if not rows:
            return {}
        coming = [row for row in rows if row["due"] >= self.source.today]
        row = min(coming, key=lambda row: row["due"]) if coming else max(rows, key=lambda row: row["due"])
        return {
            "Recall type": row["Recare Type"],
            "Recall interval (months)": row["months"],
            "Last recall date": row["last"].isoformat() if row["last"] else None,
            "Next recall date": row["due"].isoformat(),
        }

    def recalls(self) -> Expected:
        found = {}
        for key, rows in self.recare.items():
            if self.source.patients[key]["status"] != "Active":
                continue
            for row in rows:
                weeks = [row["Recare Cycle"]] if "Week" in row["Recare Cycle"] else []
                found[f"sensei.recalls of {person(key)} due {row['due']}"] = {
                    "type": "recall",
                    "subject has": [row["Recare Type"], full_name(self.source.patients[key]), *weeks],
                    "due_date": row["due"].isoformat() if row["due"] else None,
                    "done": False,
                    "person": person(key),
                }
        return found

    # ---------------------------------------------------------------- documents, the practice's own fields

    def files(self) -> Expected:
        return {
            f"sensei.documents.{row['id']}": {"person": person(patient)}
            for row in self.source.rows("documents")
            if (patient := self.source.survivor(row["patientId"])) and self.source.document(row)
        }

    def custom(self, object_name: str, row: Row) -> Row:
        defined = {item["name"]: item for item in self.source.rows("fieldDefinitions") if item["object"] == object_name}
        found = {}
        for name, value in (row.get("customFields") or {}).items():
            definition = defined.get(name, {})
            label = definition.get("label") or name
            if re.search(r"ssn|social|national.?id", name, re.IGNORECASE):
                continue
            found[f"custom {label}"] = _own_value(value)
        return found


# -------------------------------------------------------------------- names of records


def person(key: str) -> str:
    return f"sensei.patients.{key}"


def place(key: str) -> str:
    return f"sensei.organizations-locations.{key}"


def referrer(name: str) -> str:
    return f"sensei.organizations-referrers.{name}"


def carrier(key: str) -> str:
    return f"sensei.organizations-carriers.{key}"


# -------------------------------------------------------------------- small rules


def full_name(row: Row) -> str:
    first = (blank(row.get("firstName")) or "").rstrip("_").rstrip()
    parts = [first, blank(row.get("lastName")), blank(row.get("suffix"))]
    return " ".join(part for part in parts if part) or f"Patient {row['patientNumber']}"


def address(value: Row | None) -> list[str]:
    """The parts that must be found in the address."""
    return [part for name, part in (value or {}).items() if blank(part)]


def cycle_months(text: str) -> int | None:
    number, _, unit = text.partition(" ")
    return {"month": 1, "year": 12}.get(unit.lower().rstrip("s"), 0) * int(number) or None if number else None


def months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _status(row: Row) -> str | None:
    return {True: "Active", False: "Inactive"}.get(row.get("active"))


def _corrects(row: Row) -> bool:
    return row["Description"].startswith("Correction of #")


def _is_mail(text: str | None) -> bool:
    """What cannot be an address stays behind, as finding MIS-01 says."""
    return bool(text and re.fullmatch(r"[^@\s]+@[^@\s,]+\.[^@\s,]+", text))


def _own_value(value: Any, *, defined: bool = False) -> Any:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str) and value.isdigit() and not defined:
        return int(value)  # a number by its looks, where nobody defined the field
    return value.strip() if isinstance(value, str) else value


def _full(row: Row) -> str:
    return " ".join(part for part in (blank(row.get("firstName")), blank(row.get("lastName"))) if part)


def _words(text: str) -> str:
    return re.sub(r"[\s.]+", " ", TITLES.sub("", text).strip(" ,")).strip(" ,").lower()


def _spellings(row: Row) -> set[str]:
    first, last = (blank(row.get("firstName")) or "").lower(), row["lastName"].lower()
    return {f"{first} {last}", f"{last}, {first}", f"{last}, {first[:1]}", last, f"{first[:1]}{last}"}
