"""Rows of an export: typed values in canonical form, doubts beside them, nothing lost."""

from __future__ import annotations

import json

import pytest

from .exports import Exporter, a_patient, a_transaction, a_visit, extracted, problems, source


@pytest.fixture
def read(tmp_path):
    """Write the export and read one object of it."""

    def read(exporter: Exporter, name: str, **settings):
        return extracted(source(exporter.folder(tmp_path / "export"), **settings), name)

    return read


def one_patient(read, **values):
    (row,) = read(Exporter().rows("patients", a_patient(**values)), "patients")
    return row


def test_a_row_carries_typed_values_its_raw_line_and_its_place(read):
    patient = a_patient(homeLocationId="", title=None, customFields={})
    (row,) = read(Exporter().rows("patients", patient), "patients")
    assert (row.object, row.key, row.file, row.line) == ("patients", "patient-1", "patients.ndjson", 1)
    assert json.loads(row.raw) == patient
    assert row.values == {
        "id": "patient-1",
        "patientNumber": "1001",
        "status": "Active",
        "firstName": "Ana",
        "lastName": "Ruiz",
        "dateOfBirth": "1980-02-29",
        "email": "ana@example.org",
        "phones": [{"type": "Mobile", "number": "303-555-0100", "preferred": True, "smsOptOut": False}],
        "address": {"line1": "1 Main St", "city": "Denver", "state": "CO", "postalCode": "80202"},
        "createdAt": "2024-02-08T15:34:49Z",
        "updatedAt": "2026-06-12T22:31:00Z",
    }
    assert row.problems == ()


def test_deleted_and_merged_rows_are_rows(read):
    row = one_patient(read, deletedAt="2026-01-01T00:00:00Z", mergedIntoId="patient-9")
    assert row.values["deletedAt"] == "2026-01-01T00:00:00Z"
    assert row.values["mergedIntoId"] == "patient-9"


@pytest.mark.parametrize("identifier", ["007", " 7", "7.0", "P1a", "P1A", "a|b", "é"])
def test_identifiers_stay_as_they_are(read, identifier):
    row = one_patient(read, id=identifier, patientNumber=identifier)
    assert row.key == identifier
    assert row.values["patientNumber"] == identifier


def test_an_identifier_written_as_a_number_keeps_every_digit(read):
    (row,) = read(
        Exporter().rows("patients", '{"id": 1111111111111111111111111, "patientNumber": 7.0, "status": "Active"}'),
        "patients",
    )
    assert row.key == "1111111111111111111111111"
    assert row.values["patientNumber"] == "7.0"


@pytest.mark.parametrize("nothing", ["", "  ", "N/A", "NONE", "-", " N/A "])
def test_a_null_marker_in_a_text_means_nothing(read, nothing):
    row = one_patient(read, gender=nothing, phones=[{"type": "Home", "number": nothing}])
    assert "gender" not in row.values
    assert row.values["phones"] == [{"type": "Home"}]


def test_a_word_that_only_looks_like_a_null_marker_stays(read):
    assert one_patient(read, lastName="None").values["lastName"] == "None"


def test_rows_without_an_identifier_are_named_by_their_line(read):
    rows = read(Exporter().rows("patients", a_patient(1), a_patient(2, id=None), a_patient(3, id="")), "patients")
    assert [row.key for row in rows] == ["patient-1", "@2", "@3"]
    assert problems(rows[1]) == [("id", "DUP-07")]


def test_rows_with_one_identifier_are_all_there(read):
    rows = read(Exporter().rows("patients", a_patient(1), a_patient(1), a_patient(1, firstName="Eva")), "patients")
    assert [row.key for row in rows] == ["patient-1"] * 3


def test_a_row_that_cannot_be_read_has_no_values_and_the_others_do(read):
    rows = read(Exporter().rows("patients", a_patient(1), '{"id":"x","id":"y"}', "[]", a_patient(2)), "patients")
    assert [bool(row.values) for row in rows] == [True, False, False, True]
    assert problems(rows[1]) == [("", "ROW-01")]
    assert rows[1].key == "@2"
    assert rows[1].raw == b'{"id":"x","id":"y"}'


