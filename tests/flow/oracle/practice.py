"""Two odd practices: every row is there for a quirk of real exports."""

from __future__ import annotations

from typing import Any

from .writing import Folder, ReportStyle, Row

LONG = "An account of the smile. " * 40  # 1000 characters
WIDE = "W" * 300


def patient(key: str, number: str, first: str | None, last: str | None, **other: Any) -> Row:
    """An active patient of no location, with nothing but a name and a day of birth."""
    row: Row = {"id": key, "patientNumber": number, "status": "Active", "firstName": first, "lastName": last}
    row |= {"dateOfBirth": "1984-06-01", "createdAt": "2021-03-04T05:06:07Z", "updatedAt": "2026-02-03T04:05:06Z"}
    return row | other


def visit(key: str, patient_id: str, start: str, **other: Any) -> Row:
    """A completed visit of an hour in Denver."""
    row: Row = {"id": key, "patientId": patient_id, "locationId": "L-den", "providerId": "T-smith", "start": start}
    row |= {"timeZone": "America/Denver", "durationMinutes": 60, "appointmentType": "Hygiene", "status": "Complete"}
    row |= {"procedures": [{"code": "D1110", "tooth": None, "surfaces": None}], "operatory": "Op 2"}
    return row | other


def entry(number: int, patient_number: str, name: str, category: str, amount: str, **other: str) -> Row:
    """A line of the transaction list."""
    row = {"Transaction #": str(number), "Posting Date": "04/01/2026", "Service Date": "03/30/2026"}
    row |= {"Patient ID": patient_number, "Patient": name, "Provider": "Smith, Alice", "Location": "Denver"}
    row |= {"Transaction Category": category, "Description": category, "Amount": amount}
    return row | {key.replace("_", " "): value for key, value in other.items()}


def plan(key: str, patient_id: str, status: str, total: Any, codes: tuple[str, ...] = ("D2740",), **other: Any) -> Row:
    """A treatment plan."""
    parts = [
        {"id": f"{key}/{at}", "code": code, "tooth": str(3 + at), "surfaces": None, "fee": 10, "status": "Planned"}
        for at, code in enumerate(codes)
    ]
    row: Row = {"id": key, "patientId": patient_id, "providerId": "T-smith", "name": f"Plan {key}", "status": status}
    row |= {"presentedDate": "2026-05-04", "totalFee": total, "estimatedInsurance": 400.5, "estimatedPatient": 99.25}
    row |= {"procedures": parts, "createdAt": "2026-05-04T23:30:00Z", "updatedAt": "2026-05-05T16:00:00Z"}
    return row | other


def phone(kind: str, number: str, preferred: bool | None = None, opted_out: bool | None = None) -> Row:
    """A telephone of a person."""
    return {"type": kind, "number": number, "preferred": preferred, "smsOptOut": opted_out}


def two_locations() -> Folder:
    """Two locations in two zones, generated at 11:30 in Denver and 10:30 in Phoenix."""
    folder = Folder("2026-07-15T17:30:00Z", "America/Denver")
    _places(folder)
    _partners(folder)
    _definitions(folder)
    _families(folder)
    _oddities(folder)
    _visits(folder)
    _plans(folder)
    _money(folder)
    _recalls(folder)
    _papers(folder)
    return folder


def _places(folder: Folder) -> None:
    address = {"line1": "1 Main St", "line2": "Suite 4", "city": "Denver", "state": "CO", "postalCode": "00501"}
    folder.add(
        "locations",
        {"id": "L-den", "code": "DEN", "name": "Saguaro Denver", "address": address, "phone": "(303) 555-0199"}
        | {"npi": "1234567893", "taxId": "84-0000001", "timeZone": "America/Denver", "active": True}
        | {"customFields": {"chairs": 7}},
        {"id": "L-phx", "name": "Saguaro Phoenix", "timeZone": "America/Phoenix", "active": False},
    )
    folder.add(
        "teamMembers",
        {"id": "T-smith", "role": "Doctor", "firstName": "Alice", "lastName": "Smith", "active": True}
        | {"email": "ALICE.SMITH@saguaro.example", "npi": "1987654321"},
        {"id": "T-left", "role": "Doctor", "firstName": "Bo", "lastName": "Gone", "active": False}
        | {"email": "bo.gone@saguaro.example"},
        {"id": "T-nomail", "role": "Hygienist", "firstName": "Cy", "lastName": "Nomail", "active": True, "email": ""},
        {"id": "T-other", "role": "Assistant", "firstName": "Del", "lastName": "Smithers", "active": True}
        | {"email": "nobody.here@saguaro.example"},
    )


