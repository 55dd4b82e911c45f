"""What the fields mean, in the vocabulary that dental sources share. Plain data, no behaviour.

An object has one concept (`OBJECTS`); a field has ``<object concept>.<word>`` (`FIELDS`), so that audit checks and
proposals need not know Sensei's own names. `SENSITIVE` marks what leaves the practice only when somebody approved it.
"""

from __future__ import annotations

from typing import Final, Literal

OBJECTS: Final[dict[str, str]] = {
    "practice": "practice",
    "locations": "location",
    "teamMembers": "provider",
    "referralSources": "referral_source",
    "payers": "payer",
    "plans": "plan",
    "responsibleParties": "guardian",
    "patients": "patient",
    "patients.responsibleParties": "guardian_link",
    "patients.referrals": "referral",
    "policies": "policy",
    "appointments": "appointment",
    "treatmentPlans": "treatment_plan",
    "clinicalNotes": "note",
    "documents": "document",
    "perioExams": "perio_exam",
    "imagingStudies": "imaging_study",
    "schedules": "schedule",
    "labs": "lab",
    "labCases": "lab_case",
    "fieldDefinitions": "field_definition",
    "transactions": "ledger_entry",
    "claims": "claim",
    "recare": "recall",
}

_ADDRESS: Final = {
    "address": "address",
    "address.line1": "address.street",
    "address.line2": "address.street2",
    "address.city": "address.city",
    "address.state": "address.state",
    "address.postalCode": "address.postal_code",
    "address.country": "address.country",
}
_PHONES: Final = {
    "phones": "phones",
    "phones.type": "phone.type",
    "phones.number": "phone.number",
    "phones.preferred": "phone.preferred",
    "phones.smsOptOut": "phone.sms_opt_out",
}
_STAMPS: Final = {"createdAt": "created_at", "updatedAt": "updated_at"}
_CUSTOM: Final = {"customFields": "custom"}

