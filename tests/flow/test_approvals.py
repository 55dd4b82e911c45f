"""Gates: nothing is written before a named person approved exactly the present content."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from .account import Record
from .bench import APPROVER, Bench
from .conftest import MakeBench
from .exports import Export, little_practice

LAST_NAME_FIRST = 'rules: {patients: {fields: {name: {text: "{lastName}, {firstName}"}}}}\n'
WITH_NICKNAMES = "rules: {patients: {fields: {Nickname: {from: preferredName}}}}\n"
NOTHING = {"persons": 0, "organizations": 0, "deals": 0, "activities": 0, "files": 0, "relationships": 0}


def test_every_stage_that_writes_refuses_without_its_approvals_and_names_the_command(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(3))
    bench.audited()
    bench.call("plan", code=(0, 1))
    asked = {("sample",): "mapping", ("load",): "mapping", ("schema", "--apply"): "mapping"}
    for command, gate in asked.items():
        answer = bench.call(*command, code=2)
        assert (answer["state"], answer["cause"]) == ("failed", "approval_missing")
        assert answer["next"] == f'bridgework approve {gate} --by "Name <mail>"'
    bench.approve("mapping")
    assert bench.call("schema", "--apply", code=2)["next"] == 'bridgework approve schema --by "Name <mail>"'
    assert bench.account.migrated() == NOTHING
    assert bench.account.field_labels("person") == set()


def test_load_needs_the_sample_gate_too(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(3))
    bench.ready_to_sample()
    answer = bench.call("load", code=2)
    assert (answer["cause"], "sample" in answer["message"]) == ("approval_missing", True)
    bench.call("sample", "--size", "1")
    bench.call("diff")
    assert bench.call("load", code=2)["next"] == 'bridgework approve sample --by "Name <mail>"'
    bench.approve("sample")
    assert bench.call("load")["state"] == "done"


@pytest.mark.parametrize("by", ["Dana", "dana@practice.example", "<dana@practice.example>", "Dana <>", ""])
def test_an_approval_needs_a_person_with_a_name_and_an_address(make_bench: MakeBench, by: str) -> None:
    bench = make_bench(little_practice(1))
    bench.audited()
    answer = bench.call("approve", "mapping", "--by", by, code=2)
    assert "person" in answer["message"]
    assert bench.call("status", code=(0, 1))["gates"]["mapping"] is None


def test_the_status_names_who_approved_what(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(1))
    bench.audited()
    bench.call("plan", code=(0, 1))
    bench.approve("mapping")
    gate = bench.call("status", code=(0, 1))["gates"]["mapping"]
    assert (gate["by"], gate["automatic"]) == (APPROVER, False)


def test_fields_are_approved_only_as_the_last_list_showed_them(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2))
    bench.audited()
    unseen = bench.call("approve", "schema", "--by", APPROVER, code=2)
    assert (unseen["next"], "last shown" in unseen["message"]) == ("bridgework schema", True)
    planned = len(bench.call("plan", code=(0, 1))["schema"])
    override(bench, WITH_NICKNAMES)
    assert bench.call("approve", "schema", "--by", APPROVER, code=2)["next"] == "bridgework schema"
    assert len(bench.call("schema", code=(0, 1))["operations"]) == planned + 1
    approved = bench.approve("schema")
    assert (approved["summary"].split(",")[0], approved["shown"]) == (
        f"{planned + 1} operations",
        "reports/schema.html",
    )


def test_what_the_plan_lists_can_be_approved_without_listing_it_again(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2))
    bench.audited()
    bench.call("plan", code=(0, 1))
    assert bench.approve("mapping")["shown"] == "reports/plan.html"
    assert bench.approve("schema")["shown"] == "reports/plan.html"
    assert bench.call("schema", "--apply")["applied"] is True


def test_a_sample_taken_after_the_diff_is_compared_before_it_is_approved(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(4))
    bench.ready_to_sample()
    bench.call("sample", "--size", "1")
    bench.call("diff")
    bench.call("sample", "--size", "3")
    unseen = bench.call("approve", "sample", "--by", APPROVER, code=2)
    assert (unseen["next"], "last shown" in unseen["message"]) == ("bridgework diff", True)
    bench.call("diff")
    assert bench.approve("sample")["shown"] == "private/diff.html"


def test_undecided_blocking_findings_block_the_mapping_gate(make_bench: MakeBench) -> None:
    export = little_practice(3)
    export.add("patients", {**export.row("patients", "pat-1"), "id": "pat-9", "lastName": "Novak"})
    bench = make_bench(export)
    bench.call("extract", code=(0, 1))
    found = bench.call("audit", code=1)
    assert found["undecided"] > 0
    answer = bench.call("approve", "mapping", "--by", APPROVER, code=2)
    assert "undecided" in answer["message"]
    bench.decide()
    assert bench.call("approve", "mapping", "--by", APPROVER, code=2)["next"] == "bridgework plan"
    bench.call("plan", code=(0, 1))
    bench.approve("mapping")


def test_a_changed_mapping_voids_the_approval(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(3))
    bench.ready_to_load(size=1)
    override(bench, LAST_NAME_FIRST + "tests: [{rule: patients, given: {id: p, firstName: Ana}, expect: {name: Bo}}]\n")
    refused = bench.call("approve", "mapping", "--by", APPROVER, code=2)
    assert "1 mapping tests fail" in refused["message"]
    override(bench, LAST_NAME_FIRST)
    answer = bench.call("load", code=2)
    assert (answer["next"], "changed" in answer["message"]) == ("bridgework plan", True)
    unseen = bench.call("approve", "mapping", "--by", APPROVER, code=2)
    assert (unseen["next"], "changed since it was last shown" in unseen["message"]) == ("bridgework plan", True)
    bench.call("plan", code=(0, 1))
    bench.approve("mapping")
    assert "sample" in bench.call("load", code=2)["message"]


@pytest.fixture
def twins(make_bench: MakeBench) -> Bench:
    """Three patients, and one of them a second time under another number."""
    export = little_practice(3)
    export.add("patients", {**export.row("patients", "pat-1"), "id": "pat-9", "patientNumber": "1009"})
    return make_bench(export)


def test_changed_decisions_void_the_approval_of_the_mapping(twins: Bench) -> None:
    twins.ready_to_sample()
    twins.decide(DUP_01="merge into pat-1")
    answer = twins.call("sample", "--size", "4", code=2)
    assert answer["next"] == "bridgework plan"
    twins.call("plan", code=(0, 1))
    assert twins.call("sample", "--size", "4", code=2)["next"] == 'bridgework approve mapping --by "Name <mail>"'
    twins.approve("mapping")
    twins.call("sample", "--size", "4")


def test_an_audit_without_news_leaves_the_approval_as_it_is(twins: Bench) -> None:
    twins.ready_to_sample()
    twins.call("audit", code=1)
    twins.call("sample", "--size", "4")


@pytest.mark.parametrize(
    ("word", "persons"),
    [("", ["a", "a", "b", "c"]), ("merge into pat-1", ["a", "b", "c"]), ("exclude", ["a", "b", "c"])],
)
def test_nothing_is_merged_or_left_out_unless_a_person_says_so(twins: Bench, word: str, persons: list[str]) -> None:
    twins.call("extract", code=(0, 1))
    twins.call("audit", code=1)
    twins.decide(**({"DUP_01": word} if word else {}))
    twins.call("migrate", "--approve-as", APPROVER, "--size", "1", code=(0, 1))
    assert sorted(row["name"].removeprefix("Ana Ruiz") for row in twins.account.rows("persons")) == persons


def test_a_changed_owners_file_voids_the_approval_of_the_owners(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(3))
    bench.ready_to_sample()
    choose_owner(bench, "Ruby.Lester", "front.desk@practice.example")
    answer = bench.call("sample", "--size", "1", code=2)
    assert answer["next"] == 'bridgework approve owners --by "Name <mail>"'
    bench.approve("owners")
    bench.call("sample", "--size", "1")
    front_desk = bench.account.one("users", email="front.desk@practice.example")
    assert {row["owner_id"] for row in bench.account.rows("persons")} == {front_desk["id"]}


def test_an_owner_who_is_no_user_is_refused(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(1))
    bench.ready_to_sample()
    choose_owner(bench, "Ruby.Lester", "stranger@practice.example")
    answer = bench.call("approve", "owners", "--by", APPROVER, code=2)
    assert "owners.csv" in answer["message"]
    assert "stranger" not in answer["message"]


def choose_owner(bench: Bench, of: str, user: str) -> None:
    """Write another user into private/owners.csv, as a person would."""
    path = bench.folder / "private" / "owners.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    for row in rows:
        if row["email"].startswith(of):
            row["user"] = user
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def override(bench: Bench, text: str) -> None:
    """Write the migration's own mapping.yaml."""
    (bench.folder / "mapping.yaml").write_text(text, "utf-8")