def _partners(folder: Folder) -> None:
    folder.add(
        "referralSources",
        {"id": "R-1", "type": "Doctor", "name": "Dr. Ann Root", "practiceName": "Endo Group", "npi": "1111111112"}
        | {"phone": "602-555-1000", "address": {"line1": "9 Pulp Ave", "city": "Mesa", "state": "AZ"}, "active": True},
        {"id": "R-2", "type": "Doctor", "name": "Dr. Ben Canal", "practiceName": "Endo Group", "active": True}
        | {"customFields": {"tier": "Gold"}},
        {"id": "R-3", "type": "Doctor", "name": "Dr. Sole", "practiceName": "", "active": False},
        {"id": "R-4", "type": "Marketing", "name": "Radio KXYZ", "active": True},
        {"id": "R-5", "type": "Patient", "name": "Friend of the house", "active": True},
    )
    folder.add(
        "payers",
        {"id": "P-1", "name": "Delta <Dental> & Co", "payerId": "DD01", "active": True},
        {"id": "P-2", "name": "Unused Mutual", "payerId": None, "active": False},
        {"id": "P-3", "name": "Cigna", "payerId": "62308", "active": True},
    )
    folder.add(
        "plans",
        {"id": "I-1", "payerId": "P-1", "name": "PPO Gold", "groupNumber": "00123", "active": True},
        {"id": "I-3", "payerId": "P-3", "name": "Basic", "groupNumber": None, "active": True},
    )
    folder.add(
        "policies",
        _policy("O-1", "p-ana", "I-3", "Primary", effectiveDate="2021-01-01"),
        _policy("O-2", "p-ana", "I-1", "Primary", effectiveDate="2024-01-01", relationshipToPolicyholder="Spouse"),
        _policy("O-3", "p-ana", "I-3", "Secondary", effectiveDate="2023-01-01", terminationDate="2024-01-01"),
        _policy("O-4", "p-ben", "I-3", "Secondary", effectiveDate="2023-01-01"),
        _policy("O-5", "p-ben", "I-1", "Other", effectiveDate="2026-01-01"),
        _policy("O-6", "p-ben", "I-1", "Primary", effectiveDate="2020-01-01", status="Terminated"),
        _policy("O-7", "p-moved", "I-1", "Primary", effectiveDate="2019-01-01"),
    )


def _policy(key: str, patient_id: str, plan_id: str, coverage: str, **other: Any) -> Row:
    row: Row = {"id": key, "patientId": patient_id, "planId": plan_id, "coverage": coverage, "status": "Active"}
    return row | {"relationshipToPolicyholder": "Self", "subscriberId": f"SUB-{key}"} | other


def _definitions(folder: Folder) -> None:
    for target, name, label, kind, options in (
        ("patients", "comfort", "Comfort", "picklist", ["Blanket", "Music"]),
        ("patients", "story", "Story", "text", None),
        ("patients", "nick", "Call me", "text", None),
        ("patients", "shoe", "Shoe size", "number", None),
        ("patients", "since", "Member since", "date", None),
        ("patients", "vip", "VIP", "bool", None),
        ("patients", "ssnLast4", "SSN last 4", "text", None),
        ("locations", "chairs", "Chairs", "number", None),
        ("referralSources", "tier", "Tier", "picklist", ["Silver"]),
        ("treatmentPlans", "financing", "Financing", "bool", None),
    ):
        folder.add(
            "fieldDefinitions", {"object": target, "name": name, "label": label, "type": kind, "options": options}
        )


