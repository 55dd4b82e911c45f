"""One small practice in which every row is there for a reason; `test_content` says what must become of each."""

from __future__ import annotations

from .exports import Export, Row, base, entry, patient, treatment_plan, visit

LETTER = b"%PDF-1.4 a letter to Ana\n"


def practice() -> Export:
    """Families, referrers, carriers, visits around the change of the clocks, plans, a ledger, recalls, documents."""
    export = base()
    _partners(export)
    _people(export)
    _visits(export)
    _plans(export)
    _ledger(export)
    _recalls(export)
    _documents(export)
    return export


def _partners(export: Export) -> None:
    export.add(
        "referralSources",
        _referrer("ref-1", "Doctor", "Dr. Mei Lee", practiceName="Front Range Endodontics", npi="1111111112"),
        _referrer("ref-2", "Doctor", "Dr. Tom Park", practiceName="Front Range Endodontics"),
        _referrer("ref-3", "Doctor", "Dr. Solo Okafor"),
        _referrer("ref-4", "Marketing", "Billboard I-25"),
    )
    export.add(
        "payers",
        {"id": "pay-1", "name": "Delta Dental", "payerId": "DDCO1", "active": True},
        {"id": "pay-2", "name": "Old Mutual Dental", "payerId": "OMD", "active": False},
    )
    export.add(
        "plans",
        {"id": "ins-1", "payerId": "pay-1", "name": "PPO Gold", "groupNumber": "G-77", "active": True},
        {"id": "ins-2", "payerId": "pay-2", "name": "Basic", "groupNumber": "B-1", "active": True},
    )
    export.add("labs", {"id": "lab-1", "name": "Mile High Lab", "phone": "303-555-0444", "active": True})
    export.add(
        "responsibleParties",
        {"id": "rp-eva", "patientId": "pat-eva", "firstName": "Eva", "lastName": "Ruiz", "email": "eva@example.org"},
        {
            "id": "rp-gil",
            "patientId": None,
            "firstName": "Gil",
            "lastName": "Stone",
            "email": "gil@example.org",
            "phones": [{"type": "Home", "number": "303-555-0777"}],
        },
    )
    export.add(
        "policies",
        _policy("pol-1", "pat-ana", "ins-2", "Primary", effectiveDate="2020-01-01", terminationDate="2022-12-31"),
        _policy("pol-2", "pat-ana", "ins-1", "Primary", effectiveDate="2023-01-01"),
        _policy("pol-3", "pat-ana", "ins-2", "Secondary", effectiveDate="2023-01-01"),
    )


def _referrer(key: str, kind: str, name: str, **values: object) -> Row:
    return {"id": key, "type": kind, "name": name, "active": True, **values}


def _policy(key: str, patient_id: str, plan: str, coverage: str, **values: object) -> Row:
    return {
        "id": key,
        "patientId": patient_id,
        "planId": plan,
        "coverage": coverage,
        "relationshipToPolicyholder": "Self",
        "subscriberId": "SECRET-1",
        "status": "Active",
        **values,
    }


def _people(export: Export) -> None:
    export.add(
        "fieldDefinitions",
        {
            "object": "patients",
            "name": "comfort",
            "label": "Comfort menu",
            "type": "picklist",
            "options": ["Blanket", "Music"],
        },
    )
    export.add(
        "patients",
        patient(
            "pat-ana",
            "1001",
            "Ana",
            "Ruiz",
            email="Ana.Ruiz@Example.org",
            gender="Female",
            phones=[
                {"type": "Home", "number": "303-555-0100", "preferred": False, "smsOptOut": True},
                {"type": "Mobile", "number": "303-555-0101", "preferred": True},
            ],
            address={"line1": "7 Elm St", "city": "Denver", "state": "CO", "postalCode": "80203"},
            preferredContactMethod="Email",
            referrals=[
                {"referralSourceId": "ref-4", "active": False},
                {"referralSourceId": "ref-2", "active": True},
            ],
            customFields={"comfort": "Music"},
        ),
        patient("pat-eva", "1002", "Eva", "Ruiz", email="eva@example.org", homeLocationId="loc-phx"),
        patient(
            "pat-kid",
            "1003",
            "Kim",
            "Ruiz",
            dateOfBirth="2018-07-04",
            responsibleParties=[{"id": "rp-eva", "relationship": "Mother"}],
            referrals=[{"referralSourceId": "ref-4", "active": True}],
        ),
        patient(
            "pat-ward",
            "1004",
            "Max",
            "Stone",
            dateOfBirth="2019-08-05",
            phones=[{"type": "Home", "number": "303-555-0700"}],
            responsibleParties=[{"id": "rp-gil", "relationship": "Uncle"}],
        ),
        patient("pat-old", "1005", "Ana", "Ruiz-Old", mergedIntoId="pat-ana"),
        patient("pat-gone", "1006", "Guy", "Gone", deletedAt="2025-01-01T00:00:00Z"),
        patient("pat-idle", "1007", "Ida", "Idle", status="Inactive", primaryProviderId="prov-2"),
        patient("pat-blank", "1008", "", ""),
        patient("pat-twin", "1009", "Sam_", "Lee", suffix="Jr."),
    )