@pytest.mark.parametrize(
    ("field", "value", "check"),
    [
        ("dateOfBirth", "1900-01-01", "DAT-02"),
        ("dateOfBirth", "0001-01-01", "DAT-02"),
        ("dateOfBirth", "2023-02-29", "DAT-02"),
        ("dateOfBirth", "02/03/1980", "DAT-01"),
        ("dateOfBirth", "unknown", "DAT-03"),
        ("dateOfBirth", 19800203, "DAT-03"),
        ("createdAt", "0001-01-01T00:00:00Z", "DAT-02"),
        ("createdAt", "2024-02-08T15:34:49", "DAT-03"),
        ("firstName", True, "DAT-03"),
        ("lastName", {"first": "x"}, "DAT-03"),
        ("address", "1 Main St", "DAT-03"),
        ("phones", "303-555-0100", "DAT-03"),
    ],
)
def test_a_value_that_cannot_be_read_is_null_with_its_check(read, field, value, check):
    row = one_patient(read, **{field: value})
    assert field not in row.values
    assert problems(row) == [(field, check)]
    assert json.loads(row.raw)[field] == value
    assert str(value) not in row.problems[0].reason


def test_values_inside_lists_are_checked_too(read):
    row = one_patient(read, phones=[{"type": "Home", "number": "1", "preferred": "perhaps"}, "303-555-0100", None])
    assert row.values["phones"] == [{"type": "Home", "number": "1"}, "303-555-0100", None]
    assert problems(row) == [("phones.preferred", "DAT-03")]


def test_unknown_properties_pass_as_they_are(read):
    row = one_patient(read, favouriteColour="blue", nested={"amount": 1.10, "none": None})
    assert row.values["favouriteColour"] == "blue"
    assert row.values["nested"] == {"amount": "1.1"}


def test_an_appointment_keeps_its_local_time_even_one_that_the_clocks_skip(read):
    rows = read(
        Exporter().rows(
            "appointments", a_visit(1, start="2024-03-10T02:30:00"), a_visit(2, start="2024-03-10T02:30:00Z")
        ),
        "appointments",
    )
    assert rows[0].values["start"] == "2024-03-10T02:30:00"
    assert rows[0].values["durationMinutes"] == 60
    assert problems(rows[1]) == [("start", "DAT-03")]


@pytest.mark.parametrize(("lines", "rows"), [(0, []), (1, ["pat-1"]), (2, ["pat-1", "pat-2"])])
@pytest.mark.parametrize("end", [b"", b"\r\n"])
def test_a_byte_order_mark_is_no_row_and_no_part_of_one(tmp_path, lines, rows, end):
    written = [json.dumps({**a_patient(number), "id": f"pat-{number}"}).encode() for number in range(1, lines + 1)]
    content = b"\xef\xbb\xbf" + b"\r\n".join(written) + (end if lines else b"")
    sensei = source(Exporter().raw("patients", "patients.ndjson", content, lines).folder(tmp_path / "export"))
    sensei.describe_source()
    assert [row.key for row in extracted(sensei, "patients")] == rows


def test_money_is_exact_decimal_text_however_it_is_written(read):
    line = (
        '{"id":"p","patientId":"x","status":"Pending","totalFee":1200.10,"estimatedInsurance":"1,000.00",'
        '"estimatedPatient":1e3,"procedures":[{"id":"i","code":"D2740","fee":12345678901234567890.12},{"id":"j","code":"D0120","fee":0}]}'
    )
    (row,) = read(Exporter().rows("treatmentPlans", line), "treatmentPlans")
    assert row.values["totalFee"] == "1200.10"
    assert row.values["estimatedInsurance"] == "1000.00"
    assert row.values["estimatedPatient"] == "1000"
    assert [item["fee"] for item in row.values["procedures"]] == ["12345678901234567890.12", "0"]


def test_money_without_a_fraction_is_text_as_well(read):
    line = '{"id":"p","patientId":"x","status":"Pending","totalFee":1200}'
    (row,) = read(Exporter().rows("treatmentPlans", line), "treatmentPlans")
    assert row.values["totalFee"] == "1200"


DEFINITIONS = [
    {"object": "patients", "name": "tier", "label": "Tier", "type": "picklist", "options": ["Gold"]},
    {"object": "patients", "name": "score", "label": "Score", "type": "number"},
    {"object": "patients", "name": "since", "label": "Since", "type": "date"},
    {"object": "patients", "name": "vip", "label": "VIP", "type": "bool"},
    {"object": "patients", "name": "legacy.colour", "label": "Colour", "type": "text"},
]


def test_own_fields_are_read_by_their_declared_type(read):
    own = {"tier": "Gold", "score": "12.50", "since": "2020-01-31", "vip": "Yes", "legacy.colour": "red", "new": 1.5}
    exporter = Exporter().rows("fieldDefinitions", *DEFINITIONS).rows("patients", a_patient(customFields=own))
    (row,) = read(exporter, "patients")
    assert row.values["customFields"] == {
        "tier": "Gold",
        "score": "12.50",
        "since": "2020-01-31",
        "vip": True,
        "legacy.colour": "red",
        "new": "1.5",
    }