# ---------------------------------------------------------------------------------------------- sandboxes only


def test_migrate_stops_at_every_gate_and_says_how_to_go_on(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2))
    waited = []
    for _ in range(4):
        answer = bench.call("migrate", "--size", "1", code=3)
        assert (answer["state"], answer["cause"]) == ("waiting", "gate")
        assert answer["next"] == f'bridgework approve {answer["gate"]} --by "Name <mail>"'
        waited.append(answer["gate"])
        bench.approve(answer["gate"])
    assert waited == ["mapping", "schema", "owners", "sample"]
    assert bench.call("migrate", code=(0, 1))["stage"] == "migrate"
    assert len(bench.account.rows("persons")) == 2


def test_a_sandbox_may_be_approved_by_itself_and_the_journal_says_so(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2))
    bench.call("migrate", "--approve-as", APPROVER, "--size", "1", code=(0, 1))
    gates = bench.call("status", code=(0, 1))["gates"]
    assert {gate["automatic"] for gate in gates.values()} == {True}
    assert len(bench.account.rows("persons")) == 2


@pytest.mark.parametrize("token", ["", "not-the-token-it-printed"])
def test_nothing_but_a_sandbox_that_knows_its_token_is_approved_by_itself(make_bench: MakeBench, token: str) -> None:
    bench = make_bench(little_practice(2), settings={"destination.sandbox_token": token, "run.speed": "1"})
    answer = bench.call("migrate", "--approve-as", APPROVER, code=2)
    assert "sandbox" in answer["message"]
    assert bench.account.migrated() == NOTHING