def _families(folder: Folder) -> None:
    folder.add(
        "responsibleParties",
        {"id": "G-ana", "patientId": "p-ana", "firstName": "Ana", "lastName": "Ruiz", "email": "x@y.example"},
        {"id": "G-gil", "firstName": "Gil", "lastName": "Stone", "email": "Gil@Stone.example"}
        | {"phones": [phone("Home", "303-555-0777"), phone("Work", "303-555-0700")]}
        | {"address": {"line1": "5 Elsewhere"}},
        {"id": "G-una", "firstName": "Una", "lastName": "Stone", "phones": []},
        {"id": "G-gone", "patientId": "p-deleted", "firstName": "Guy", "lastName": "Gone"},
        {"id": "G-old", "patientId": "p-moved", "firstName": "Ana", "lastName": "Ruiz"},
        {"id": "G-ben", "patientId": "p-ben", "firstName": "Ben", "lastName": "Ålund"},
    )
    folder.add(
        "patients",
        patient(
            "p-ana", "00101", "Ana", "Ruiz", email="Ana.Ruiz@Mail.Example", gender="Female", middleName="M",
            phones=[phone("Home", "303-555-0101", False, True), phone("Mobile", "(303) 555-0102", True)],
            address={"line1": "7 Elm St", "line2": None, "city": "Denver", "state": "CO", "postalCode": "80203"},
            preferredContactMethod="Email", homeLocationId="L-den", primaryProviderId="T-smith",
            referrals=[{"referralSourceId": "R-4", "active": False}, {"referralSourceId": "R-2", "active": True}],
            customFields={"comfort": "Music", "story": LONG, "nick": WIDE, "shoe": 38.5, "since": "2020-02-29",
                          "vip": True, "ssnLast4": "1234", "undefined": "42", "undefinedToo": "yes"},
        ),
        patient("p-ben", "00102", "Ben", "Ålund", status="Inactive", homeLocationId="L-phx", primaryProviderId="T-left",
                customFields={"comfort": "Hot towel", "vip": False, "undefined": "43"}, email="ben@alund.example"),
        patient("p-kid", "00103", "Kim 🦷", "Ruiz", dateOfBirth="2018-07-04", primaryProviderId="T-nomail",
                homeLocationId="L-den", responsibleParties=[{"id": "G-ana", "relationship": "Mother"}],
                referrals=[{"referralSourceId": "R-4", "active": True}]),
        patient("p-ward", "00104", "Max", "Stone", dateOfBirth="2019-08-05", homeLocationId="L-den",
                phones=[phone("Home", "303-555-0700")],
                responsibleParties=[{"id": "G-gil", "relationship": "Uncle"}, {"id": "G-una"}]),
        patient("p-both", "00105", "Bea", "Ruiz", dateOfBirth="2017-08-05", homeLocationId="L-den",
                responsibleParties=[{"id": "G-gil", "relationship": "Uncle"}, {"id": "G-ana", "relationship": "Aunt"},
                                    {"id": "G-ben", "relationship": "Cousin"}]),
        patient("p-orph", "00106", "Oli", "Gone", dateOfBirth="2016-08-05", homeLocationId="L-den",
                responsibleParties=[{"id": "G-gone", "relationship": "Father"}]),
        patient("p-kin", "00107", "Kin", "Ruiz", dateOfBirth="2015-08-05", homeLocationId="L-den",
                responsibleParties=[{"id": "G-old", "relationship": "Mother"}]),
    )  # fmt: skip


def _oddities(folder: Folder) -> None:
    folder.add(
        "patients",
        patient("p-moved", "00201", "Ana", "Ruiz-Old", mergedIntoId="p-hop"),
        patient("p-hop", "00202", "Ana", "Ruiz-Older", mergedIntoId="p-ana"),
        patient("p-round", "00203", "Ro", "Und", mergedIntoId="p-trip"),
        patient("p-trip", "00204", "Tri", "P", mergedIntoId="p-round"),
        patient("p-lost", "00205", "Lo", "St", mergedIntoId="p-nobody"),
        patient("p-todel", "00206", "To", "Del", mergedIntoId="p-deleted"),
        patient("p-deleted", "00207", "Guy", "Gone", deletedAt="2025-01-01T00:00:00Z"),
        patient("p-twin", "00208", "Sam_", "Lee", suffix="Jr.", status="Inactive"),
        patient("p-twin2", "00209", "Sam", "Lee", suffix="Jr."),
        patient("p-blank", "00210", " ", ""),
        patient("p-space", "00211", "  Mary   Ann ", " O'Neil-Smith  ", suffix=" III "),
        patient("p-caps", "00212", "JOHN", "MCDONALD", dateOfBirth="1900-01-01", gender="N/A", email="none@none.com"),
        patient("p-wide", "00213", "Wendy", "Wide", gender="Nonbinary", email="not an address",
                referrals=[{"referralSourceId": "R-3", "active": True}]),
        patient("p-noloc", "00214", "=SUM(1)", "<b>Bold</b>", homeLocationId="L-unknown",
                primaryProviderId="T-unknown", dateOfBirth="0001-01-01"),
        patient("p-same1", "00300", "Pat", "One"),
        patient("p-same2", "00300", "Pat", "Two"),
        patient("p-dup", "00301", "Ana", "Ruiz", homeLocationId="L-den", email="ana.ruiz@mail.example"),
    )  # fmt: skip