def test_an_own_field_of_another_type_is_null_with_its_check(read):
    own = {"score": "many", "since": "31/01/2020", "vip": "perhaps"}
    exporter = Exporter().rows("fieldDefinitions", *DEFINITIONS).rows("patients", a_patient(customFields=own))
    (row,) = read(exporter, "patients")
    assert row.values["customFields"] == {}
    assert problems(row) == [
        ("customFields.score", "DAT-03"),
        ("customFields.since", "DAT-01"),
        ("customFields.vip", "DAT-03"),
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("PeÃ±a", "PeÃ±a"), ("Pe\ufffda", "Pe\ufffda"), ("Pe\x00na", "Pena"), ("Pe\x07na", "Pe\x07na")],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_damaged_text_is_kept_and_flagged_and_nul_is_taken_out(read, text, kept, ascii_only):
    patient = a_patient(lastName=text, address={"line1": text})
    (row,) = read(Exporter().rows("patients", json.dumps(patient, ensure_ascii=ascii_only)), "patients")
    assert row.values["lastName"] == kept
    assert row.values["address"]["line1"] == kept
    assert problems(row) == [("lastName", "ENC-01"), ("address.line1", "ENC-01")]


def test_honest_accents_are_not_flagged(read):
    assert problems(one_patient(read, lastName="Müller-Peña", firstName="Zoë")) == []


def test_a_line_in_windows_1252_is_read_and_flagged(read):
    line = '{"id":"p","patientNumber":"1","status":"Active","lastName":"Peña"}\n'.encode("cp1252")
    (row,) = read(Exporter().raw("patients", "patients.ndjson", line, 1), "patients")
    assert row.values["lastName"] == "Peña"
    assert problems(row) == [("", "ENC-01")]


def test_guardians_and_referrals_are_rows_of_their_own(read, tmp_path):
    patient = a_patient(
        responsibleParties=[{"id": "g1", "relationship": "Mother"}, {"id": "g2"}, "odd"],
        referrals=[{"referralSourceId": "r1", "active": False}, {"referralSourceId": "r2", "active": True}],
    )
    exporter = Exporter().rows("patients", a_patient(2), patient)
    guardians = read(exporter, "patients.responsibleParties")
    assert [(row.key, row.values) for row in guardians] == [
        ("patient-1#1", {"patientId": "patient-1", "position": 1, "id": "g1", "relationship": "Mother"}),
        ("patient-1#2", {"patientId": "patient-1", "position": 2, "id": "g2"}),
        ("patient-1#3", {}),
    ]
    assert (guardians[0].file, guardians[0].line) == ("patients.ndjson", 2)
    assert json.loads(guardians[0].raw) == {"id": "g1", "relationship": "Mother"}
    referrals = extracted(source(tmp_path / "export"), "patients.referrals")
    assert [row.values["active"] for row in referrals] == [False, True]
    assert [row.values["referralSourceId"] for row in referrals] == ["r1", "r2"]


def test_the_practice_and_its_locations(read, tmp_path):
    exporter = Exporter().rows("locations", {"id": "l1", "name": "Denver", "timeZone": "America/Denver"})
    (practice,) = read(exporter, "practice")
    assert practice.key == "tenant-1"
    assert practice.values == {
        "tenantId": "tenant-1",
        "name": "Columbine Dental",
        "timeZone": "America/Denver",
        "toothNumbering": "universal",
    }
    (location,) = extracted(source(tmp_path / "export"), "locations")
    assert location.values["tenantId"] == "tenant-1"
    assert b"tenantId" not in location.raw


def test_report_rows_are_typed_and_keep_the_columns_names(read):
    rows = [
        a_transaction(1),
        a_transaction(2, Amount="(1,125.50)", Description='Check, "front desk"\nsecond line', Code="N/A"),
    ]
    found = read(Exporter().report("transactions", *rows, total="(1,013.50)"), "transactions")
    assert [row.key for row in found] == ["1", "2"]
    assert [row.line for row in found] == [5, 6]
    assert found[0].values == {
        "Transaction #": "1",
        "Posting Date": "2026-03-01",
        "Service Date": "2026-03-01",
        "Patient ID": "1001",
        "Patient": "Ruiz, Ana",
        "Provider": "Lester, Ruby",
        "Location": "Denver",
        "Transaction Category": "Charge",
        "Description": "Adult cleaning",
        "Code": "D1110",
        "Amount": "112.00",
    }
    assert found[1].values["Amount"] == "-1125.50"
    assert found[1].values["Description"] == 'Check, "front desk"\nsecond line'
    assert "Code" not in found[1].values


