"""purge under way: refusals before it, an interruption in the middle, and what cannot be undone after it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from bridgework.errors import StoreFailure
from bridgework.stages import purge as stage

from .bench import Bench
from .conftest import MakeBench
from .exports import little_practice


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    bench = make_bench(little_practice())
    bench.loaded()
    return bench


def test_what_was_not_delivered_is_not_purged_by_accident(bench: Bench) -> None:
    answer = bench.call("purge", "--yes", code=2)
    assert (answer["cause"], "--without-delivery" in answer["next"]) == ("not_delivered", True)
    assert (bench.folder / "records.db").exists()


def test_an_extract_that_was_never_loaded_cannot_be_delivered_first(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(1))
    bench.call("extract")
    answer = bench.call("purge", "--yes", code=2)
    assert (answer["cause"], answer["next"]) == ("not_delivered", "bridgework purge --without-delivery")
    bench.call("purge", "--yes", "--without-delivery", code=(0, 1))
    assert not (bench.folder / "records.db").exists()


def test_a_delivery_of_before_the_last_load_does_not_count(bench: Bench) -> None:
    bench.call("deliver", "--accept-open-window", code=1)
    bench.call("load")
    assert bench.call("purge", "--yes", code=2)["cause"] == "not_delivered"


def test_an_interrupted_purge_goes_on_and_certifies_everything(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    erased: list[Path] = []
    erase = stage._erase

    def until_the_third(path: Path, *, overwrite: bool) -> None:
        if len(erased) == 2:
            raise StoreFailure("the disk is gone")
        erased.append(path)
        erase(path, overwrite=overwrite)

    with monkeypatch.context() as patch:
        patch.setattr(stage, "_erase", until_the_third)
        bench.call("purge", "--yes", "--without-delivery", code=3)
    assert bench.call("status", code=(0, 1))["purged"] is False
    assert bench.call("load", code=2)["cause"] == "purged"  # the key went first: what is left cannot be read
    bench.call("purge", "--yes")
    assert not (bench.folder / "records.db").exists() and not (bench.folder / "private").exists()
    certified = {each["file"] for each in bench.report("purge-certificate")["destroyed"]["files"]}
    assert {path.relative_to(bench.folder).as_posix() for path in erased} <= certified
    assert {"records.db", "private/owners.csv"} <= certified
    assert bench.report("purge-certificate")["destroyed"]["keys"] == [{"key": "records", "from": "the key file"}]


def test_a_record_edited_after_the_load_is_kept_by_a_rollback_after_the_purge(bench: Bench) -> None:
    bench.call("purge", "--yes", "--without-delivery")
    [first, *others] = bench.account.rows("persons")
    edit(bench, first["id"])
    answer = bench.call("rollback", code=1)
    assert answer["removed"]["person"] == {"removed": len(others), "kept": 1}
    assert [row["id"] for row in bench.account.rows("persons")] == [first["id"]]


def test_created_records_can_be_removed_after_a_purge_one_object_first(bench: Bench) -> None:
    bench.call("purge", "--yes", "--without-delivery")
    deals = len(bench.account.rows("deals"))
    assert deals
    assert bench.call("rollback", "--object", "deal")["removed"] == {"deal": {"removed": deals}}
    bench.call("rollback")
    account = bench.account
    assert [account.rows(name) for name in ("deals", "persons", "activities", "organizations")] == [[], [], [], []]


def edit(bench: Bench, person: int) -> None:
    """What somebody does in the account's own screen."""
    httpx.patch(
        f"{bench.running.base_url}/api/v2/persons/{person}",
        json={"name": "Somebody Else"},
        headers={"x-api-token": bench.environment["PIPEDRIVE_API_TOKEN"]},
        trust_env=False,
    ).raise_for_status()
