"""rollback in Twenty: to the trash and back again, the schema only on request, and what people did stays."""

from __future__ import annotations

import pytest

from ..exports import LATER, little_practice
from .conftest import FAST, MakeBench, TwentyBench
from .test_content import SAMPLES

PEOPLE = 4
ABOUT_EMAIL = {"emails": {"primaryEmail": "changed@example.org", "additionalEmails": []}}


@pytest.fixture
def bench(make_bench: MakeBench) -> TwentyBench:
    bench = make_bench(little_practice(PEOPLE))
    bench.loaded()
    return bench


@pytest.mark.slow
def test_what_was_taken_out_can_be_loaded_again_although_the_trash_holds_the_addresses(bench: TwentyBench) -> None:
    before, loaded = bench.workspace.records(), bench.workspace.counts()
    answer = bench.call("rollback")
    out = bench.workspace
    assert out.counts() == dict.fromkeys(loaded, 0)
    assert {name: len(out.trash(name)) for name in loaded} == loaded
    assert answer["removed"]["person"] == {"removed": PEOPLE}
    assert "treatmentPlan" in out.object_names()
    assert "patientNumber" in out.field_names("person")
    assert out.samples() == SAMPLES
    bench.call("load")
    after = bench.workspace
    assert after.records() == before
    assert {str(row["sourceId"]).rpartition(".")[2] for row in after.rows("person")} == {"g2"}
    assert len(after.trash("person")) == PEOPLE
    assert bench.call("reconcile", code=(0, 1))["differences"] == []


@pytest.mark.slow
def test_a_rollback_is_taken_back_and_everything_is_as_it_was(bench: TwentyBench) -> None:
    before, loaded = bench.workspace.records(), bench.workspace.counts()
    ids = {row["id"] for row in bench.workspace.rows("person")}
    bench.call("rollback")
    answer = bench.call("rollback", "--undo")
    assert {name: counts["brought back"] for name, counts in answer["records"].items()} == {
        name: number for name, number in loaded.items() if number
    }
    assert bench.workspace.records() == before
    assert {row["id"] for row in bench.workspace.rows("person")} == ids
    assert all(set(outcomes) == {"unchanged"} for outcomes in bench.call("load")["outcomes"].values() if outcomes)
    assert bench.call("reconcile", code=(0, 1))["differences"] == []
    bench.call("rollback", "--schema")
    out = bench.call("rollback", "--undo", code=1)
    assert {what for counts in out["records"].values() for what in counts} == {"fields were removed"}
    assert out["next"] == "bridgework load"


@pytest.mark.slow
def test_even_after_the_schema_was_taken_out_everything_can_be_loaded_again(bench: TwentyBench) -> None:
    before = bench.workspace.records()
    bench.call("rollback", "--schema")
    assert "sourceId" not in bench.workspace.field_names("person")
    bench.call("schema")
    bench.approve("schema")
    bench.call("schema", "--apply")
    bench.call("load")
    assert bench.workspace.records() == before


@pytest.mark.slow
def test_a_person_that_somebody_edited_is_kept_and_listed(bench: TwentyBench) -> None:
    edited = bench.workspace.rows("person")[0]
    bench.running.edit("person", edited["id"], jobTitle="Plumber")
    answer = bench.call("rollback", "--schema", code=1)
    [kept] = answer["kept"]
    assert (kept["rule"], kept["id"]) == ("patients", edited["id"])
    assert [row["id"] for row in bench.workspace.rows("person")] == [edited["id"]]
    assert "patientNumber" in bench.workspace.field_names("person")
    assert "treatmentPlan" not in bench.workspace.object_names()


@pytest.mark.slow
def test_a_field_that_holds_what_people_typed_stays(bench: TwentyBench) -> None:
    sample = next(row for row in bench.workspace.state["objects"]["person"] if not row["sourceId"])
    bench.running.edit("person", sample["id"], patientNumber="mine")
    answer = bench.call("rollback", "--schema", code=1)
    kept = [line for line in answer["schema"] if line["outcome"] == "kept" and line["object"] == "person"]
    assert [line["name"] for line in kept] == ["Patient number"]
    assert bench.workspace.field_names("person") == {"patientNumber"}
    assert "treatmentPlan" not in bench.workspace.object_names()


@pytest.mark.slow
def test_people_of_different_batches_who_exchange_their_addresses_in_a_delta_all_get_them(
    make_bench: MakeBench,
) -> None:
    people = 6  # in two batches of three: everybody takes the address of somebody in the other one
    export = little_practice(people)
    bench = make_bench(export)
    bench.loaded()
    addresses = [row["email"] for row in export.rows["patients"]]
    for row, address in zip(export.rows["patients"], reversed(addresses), strict=True):
        row["email"] = address
    export.generated_at = LATER
    export.write(bench.folder.parent / "migration-export")
    assert bench.call("delta", code=(0, 1))["outcomes"]["patients"] == {"updated": people}
    by_number = {row["patientNumber"]: row["emails"]["primaryEmail"] for row in bench.workspace.rows("person")}
    assert [by_number[f"{1001 + place}"] for place in range(people)] == addresses[::-1]


@pytest.mark.slow
def test_a_delta_changes_what_changed_and_leaves_alone_what_people_edited(
    make_bench: MakeBench, tmp_path: object
) -> None:
    export = little_practice(PEOPLE)
    bench = make_bench(export)
    bench.loaded()
    first, second = bench.workspace.rows("person")[:2]
    bench.running.edit("person", first["id"], emails=ABOUT_EMAIL["emails"])
    for row in export.rows["patients"]:
        row["email"] = row["email"].replace("ana", "anna")
        row["phones"] = [{"type": "Mobile", "number": "303-555-9999", "preferred": True}]
    export.rows["treatmentPlans"][0]["totalFee"] = "99.50"
    export.generated_at = LATER
    export.write(bench.folder.parent / "migration-export")
    answer = bench.call("delta", code=(0, 1))
    assert answer["outcomes"]["patients"]["updated"] == PEOPLE
    after = {row["id"]: row for row in bench.workspace.rows("person")}
    assert after[first["id"]]["emails"]["primaryEmail"] == "changed@example.org"
    assert after[second["id"]]["emails"]["primaryEmail"].startswith("anna")
    assert {row["phones"]["primaryPhoneNumber"] for row in after.values()} == {"3035559999"}
    fees = {row["fee"]["amountMicros"] for row in bench.workspace.rows("treatmentPlan")}
    assert 99_500_000 in fees
    bench.call("delta", code=(0, 1))
    assert bench.call("load", code=(0, 1))["outcomes"]["treatment-plans"] == {"unchanged": 2}
    # What the delta cleared (whether somebody takes text messages) is nobody's edit.
    [kept] = bench.call("rollback", code=(0, 1))["kept"]
    assert kept["id"] == first["id"]


@pytest.mark.slow
def test_people_who_are_there_already_are_refused_by_name_and_linked_only_on_request(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2), settings=FAST)
    known = bench.workspace.state["objects"]["person"][0]
    bench.running.edit("person", known["id"], emails={"primaryEmail": "ana1@example.org", "additionalEmails": []})
    bench.ready_to_sample()
    bench.call("sample", "--size", "2", code=(0, 1))
    groups = bench.call("failures", code=(0, 1))["groups"]
    [failure] = [each for each in groups if each["rule"] == "patients"]
    assert (failure["field"], failure["records"]) == ("emails", 1)
    assert "the same unique value" in failure["reason"]
    assert len(bench.workspace.rows("person")) == 1
