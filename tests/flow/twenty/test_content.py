"""What a hand-written practice becomes in Twenty: every record, value, link and file, read from the workspace."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..practice import LETTER, practice
from .conftest import TwentyBench, init, served
from .workspace import Workspace

SAMPLES = 16


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwentyBench]:
    """The practice, loaded completely. The children of a family share an address."""
    folder = tmp_path_factory.mktemp("twenty-content")
    export = practice()
    export.row("patients", "pat-kid")["email"] = "EVA@example.org"
    export.row("patients", "pat-ward")["phones"] = [{"type": "Home", "number": "303-555-0700 ext. 9"}]
    export.add(
        "clinicalNotes",
        {"id": "cli-1", "patientId": "pat-ana", "authorName": "Ruby Lester", "noteType": "Progress",
         "date": "2026-03-01T10:00:00", "bodyHtml": "<p>Tooth <b>14</b></p>"},
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, served() as sandbox:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        for name, value in sandbox.env.items():
            patch.setenv(name, value)
        bench = init(
            folder / "migration", export.write(folder / "export"), sandbox, {"migration.options.clinical_text": "true"}
        )
        bench.loaded(size=3)
        bench.call("delta", code=(0, 1))
        bench.call("reconcile", code=(0, 1))
        bench.call("deliver", code=(0, 1))
        yield bench


@pytest.fixture(scope="module")
def workspace(bench: TwentyBench) -> Workspace:
    return bench.workspace


def test_every_patient_who_takes_part_is_a_person_and_nobody_else_is(workspace: Workspace) -> None:
    names = sorted((row["name"]["firstName"], row["name"]["lastName"]) for row in workspace.rows("person"))
    assert names == [
        ("Ana", "Ruiz"), ("Eva", "Ruiz"), ("Ida", "Idle"), ("Kim", "Ruiz"), ("Max", "Stone"), ("Patient", "1008"),
        ("Sam", "Lee Jr."),
    ]  # fmt: skip


def test_a_person_has_contacts_birth_date_address_and_the_day_it_was_made(workspace: Workspace) -> None:
    ana = workspace.person("Ana", "Ruiz")
    assert ana["emails"] == {"primaryEmail": "ana.ruiz@example.org", "additionalEmails": []}
    assert ana["phones"]["primaryPhoneNumber"] == "3035550101"
    assert [each["number"] for each in ana["phones"]["additionalPhones"]] == ["3035550100"]
    assert (ana["dateOfBirth"], ana["createdAt"]) == ("1980-02-29", "2024-02-08T15:34:49.000Z")
    assert ana["homeAddress"]["addressCity"] == "Denver"
    assert ana["homeAddress"]["addressCountry"] == ""
    assert (ana["patientStatus"], ana["patientNumber"], ana["comfortMenu"]) == ("ACTIVE", "1001", "MUSIC")


def test_of_a_family_one_keeps_the_address_the_other_has_it_beside_and_is_marked(workspace: Workspace) -> None:
    eva, kim = workspace.person("Eva", "Ruiz"), workspace.person("Kim", "Ruiz")
    assert eva["emails"]["primaryEmail"] == "eva@example.org"
    assert kim["emails"] == {"primaryEmail": "", "additionalEmails": ["eva@example.org"]}
    assert (eva["sharedEMail"], kim["sharedEMail"]) == (None, True)


def test_an_extension_stands_in_a_text_and_the_number_can_be_dialled(workspace: Workspace) -> None:
    ward = workspace.person("Max", "Stone")
    assert ward["phones"]["primaryPhoneNumber"] == "3035550700"
    assert ward["phoneDetails"] == "home: 303-555-0700 ext. 9"
    assert ward["responsibleParty"] == "Gil Stone (Uncle)\n303-555-0777 (home)\ngil@example.org"


def test_people_point_to_their_company_owner_referrer_and_carrier(workspace: Workspace) -> None:
    ana = workspace.person("Ana", "Ruiz")
    companies = {row["id"]: row["name"] for row in workspace.rows("company")}
    assert companies[ana["companyId"]] == "Columbine Denver"
    assert companies[ana["referredById"]] == "Front Range Endodontics"
    assert companies[ana["primaryCarrierId"]] == "Delta Dental"
    members = {row["id"]: row["userEmail"] for row in workspace.rows("workspaceMember")}
    assert members[ana["patientOwnerId"]] == "ruby.lester@practice.example"
    assert members[workspace.person("Ida", "Idle")["patientOwnerId"]] == "owner@practice.example"


def test_no_policy_number_leaves_the_practice(workspace: Workspace) -> None:
    assert "SECRET-1" not in str(workspace.state["objects"])


def test_companies_are_told_apart_by_their_type(workspace: Workspace) -> None:
    kinds = sorted((row["companyType"], row["name"]) for row in workspace.rows("company"))
    assert kinds == [
        ("DENTAL_LAB", "Mile High Lab"),
        ("INSURANCE_CARRIER", "Delta Dental"),
        ("INSURANCE_CARRIER", "Old Mutual Dental"),
        ("PRACTICE_LOCATION", "Columbine Denver"),
        ("PRACTICE_LOCATION", "Columbine Phoenix"),
        ("REFERRING_PRACTICE", "Dr. Solo Okafor"),
        ("REFERRING_PRACTICE", "Front Range Endodontics"),
    ]
    delta = workspace.one("company", name="Delta Dental")
    assert (delta["planNames"], delta["groupNumbers"], delta["carrierStatus"]) == ("PPO Gold", "G-77", "ACTIVE")
    referrer = workspace.one("company", name="Front Range Endodontics")
    assert referrer["referringDentists"] == "Dr. Mei Lee\nDr. Tom Park"


def test_treatment_plans_are_records_of_their_own_with_a_note_on_the_person(workspace: Workspace) -> None:
    plan = workspace.made_from("treatmentPlan", "treatment-plans.plan-new")
    ana = workspace.person("Ana", "Ruiz")
    assert (plan["name"], plan["patientId"]) == ("Ana Ruiz – D2740 +1", ana["id"])
    assert plan["fee"] == {"amountMicros": 1_234_560_000, "currencyCode": "USD"}
    assert (plan["planStatus"], plan["procedureCodes"], plan["teeth"]) == ("UNSCHEDULED", "D2740, D2950", "30")
    note = workspace.made_from("note", "plan-notes.plan-new")
    assert note["bodyV2"]["markdown"].startswith("Plan: Plan  \nStatus: Unscheduled")
    assert {row["targetPersonId"] for row in workspace.rows("noteTarget") if row["noteId"] == note["id"]} >= {ana["id"]}
    assert len(workspace.rows("treatmentPlan")) == 5


def test_a_plan_of_a_merged_patient_follows_to_the_survivor(workspace: Workspace) -> None:
    plan = workspace.made_from("treatmentPlan", "treatment-plans.plan-merged")
    assert plan["patientId"] == workspace.person("Ana", "Ruiz")["id"]


def test_a_clinical_note_keeps_day_author_and_plain_text(workspace: Workspace) -> None:
    note = workspace.made_from("note", "clinical-notes.cli-1")
    assert note["createdAt"] == "2026-03-01T17:00:00.000Z"
    assert (note["createdBy"]["source"], note["createdBy"]["name"]) == ("IMPORT", "Ruby Lester")
    assert note["bodyV2"]["markdown"] == "Tooth 14"


def test_a_document_is_an_attachment_with_its_file_and_a_note_that_names_it(workspace: Workspace) -> None:
    [attachment] = workspace.rows("attachment")
    assert attachment["targetPersonId"] == workspace.person("Ana", "Ruiz")["id"]
    assert (attachment["name"], attachment["fileCategory"]) == ("letter.pdf", "TEXT_DOCUMENT")
    [file] = [each for each in workspace.state["uploads"] if each["id"] == attachment["file"][0]["fileId"]]
    assert file["sha256"] == hashlib.sha256(LETTER).hexdigest()
    assert workspace.made_from("note", "document-notes.doc-letter")["title"] == "Document – letter.pdf"


def test_every_link_has_one_note_and_one_end(workspace: Workspace) -> None:
    notes = {row["id"] for row in workspace.rows("note")}
    for row in workspace.rows("noteTarget"):
        ends = [value for key, value in row.items() if key.startswith("target") and key.endswith("Id") and value]
        assert row["noteId"] in notes
        assert len(ends) == 1
    assert notes == {row["noteId"] for row in workspace.rows("noteTarget")}


def test_the_samples_of_the_new_workspace_are_left_alone(bench: TwentyBench, workspace: Workspace) -> None:
    assert workspace.samples() == SAMPLES
    assert bench.report("reconcile")["surplus"] == []


def test_everything_arrived_as_the_connector_said_it_would(bench: TwentyBench) -> None:
    checks = bench.report("reconcile")
    assert checks["differences"] == []


def test_what_has_no_place_stands_in_the_exports(bench: TwentyBench) -> None:
    exports = {path.stem: path for path in (bench.folder / "package").rglob("*.csv")}
    assert {"appointments", "recalls", "ledger-summary"} <= exports.keys()
    [ana, *_] = _rows(exports["ledger-summary"])
    assert (ana["Patient"], ana["Outstanding balance"]) == ("Ana Ruiz", "150.00")
    assert len(_rows(exports["appointments"])) == 11


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
