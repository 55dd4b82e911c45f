"""A destination that loses requests, answers and its temper: afterwards everything is there once, and nothing twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .account import Record
from .bench import Bench
from .conftest import PEOPLE, MakeBench
from .exports import LATER, Export, little_practice


def every_second_write(*kinds: str) -> list[dict[str, Any]]:
    """Faults of these kinds in turn, on every second write of each method."""
    step = 2 * len(kinds)
    return [
        {"kind": kind, "match": {"method": method, "path": "/api/", "nth": 2 * at + 1, "every": step, "times": None}}
        for at, kind in enumerate(kinds)
        for method in ("POST", "PATCH", "PUT")
    ]


def every_second_delete(*kinds: str) -> list[dict[str, Any]]:
    """The same for what a rollback sends."""
    return [{**each, "match": {**each["match"], "method": "DELETE"}} for each in every_second_write(*kinds)[::3]]


@pytest.mark.slow
@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param(("drop_before", "drop_after", "truncated"), id="connections break"),
        pytest.param(("error_500_before", "error_500_after", "empty_200_after", "html_524"), id="answers are wrong"),
        pytest.param(("storm_429",), id="too many requests"),
    ],
)
def test_every_second_write_meets_a_fault_and_everything_is_there_once(
    make_bench: MakeBench, expected: dict[str, Record], kinds: tuple[str, ...]
) -> None:
    bench = make_bench(little_practice(PEOPLE))
    before = bench.account.content()
    bench.audited()
    bench.call("plan", code=(0, 1))
    bench.approve("mapping")
    bench.approve("schema")
    bench.running.faults(*every_second_write(*kinds))
    bench.until_done("schema", "--apply")
    bench.call("owners", code=(0, 1))
    bench.approve("owners")
    bench.until_done("sample", "--size", "2")
    bench.call("diff")
    bench.approve("sample")
    bench.until_done("load")
    assert all(shown["fired"] for shown in bench.running.faults() if shown["seen"] > 8)
    bench.running.clear_faults()
    assert bench.account.records() == expected
    fields = [(row["object"], row["field_name"]) for row in bench.account.rows("fields") if row["is_custom_field"]]
    assert len(fields) == len(set(fields))
    assert bench.call("load")["outcomes"]["patients"] == {"unchanged": PEOPLE}
    report = bench.call("reconcile", code=(0, 1))
    assert (report["differences"], report["surplus"]) == ([], [])
    bench.running.faults(*every_second_delete(*kinds))
    bench.until_done("rollback", "--schema")
    assert bench.account.content() == before


@pytest.mark.parametrize("kind", ["drop_before", "status_503"])
def test_reads_that_fail_are_repeated(make_bench: MakeBench, expected: dict[str, Record], kind: str) -> None:
    bench = make_bench(little_practice(PEOPLE))
    every = {"method": "GET", "path": "/api/", "nth": 2, "every": 4, "times": None}
    bench.running.faults({"kind": kind, "match": every})
    bench.loaded()
    assert bench.account.records() == expected


def test_a_request_that_is_carried_out_late_is_found_and_not_sent_again(
    make_bench: MakeBench, expected: dict[str, Record]
) -> None:
    bench = make_bench(little_practice(PEOPLE))
    bench.ready_to_load()
    late = {"method": "POST", "path": "/(persons|activities|deals)$", "nth": 2, "every": 4, "times": None}
    bench.running.faults({"kind": "late_commit", "match": late, "seconds": 12})
    bench.until_done("load")
    assert bench.account.records() == expected


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_an_update_whose_answer_was_lost_is_carried_out_in_the_end(
    make_bench: MakeBench, tmp_path: Path, kind: str
) -> None:
    export = little_practice(4)
    bench = make_bench(export)
    bench.loaded()
    bench.running.faults({"kind": kind, "match": {"method": "PATCH", "path": "/persons/", "times": None}})
    later(export, tmp_path, "Blue")
    bench.call("delta", code=(0, 1, 3))
    bench.running.clear_faults()
    bench.until_done("load")
    assert last_names(bench) == ["Blue"] * 4


def test_an_update_whose_answer_was_lost_is_no_edit_by_somebody(make_bench: MakeBench, tmp_path: Path) -> None:
    export = little_practice(4)
    bench = make_bench(export)
    bench.loaded()
    bench.running.faults({"kind": "drop_after", "match": {"method": "PATCH", "path": "/persons/", "times": None}})
    later(export, tmp_path, "Blue")
    bench.call("delta", code=(0, 1, 3))
    bench.running.clear_faults()
    bench.until_done("load")
    later(export, tmp_path, "Green")
    assert bench.call("delta")["outcomes"]["patients"] == {"updated": 4}
    assert last_names(bench) == ["Green"] * 4


def later(export: Export, folder: Path, colour: str) -> None:
    """Export again after every patient got another name."""
    for row in export.rows["patients"]:
        row["lastName"] = colour
    for row in export.rows["transactions"]:
        row["Patient"] = f"{colour}, Ana"
    export.generated_at = LATER
    export.write(folder / "migration-export")


def last_names(bench: Bench) -> list[str]:
    return [row["name"].removeprefix("Ana ") for row in bench.account.rows("persons")]


@pytest.mark.slow
def test_a_day_that_ends_in_the_middle_of_a_load_pauses_it_until_the_reset(
    make_bench: MakeBench, expected: dict[str, Record]
) -> None:
    """T33: nothing is sent before the reset, and afterwards everything is there once."""
    bench = make_bench(little_practice(PEOPLE))
    bench.ready_to_load()
    headers = {"content-type": "application/json", "x-daily-ratelimit-token-remaining": "0"}
    match = {"method": "POST", "path": "/api/", "nth": 3, "every": 1, "times": None}
    bench.running.faults(
        {"kind": "answer", "status": 429, "headers": headers, "body": '{"error": "Too Many Requests"}', "match": match}
    )
    paused = bench.call("load", code=3)
    assert paused["until"] is not None
    seen = [shown["seen"] for shown in bench.running.faults()]
    assert bench.call("load", code=3)["until"] == paused["until"]
    assert [shown["seen"] for shown in bench.running.faults()] == seen
    assert bench.account.records() != expected
    bench.running.clear_faults()
    bench.running.advance(24 * 3600)
    bench.call("load")
    assert bench.account.records() == expected
