"""Checks of visits, plans, money, insurance and orphans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bridgework.model import Finding, Severity

Audit = Callable[..., list[Finding]]
Patient = Callable[..., dict[str, Any]]


def triples(findings: list[Finding]) -> set[tuple[str, str, str]]:
    return {(finding.check, finding.key, finding.field) for finding in findings}


def visit(key: str = "V1", **values: Any) -> dict[str, Any]:
    row = {
        "id": key, "patient": "P1", "start": "2026-03-02T10:00:00", "time_zone": "America/Denver", "status": "Complete",
        "procedures": [{"code": "D0120"}],
    }  # fmt: skip
    return {**row, **values}


def plan(key: str = "T1", **values: Any) -> dict[str, Any]:
    items = [{"code": "D2740", "tooth": "14", "fee": "1249.00"}, {"code": "D2391", "surfaces": "O", "fee": "198.00"}]
    row = {"id": key, "patient": "P1", "status": "Pending", "fee": "1447.00", "procedures": items}
    return {**row, **values}


def entry(key: str, amount: str, category: str = "Charge", **values: Any) -> dict[str, Any]:
    row = {
        "id": key, "number": key, "patient": "P1", "posting_date": "2026-03-02", "category": category, "amount": amount,
        "description": "",
    }  # fmt: skip
    return {**row, **values}


def policy(key: str = "I1", **values: Any) -> dict[str, Any]:
    row = {
        "id": key, "patient": "P1", "plan": "L1", "coverage": "Primary", "relationship": "Self", "status": "Active",
        "policyholder": "Ana Ruiz", "subscriber_id": "W1",
    }  # fmt: skip
    return {**row, **values}


PLANS = [{"id": "L1", "name": "Basic", "payer": "C1"}]
TEAM = [
    {"id": "D1", "last_name": "Lee", "first_name": "Kim", "role": "Doctor", "active": True, "email": "k@p.example"},
    {"id": "D2", "last_name": "Lee", "first_name": "Max", "role": "Doctor", "active": True, "email": "m@p.example"},
    {"id": "D3", "last_name": "Old", "first_name": "Al", "role": "Doctor", "active": False, "email": "a@p.example"},
]


@pytest.mark.parametrize(
    ("changes", "check", "field"),
    [
        ({"start": "1979-01-02T10:00:00"}, "DAT-02", "start"),
        ({"start": "2026-03-08T02:30:00"}, "DAT-02", "start"),
        ({"start": "2026-11-01T01:30:00"}, "DAT-02", "start"),
        ({"start": "2027-01-04T10:00:00"}, "DEN-03", "status"),
        ({"status": "Scheduled"}, "DEN-03", "status"),
        ({"status": "confirmed"}, "DEN-03", "status"),
        ({"procedures": [{"code": "1110"}]}, "DEN-03", "procedures.code"),
        ({"procedures": [{"code": "D2391", "surfaces": "12"}]}, "DEN-02", "procedures.surfaces"),
        ({"procedures": [{"code": "D1110", "surfaces": "MO"}]}, "DEN-02", "procedures.surfaces"),
        ({"procedures": [{"code": "D7140", "tooth": "48"}]}, "DEN-01", "procedures.tooth"),
        ({"procedures": [{"code": "D7140", "tooth": "K"}]}, "DEN-01", "procedures.tooth"),
        ({"notes": "card 4111 1111 1111 1111"}, "PHI-01", "notes"),
        ({"patient": "nobody"}, "ORP-01", "patient"),
    ],
)
def test_what_a_visit_gets_wrong(
    audit: Audit, patient: Patient, changes: dict[str, Any], check: str, field: str
) -> None:
    assert triples(audit({"patient": [patient("P1")], "appointment": [visit(**changes)]})) == {(check, "V1", field)}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"start": "2027-01-04T10:00:00", "status": "Scheduled"},
        {"start": "2026-03-08T03:30:00"},
        {"start": "2026-03-08T02:30:00", "time_zone": "America/Phoenix"},
        {"start": "2026-11-01T01:30:00", "time_zone": "America/Phoenix"},
        {"start": "2026-11-01T03:00:00"},
        {"status": "No Show"},
        {"deleted_at": "2026-01-01T00:00:00Z", "patient": "nobody", "status": "Scheduled"},
        {"procedures": []},
        {"procedures": None},
    ],
)
def test_visits_with_nothing_wrong(audit: Audit, patient: Patient, changes: dict[str, Any]) -> None:
    assert audit({"patient": [patient("P1")], "appointment": [visit(**changes)]}) == []


def test_a_time_zone_that_nobody_knows_is_told_once(audit: Audit, patient: Patient) -> None:
    visits = [visit(f"V{number}", time_zone="Mountain Time") for number in range(3)]
    [found] = audit({"patient": [patient("P1")], "appointment": [*visits, visit("V9", time_zone="US/Mountain")]})
    assert (found.check, found.key, found.field, found.evidence) == (
        "DAT-04", "V0", "time_zone", "Mountain Time, rows: 3"
    )  # fmt: skip


def test_a_small_child_has_no_permanent_teeth(audit: Audit, patient: Patient) -> None:
    child = patient("P1", birth_date="2024-01-10")
    found = audit({"patient": [child], "appointment": [visit(procedures=[{"code": "D0120", "tooth": "13"}])]})
    assert triples(found) == {("DEN-01", "V1", "procedures.tooth")}


def test_the_tooth_system_is_the_sources(audit: Audit, patient: Patient) -> None:
    rows = {"patient": [patient("P1")], "appointment": [visit(procedures=[{"code": "D7140", "tooth": "48"}])]}
    assert audit(rows, {"tooth_numbering": "fdi"}) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"provider_name": "Dr Kim Lee"}, set()),
        ({"provider_name": "LEE, KIM"}, set()),
        ({"provider_name": "klee"}, set()),
        ({"provider_name": "Dr Lee"}, {("PRV-01", "V1", "provider_name")}),
        ({"provider_name": "Dr Visiting Locum"}, {("PRV-01", "V1", "provider_name")}),
        ({"provider": "D3"}, set()),
        ({"provider": "D3", "start": "2027-01-04T10:00:00"}, {("PRV-02", "V1", "provider")}),
        ({"provider": "D9", "start": "2027-01-04T10:00:00"}, {("PRV-02", "V1", "provider")}),
        ({"provider_name": "Old, Al", "start": "2027-01-04T10:00:00"}, {("PRV-02", "V1", "provider_name")}),
    ],
)
def test_providers_are_resolved_exactly(
    audit: Audit, patient: Patient, changes: dict[str, Any], expected: set[tuple[str, str, str]]
) -> None:
    future = {"status": "Scheduled"} if "start" in changes else {}
    rows = {"patient": [patient("P1")], "provider": TEAM, "appointment": [visit(**changes, **future)]}
    assert triples(audit(rows)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"fee": "1447.01"}, {("FIN-02", "T1", "fee")}),
        ({"procedures": []}, {("ORP-07", "T1", "procedures")}),
        ({"provider": "D3"}, {("PRV-02", "T1", "provider")}),
        ({"provider": "D3", "status": "Completed"}, set()),
        ({"patient": "gone"}, {("ORP-02", "T1", "patient")}),
    ],
)
def test_plans(audit: Audit, patient: Patient, changes: dict[str, Any], expected: set[tuple[str, str, str]]) -> None:
    rows = {"patient": [patient("P1")], "provider": TEAM, "treatment_plan": [plan(**changes)]}
    assert triples(audit(rows)) == expected


def test_corrections_and_refunds_are_held_against_what_they_correct(audit: Audit, patient: Patient) -> None:
    found = audit(
        {
            "patient": [patient("P1"), patient("P2", "Ben")],
            "ledger_entry": [
                entry("1", "-150.00", "Payment"),
                entry("2", "150.00", "Payment", description="Correction of #1: Check"),
                entry("3", "-90.00", "Payment"),
                entry("4", "80.00", "Payment", description="Correction of #3: Check"),
                entry("5", "5.00", "Payment", description="Correction of #99: Check"),
                entry("6", "20.00", "Refund", description="REFUNDED Payment #3"),
                entry("7", "20.00", "Refund", description="REFUNDED"),
                entry("8", "20.00", "Refund", description="REFUNDED Payment", patient="P2"),
            ],
        }
    )
    assert triples(found) == {
        ("FIN-03", "4", "amount"), ("FIN-03", "5", "description"), ("FIN-03", "7", "description"),
        ("FIN-03", "8", "amount"),
    }  # fmt: skip


def test_an_amount_ten_times_the_usual_one_is_told_if_the_usual_one_is_known(audit: Audit, patient: Patient) -> None:
    def charges(code: str, *amounts: str) -> list[dict[str, Any]]:
        return [entry(f"{code}-{place}", each, procedure_code=code) for place, each in enumerate(amounts)]

    rows = [*charges("D1110", *["112.00"] * 5, "1120.00", "1120.01"), *charges("D2740", "10.00", "900.00")]
    found = audit({"patient": [patient("P1")], "ledger_entry": rows})
    assert triples(found) == {("FIN-02", "D1110-6", "amount")}


def test_a_stated_balance_is_held_against_the_ledger(audit: Audit, patient: Patient) -> None:
    people = [patient("P1", balance="30.00"), patient("P2", "Ben", balance="12.00"), patient("P3", "Cleo")]
    rows = [entry("1", "100.00"), entry("2", "-70.00", "Payment"), entry("3", "12.50", patient="P2")]
    found = audit({"patient": people, "ledger_entry": rows})
    assert [(each.check, each.key, each.severity) for each in found] == [("FIN-01", "P2", Severity.BLOCK)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"plan": None}, {("ORP-07", "I1", "plan")}),
        ({"plan": "L9"}, {("ORP-07", "I1", "plan")}),
        ({"subscriber_id": None}, {("INS-01", "I1", "subscriber_id")}),
        ({"coverage": "Other", "subscriber_id": None}, set()),
        ({"termination_date": "2025-12-31"}, {("INS-01", "I1", "termination_date")}),
        ({"termination_date": "2025-12-31", "status": "Ended"}, set()),
        ({"relationship": "Child"}, {("INS-01", "I1", "relationship")}),
        ({"relationship": "Child", "policyholder": "Eva Ruiz"}, {("INS-01", "I1", "relationship")}),
        ({"patient": "gone"}, {("ORP-03", "I1", "patient")}),
    ],
)
def test_policies(audit: Audit, patient: Patient, changes: dict[str, Any], expected: set[tuple[str, str, str]]) -> None:
    rows = {"patient": [patient("P1")], "plan": PLANS, "policy": [policy(**changes)]}
    assert triples(audit(rows)) == expected


def test_a_second_primary_policy_and_a_claim_without_any(audit: Audit, patient: Patient) -> None:
    found = audit(
        {
            "claim": [{"id": "K1", "patient": "P1"}, {"id": "K2", "patient": "P2"}],
            "patient": [patient("P1"), patient("P2", "Ben")],
            "plan": PLANS,
            "policy": [policy("I1"), policy("I2"), policy("I3", coverage="Secondary")],
        }
    )
    assert {(each.check, each.key, each.others) for each in found} == {("INS-01", "I2", ("I1",)), ("ORP-07", "K2", ())}


def test_children_follow_a_merge_and_are_orphans_where_it_leads_nowhere(audit: Audit, patient: Patient) -> None:
    people = [
        patient("P1"), patient("P2", merged_into="P1"), patient("P3", merged_into="P2"),
        patient("P4", deleted_at="2026-01-01T00:00:00Z"), patient("P5", merged_into="P4"),
        patient("P6", merged_into="P7"), patient("P7", merged_into="P6"), patient("P8", merged_into="gone"),
    ]  # fmt: skip
    notes = [{"id": f"N{number}", "patient": f"P{number}", "date": "2026-03-02"} for number in range(1, 10)]
    found = [each for each in audit({"patient": people, "note": notes}) if each.check == "ORP-06"]
    assert {each.key for each in found} == {"N4", "N5", "N6", "N7", "N8", "N9"}
    assert {each.proposed for each in found} == {"exclude"}


def test_a_row_of_a_report_is_joined_by_number_and_by_name_where_two_share_it(audit: Audit, patient: Patient) -> None:
    def printed(key: str, number: str, name: str) -> dict[str, Any]:
        return entry(key, "10.00", patient=None, patient_number=number, patient_name=name)

    people = [patient("P1", number="7"), patient("P2", "Ben", number="7"), patient("P3", "Cleo", number="8")]
    rows = [
        printed("1", "7", "RUIZ, ANA"), printed("2", "7", "Ruiz, Zoe"), printed("3", "8", "Whatever"),
        printed("4", "9", "Ruiz, Ana"),
    ]  # fmt: skip
    found = audit({"patient": people, "ledger_entry": rows}, ledger_entry=("patient",))
    told = {(each.check, each.key, each.severity) for each in found if each.object == "ledger_entrys"}
    assert told == {("DUP-07", "2", Severity.BLOCK), ("ORP-04", "4", Severity.APPROVE)}


def test_the_same_data_gives_the_same_findings(audit: Audit, patient: Patient) -> None:
    rows = {
        "patient": [patient("P1"), patient("P2"), patient("P3", email=None)],
        "appointment": [visit(status="Scheduled")],
    }
    assert audit(rows) == audit(rows)
