"""What an export says about itself: objects, fields, references, what is absent, printed totals."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridgework.model import FieldType, Reference, SourceDescription, SourceField, SourceObject
from bridgework.plugins import Hooks, Registered
from bridgework_sensei.concepts import FIELDS, OBJECTS, SENSITIVE
from bridgework_sensei.objects import BY_NAME, LAYOUTS

from .exports import Exporter, a_patient, a_transaction, source

SPECIFICATION = json.loads((Path(__file__).parents[1] / "data" / "sensei-export-1.0.json").read_text("utf-8"))


def described(tmp_path: Path, exporter: Exporter) -> SourceDescription:
    return source(exporter.folder(tmp_path / "export")).describe_source()


def the(description: SourceDescription, name: str) -> SourceObject:
    return next(each for each in description.objects if each.name == name)


def field(found: SourceObject, name: str) -> SourceField:
    return next(each for each in found.fields if each.name == name)


def test_every_property_of_the_specification_is_described_and_nothing_else():
    for name, schema in SPECIFICATION["objects"].items():
        wanted = set()
        for key, value in schema["properties"].items():
            wanted.add(key)
            inner = value.get("items", value).get("properties", {})
            wanted |= {f"{key}.{below}" for below in inner}
        assert set(BY_NAME[name].fields) - {"tenantId", "fileState"} == wanted, name  # these two the connector adds
        assert BY_NAME[name].required == set(schema["required"]), name
    for name, columns in SPECIFICATION["reports"].items():
        assert list(BY_NAME[name].fields) == columns
    assert {each.name for each in LAYOUTS if each.format in ("ndjson", "csv")} == {
        *SPECIFICATION["objects"],
        *SPECIFICATION["reports"],
    }


def test_every_object_and_field_has_a_concept_of_its_own():
    for layout in LAYOUTS:
        assert set(FIELDS[layout.name]) == set(layout.fields), layout.name
        concepts = list(FIELDS[layout.name].values())
        assert len(set(concepts)) == len(concepts), layout.name
    assert set(OBJECTS) == set(BY_NAME)
    assert len(set(OBJECTS.values())) == len(OBJECTS)
    assert all(name in BY_NAME[owner].fields for owner, fields in SENSITIVE.items() for name in fields)


def test_references_point_to_fields_and_objects_that_exist():
    for layout in LAYOUTS:
        for reference in layout.references:
            assert reference.field in layout.fields
            target = BY_NAME[reference.object]
            assert not reference.to or reference.to in target.fields
            assert set(reference.to_name) <= set(target.fields)
            assert not reference.name or reference.name in layout.fields


def test_the_description_carries_practice_clock_and_facts(tmp_path):
    description = described(tmp_path, Exporter().rows("patients", a_patient()))
    assert description.generated_at == datetime(2026, 11, 1, 18, tzinfo=UTC)
    assert description.time_zone == "America/Denver"
    assert description.complete
    assert description.facts == {
        "mode": "full",
        "practice_name": "Columbine Dental",
        "tooth_numbering": "universal",
    }
    assert len(description.fingerprint) == 64
    assert description.warnings == ()


def test_a_delta_is_not_complete(tmp_path):
    exporter = Exporter().rows("patients", a_patient())
    exporter.head |= {"mode": "delta", "since": "2026-10-01T00:00:00Z"}
    description = described(tmp_path, exporter)
    assert not description.complete
    assert description.facts["mode"] == "delta"
    assert description.facts["since"] == "2026-10-01T00:00:00Z"


def test_an_object_says_what_the_manifest_declares(tmp_path):
    exporter = Exporter().rows("patients", a_patient(1), a_patient(2))
    patients = the(described(tmp_path, exporter), "patients")
    assert (patients.rows, patients.file, patients.format) == (2, "patients.ndjson", "ndjson")
    assert patients.sha256 == exporter.entries[0]["sha256"]
    assert (patients.key, patients.deleted, patients.merged_into) == (("id",), "deletedAt", "mergedIntoId")
    assert patients.absent == ""
    assert field(patients, "dateOfBirth").concept == "patient.birth_date"
    assert field(patients, "dateOfBirth").type is FieldType.DATE
    assert not field(patients, "patientNumber").nullable


def test_lists_inside_patients_are_objects_that_others_can_join_over(tmp_path):
    description = described(tmp_path, Exporter().rows("patients", a_patient()))
    guardians = the(description, "patients.responsibleParties")
    assert guardians.nested_in == "patients"
    assert guardians.references == (
        Reference(field="patientId", object="patients"),
        Reference(field="id", object="responsibleParties"),
    )
    assert guardians.absent == ""


def test_reports_join_by_number_and_by_name_where_a_number_is_shared(tmp_path):
    description = described(tmp_path, Exporter().report("transactions", a_transaction()))
    assert the(description, "transactions").references == (
        Reference(
            field="Patient ID",
            object="patients",
            to="patientNumber",
            name="Patient",
            to_name=("lastName", "firstName"),
        ),
    )


def test_locations_belong_to_the_practice_of_the_manifest(tmp_path):
    description = described(tmp_path, Exporter())
    assert Reference(field="tenantId", object="practice") in the(description, "locations").references
    assert the(description, "practice").rows == 1


def test_what_the_format_names_and_the_export_lacks_is_listed_with_the_way_to_get_it(tmp_path):
    exporter = Exporter().rows("locations", {"id": "l", "name": "Denver", "timeZone": "America/Denver"})
    exporter.head["omitted"] = [
        {"object": "claims", "reason": "module not licensed"},
        {"object": "eligibility", "reason": "kept as documents"},
    ]
    description = described(tmp_path, exporter)
    assert {each.name for each in description.objects} == {*BY_NAME, "eligibility"}
    assert "Dashboard > Reports > Transaction List" in the(description, "transactions").absent
    assert the(description, "claims").absent.startswith("not in export (module not licensed): ")
    assert the(description, "eligibility").absent.startswith("not in export (kept as documents): ")
    assert the(description, "patients.referrals").absent
    assert not the(description, "locations").absent


def test_an_object_the_format_does_not_know_is_a_warning_and_its_rows_are_kept(tmp_path):
    exporter = Exporter().rows("loyaltyCards", {"id": "c1", "points": 5}, {"points": 6})
    sensei = source(exporter.folder(tmp_path / "export"))
    description = sensei.describe_source()
    assert "loyaltyCards" in description.warnings[0]
    assert the(description, "loyaltyCards").rows == 2
    rows = list(sensei.extract("loyaltyCards", None))
    assert [(row.key, row.values) for row in rows] == [("c1", {"id": "c1", "points": 5}), ("@2", {"points": 6})]


def test_a_report_the_format_does_not_know_is_kept_by_line(tmp_path):
    exporter = Exporter().raw("daysheet", "daysheet.csv", b"Day,Amount\n03/01/2026,5\n", 1)
    sensei = source(exporter.folder(tmp_path / "export"))
    found = the(sensei.describe_source(), "daysheet")
    assert [each.name for each in found.fields] == ["Day", "Amount"]
    assert found.key == ("line",)
    assert [(row.key, row.values) for row in sensei.extract("daysheet", None)] == [
        ("@2", {"Day": "03/01/2026", "Amount": "5"})
    ]


def test_the_practices_own_fields_are_described_as_declared(tmp_path):
    tiers = ["Gold", "Silver"]
    definitions = [
        {"object": "patients", "name": "loyalty_tier", "label": "Loyalty tier", "type": "picklist", "options": tiers},
        {"object": "patients", "name": "score", "label": None, "type": "number"},
        {"object": "patients", "name": "score", "label": "Again", "type": "text"},
        {"object": "patients", "name": "patientSSN", "label": "Social", "type": "text"},
        {"object": "locations", "name": "opened", "label": "Opened", "type": "date"},
        {"object": "plans", "name": "not_possible", "label": "x", "type": "text"},
    ]  # fmt: skip
    description = described(tmp_path, Exporter().rows("patients", a_patient()).rows("fieldDefinitions", *definitions))
    own = {each.name: each for each in the(description, "patients").fields if each.custom}
    assert list(own) == ["customFields.loyalty_tier", "customFields.score", "customFields.patientSSN"]
    tier = own["customFields.loyalty_tier"]
    assert (tier.label, tier.type, tier.options) == ("Loyalty tier", FieldType.CHOICE, ("Gold", "Silver"))
    assert (own["customFields.score"].label, own["customFields.score"].type) == ("score", FieldType.NUMBER)
    assert own["customFields.patientSSN"].sensitivity == "government_id"
    assert tier.sensitivity == ""
    assert [each.name for each in the(description, "locations").fields if each.custom] == ["customFields.opened"]
    assert not any(each.custom for each in the(description, "plans").fields)


def test_printed_totals_become_facts(tmp_path):
    rows = [a_transaction(1), a_transaction(2, Amount="(12.00)")]
    description = described(tmp_path, Exporter().report("transactions", *rows, total="1,100.00"))
    assert description.facts["total.transactions.Amount"] == "1100.00"
    assert description.facts["encoding.transactions"] == "utf-8-sig"


def test_a_printed_count_that_disagrees_is_a_warning(tmp_path):
    content = b"Patient,Patient ID,Due Date,Recare Cycle,Last Visit,Provider,Recare Type\n"
    content += b"A,1,01/01/2027,6 Months,,,Prophy\n*** END OF REPORT - 2 RECORDS ***\n"
    description = described(tmp_path, Exporter().raw("recare", "recare_list.csv", content, 1))
    assert description.facts["count.recare"] == "2"
    assert "prints 2 rows below its 1 rows" in description.warnings[0]


@pytest.mark.parametrize("titles", [0, 1, 2])
def test_reports_come_with_or_without_titles(tmp_path, titles):
    description = described(tmp_path, Exporter().report("transactions", a_transaction(), titles=titles))
    assert the(description, "transactions").rows == 1


def test_the_source_fits_the_hook_contract(tmp_path):
    sensei = source(Exporter().rows("patients", a_patient()).folder(tmp_path / "export"))
    hooks = Hooks([Registered("source", "sensei", "bridgework-sensei", sensei)])
    assert hooks.describe_source().time_zone == "America/Denver"
    assert [row.key for row in hooks.extract("patients")] == ["patient-1"]


def test_a_folder_and_a_zip_of_it_are_the_same_export(tmp_path):
    exporter = Exporter().rows("patients", a_patient()).report("transactions", a_transaction())
    paths = [
        exporter.folder(tmp_path / "export"),
        exporter.zip(tmp_path / "flat.zip"),
        exporter.zip(tmp_path / "nested.zip", "Columbine July/"),
    ]
    descriptions = [source(path).describe_source() for path in paths]
    assert descriptions[0] == descriptions[1] == descriptions[2]
    rows = [[list(source(path).extract(name, None)) for name in ("patients", "transactions")] for path in paths]
    assert rows[0] == rows[1] == rows[2]