def _visits(folder: Folder) -> None:
    phoenix = {"locationId": "L-phx", "timeZone": "America/Phoenix"}
    folder.add(
        "appointments",
        visit("v-summer", "p-ana", "2026-07-01T19:30:00", durationMinutes=90),
        visit("v-winter", "p-ana", "2026-01-15T18:30:00"),
        visit("v-gap", "p-ana", "2026-03-08T02:30:00"),
        visit("v-fold", "p-ana", "2025-11-02T01:30:00"),
        visit("v-before", "p-ben", "2026-03-08T01:59:00", durationMinutes=15),
        visit("v-after", "p-ben", "2026-03-08T03:00:00", durationMinutes=600),
        visit("v-phx-past", "p-ben", "2026-07-15T10:00:00", **phoenix),
        visit("v-phx-next", "p-ben", "2026-07-15T10:45:00", **phoenix),
        visit("v-den-past", "p-kid", "2026-07-15T11:00:00"),
        visit("v-den-next", "p-kid", "2026-07-15T11:45:00", status="Scheduled"),
        visit("v-now", "p-kid", "2026-07-15T11:30:00"),
        visit("v-text1", "p-kid", "2026-02-01T08:00:00", providerId=None, providerName="Dr Smith"),
        visit("v-text2", "p-kid", "2026-02-02T08:00:00", providerId=None, providerName="SMITH, A"),
        visit("v-text3", "p-kid", "2026-02-03T08:00:00", providerId=None, providerName="Alice Smith, DDS"),
        visit("v-text4", "p-kid", "2026-02-04T08:00:00", providerId=None, providerName="Dr Nobody"),
        visit("v-text5", "p-kid", "2026-02-05T08:00:00", providerId="", providerName="Smithers, Del"),
        visit("v-left", "p-kid", "2026-02-06T08:00:00", providerId="T-left"),
        visit("v-noshow", "p-ward", "2026-06-01T10:00:00", status="No Show"),
        visit("v-cancel", "p-ward", "2026-06-02T10:00:00", status="Canceled"),
        visit("v-open", "p-ward", "2026-06-03T10:00:00", status="Confirmed"),
        visit("v-phone", "p-ward", "2026-06-04T10:00:00", appointmentType="Telehealth check"),
        visit("v-odd", "p-ward", "2026-06-05T10:00:00", appointmentType="", locationId=None, providerId=None,
              procedures=[], operatory=None, durationMinutes=0, status="Left early"),
        visit("v-checked", "p-ward", "2026-06-06T16:10:00", status="Checked Out", durationMinutes=45,
              notes="<script>alert(1)</script> nervous & shy " + LONG,
              procedures=[{"code": "D2392", "tooth": "14", "surfaces": "MO"}, {"code": "D0120"}, {"code": "D2392"}]),
        visit("v-moved", "p-moved", "2026-07-02T10:00:00", procedures=[{"code": "D9999"}]),
        visit("v-round", "p-round", "2026-06-07T10:00:00"),
        visit("v-lost", "p-lost", "2026-06-07T10:00:00"),
        visit("v-todel", "p-todel", "2026-06-07T10:00:00"),
        visit("v-gone", "p-deleted", "2024-05-05T10:00:00"),
        visit("v-orphan", "p-nobody", "2024-05-05T10:00:00"),
        visit("v-deleted", "p-ana", "2026-07-03T10:00:00", deletedAt="2026-07-04T10:00:00Z"),
        visit("v-future", "p-ana", "2026-12-24T10:00:00", status="Scheduled"),
        visit("v-futuredone", "p-ana", "2026-12-25T10:00:00", status="Complete"),
        visit("v-badloc", "p-blank", "2026-06-08T10:00:00", locationId="L-unknown"),
    )  # fmt: skip