# ---------------------------------------------------------------------------------------------- the sample


def test_a_sample_brings_parents_and_children_and_nothing_else(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(6))
    bench.ready_to_sample()
    answer = bench.call("sample", "--size", "2")
    account = bench.account
    assert answer["roots"] == 2
    chosen = {row["id"] for row in account.rows("persons")}
    assert len(chosen) == 2
    assert {row["person_id"] for row in account.rows("activities")} == chosen
    assert {row["person_id"] for row in account.rows("deals")} <= chosen
    assert answer["records"] == sum(account.migrated().values())


def test_a_sample_can_be_taken_out_alone_and_made_again(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(4))
    bench.ready_to_sample()
    applied = bench.account.content()
    bench.call("sample", "--size", "2")
    bench.call("sample", "--undo")
    assert bench.account.content() == applied
    bench.call("sample", "--size", "2")
    bench.call("diff")
    bench.approve("sample")
    bench.call("load")
    assert {marker.rpartition(".")[2] for marker in bench.account.markers() if ".g" in marker} == {"g2"}
    assert max(bench.account.markers().values()) == 1
    assert bench.call("sample", "--undo", code=2)["next"] == "bridgework rollback --preview"


def test_a_mapping_corrected_after_the_sample_corrects_the_sample(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(4))
    bench.ready_to_load(size=2)
    assert names(bench) == {"Ana Ruiza", "Ana Ruizb"} or len(names(bench)) == 2
    override(bench, LAST_NAME_FIRST)
    bench.call("plan", code=(0, 1))
    bench.approve("mapping")
    bench.call("sample", "--size", "2")
    bench.call("diff")
    bench.approve("sample")
    bench.call("load")
    assert names(bench) == {"Ruiza, Ana", "Ruizb, Ana", "Ruizc, Ana", "Ruizd, Ana"}


def names(bench: Bench) -> set[str]:
    return {row["name"] for row in bench.account.rows("persons")}


def test_the_diff_finds_what_the_destination_changed(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(3))
    bench.ready_to_sample()
    bench.call("sample", "--size", "1")
    [person] = bench.account.rows("persons")
    bench.running.edit("person", person["id"], name="Somebody else")
    answer = bench.call("diff", code=1)
    assert [(each["rule"], each["class"]) for each in answer["problems"]] == [("patients", "wrong")]
    assert "Somebody else" not in str(answer)
    private = (bench.folder / "private" / "diff.html").read_text("utf-8")
    assert all(each in private for each in ("Somebody else", "Columbine Dental", person["name"]))


def test_a_new_diff_voids_the_approval_of_the_old_one(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(3))
    bench.ready_to_load(size=1)
    person: Record = bench.account.rows("persons")[0]
    bench.running.edit("person", person["id"], name="Somebody else")
    bench.call("diff", code=1)
    assert "changed" in bench.call("load", code=2)["message"]


def test_a_field_is_reused_where_one_of_that_name_and_type_is_there(make_bench: MakeBench, tmp_path: Path) -> None:
    export: Export = little_practice(2)
    bench = make_bench(export)
    bench.ready_to_sample()
    fields = len(bench.account.rows("fields"))
    second = make_bench(export, sandbox=bench.running, name="second")
    second.audited()
    second.call("plan", code=(0, 1))
    second.approve("mapping")
    assert second.call("schema", code=(0, 1))["operations"] == []
    second.approve("schema")
    second.call("schema", "--apply")
    assert len(second.account.rows("fields")) == fields
