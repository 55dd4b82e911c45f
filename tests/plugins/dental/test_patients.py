"""Checks of patients, their contacts, the team, companies and responsible parties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bridgework.model import Finding, Severity

Audit = Callable[..., list[Finding]]
Patient = Callable[..., dict[str, Any]]


def of(findings: list[Finding], check: str) -> list[Finding]:
    return [finding for finding in findings if finding.check == check]


def keys(findings: list[Finding], check: str) -> set[str]:
    return {finding.key for finding in of(findings, check)}


def test_a_patient_with_everything_in_order_has_no_finding(audit: Audit, patient: Patient) -> None:
    assert audit({"patient": [patient("P1")]}) == []


def test_exact_moved_and_probable_twins_are_told_apart(audit: Audit, patient: Patient) -> None:
    found = audit(
        {
            "patient": [
                patient("A1", "Ana", "Ruiz", birth_date="1980-05-17"),
                patient("A2", "ANA", "RUIZ", birth_date="1980-05-17"),
                patient("B1", "Sam", "Lund", birth_date="1971-02-03"),
                patient("B2", "Sam_", "Lund", birth_date="1971-02-03", status="Inactive"),
                patient("C1", "Thomas", "Baker", birth_date="1990-09-12"),
                patient("C2", "Tom", "Baker", birth_date="1990-09-12"),
            ]
        }
    )
    assert [(each.check, each.key, each.others, each.proposed) for each in found] == [
        ("DUP-01", "A2", ("A1",), "merge into A1"),
        ("DUP-02", "B2", ("B1",), "merge into B1"),
        ("DUP-04", "C2", ("C1",), "merge into C1"),
    ]
    assert {each.severity for each in found} == {Severity.APPROVE}
    assert all(each.score is not None and each.evidence for each in found)


def test_deleted_and_merged_patients_are_nobodys_duplicate(audit: Audit, patient: Patient) -> None:
    found = audit(
        {
            "patient": [
                patient("A1"), patient("A2", deleted_at="2026-01-01T00:00:00Z"), patient("A3", merged_into="A1"),
            ]
        }
    )  # fmt: skip
    assert of(found, "DUP-01") == []


def test_a_responsible_party_who_is_a_patient_is_linked_to_them(audit: Audit, patient: Patient) -> None:
    party = {"first_name": "Ana", "last_name": "Ruiz", "patient": None}
    found = audit(
        {
            "patient": [patient("P1", phones=[{"number": "303-555-0100"}])],
            "guardian": [
                {"id": "G1", **party, "phones": [{"number": "(303) 555 0100"}]},
                {"id": "G2", **party, "patient": "P1", "phones": [{"number": "3035550100"}]},
                {"id": "G3", **party, "phones": [{"number": "720-555-0100"}]},
            ],
        }
    )
    assert [(each.object, each.key, each.others, each.proposed) for each in of(found, "DUP-03")] == [
        ("guardians", "G1", ("P1",), "merge into P1")
    ]


def test_with_two_fitting_patients_no_link_is_proposed(audit: Audit, patient: Patient) -> None:
    mail = "family@mail.example"
    people = [
        patient("P1", "Ed", "Lund", email=mail, suffix="Jr", birth_date="1990-01-01"),
        patient("P2", "Ed", "Lund", email=mail, suffix="Sr", birth_date="1960-01-01"),
    ]
    party = {"id": "G1", "first_name": "Ed", "last_name": "Lund", "email": mail}
    (found,) = of(audit({"patient": people, "guardian": [party]}), "DUP-03")
    assert found.proposed == "keep both"


def test_three_adults_under_one_address_are_no_duplicates_but_told(audit: Audit, patient: Patient) -> None:
    shared = {"email": "family@mail.example"}
    found = audit(
        {
            "patient": [
                patient("P1", "Ana", birth_date="1980-05-17", **shared), patient("P2", "Ben", **shared),
                patient("P3", "Cleo", **shared), patient("P4", "Dora", birth_date="2019-02-03", **shared),
            ]
        }
    )  # fmt: skip
    (told,) = of(found, "DUP-05")
    assert (told.key, told.others, told.severity) == ("P1", ("P2", "P3"), Severity.WARN)
    assert keys(found, "DUP-04") == set()


def test_a_number_of_two_patients_blocks(audit: Audit, patient: Patient) -> None:
    found = audit({"patient": [patient("P1", number="77"), patient("P2", "Ben", number="77")]})
    (told,) = of(found, "DUP-07")
    assert (told.key, told.others, told.severity) == ("P2", ("P1",), Severity.BLOCK)


@pytest.mark.parametrize(
    ("changes", "check", "field"),
    [
        ({"email": None, "phones": [{"number": "303-555-0100"}]}, "MIS-01", "email"),
        ({"email": "none@none.com", "phones": [{"number": "303-555-0100"}]}, "MIS-01", "email"),
        ({"email": None}, "MIS-02", "phones"),
        ({"email": "na@na.com"}, "MIS-02", "phones"),
        ({"birth_date": None}, "MIS-03", "birth_date"),
        ({"birth_date": "1900-01-01"}, "MIS-03", "birth_date"),
        ({"birth_date": "2031-05-05"}, "MIS-03", "birth_date"),
        ({"birth_date": "1899-03-04"}, "MIS-03", "birth_date"),
        ({"merged_into": "nobody"}, "ORP-07", "merged_into"),
        ({"merged_into": "P1"}, "ORP-07", "merged_into"),
    ],
)
def test_what_a_patient_lacks(audit: Audit, patient: Patient, changes: dict[str, Any], check: str, field: str) -> None:
    found = audit({"patient": [patient("P1", **changes)]})
    assert (check, field) in {(each.check, each.field) for each in found}


def test_a_minor_needs_a_responsible_party_if_the_source_has_any(audit: Audit, patient: Patient) -> None:
    child = patient("P1", birth_date="2015-02-03")
    cared = patient("P2", "Ben", birth_date="2015-02-03", guardians=[{"id": "G1"}])
    assert audit({"patient": [child]}) == []
    found = audit({"patient": [child, cared], "guardian": []})
    assert keys(found, "MIS-03") == {"P1"}


def test_the_practices_own_address_is_nobodys(audit: Audit, patient: Patient) -> None:
    team = [{"id": "T1", "last_name": "Lee", "first_name": "Kim", "email": "klee@practice.example", "role": "Doctor"}]
    found = audit({"patient": [patient("P1", email="Desk@Practice.example", phones=["3035550100"])], "provider": team})
    assert keys(found, "MIS-01") == {"P1"}


def test_the_team_is_looked_through(audit: Audit) -> None:
    def member(key: str, **values: Any) -> dict[str, Any]:
        row = {"id": key, "last_name": f"L{key}", "first_name": f"F{key}", "role": "Doctor", "active": True,
               "email": f"{key}@practice.example", "npi": None}  # fmt: skip
        return {**row, **values}

    found = audit(
        {
            "provider": [
                member("T1", npi="1234567893"), member("T2", npi="1234567893"), member("T3", npi="1234567890"),
                member("T4", email=None), member("T5", email=None, role="Front Desk"),
                member("T6", email=None, active=False), member("T7", last_name="LT1", first_name="ft1"),
            ]
        }
    )  # fmt: skip
    assert {(each.check, each.key, each.field) for each in found} == {
        ("PRV-02", "T2", "npi"), ("PRV-02", "T3", "npi"), ("PRV-02", "T4", "email"), ("DUP-06", "T7", "last_name"),
    }  # fmt: skip


def test_companies_in_two_spellings_are_told_once_per_later_one(audit: Audit) -> None:
    found = audit(
        {
            "payer": [
                {"id": "C1", "name": "Summit Dental"}, {"id": "C2", "name": "SUMMIT DENTAL, INC."},
                {"id": "C3", "name": "Summit Vision"},
            ],
            "plan": [
                {"id": "L1", "name": "Basic", "payer": "C1"}, {"id": "L2", "name": "basic", "payer": "C1"},
                {"id": "L3", "name": "Basic", "payer": "C3"},
            ],
            "referral_source": [
                {"id": "R1", "name": "Dr. One", "practice_name": "Canyon Perio"},
                {"id": "R2", "name": "Dr. Two", "practice_name": "Canyon Perio"},
                {"id": "R3", "name": "Dr. Three", "practice_name": "CANYON PERIO LLC"},
            ],
        }
    )  # fmt: skip
    assert {(each.key, each.others, each.proposed) for each in of(found, "DUP-06")} == {
        ("C2", ("C1",), "merge into C1"), ("L2", ("L1",), "merge into L1"), ("R3", ("R1",), "keep both"),
    }  # fmt: skip


def test_no_value_of_a_record_stands_in_a_summary(audit: Audit, patient: Patient) -> None:
    secret = "Zyxwvut"
    found = audit(
        {
            "patient": [
                patient("P1", secret, secret, number=secret, email=f"{secret}@"), patient("P2", secret, secret),
                patient("P3", "Kim", number=secret, notes=f"{secret} 219-09-9999"),
            ],
            "payer": [{"id": "C1", "name": secret}, {"id": "C2", "name": f"{secret} Inc"}],
        }
    )  # fmt: skip
    assert {each.check for each in found} >= {"DUP-01", "DUP-06", "DUP-07", "MIS-02", "PHI-01"}
    assert not [each for each in found if secret in each.summary + each.action]