def test_report_values_that_cannot_be_read_are_null_with_their_check(read):
    cells = {"Posting Date": "25/03/2026", "Service Date": "01/01/1900", "Amount": "1.234,56", "Patient": "PeÃ±a, Ana"}
    (row,) = read(Exporter().report("transactions", a_transaction(**cells)), "transactions")
    assert problems(row) == [
        ("Posting Date", "DAT-01"),
        ("Service Date", "DAT-02"),
        ("Amount", "DAT-03"),
        ("Patient", "ENC-01"),
    ]
    assert b"1.234,56" in row.raw


def test_recare_rows_are_named_by_patient_and_type(read):
    cells = {
        "Patient": "Ruiz, Ana",
        "Patient ID": "1001",
        "Due Date": "01/15/2027",
        "Recare Cycle": "6 Months",
        "Recare Type": "Prophy",
    }
    first, second = read(Exporter().report("recare", cells, {**cells, "Recare Type": ""}), "recare")
    assert first.key == "1001|Prophy"
    assert first.values["Recare Cycle"] == "6 Months"
    assert second.key == "@6"
    assert problems(second) == [("Patient ID", "DUP-07")]


def test_uneven_and_broken_report_rows_are_listed_and_the_others_read(read):
    heading = "Claim Number,Status,Type,Provider,Last Updated,Payer,Plan,Patient Name,Patient ID,Billed,Paid"
    good = 'C1,Closed,Svc,"Lester, Ruby",03/01/2026,Delta,PPO,"Ruiz, Ana",1001,10.00,0.00'
    lines = [heading, good, "C2,Closed,Svc", 'C3,"Closed,Svc', good + ",extra", good.replace("C1", "C4")]
    exporter = Exporter().raw("claims", "claims_management.csv", "\r\n".join(lines).encode(), 5)
    found = read(exporter, "claims")
    assert [(row.key, problems(row)) for row in found] == [
        ("C1", []),
        ("C2", [("", "ROW-02")]),
        ("@4", [("", "ROW-01")]),
        ("@5", [("", "ROW-01")]),
        ("C4", []),
    ]


def test_headings_may_differ_in_case_and_blanks_and_columns_may_be_added(read, tmp_path):
    content = b"patient,PATIENT ID,Due  Date,Recare Cycle,Last Visit,Provider,Recare type,Colour\nA,1,,,,,Prophy,red\n"
    (row,) = read(Exporter().raw("recare", "recare_list.csv", content, 1), "recare")
    assert row.values == {"Patient": "A", "Patient ID": "1", "Recare Type": "Prophy", "Colour": "red"}
    description = source(tmp_path / "export").describe_source()
    recare = next(each for each in description.objects if each.name == "recare")
    assert "Colour" in {each.name for each in recare.fields}


def test_a_report_may_use_semicolons_and_any_encoding_it_declares(read):
    content = "Patient;Patient ID;Due Date;Recare Cycle;Last Visit;Provider;Recare Type\r\nPeña;1;;;;;Prophy\r\n"
    exporter = Exporter().raw("recare", "recare_list.csv", content.encode("cp1252"), 1, encoding="windows-1252")
    (row,) = read(exporter, "recare")
    assert row.values["Patient"] == "Peña"


def test_a_report_that_declares_no_encoding_is_detected_with_a_warning(read, tmp_path):
    content = "Patient,Patient ID,Due Date,Recare Cycle,Last Visit,Provider,Recare Type\nPeña,1,,,,,Prophy\n"
    exporter = Exporter().raw("recare", "recare_list.csv", content.encode("cp1252"), 1, encoding="")
    (row,) = read(exporter, "recare")
    assert row.values["Patient"] == "Peña"
    description = source(tmp_path / "export").describe_source()
    assert description.warnings == ("recare_list.csv is read as Windows-1252.",)
    assert description.facts["encoding.recare"] == "windows-1252"


def test_an_absent_object_has_no_rows(read):
    assert read(Exporter(), "patients") == []
    assert read(Exporter(), "patients.referrals") == []


def test_reading_twice_gives_the_same_rows(tmp_path):
    exporter = Exporter().rows("patients", a_patient(1), a_patient(2)).report("transactions", a_transaction())
    sensei = source(exporter.folder(tmp_path / "export"))
    for name in ("patients", "transactions"):
        assert extracted(sensei, name) == extracted(sensei, name)