def _plans(folder: Folder) -> None:
    folder.add(
        "treatmentPlans",
        plan("d-1", "p-ana", "Unscheduled", 1250.1, ("D2740", "D2950", "D3330"), customFields={"financing": True}),
        plan("d-2", "p-ana", "Scheduled", 0.3),
        plan("d-3", "p-ben", "Pending", 99999.99, ("D7240",), estimatedInsurance=None, estimatedPatient=None),
        plan("d-4", "p-ben", "In Progress", 10, (), customFields={"financing": False}),
        plan("d-5", "p-ana", "Completed", 10),
        plan("d-6", "p-ana", "Declined", 10),
        plan("d-7", "p-hop", "Pending", 70, providerId="T-left"),
        plan("d-8", "p-deleted", "Pending", 80),
        plan("d-9", "p-ana", "Pending", 90, deletedAt="2026-07-04T10:00:00Z"),
        plan("d-10", "p-noloc", "Unscheduled", 0, (), name=LONG, providerId=None, presentedDate=None),
        plan("d-11", "p-nobody", "Pending", 80),
    )


def _money(folder: Folder) -> None:
    ana, ben, ward = ("00101", "Ruiz, Ana"), ("00102", "Ålund, Ben"), ("00104", "Stone, Max")
    folder.reports["transactions"] = ReportStyle(
        encoding="cp1252", titles=("Saguaro Family Dental", "Transaction List"), total='Total,,,,,,,,,,,"$1,475.45"'
    )
    folder.add(
        "transactions",
        entry(1, *ana, "Charge", "$1,200.00", Posting_Date="01/05/2026"),
        entry(2, *ana, "Payment", "(200.00)", Posting_Date="02/05/2026"),
        entry(3, *ana, "Payment", "(300.00)", Posting_Date="06/05/2026"),
        entry(4, *ana, "Payment", "300.00", Posting_Date="06/06/2026", Description="Correction of #3: wrong patient"),
        entry(5, *ana, "Insurance Payment", "(150.25)", Posting_Date="03/05/2026"),
        entry(6, *ana, "Refund", "50.00", Posting_Date="06/07/2026"),
        entry(7, *ana, "Write-off", "(10.10)", Posting_Date="03/06/2026"),
        entry(8, *ana, "Contract Adjustment", "(20.20)", Posting_Date="03/07/2026"),
        entry(9, *ana, "Mystery Fee", "5.00", Posting_Date="03/08/2026"),
        entry(10, *ben, "Initial Balance", "75.00", Posting_Date="12/31/2019", Provider="", Location=""),
        entry(11, *ben, "Discount", "(75.00)", Posting_Date="01/01/2020"),
        entry(12, *ward, "Charge", "100.00"),
        entry(13, *ward, "Charge", "(100.00)", Description="Correction of #12: wrong code"),
        entry(14, "00201", "Ruiz-Old, Ana", "Charge", "11.00", Posting_Date="07/01/2026"),
        entry(15, "00207", "Gone, Guy", "Charge", "500.00"),
        entry(16, "00300", "One, Pat", "Charge", "21.00"),
        entry(17, "00300", "Two, Pat", "Charge", "22.00"),
        entry(18, "00300", "Three, Pat", "Charge", "23.00"),
        entry(19, "99999", "Nobody, At All", "Charge", "24.00"),
    )
    folder.reports["claims"] = ReportStyle(titles=("Claims",))
    row = {"Claim Number": "C-1", "Status": "Submitted", "Type": "Svc", "Provider": "Smith, Alice", "Plan": "PPO Gold"}
    row |= {"Last Updated": "02/02/2026", "Payer": "Delta <Dental> & Co", "Patient Name": "Ruiz, Ana"}
    folder.add("claims", row | {"Patient ID": "00101", "Billed": "1,200.00", "Paid": "150.25"})


def recare(name: str, number: str, kind: str, due: str, cycle: str, last: str, provider: str = "Smith, Alice") -> Row:
    """A line of the recare list."""
    row = {"Patient": name, "Patient ID": number, "Due Date": due, "Recare Cycle": cycle, "Last Visit": last}
    return row | {"Provider": provider, "Recare Type": kind}