# Words per object; the object's concept is put before them.
_WORDS: Final[dict[str, dict[str, str]]] = {
    "practice": {"tenantId": "id", "name": "name", "timeZone": "time_zone", "toothNumbering": "tooth_numbering"},
    "locations": {
        "id": "id", "tenantId": "practice", "code": "code", "name": "name", "phone": "phone", "npi": "npi",
        "taxId": "tax_id", "timeZone": "time_zone", "active": "active", **_ADDRESS, **_CUSTOM,
    },
    "teamMembers": {
        "id": "id", "role": "role", "firstName": "first_name", "lastName": "last_name", "email": "email", "npi": "npi",
        "taxonomyCode": "taxonomy", "defaultLocationId": "location", "active": "active", **_STAMPS,
    },
    "referralSources": {
        "id": "id", "type": "type", "name": "name", "practiceName": "practice_name", "npi": "npi", "phone": "phone",
        "email": "email", "active": "active", **_ADDRESS, **_CUSTOM,
    },
    "payers": {"id": "id", "name": "name", "payerId": "payer_code", "active": "active"},
    "plans": {"id": "id", "payerId": "payer", "name": "name", "groupNumber": "group_number", "active": "active"},
    "responsibleParties": {
        "id": "id", "patientId": "patient", "firstName": "first_name", "lastName": "last_name", "email": "email",
        **_PHONES, **_ADDRESS,
    },
    "patients": {
        "id": "id", "patientNumber": "number", "status": "status", "title": "title", "firstName": "first_name",
        "middleName": "middle_name", "lastName": "last_name", "suffix": "suffix", "preferredName": "preferred_name",
        "dateOfBirth": "birth_date", "gender": "gender", "maritalStatus": "marital_status", "email": "email",
        "preferredContactMethod": "preferred_contact", "homeLocationId": "location", "primaryProviderId": "provider",
        "responsibleParties": "guardians", "responsibleParties.id": "guardian",
        "responsibleParties.relationship": "guardian_relationship", "referrals": "referrals",
        "referrals.referralSourceId": "referral_source", "referrals.active": "referral_active",
        "convertedFrom": "converted_from", "convertedFrom.system": "converted_from.system",
        "convertedFrom.id": "converted_from.id", "mergedIntoId": "merged_into", "deletedAt": "deleted_at",
        **_PHONES, **_ADDRESS, **_CUSTOM, **_STAMPS,
    },
    "patients.responsibleParties": {
        "patientId": "patient", "position": "position", "id": "guardian", "relationship": "relationship",
    },
    "patients.referrals": {
        "patientId": "patient", "position": "position", "referralSourceId": "referral_source", "active": "active",
    },
    "policies": {
        "id": "id", "patientId": "patient", "planId": "plan", "coverage": "coverage",
        "relationshipToPolicyholder": "relationship", "policyholderName": "policyholder",
        "subscriberId": "subscriber_id", "effectiveDate": "effective_date", "terminationDate": "termination_date",
        "status": "status",
    },
    "appointments": {
        "id": "id", "patientId": "patient", "locationId": "location", "providerId": "provider",
        "providerName": "provider_name", "operatory": "operatory", "start": "start", "timeZone": "time_zone",
        "durationMinutes": "duration", "appointmentType": "type", "status": "status", "procedures": "procedures",
        "procedures.code": "procedure_code", "procedures.tooth": "tooth", "procedures.surfaces": "surfaces",
        "notes": "notes", "deletedAt": "deleted_at", **_STAMPS,
    },
    "treatmentPlans": {
        "id": "id", "patientId": "patient", "providerId": "provider", "name": "name", "status": "status",
        "presentedDate": "presented_date", "totalFee": "fee", "estimatedInsurance": "insurance_estimate",
        "estimatedPatient": "patient_estimate", "procedures": "procedures", "procedures.id": "procedure_id",
        "procedures.code": "procedure_code", "procedures.tooth": "tooth", "procedures.surfaces": "surfaces",
        "procedures.fee": "procedure_fee", "procedures.estimatedInsurance": "procedure_insurance_estimate",
        "procedures.status": "procedure_status", "deletedAt": "deleted_at", **_CUSTOM, **_STAMPS,
    },
    "clinicalNotes": {
        "id": "id", "patientId": "patient", "authorName": "author", "noteType": "type", "date": "date",
        "bodyHtml": "body",
    },
    "documents": {
        "id": "id", "patientId": "patient", "name": "name", "category": "category", "path": "path",
        "sha256": "sha256", "createdAt": "created_at", "fileState": "file_state",
    },
    "perioExams": {"id": "id", "patientId": "patient", "examDate": "date", "measures": "measures"},
    "imagingStudies": {
        "id": "id", "patientId": "patient", "modality": "modality", "date": "date", "fileRef": "file",
    },
    "schedules": {
        "id": "id", "providerId": "provider", "locationId": "location", "weekday": "weekday", "start": "start",
        "end": "end", "kind": "kind", "label": "label",
    },
    "labs": {"id": "id", "name": "name", "phone": "phone", "accountNumber": "account_number", "active": "active"},
    "labCases": {
        "id": "id", "labId": "lab", "patientId": "patient", "type": "type", "status": "status",
        "sentDate": "sent_date", "dueDate": "due_date", "fee": "fee",
    },
    "fieldDefinitions": {
        "object": "object", "name": "name", "label": "label", "type": "type", "options": "options",
    },
    "transactions": {
        "Transaction #": "number", "Posting Date": "posting_date", "Service Date": "service_date",
        "Patient ID": "patient_number", "Patient": "patient_name", "Provider": "provider_name",
        "Location": "location_name", "Transaction Category": "category", "Description": "description",
        "Code": "procedure_code", "Tooth/Quad": "tooth", "Amount": "amount",
    },
    "claims": {
        "Claim Number": "number", "Status": "status", "Type": "type", "Provider": "provider_name",
        "Last Updated": "updated_date", "Payer": "payer_name", "Plan": "plan_name", "Patient Name": "patient_name",
        "Patient ID": "patient_number", "Billed": "billed", "Paid": "paid",
    },
    "recare": {
        "Patient": "patient_name", "Patient ID": "patient_number", "Due Date": "due_date", "Recare Cycle": "cycle",
        "Last Visit": "last_visit", "Provider": "provider_name", "Recare Type": "type",
    },
}  # fmt: skip

FIELDS: Final[dict[str, dict[str, str]]] = {
    name: {field: f"{OBJECTS[name]}.{word}" for field, word in words.items()} for name, words in _WORDS.items()
}

Sensitivity = Literal["identifier", "clinical"]

SENSITIVE: Final[dict[str, dict[str, Sensitivity]]] = {
    "locations": {"npi": "identifier", "taxId": "identifier"},
    "teamMembers": {"npi": "identifier"},
    "referralSources": {"npi": "identifier"},
    "policies": {"subscriberId": "identifier"},
    "appointments": {"notes": "clinical"},
    "clinicalNotes": {"bodyHtml": "clinical"},
    "perioExams": {"measures": "clinical"},
    "labs": {"accountNumber": "identifier"},
}
