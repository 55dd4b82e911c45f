"""The objects of ``sensei-export`` 1.0: fields, types, keys and references, as plain data.

Field names are the ones of the files (record objects in camelCase, reports by their column headings).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridgework.model import FieldType, Reference

T = FieldType


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One object of the format. `how_to_get` completes "not in export" for somebody at the front desk."""

    name: str
    label: str
    format: str  # ndjson, csv, manifest, nested
    fields: dict[str, FieldType]
    how_to_get: str
    key: tuple[str, ...] = ("id",)
    required: frozenset[str] = frozenset({"id"})
    references: tuple[Reference, ...] = ()
    deleted: str = ""
    merged_into: str = ""
    nested_in: str = ""
    nested_list: str = ""
    custom_fields: bool = False


def _to(field: str, name: str) -> Reference:
    return Reference(field=field, object=name)


def _by_number(name_column: str) -> Reference:
    # Reports know the patient's number only. Converted practices share numbers, so the printed name decides there.
    return Reference(
        field="Patient ID",
        object="patients",
        to="patientNumber",
        name=name_column,
        to_name=("lastName", "firstName"),
    )


_ADDRESS: Final = {
    "address": T.DATA,
    "address.line1": T.TEXT,
    "address.line2": T.TEXT,
    "address.city": T.TEXT,
    "address.state": T.TEXT,
    "address.postalCode": T.TEXT,
    "address.country": T.TEXT,
}
_PHONES: Final = {
    "phones": T.DATA,
    "phones.type": T.TEXT,
    "phones.number": T.PHONE,
    "phones.preferred": T.BOOLEAN,
    "phones.smsOptOut": T.BOOLEAN,
}
_STAMPS: Final = {"createdAt": T.INSTANT, "updatedAt": T.INSTANT}
_DELETABLE: Final = {**_STAMPS, "deletedAt": T.INSTANT}
_CUSTOM: Final = {"customFields": T.DATA}
_SERVICE: Final = "ask the Sensei service team for an export that includes them"