def _recalls(folder: Folder) -> None:
    folder.reports["recare"] = ReportStyle(delimiter=";", encoding="utf-8")
    folder.add(
        "recare",
        recare("Ruiz, Ana", "00101", "Prophy", "01/15/2026", "6 Months", "07/15/2025"),
        recare("Ruiz, Ana", "00101", "Perio", "10/01/2026", "12 Weeks", "07/09/2026"),
        recare("Ruiz, Ana", "00101", "X-ray", "08/01/2026", "1 Year", "07/01/2025"),
        recare("Ålund, Ben", "00102", "Prophy", "02/28/2026", "6 Months", "08/31/2025"),
        recare("Stone, Max", "00104", "Prophy", "", "6 Months", "08/31/2025"),
        recare("Ruiz, Kim 🦷", "00103", "Prophy", "07/15/2026", "3 Months", ""),
        recare("Ruiz-Older, Ana", "00202", "Sealant", "07/20/2026", "2 Months", "05/20/2026"),
        recare("Two, Pat", "00300", "Prophy", "09/09/2026", "6 Months", "03/09/2026"),
        recare("One, Pat", "00300", "Prophy", "10/10/2026", "6 Months", "04/10/2026"),
        recare("Gone, Guy", "00207", "Prophy", "09/09/2026", "6 Months", "03/09/2026"),
        recare("Ruiz, Bea", "00105", "Prophy", "03/01/2026", "6 Months", "09/01/2025", "Nobody, Dr"),
        recare("Ruiz, Bea", "00105", "Xray", "04/01/2026", "6 Months", "10/01/2025"),
    )


def _papers(folder: Folder) -> None:
    folder.document("f-ok", "p-ana", "documents/Letter.pdf", b"%PDF-1.4 a letter")
    folder.document("f-moved", "p-moved", "documents/moved.txt", "moved ü".encode())
    folder.document("f-missing", "p-ana", "documents/missing.pdf", None)
    folder.document("f-wrong", "p-ana", "documents/wrong.pdf", b"changed since", sha256="0" * 64)
    folder.document("f-gone", "p-deleted", "documents/gone.pdf", b"of somebody deleted")
    folder.document("f-odd", "p-ward", "documents/Röntgen 1 🦷.png", b"\x89PNG")
    folder.add(
        "clinicalNotes",
        {"id": "n-1", "patientId": "p-ana", "date": "2026-01-01T10:00:00", "bodyHtml": "<p>secret & clinical</p>"},
    )
    folder.add("imagingStudies", {"id": "x-1", "patientId": "p-ana", "modality": "PX", "fileRef": "a/b"})
    folder.add("labs", {"id": "lab-1", "name": "Mile High Lab", "phone": "303-555-0444", "active": True})
    folder.add("labCases", {"id": "lc-1", "labId": "lab-1", "patientId": "p-ana", "type": "Crown", "fee": 10.0})


def one_location() -> Folder:
    """One location, hardly any object, everybody in one zone without summer time; a report in semicolons."""
    folder = Folder("2025-11-02T08:15:00Z", "America/Phoenix", practice="Solo")
    folder.add("locations", {"id": "only", "name": "Solo", "timeZone": "America/Phoenix"})
    folder.add("teamMembers", {"id": "T-smith", "role": "Doctor", "lastName": "Smith", "active": True})
    folder.add("patients", patient("1", "1", "Solo", "Ruiz", homeLocationId="only"), patient("2", "2", None, "Nix"))
    folder.add(
        "appointments",
        visit("1", "1", "2025-11-02T01:00:00", locationId="only", timeZone="America/Phoenix"),
        visit("2", "1", "2025-11-02T01:30:00", locationId="only", timeZone="America/Phoenix"),
    )
    folder.reports["transactions"] = ReportStyle(encoding="cp1252", delimiter=";")
    folder.add("transactions", entry(1, "1", "Ruiz, Solo", "Charge", "1.10"), entry(2, "2", "Nix", "Payment", "(2.20)"))
    return folder


def unknown_things(folder: Folder) -> Folder:
    """The same with an object and fields nobody has heard of."""
    folder.add("smileGallery", {"id": "s-1", "patientId": "p-ana", "stars": 5})
    for row in folder.objects["patients"][:3]:
        row["loyaltyTier"] = "Platinum"
    folder.objects["appointments"][0]["arrivalMood"] = "calm"
    return folder


