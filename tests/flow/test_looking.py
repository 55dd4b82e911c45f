"""Looking at a migration from another terminal while a command works on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bridgework import conservation, store
from bridgework.errors import StoreFailure
from bridgework.journal import migration_lock
from bridgework.pulse import FILE, Pulse

from .conftest import MakeBench
from .exports import little_practice


def test_status_says_what_is_running_and_writes_nothing(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2))
    bench.call("extract", code=(0, 1))
    before = {path.name: path.read_bytes() for path in (bench.folder / "reports").iterdir()}
    with migration_lock(bench.folder):
        pulse = Pulse(bench.folder)
        pulse.stage_started("load", 778)
        pulse.batch_done("load", 559, 778, "waiting for the horizon until 10:00:00 UTC")
        answer = bench.call("status")
        assert answer["message"].startswith("The command load is running: 559 of 778 (waiting for the horizon")
        assert answer["running"]["stage"] == "load"
        assert answer["objects"]["patients"]["extracted"] == 2
        assert {path.name: path.read_bytes() for path in (bench.folder / "reports").iterdir()} == before
        assert bench.call("extract", code=3)["cause"] == "busy"
        pulse.end()
    assert not (bench.folder / FILE).exists()
    assert bench.call("status")["next"] == "bridgework audit"


@pytest.mark.parametrize(("module", "function"), [(conservation, "write_private"), (store, "_configure")])
def test_the_status_is_told_though_the_disk_is_full(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch, module: ModuleType, function: str
) -> None:
    bench = make_bench(little_practice(2))
    bench.call("extract", code=(0, 1))
    wanted = bench.call("status")
    (bench.folder / "reports" / "status.json").unlink()
    monkeypatch.setattr(module, function, without_room(bench.folder, getattr(module, function)))
    answer = bench.call("status")
    assert (answer["next"], answer["objects"]) == (wanted["next"], wanted["objects"])
    assert answer["message"] == "No report of this could be kept: the disk is full."
    assert bench.call("failures")["groups"] == []
    assert bench.call("audit", code=3)["cause"] == "store"
    assert not (bench.folder / "reports" / "status.json").exists()


def without_room(folder: Path, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function on a disk that has no room left for anything in the folder."""

    def attempt(*arguments: Any) -> Any:
        if any(isinstance(each, Path) and each.is_relative_to(folder) for each in arguments):
            raise StoreFailure("the disk is full")
        return function(*arguments)

    return attempt


def test_status_leads_from_the_load_to_the_end_step_by_step(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2))
    bench.loaded(size=1)
    for step in ("reconcile", "delta", "reconcile", "deliver"):
        assert bench.call("status")["next"] == f"bridgework {step}"
        bench.call(step, code=(0, 1))
    assert bench.call("status")["next"] == "bridgework purge"