LAYOUTS: Final[tuple[Layout, ...]] = (
    Layout(
        name="practice",
        label="Practice",
        format="manifest",
        key=("tenantId",),
        fields={"tenantId": T.TEXT, "name": T.TEXT, "timeZone": T.TEXT, "toothNumbering": T.TEXT},
        how_to_get="it stands in the manifest of every export",
    ),
    Layout(
        name="locations",
        label="Locations",
        format="ndjson",
        fields={
            "id": T.TEXT, "code": T.TEXT, "name": T.TEXT, **_ADDRESS, "phone": T.PHONE, "npi": T.TEXT, "taxId": T.TEXT,
            "timeZone": T.TEXT, "active": T.BOOLEAN, **_CUSTOM, "tenantId": T.REFERENCE,
        },
        required=frozenset({"id", "name", "timeZone"}),
        references=(_to("tenantId", "practice"),),
        custom_fields=True,
        how_to_get=_SERVICE,
    ),
    Layout(
        name="teamMembers",
        label="Team Members",
        format="ndjson",
        fields={
            "id": T.TEXT, "role": T.TEXT, "firstName": T.TEXT, "lastName": T.TEXT, "email": T.TEXT, "npi": T.TEXT,
            "taxonomyCode": T.TEXT, "defaultLocationId": T.REFERENCE, "active": T.BOOLEAN, **_STAMPS,
        },
        required=frozenset({"id", "role", "lastName", "active"}),
        references=(_to("defaultLocationId", "locations"),),
        how_to_get=_SERVICE,
    ),
    Layout(
        name="referralSources",
        label="Referral Sources",
        format="ndjson",
        fields={
            "id": T.TEXT, "type": T.CHOICE, "name": T.TEXT, "practiceName": T.TEXT, "npi": T.TEXT, "phone": T.PHONE,
            "email": T.TEXT, **_ADDRESS, "active": T.BOOLEAN, **_CUSTOM,
        },
        required=frozenset({"id", "type", "name"}),
        custom_fields=True,
        how_to_get="the referral source list of the program is a PDF; " + _SERVICE,
    ),
    Layout(
        name="payers",
        label="Payers",
        format="ndjson",
        fields={"id": T.TEXT, "name": T.TEXT, "payerId": T.TEXT, "active": T.BOOLEAN},
        required=frozenset({"id", "name"}),
        how_to_get=_SERVICE,
    ),
    Layout(
        name="plans",
        label="Insurance plans",
        format="ndjson",
        fields={
            "id": T.TEXT, "payerId": T.REFERENCE, "name": T.TEXT, "groupNumber": T.TEXT, "active": T.BOOLEAN,
        },
        required=frozenset({"id", "payerId"}),
        references=(_to("payerId", "payers"),),
        how_to_get=_SERVICE,
    ),
    Layout(
        name="responsibleParties",
        label="Responsible parties",
        format="ndjson",
        fields={
            "id": T.TEXT, "patientId": T.REFERENCE, "firstName": T.TEXT, "lastName": T.TEXT, "email": T.TEXT,
            **_PHONES, **_ADDRESS,
        },
        references=(_to("patientId", "patients"),),
        how_to_get=_SERVICE,
    ),
    Layout(
        name="patients",
        label="Patients",
        format="ndjson",
        fields={
            "id": T.TEXT, "patientNumber": T.TEXT, "status": T.TEXT, "title": T.TEXT, "firstName": T.TEXT,
            "middleName": T.TEXT, "lastName": T.TEXT, "suffix": T.TEXT, "preferredName": T.TEXT,
            "dateOfBirth": T.DATE, "gender": T.TEXT, "maritalStatus": T.TEXT, "email": T.TEXT, **_PHONES, **_ADDRESS,
            "preferredContactMethod": T.TEXT, "homeLocationId": T.REFERENCE, "primaryProviderId": T.REFERENCE,
            "responsibleParties": T.DATA, "responsibleParties.id": T.TEXT, "responsibleParties.relationship": T.TEXT,
            "referrals": T.DATA, "referrals.referralSourceId": T.TEXT, "referrals.active": T.BOOLEAN, **_CUSTOM,
            "convertedFrom": T.DATA, "convertedFrom.system": T.TEXT, "convertedFrom.id": T.TEXT,
            "mergedIntoId": T.TEXT, **_DELETABLE,
        },
        required=frozenset({"id", "patientNumber", "status"}),
        references=(_to("homeLocationId", "locations"), _to("primaryProviderId", "teamMembers")),
        deleted="deletedAt",
        merged_into="mergedIntoId",
        custom_fields=True,
        how_to_get="ask for the Data Export templates (patient data as CSV) to be enabled, or " + _SERVICE,
    ),
    Layout(
        name="patients.responsibleParties",
        label="Responsible parties of patients",
        format="nested",
        nested_in="patients",
        nested_list="responsibleParties",
        key=("patientId", "position"),
        fields={"patientId": T.REFERENCE, "position": T.INTEGER, "id": T.REFERENCE, "relationship": T.TEXT},
        references=(_to("patientId", "patients"), _to("id", "responsibleParties")),
        how_to_get="they come with the patients",
    ),
    Layout(
        name="patients.referrals",
        label="Referrals of patients",
        format="nested",
        nested_in="patients",
        nested_list="referrals",
        key=("patientId", "position"),
        fields={"patientId": T.REFERENCE, "position": T.INTEGER, "referralSourceId": T.REFERENCE, "active": T.BOOLEAN},
        required=frozenset({"referralSourceId"}),
        references=(_to("patientId", "patients"), _to("referralSourceId", "referralSources")),
        how_to_get="they come with the patients",
    ),
    Layout(
        name="policies",
        label="Insurance policies",
        format="ndjson",
        fields={
            "id": T.TEXT, "patientId": T.REFERENCE, "planId": T.REFERENCE, "coverage": T.TEXT,
            "relationshipToPolicyholder": T.TEXT, "policyholderName": T.TEXT, "subscriberId": T.TEXT,
            "effectiveDate": T.DATE, "terminationDate": T.DATE, "status": T.TEXT,
        },
        required=frozenset({"id", "patientId", "coverage"}),
        references=(_to("patientId", "patients"), _to("planId", "plans")),
        how_to_get=_SERVICE,
    ),
    Layout(
        name="appointments",
        label="Appointments",
        format="ndjson",
        fields={
            "id": T.TEXT, "patientId": T.REFERENCE, "locationId": T.REFERENCE, "providerId": T.REFERENCE,
            "providerName": T.TEXT, "operatory": T.TEXT, "start": T.LOCAL_INSTANT, "timeZone": T.TEXT,
            "durationMinutes": T.INTEGER, "appointmentType": T.TEXT, "status": T.TEXT, "procedures": T.DATA,
            "procedures.code": T.TEXT, "procedures.tooth": T.TEXT, "procedures.surfaces": T.TEXT, "notes": T.LONG_TEXT,
            **_DELETABLE,
        },
        required=frozenset({"id", "patientId", "start", "status"}),
        references=(
            _to("patientId", "patients"),
            _to("locationId", "locations"),
            _to("providerId", "teamMembers"),
        ),
        deleted="deletedAt",
        how_to_get="the appointment worklist can be printed only; " + _SERVICE,
    ),
    Layout(
        name="treatmentPlans",
        label="Treatment plans",
        format="ndjson",
        fields={
            "id": T.TEXT, "patientId": T.REFERENCE, "providerId": T.REFERENCE, "name": T.TEXT, "status": T.TEXT,
            "presentedDate": T.DATE, "totalFee": T.MONEY, "estimatedInsurance": T.MONEY, "estimatedPatient": T.MONEY,
            "procedures": T.DATA, "procedures.id": T.TEXT, "procedures.code": T.TEXT, "procedures.tooth": T.TEXT,
            "procedures.surfaces": T.TEXT, "procedures.fee": T.MONEY, "procedures.estimatedInsurance": T.MONEY,
            "procedures.status": T.TEXT, **_CUSTOM, **_DELETABLE,
        },
        required=frozenset({"id", "patientId", "status", "totalFee"}),
        references=(_to("patientId", "patients"), _to("providerId", "teamMembers")),
        deleted="deletedAt",
        custom_fields=True,
        how_to_get=_SERVICE,
    ),
    Layout(
        name="clinicalNotes",
        label="Clinical notes",
        format="ndjson",
        fields={
            "id": T.TEXT, "patientId": T.REFERENCE, "authorName": T.TEXT, "noteType": T.TEXT, "date": T.LOCAL_INSTANT,
            "bodyHtml": T.HTML,
        },
        required=frozenset({"id", "patientId", "date"}),
        references=(_to("patientId", "patients"),),
        how_to_get=_SERVICE,
    ),
    Layout(
        name="documents",
        label="Patient files",
        format="ndjson",
        fields={
            "id": T.TEXT, "patientId": T.REFERENCE, "name": T.TEXT, "category": T.TEXT, "path": T.TEXT,
            "sha256": T.TEXT, "createdAt": T.INSTANT, "fileState": T.TEXT,
        },
        required=frozenset({"id", "patientId", "path"}),
        references=(_to("patientId", "patients"),),
        how_to_get="claims, statements and eligibility results can be saved one by one from Patient Files; " + _SERVICE,
    ),
    Layout(
        name="perioExams",
        label="Perio exams",
        format="ndjson",
        fields={"id": T.TEXT, "patientId": T.REFERENCE, "examDate": T.DATE, "measures": T.DATA},
        required=frozenset({"id", "patientId"}),
        references=(_to("patientId", "patients"),),
        how_to_get=_SERVICE,
    ),
    Layout(
        name="imagingStudies",
        label="Imaging studies",
        format="ndjson",
        fields={
            "id": T.TEXT, "patientId": T.REFERENCE, "modality": T.TEXT, "date": T.DATE, "fileRef": T.TEXT,
        },
        required=frozenset({"id", "patientId"}),
        references=(_to("patientId", "patients"),),
        how_to_get="images are converted by the imaging vendor; " + _SERVICE,
    ),
    Layout(
        name="schedules",
        label="Provider schedules",
        format="ndjson",
        fields={
            "id": T.TEXT, "providerId": T.REFERENCE, "locationId": T.REFERENCE, "weekday": T.INTEGER, "start": T.TIME,
            "end": T.TIME, "kind": T.TEXT, "label": T.TEXT,
        },
        references=(_to("providerId", "teamMembers"), _to("locationId", "locations")),
        how_to_get="write them down from the calendar set-up, or " + _SERVICE,
    ),
    Layout(
        name="labs",
        label="Labs",
        format="ndjson",
        fields={"id": T.TEXT, "name": T.TEXT, "phone": T.PHONE, "accountNumber": T.TEXT, "active": T.BOOLEAN},
        required=frozenset({"id", "name"}),
        how_to_get=_SERVICE,
    ),
    Layout(
        name="labCases",
        label="Lab cases",
        format="ndjson",
        fields={
            "id": T.TEXT, "labId": T.REFERENCE, "patientId": T.REFERENCE, "type": T.TEXT, "status": T.TEXT,
            "sentDate": T.DATE, "dueDate": T.DATE, "fee": T.MONEY,
        },
        references=(_to("labId", "labs"), _to("patientId", "patients")),
        how_to_get=_SERVICE,
    ),
    Layout(
        name="fieldDefinitions",
        label="Custom field definitions",
        format="ndjson",
        key=("object", "name"),
        fields={"object": T.TEXT, "name": T.TEXT, "label": T.TEXT, "type": T.TEXT, "options": T.DATA},
        required=frozenset({"object", "name", "type"}),
        how_to_get="write the custom fields down from the practice settings, or " + _SERVICE,
    ),
    Layout(
        name="transactions",
        label="Transactions",
        format="csv",
        key=("Transaction #",),
        fields={
            "Transaction #": T.TEXT, "Posting Date": T.DATE, "Service Date": T.DATE, "Patient ID": T.REFERENCE,
            "Patient": T.TEXT, "Provider": T.TEXT, "Location": T.TEXT, "Transaction Category": T.TEXT,
            "Description": T.TEXT, "Code": T.TEXT, "Tooth/Quad": T.TEXT, "Amount": T.MONEY,
        },
        required=frozenset({"Transaction #", "Patient ID", "Amount"}),
        references=(_by_number("Patient"),),
        how_to_get="export it as CSV from Dashboard > Reports > Transaction List, all dates and locations",
    ),
    Layout(
        name="claims",
        label="Claims",
        format="csv",
        key=("Claim Number",),
        fields={
            "Claim Number": T.TEXT, "Status": T.TEXT, "Type": T.TEXT, "Provider": T.TEXT, "Last Updated": T.DATE,
            "Payer": T.TEXT, "Plan": T.TEXT, "Patient Name": T.TEXT, "Patient ID": T.REFERENCE, "Billed": T.MONEY,
            "Paid": T.MONEY,
        },
        required=frozenset({"Claim Number", "Patient ID"}),
        references=(_by_number("Patient Name"),),
        how_to_get="export the list of Claims Management, all statuses",
    ),
    Layout(
        name="recare",
        label="Recare",
        format="csv",
        key=("Patient ID", "Recare Type"),
        fields={
            "Patient": T.TEXT, "Patient ID": T.REFERENCE, "Due Date": T.DATE, "Recare Cycle": T.TEXT,
            "Last Visit": T.DATE, "Provider": T.TEXT, "Recare Type": T.TEXT,
        },
        required=frozenset({"Patient ID", "Recare Type"}),
        references=(_by_number("Patient"),),
        how_to_get="export the Recare list as CSV from Dashboard > Reports, all due dates",
    ),
)  # fmt: skip

BY_NAME: Final[dict[str, Layout]] = {layout.name: layout for layout in LAYOUTS}

OPTIONS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("referralSources", "type"): ("Doctor", "Patient", "Marketing"),
}
