"""Results as the stages leave them, with enough of everything to fill each report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

HEX16 = "9f3c5a7712ab44de"
HEX64 = "4b1f" * 16

OBJECTS = {
    "patients": {"extracted": 12_418, "loaded": 11_902, "merged": 214, "skipped": 290, "rejected": 12},
    "appointments": {"extracted": 48_220, "loaded": 46_011, "skipped": 2_188, "in_doubt": 3, "pending": 18},
    "insurancePlans": {"extracted": 61, "loaded": 61},
    "transactions": {"extracted": 220_004, "merged": 220_004},
    "clinicalNotes": {"extracted": 9_870, "archived": 9_870},
}
RULES = {
    "organizations-insurers": {"planned": 61, "created": 58, "matched": 3},
    "patients": {"planned": 11_914, "created": 11_890, "updated": 8, "conflict": 4, "rejected": 12},
    "appointments": {"planned": 46_032, "created": 46_011, "in_doubt": 3, "pending": 18},
}

EXTRACT: dict[str, Any] = {
    "inventory": [
        {
            "object": "patients",
            "label": "Patients",
            "rows": 12_418,
            "declared": 12_418,
            "key": ["id"],
            "file": "patients.jsonl",
            "format": "JSON lines",
            "sha256": HEX64,
            "absent": "",
            "fields": [
                {"name": "firstName", "label": "First name", "type": "text", "concept": "patient.first_name",
                 "custom": False, "inferred": False, "filled": 12_417, "rows": 12_418, "longest": 31, "values": None},
                {"name": "status", "label": "Status", "type": "choice", "concept": "", "custom": False,
                 "inferred": False, "filled": 12_418, "rows": 12_418, "longest": 8,
                 "values": {"Active": 9_800, "Inactive": 2_618}},
                {"name": "custom.recallNote", "label": "", "type": "text", "concept": "", "custom": True,
                 "inferred": True, "filled": 3, "rows": 12_418, "longest": 120, "values": None},
            ],
        },
        {
            "object": "appointments", "label": "Appointments", "rows": 48_220, "declared": None, "key": ["id"],
            "file": "appointments.jsonl", "format": "JSON lines", "sha256": HEX64, "absent": "", "fields": [],
        },
        {
            "object": "images", "label": "Images", "rows": 0, "declared": None, "key": ["id"], "file": "", "format": "",
            "sha256": "", "absent": "Images are exported by hand: Reports > Imaging > Export all.", "fields": [],
        },
    ],
    "generated_at": "2026-03-01T06:00:00+00:00",
    "warnings": ["The report 'Aging' has no totals line."],
    "fingerprint": HEX64,
    "next": "bridgework audit",
}  # fmt: skip

AUDIT: dict[str, Any] = {
    "snapshot": 1,
    "severities": {"B": 2, "A": 37, "W": 412},
    "checks": [
        {"check": "FIN-01", "severity": "B", "object": "patients", "title": "ledger sum differs from the balance",
         "findings": 2, "rows": 2, "denominator": 12_418, "rate": "0.02"},
        {"check": "DUP-01", "severity": "A", "object": "patients", "title": "same name and birth date", "findings": 37,
         "rows": 37, "denominator": 12_418, "rate": "0.30", "action": "Open both charts and compare them."},
        {"check": "MIS-01", "severity": "W", "object": "patients", "title": "no e-mail address", "findings": 412,
         "rows": 412, "denominator": 12_418, "rate": "3.32"},
    ],
    "comparison": {"fixed": 9, "new": 3, "same": 448},
    "fixed": ["F-0a1b2c"],
    "findings": [
        {"id": "F-77aa01", "check": "FIN-01", "severity": "B", "object": "patients", "key": HEX16, "others": [],
         "field": "balance", "summary": "ledger sum differs from the stated balance", "proposed": "fix at source",
         "score": None, "standing": "same"},
        {"id": "F-77aa02", "check": "DUP-01", "severity": "A", "object": "patients", "key": HEX16, "others": [HEX16],
         "field": "", "summary": "same name and birth date", "proposed": "merge", "score": "0.97", "standing": "new"},
    ],
    "undecided": 2,
    "decided": 11,
    "private": ["private/checklist.csv", "private/checklist.xlsx", "private/decisions.csv"],
    "next": "bridgework audit --decide private/decisions.csv",
}  # fmt: skip

FORECAST = [
    {"work": work, "plan": plan, "calls": calls, "charges": {"tokens": tokens, "burst": calls}, "hours": hours,
     "daily": [{"label": "tokens per day", "used": tokens, "granted": granted}], "days": days, "decided_by": decides}
    for work, plan, calls, tokens, granted, hours, days, decides in (
        ("load", "Growth", 60_114, 601_140, 540_000, 9.7, 0.4, "tokens per day"),
        ("delta", "Growth", 3_006, 30_057, 540_000, 0.5, 0.02, "requests per 2 seconds"),
        ("rollback", "Growth", 70_200, 421_200, 540_000, 61.0, 2.54, "tokens per day"),
        ("load", "Premium", 60_114, 601_140, 1_350_000, 4.8, 0.2, "requests per 2 seconds"),
    )
]  # fmt: skip
TIER = {
    "plan": "growth",
    "custom_fields": {"limit": 30, "used": 28, "needed": 4},
    "left_out": [{"object": "person", "field": "Referral note"}],
    "problems": ["The growth plan has room for 30 custom fields, 28 are used, and 3 more cannot be left out."],
}
OPERATIONS = [
    {"kind": "field", "object": "person", "name": "Date of birth", "field": "", "type": "date", "options": [],
     "under": "", "reason": "patients.dateOfBirth"},
    {"kind": "field", "object": "deal", "name": "Plan status", "field": "", "type": "choice",
     "options": ["Proposed", "Accepted"], "under": "", "reason": "treatmentPlans.status"},
    {"kind": "option", "object": "activity", "name": "Hygiene", "field": "Type", "type": "", "options": [],
     "under": "", "reason": "appointments.type"},
]  # fmt: skip

PLAN: dict[str, Any] = {
    "tests": {"run": 14, "failed": [{"rule": "patients", "about": "a suffix", "problems": ["name differs"]}]},
    "mapping": HEX64,
    "load_order": ["organizations-insurers", "patients", "appointments"],
    "surveyed": {
        "organizations-insurers": {"object": "organization", "from": "insurancePlans", "planned": 61, "disposed": {},
                                   "skipped": {}, "warnings": {}, "filled": {"name": 61}},
        "patients": {"label": "People", "object": "person", "from": "patients", "planned": 11_914,
                     "disposed": {"merged": 214},
                     "skipped": {"deleted in the source": 290}, "warnings": {"phone number without country": 31},
                     "filled": {"name": 11_914}},
        "appointments": {"object": "activity", "from": "appointments", "planned": 46_032, "disposed": {},
                         "skipped": {"older than five years": 2_188}, "warnings": {}, "filled": {}},
    },
    "accounting": [
        {"object": "patients", "field": "firstName", "state": "mapped", "where": ["patients: name"], "reason": ""},
        {"object": "patients", "field": "title", "state": "dropped", "where": [], "reason": "not used in the CRM"},
        {"object": "patients", "field": "custom.recallNote", "state": "unaccounted", "where": [], "reason": ""},
    ],
    "proposals": [
        {"from": "patients.custom.recallNote", "object": "person", "field": "Recall note", "type": "text",
         "reason": "the name fits", "confidence": 0.72},
    ],
    "schema": OPERATIONS,
    "clashes": [{"object": "person", "field": "Insurance", "wanted": "choice", "present": "text"}],
    "taken": [
        {"rule": "patients", "object": "person", "field": "emails", "where": "there", "records": 14},
        {"rule": "patients", "object": "person", "field": "emails", "where": "in the trash, from another migration",
         "records": 3},
    ],
    "tier": TIER,
    "forecast": FORECAST,
    "planned": {"organization": 61, "person": 11_914, "activity": 46_032},
    "blocked": [
        "1 source fields are neither mapped, archived nor dropped (patients.custom.recallNote …).",
        "2 blocking findings are undecided; correct the source, or fill private/decisions.csv.",
    ],
    "next": "bridgework status",
}  # fmt: skip

SCHEMA: dict[str, Any] = {
    "operations": OPERATIONS,
    "tier": TIER,
    "applied": False,
    "receipts": [
        {"kind": "field", "object": "person", "field": "", "name": "Chart number", "key": HEX64[:40], "options": {},
         "created": True},
    ],
    "next": 'bridgework approve schema --by "Name <mail>"',
}  # fmt: skip

OWNERS: dict[str, Any] = {
    "outcomes": {"matched": 7, "unmatched": 2, "inactive": 1, "ambiguous": 0},
    "records": {"own user": 55_210, "fallback": 2_797},
    "users": 9,
    "without_owner": 0,
    "values": [
        {"value": HEX16, "records": 20_114, "outcome": "matched", "fallback": False},
        {"value": HEX16[::-1], "records": 2_797, "outcome": "unmatched", "fallback": True},
        {"value": HEX16.upper(), "records": 12, "outcome": "inactive", "fallback": True},
    ],
    "file": "private/owners.csv",
    "blocked": [],
    "next": 'bridgework approve owners --by "Name <mail>"',
}

SAMPLE: dict[str, Any] = {
    "roots": 150,
    "records": 1_204,
    "strata": {"status": {"Active": 90, "Inactive": 40, "": 20}, "balance": {"open": 31, "settled": 119}},
    "outcomes": {"patients": {"created": 150, "rejected": 1}, "appointments": {"created": 1_054}},
    "next": "bridgework diff",
}

DIFF: dict[str, Any] = {
    "records": 1_204,
    "classes": {
        "patients": {"equal": 1_480, "normalised": 121, "lost": 2, "wrong": 1, "missing": 0},
        "appointments": {"equal": 8_432, "normalised": 0, "lost": 0, "wrong": 0, "missing": 1},
    },
    "problems": [
        {"rule": "patients", "key": HEX16, "id": "1201", "field": "Date of birth", "class": "lost"},
        {"rule": "patients", "key": HEX16, "id": "1207", "field": "Date of birth", "class": "lost"},
        {"rule": "patients", "key": HEX16, "id": "1201", "field": "Balance", "class": "wrong"},
        {"rule": "appointments", "key": HEX16, "id": "9001", "field": "", "class": "missing"},
    ],
    "private": "private/diff.html",
    "next": 'bridgework approve sample --by "Name <mail>"',
}

LOAD: dict[str, Any] = {
    "outcomes": {
        "patients": {"created": 11_740, "rejected": 12, "unchanged": 150},
        "appointments": {"created": 44_957},
    },
    "read_back": {"person": 11_890},
    "usage": {
        "requests": 60_100,
        "verdicts": {"accepted": 59_900, "rejected": 12},
        "charged": {"tokens": 600_000},
        "left": [{"budget": "tokens", "label": "tokens per day", "left": 121_000, "limit": 750_000}],
    },
    "next": "bridgework failures",
}

DELTA: dict[str, Any] = {
    **LOAD,
    "source": {"patients": {"new": 4, "changed": 31, "unchanged": 12_383, "gone": 2}},
    "since": "2026-03-01T06:00:00+00:00",
    "next": "bridgework reconcile",
}

FAILURES: dict[str, Any] = {
    "groups": [
        {"rule": "patients", "state": "rejected", "reason": "longer than the 255 characters the field takes",
         "field": "Notes", "records": 12, "examples": [HEX16]},
        {"rule": "patients", "state": "conflict", "reason": "edited by people", "field": "", "records": 4},
    ],
    "next": "correct mapping or data, then: bridgework replay",
}  # fmt: skip

RECONCILE: dict[str, Any] = {
    "checks": {
        "patients": {
            "object": "person", "planned": 11_914, "present": 11_902, "missing": 12,
            "fields": {"Date of birth": {"expected": 11_700, "populated": 11_699}, "Name": {"expected": 11_902,
                                                                                             "populated": 11_902}},
            "links": {"Insurance → organizations-insurers": {"right": 10_101, "wrong": 1}},
            "money": {"Balance": {"expected": "182344.20", "present": "182320.20", "equal": False},
                      "Paid": {"expected": "2000000.00", "present": "2000000.00", "equal": True}},
            "classes": {"equal": 90_000, "wrong": 1},
        },
        "appointments": {"object": "activity", "planned": 46_032, "present": 46_032, "missing": 0, "fields": {},
                         "links": {}, "money": {}, "classes": {"equal": 400_000}},
    },
    "differences": [
        {"rule": "patients", "key": HEX16, "id": "", "field": "", "what": "rejected: longer than the field takes"},
        {"rule": "patients", "key": HEX16, "id": "1201", "field": "Balance", "what": "wrong"},
        {"rule": "patients", "key": HEX16, "id": "1202", "field": "Phone", "what": "kept edit"},
    ],
    "surplus": [{"object": "person", "id": "77", "what": "carries our marker, not in the journal"}],
    "money_differences": ["patients.Balance"],
    "warnings": ["No delta ran after the last load: changes made in the source meanwhile are not included."],
    "source_money": {"transactions.amount": {"total": "2182344.20", "left_out": "0"}},
    "next": "bridgework deliver",
}  # fmt: skip

ROLLBACK: dict[str, Any] = {
    "preview": True,
    "removed": {"person": {"to remove": 11_880, "kept": 22}, "activity": {"to remove": 46_011}},
    "kept": [
        {"rule": "patients", "key": HEX16, "id": "1202", "reason": "edited in the destination since it was loaded"},
        {"rule": "patients", "key": HEX16, "id": "12", "reason": "was there before the migration"},
    ],
    "schema": [
        {"kind": "field", "object": "person", "name": "Date of birth", "outcome": "to remove", "reason": ""},
        {"kind": "field", "object": "person", "name": "Chart number", "outcome": "kept",
         "reason": "records that were kept still use the schema"},
    ],
    "recoverable_days": {"person": 30, "activity": None},
    "next": "bridgework rollback",
}  # fmt: skip

STATUS: dict[str, Any] = {
    "gates": {
        "mapping": {"by": "Dr. Ana Ruiz <ana@practice.example>", "at": "2026-03-02T09:00:00+00:00", "automatic": False},
        "schema": {"by": "Rehearsal <none@example.org>", "at": "2026-03-02T10:00:00+00:00", "automatic": True},
        "owners": None,
        "sample": None,
    },
    "records": {
        "created": 57_959,
        "updated": 8,
        "matched": 3,
        "conflict": 4,
        "rejected": 12,
        "in_doubt": 3,
        "pending": 18,
    },
    "delta_window_open_since": "2026-03-03T07:12:00+00:00",
    "in_doubt": 3,
    "purged": False,
    "next": "bridgework failures",
}

DELIVER: dict[str, Any] = {
    "practice": "Łąka & Ruiz Dental",
    "source_name": "Sensei Cloud",
    "destination_name": "Pipedrive",
    "account": "ruiz-dental",
    "dates": {"extracted": "2026-03-01T06:00:00+00:00", "cutover": "2026-03-01T06:00:00+00:00",
              "loaded": "2026-03-03T17:40:00+00:00", "delta": "2026-03-05T06:30:00+00:00"},
    "migrated": [{"name": "Patients", "to": "Persons", "rule": "patients", "count": 11_902},
                 {"name": "Appointments", "to": "Activities", "rule": "appointments", "count": 46_011}],
    "reconciliation": {key: RECONCILE[key] for key in ("checks", "differences", "surplus", "money_differences")},
    "not_transferred": [
        {"what": "Clinical notes", "count": 9_870, "reason": "Pipedrive is not a place for clinical records",
         "where": "package/archive/clinicalNotes.jsonl"},
        {"what": "Patients", "count": 12, "reason": "refused by Pipedrive", "where": "package/not-loaded.xlsx"},
    ],
    "way_back": {"command": "bridgework rollback --preview", "until": "2026-04-02T17:40:00+00:00",
                 "notes": ["Pipedrive keeps removed records for 30 days."]},
    "maintenance": [{"object": "person", "field": "Last appointment", "why": "filled once, at the migration"}],
    "approvals": [{"gate": "mapping", "by": "Dr. Ana Ruiz <ana@practice.example>", "at": "2026-03-02T09:00:00+00:00"}],
    "package": [{"file": "audit-log.csv", "purpose": "every operation", "size": 10_221_009, "sha256": HEX64}],
    "head": HEX64,
    "next": "bridgework purge",
}  # fmt: skip

DATA: dict[str, dict[str, Any]] = {
    "extract": EXTRACT,
    "audit": AUDIT,
    "plan": PLAN,
    "forecast": {"forecast": FORECAST},
    "schema": SCHEMA,
    "owners": OWNERS,
    "sample": SAMPLE,
    "diff": DIFF,
    "load": LOAD,
    "replay": LOAD,
    "delta": DELTA,
    "failures": FAILURES,
    "reconcile": RECONCILE,
    "rollback": ROLLBACK,
    "sample-undo": {**ROLLBACK, "preview": False, "removed": {"person": {"removed": 150}}, "kept": []},
    "status": STATUS,
    "deliver": DELIVER,
    "check": {
        "checks": [
            {"name": "source", "ok": True, "detail": "12 objects", "next_step": ""},
            {"name": "owners", "ok": False, "detail": "no fallback owner is set", "next_step": "set owners.fallback"},
        ],
        "sandbox": True,
        "next": "bridgework extract",
    },
    "connectors": {
        "plugins": [
            {
                "role": "source",
                "name": "sensei",
                "distribution": "bridgework-sensei",
                "version": "0.1.0",
                "target": "x:Y",
            }
        ]
    },
    "approve": {
        "gate": "mapping",
        "by": "Ana Ruiz <ana@practice.example>",
        "content": HEX64,
        "summary": "3 rules",
        "shown": "reports/plan.html",
    },
    "migrate": {
        "gate": "mapping",
        "blocked": ["2 blocking findings are undecided"],
        "message": "The mapping gate is blocked: 2 blocking findings are undecided",
        "state": "waiting",
    },
    "log": {
        "verified": {"ok": False, "rows": 9, "head": HEX64, "table": "event", "row": 7, "problem": "hash differs"},
    },
    "workbook": {
        "changes": [
            {"sheet": "patients", "row": 7, "of": "Gender", "column": "From", "before": "gender", "after": "sex"}
        ],
        "taken": False,
        "message": "1 cell differs from the mapping.",
        "next": "bridgework plan --take book.xlsx --yes",
    },
    "plan-test": {"tests": PLAN["tests"], "next": "bridgework plan"},
    "demo": {"account_as_before": True, "differences": 0, "reports": ["reports/plan.html"], "message": "Migrated."},
    "init": {"message": "Made practice.", "folder": "practice", "keys": "the keyring", "next": "bridgework check"},
}
STAGES = tuple(DATA)


def made(stage: str, **changes: Any) -> dict[str, Any]:
    """A result of that stage."""
    common = {
        "format": 1,
        "migration": "k3x9qa",
        "stage": stage,
        "state": "done",
        "cause": "",
        "next": "",
        "until": None,
        "message": "",
        "objects": OBJECTS,
        "rules": RULES,
    }
    return {**common, **DATA[stage], **changes}


@pytest.fixture
def result() -> Callable[..., dict[str, Any]]:
    """Makes a result of a stage, with changes."""
    return made


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    """Every stage, one after the other."""
    return str(request.param)