def _visits(export: Export) -> None:
    export.add(
        "appointments",
        visit("vis-summer", "pat-ana", "2026-07-01T09:30:00", durationMinutes=90),
        visit("vis-winter", "pat-ana", "2026-01-15T18:30:00"),
        visit("vis-before", "pat-eva", "2026-03-08T01:30:00"),
        visit("vis-after", "pat-eva", "2026-03-08T03:30:00"),
        visit(
            "vis-phoenix", "pat-eva", "2026-07-01T09:30:00", locationId="loc-phx", timeZone="America/Phoenix",
            providerId=None, providerName="HADDAD, Omar RDH",
        ),
        visit("vis-missed", "pat-eva", "2026-08-03T10:00:00", status="No Show"),
        visit("vis-call", "pat-eva", "2026-08-04T10:00:00", appointmentType="Phone consultation"),
        visit("vis-open", "pat-eva", "2026-08-05T10:00:00", status="Scheduled"),
        visit(
            "vis-filling", "pat-kid", "2026-09-01T10:00:00",
            procedures=[{"code": "D2392", "tooth": "14", "surfaces": "MO"}, {"code": "D0120"}],
            notes="nervous",
        ),
        visit("vis-future", "pat-ana", "2026-12-01T10:00:00", status="Scheduled"),
        visit("vis-merged", "pat-old", "2025-05-05T10:00:00"),
        visit("vis-gone", "pat-gone", "2024-05-05T10:00:00"),
        visit("vis-orphan", "pat-nobody", "2024-06-05T10:00:00"),
        visit("vis-deleted", "pat-ana", "2026-02-02T10:00:00", deletedAt="2026-02-03T10:00:00Z"),
    )  # fmt: skip


def _plans(export: Export) -> None:
    export.add(
        "treatmentPlans",
        treatment_plan(
            "plan-new",
            "pat-ana",
            "Unscheduled",
            "1234.56",
            estimatedInsurance="600.10",
            estimatedPatient="634.46",
            procedures=[
                {"id": "p1", "code": "D2740", "tooth": "30", "fee": "1200.00", "status": "Planned"},
                {"id": "p2", "code": "D2950", "tooth": "30", "fee": "34.56", "status": "Planned"},
            ],
        ),
        treatment_plan("plan-set", "pat-eva", "Scheduled", "80.00"),
        treatment_plan("plan-run", "pat-kid", "In Progress", "70.00", providerId="prov-2", procedures=[]),
        treatment_plan("plan-done", "pat-ana", "Completed", "999.00"),
        treatment_plan("plan-gone", "pat-gone", "Unscheduled", "10.00"),
        treatment_plan("plan-merged", "pat-old", "Pending", "20.00"),
    )


def _ledger(export: Export) -> None:
    export.add(
        "transactions",
        entry(1, "1001", "Ruiz, Ana", "Charge", "200.10"),
        entry(2, "1001", "Ruiz, Ana", "Payment", "(50.05)", **{"Posting Date": "03/10/2026"}),
        entry(3, "1001", "Ruiz, Ana", "Insurance Payment", "(30.00)", **{"Posting Date": "04/01/2026"}),
        entry(
            4, "1001", "Ruiz, Ana", "Insurance Payment", "30.00",
            **{"Posting Date": "04/02/2026", "Description": "Correction of #3: Insurance Payment"},
        ),
        entry(5, "1001", "Ruiz, Ana", "Write-off", "(0.05)", **{"Posting Date": "05/01/2026"}),
        entry(6, "1006", "Gone, Guy", "Charge", "17.00"),
    )  # fmt: skip


def _recalls(export: Export) -> None:
    export.add(
        "recare",
        _recall("1001", "Ruiz, Ana", "Prophy", "11/15/2026", "6 Months", "05/15/2026"),
        _recall("1002", "Ruiz, Eva", "Perio", "", "3 Months", "11/30/2025"),
        _recall("1007", "Idle, Ida", "Prophy", "01/10/2026", "6 Months", "07/10/2025"),
    )


def _recall(number: str, name: str, kind: str, due: str, cycle: str, last: str) -> Row:
    return {
        "Patient": name,
        "Patient ID": number,
        "Due Date": due,
        "Recare Cycle": cycle,
        "Last Visit": last,
        "Provider": "Lester, Ruby",
        "Recare Type": kind,
    }


def _documents(export: Export) -> None:
    export.document("doc-letter", "pat-ana", "documents/letter.pdf", LETTER)
    export.document("doc-wrong", "pat-ana", "documents/changed.pdf", b"%PDF-1.4 one thing\n")
    export.row("documents", "doc-wrong")["sha256"] = "0" * 64
    export.document("doc-missing", "pat-eva", "documents/missing.pdf", b"%PDF-1.4 another\n")
    del export.files["documents/missing.pdf"]