def loose_ends() -> Folder:
    """What the format lets a practice leave out or say twice."""
    folder = Folder("2026-07-15T17:30:00Z", "America/Denver")
    folder.add(
        "locations",
        {"id": "L-den", "name": "Twin", "timeZone": "America/Denver", "active": True},
        {"id": "L-phx", "name": "Twin", "timeZone": "America/Phoenix", "active": True},
        {"id": "L-hon", "name": "Honolulu", "timeZone": "Pacific/Honolulu", "active": True},
    )
    folder.add(
        "teamMembers",
        {"id": "T-smith", "role": "Doctor", "firstName": "Alice", "lastName": "Smith", "active": True}
        | {"email": "alice.smith@saguaro.example"},
        {"id": "T-smith2", "role": "Doctor", "firstName": "Aaron", "lastName": "Smith", "active": True}
        | {"email": "bo.gone@saguaro.example"},
    )
    folder.add(
        "referralSources",
        {"id": "R-1", "type": "Doctor", "name": "Dr. One", "practiceName": " Endo  Group "},
        {"id": "R-2", "type": "Doctor", "name": "Dr. Two", "practiceName": "Endo Group", "npi": "1111111112"},
        {"id": "R-3", "type": "Patient", "name": "Old Friend"},
    )
    folder.add(
        "responsibleParties",
        {"id": "G-self", "patientId": "a", "firstName": "Self", "lastName": "Payer", "email": "self@payer.example"},
        {"id": "G-nameless", "phones": [phone("Mobile", "303-555-0999")]},
    )
    folder.add("payers", {"id": "P-1", "name": "Twin Dental"}, {"id": "P-2", "name": "Twin Dental"})
    folder.add("plans", {"id": "I-1", "payerId": "P-1"}, {"id": "I-9", "payerId": "P-unknown", "name": "Gone"})
    folder.add(
        "policies",
        _policy("O-1", "a", "I-1", "Primary", effectiveDate="2020-01-01", status=None),
        _policy("O-2", "b", "I-9", "Primary", effectiveDate="2020-01-01"),
        _policy("O-3", "b", "I-unknown", "Secondary", effectiveDate=None),
        _policy("O-4", "c", "I-1", "Primary", effectiveDate="2020-01-01", terminationDate="2026-07-15"),
        _policy("O-5", "d", "I-1", "Primary", effectiveDate="2020-01-01", terminationDate="2026-07-14"),
    )
    folder.add(
        "patients",
        patient("a", "A-1", "Self", "Payer", phones=[phone("Fax", "303-555-0001 x12"), phone("", "5550002")],
                responsibleParties=[{"id": "G-self", "relationship": "Self"}], homeLocationId="L-phx",
                referrals=[{"referralSourceId": "R-1", "active": True}], createdAt=None),
        patient("b", "A-2", "Nameless", "Guard", responsibleParties=[{"id": "G-nameless", "relationship": "Aunt"}],
                referrals=[{"referralSourceId": "R-unknown", "active": True}]),
        patient("c", "A-3", "Ref", "Erred", referrals=[{"referralSourceId": "R-3", "active": True}],
                responsibleParties=[{"id": "G-unknown"}]),
        patient("d", "A-4", "Dee", "Numbers", phones=[phone("Mobile", "303-555-0004", True, False),
                                                     phone("Home", "303-555-0005", True, True)]),
    )  # fmt: skip
    folder.add(
        "appointments",
        visit("z-none", "a", "2026-07-01T09:00:00", timeZone=None, locationId="L-phx"),
        visit("z-hon", "a", "2026-06-01T20:00:00", timeZone="", locationId="L-hon"),
        visit("z-nowhere", "b", "2026-06-01T20:00:00", timeZone=None, locationId=None, durationMinutes=None),
        visit("z-late", "b", "2026-07-15T08:00:00", timeZone=None, locationId="L-hon"),
        visit("z-two", "c", "2026-06-02T09:00:00", providerId=None, providerName="Smith, A"),
        visit("z-one", "c", "2026-06-03T09:00:00", providerId=None, providerName="smith, alice dds"),
        visit("z-both", "c", "2026-06-04T09:00:00", providerName="Somebody Else"),
    )
    folder.add("treatmentPlans", plan("t-1", "d", "Pending", 12.345, ("D1", "D1"), createdAt=None))
    folder.add(
        "transactions",
        entry(1, "A-1", "Payer, Self", "Payment", "(10.00)", Description="Payment"),
        entry(2, "A-1", "Payer, Self", "Payment", "10.00", Description="Correction of #1: typed twice"),
    )
    return folder
