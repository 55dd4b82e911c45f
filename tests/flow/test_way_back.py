"""rollback: what was brought in goes out again, and nothing else does."""

from __future__ import annotations

import os

import httpx
import pytest

from .bench import Bench
from .conftest import MakeBench
from .exports import little_practice

PEOPLE = 4


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    bench = make_bench(little_practice(PEOPLE))
    bench.loaded()
    return bench


def test_a_preview_says_what_a_rollback_does_and_changes_nothing(bench: Bench) -> None:
    before = bench.account.content()
    preview = bench.call("rollback", "--preview")
    assert bench.account.content() == before
    assert preview["next"] == "bridgework rollback"
    assert bench.call("rollback", "--preview", "--schema")["next"] == "bridgework rollback --schema"
    done = bench.call("rollback")
    planned = {name: counts["to remove"] for name, counts in preview["removed"].items()}
    assert planned == {name: counts["removed"] for name, counts in done["removed"].items()}
    assert sum(planned.values()) == 19


def test_after_a_rollback_there_is_nothing_left_to_roll_back(bench: Bench) -> None:
    bench.call("rollback", "--schema")
    assert bench.call("rollback", "--preview", "--schema")["removed"] == {}
    again = bench.call("rollback", "--schema")
    assert (again["removed"], again["schema"], again["kept"]) == ({}, [], [])


def test_what_people_edited_is_kept_and_listed_with_its_fields(bench: Bench) -> None:
    person = bench.account.rows("persons")[0]
    bench.running.edit("person", person["id"], name="Edited by hand")
    answer = bench.call("rollback", "--schema", code=1)
    [kept] = answer["kept"]
    assert (kept["rule"], kept["id"], "edited" in kept["reason"]) == ("patients", str(person["id"]), True)
    assert [row["name"] for row in bench.account.rows("persons")] == ["Edited by hand"]
    assert bench.account.migrated() | {"persons": 0} == dict.fromkeys(bench.account.migrated(), 0)
    assert "Patient number" in bench.account.field_labels("person")
    assert bench.account.field_labels("deal") == set()


def test_records_of_other_people_are_never_touched(bench: Bench) -> None:
    stranger = bench.running.edit("organization", bench.account.rows("organizations")[0]["id"], name="Renamed")
    answer = bench.call("rollback", code=1)
    assert [row["name"] for row in bench.account.rows("organizations")] == [stranger["name"]]
    assert answer["removed"]["organization"] == {"kept": 1, "removed": 2}


def test_one_object_takes_along_what_depends_on_it_and_leaves_the_rest(bench: Bench) -> None:
    preview = bench.call("rollback", "--preview", "--object", "deal")
    assert set(preview["removed"]) == {"deal"}
    bench.call("rollback", "--object", "deal")
    assert bench.account.migrated()["deals"] == 0
    assert bench.account.migrated()["persons"] == PEOPLE
    assert set(bench.call("rollback", "--preview", "--object", "person")["removed"]) == {"person", "activity"}
    bench.call("load")
    assert {marker.rpartition(".")[2] for marker in bench.account.markers() if ".treatment-plans." in marker} == {"g2"}


def test_an_object_that_was_not_loaded_is_refused_with_those_that_were(bench: Bench) -> None:
    answer = bench.call("rollback", "--object", "lead", code=2)
    assert "person" in answer["next"]


def test_fields_that_hold_values_of_others_stay_and_are_listed(bench: Bench) -> None:
    codes = {row["field_name"]: row["field_code"] for row in bench.account.state["objects"]["fields"]}
    with httpx.Client(
        base_url=bench.running.base_url, headers={"x-api-token": os.environ["PIPEDRIVE_API_TOKEN"]}, trust_env=False
    ) as http:
        made = http.post("/api/v2/persons", json={"name": "Own", "custom_fields": {codes["Patient number"]: "mine"}})
    assert made.status_code == 200, made.text
    for asked in (("--preview",), ()):
        answer = bench.call("rollback", "--schema", *asked, code=0 if asked else 1)
        kept = [line for line in answer["schema"] if line["outcome"] == "kept"]
        assert [(line["object"], line["name"]) for line in kept] == [("person", "Patient number")]
        assert kept[0]["reason"] == "records that are not of this migration hold values in it: 1"
    assert bench.account.field_labels("person") == {"Patient number"}
    assert bench.account.custom("person", bench.account.named("persons", "Own")) == {"Patient number": "mine"}


def test_fields_stay_as_long_as_records_use_them(bench: Bench) -> None:
    answer = bench.call("rollback", "--object", "deal", "--schema", code=1)
    outcomes = {(line["object"], line["outcome"]) for line in answer["schema"]}
    assert outcomes == {("deal", "removed"), ("person", "kept"), ("organization", "kept"), ("activity", "kept")}
    assert bench.account.field_labels("deal") == set()
    assert len(bench.account.records()) == 17


def test_what_somebody_else_deleted_already_is_no_obstacle(bench: Bench) -> None:
    person = bench.account.rows("persons")[0]
    bench.running.delete("person", person["id"])
    answer = bench.call("rollback")
    assert answer["removed"]["person"] == {"already gone": 1, "removed": PEOPLE - 1}
    assert bench.account.migrated() == dict.fromkeys(bench.account.migrated(), 0)


def test_after_a_rollback_a_load_makes_a_second_generation(bench: Bench) -> None:
    first = bench.account.records()
    bench.call("rollback")
    assert bench.call("status")["records"].keys() == {"undone"}
    bench.call("load")
    assert bench.account.records() == first
    assert {marker.rpartition(".")[2] for marker in bench.account.markers()} == {"g2"}
    bench.call("rollback")
    bench.call("load")
    assert {marker.rpartition(".")[2] for marker in bench.account.markers()} == {"g3"}


def test_the_status_counts_what_was_taken_out_as_pending(bench: Bench) -> None:
    answer = bench.call("rollback")
    assert answer["rules"]["patients"] == {"planned": PEOPLE, "pending": PEOPLE}
    assert answer["objects"]["patients"] == {"extracted": PEOPLE, "pending": PEOPLE}


def test_a_rollback_without_the_staged_data_removes_what_was_created(bench: Bench) -> None:
    bench.call("purge", "--yes", "--without-delivery", code=(0, 1))
    bench.call("rollback", code=(0, 1))
    assert bench.account.migrated() == dict.fromkeys(bench.account.migrated(), 0)


@pytest.mark.parametrize("words", [["--schema"], ["--object", "deal"]])
def test_the_status_after_a_rollback_leads_back_to_the_load(bench: Bench, words: list[str]) -> None:
    denied = {"kind": "answer", "status": 401, "headers": {"content-type": "application/json"}, "body": "{}"}
    bench.running.faults({**denied, "match": {"method": "DELETE", "path": "/deals", "times": None}})
    assert bench.call("rollback", *words, code=2)["cause"] == "access_denied"
    assert bench.call("status", code=(0, 1))["next"] == " ".join(["bridgework rollback", *words])
    bench.running.clear_faults()
    bench.call("rollback", *words)
    fields_first = ["bridgework schema --apply"] if "--schema" in words else []
    for step in [*fields_first, "bridgework load", "bridgework reconcile"]:
        assert bench.call("status")["next"] == step
        bench.call(*step.split()[1:])
