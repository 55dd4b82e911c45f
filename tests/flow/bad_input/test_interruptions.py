"""Runs that are ended from outside: Ctrl-C, a shutdown, a full disk, a destination that goes away. They go on later."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bridgework import store
from bridgework.sandbox import SimulatedClock, running
from bridgework_pipedrive_sandbox import PipedriveSandbox

from ..bench import LONG, Bench
from ..conftest import SPEED, USERS, MakeBench, init
from ..exports import little_practice
from .refusals import intact, refused, rewritten, toml

PEOPLE = 6
SLOW = 120  # simulated seconds: two real ones


def loaded_once(bench: Bench) -> None:
    """A further load completes it, and everything stands there once."""
    bench.call("load")
    assert len(bench.account.rows("persons")) == PEOPLE
    assert set(bench.account.markers().values()) == {1}
    assert bench.call("load")["outcomes"]["patients"] == {"unchanged": PEOPLE}
    intact(bench)


def _slow_write(bench: Bench, seconds: float = LONG) -> None:
    match = {"method": "POST", "path": "/api/.*(persons|activities)", "nth": 2, "times": None}
    bench.running.faults({"kind": "slow", "match": match, "seconds": seconds})


def _fired(bench: Bench) -> bool:
    return any(each["fired"] for each in bench.running.faults())


def _until(happens: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    while not happens():
        assert process.poll() is None, process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_a_load_that_is_told_to_end_ends_soon_and_goes_on_later(make_bench: MakeBench, sent: signal.Signals) -> None:
    bench = make_bench(little_practice(PEOPLE))
    bench.ready_to_load()
    _slow_write(bench)
    process = bench.spawn("load")
    _until(lambda: _fired(bench), process)
    output, errors = bench.ended(process, sent)
    assert process.returncode == 3, errors
    answer = json.loads(output)
    assert (answer["state"], answer["cause"], answer["next"]) == ("stopped", "interrupted", "bridgework load")
    assert b"Traceback" not in errors
    bench.running.clear_faults()
    loaded_once(bench)


@pytest.mark.slow
def test_a_second_command_finds_the_migration_taken_while_the_first_runs(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(PEOPLE))
    bench.ready_to_load()
    _slow_write(bench)
    process = bench.spawn("load")
    try:
        _until(lambda: _fired(bench), process)
        refused(
            bench.folder, "load", code=3, cause="busy", said=["Another process works on this migration"], then="wait"
        )
        assert "load is running" in bench.call("status", code=(0, 1))["message"]
    finally:
        bench.ended(process, signal.SIGINT)
        bench.running.clear_faults()
    loaded_once(bench)


@pytest.mark.slow
def test_a_destination_that_goes_away_in_the_middle_is_waited_for_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = little_practice(PEOPLE).write(tmp_path / "export")
    options = PipedriveSandbox.Options(users=USERS, post_cap=False, api_token="t" * 40)
    state = tmp_path / "state.json"
    monkeypatch.setenv("PIPEDRIVE_API_TOKEN", "t" * 40)
    with running(PipedriveSandbox(options, SimulatedClock(SPEED), state)) as first:
        bench = init(tmp_path / "migration", export, first, {})
        bench.ready_to_load()
        _slow_write(bench, SLOW)
        process = bench.spawn("load")
        _until(lambda: _fired(bench), process)
        old = (first.base_url, first.token)
    output, errors = process.communicate(timeout=100)
    assert process.returncode == 3, errors
    answer = json.loads(output)
    assert (answer["state"], answer["cause"]) == ("stopped", "unreachable")
    refused(bench.folder, "load", code=3, cause="unreachable", said=["sandbox"], then="bridgework sandbox")
    with (
        running(PipedriveSandbox(options, SimulatedClock(SPEED), state)) as second,
        rewritten(toml(bench), (old[0], second.base_url), (old[1], second.token)),
    ):
        loaded_once(Bench(bench.folder, second, dict(second.env)))


def test_a_command_whose_reader_goes_away_does_its_work_all_the_same(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(60))  # enough for lines of progress
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-m", "bridgework", "-C", str(bench.folder), "extract"],
        stdout=writer,
        stderr=writer,
        env=dict(os.environ),
        check=False,
    )
    os.close(writer)
    assert process.returncode == 0
    assert bench.call("status")["next"] == "bridgework audit"


# ------------------------------------------------------------------------------------------ disks


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch, pages: int) -> Iterator[None]:
    """No store can grow by more than so many pages."""
    configure = store._configure

    def configured(connection: Any, *arguments: Any) -> None:
        configure(connection, *arguments)
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used + pages}")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_configure", configured)
        yield


def test_an_extract_onto_a_full_disk_leaves_nothing_staged(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench(little_practice(PEOPLE))
    with full_disk(monkeypatch, 2):
        refused(bench.folder, "extract", code=3, cause="store", said=["no space is left"], then="free disk space")
    refused(bench.folder, "audit", said=["Nothing is staged"], then="bridgework extract")
    bench.call("extract")
    intact(bench)


@pytest.mark.slow
@pytest.mark.parametrize("pages", [0, 1])
def test_a_load_onto_a_full_disk_goes_on_when_there_is_room(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    bench = make_bench(little_practice(PEOPLE))
    bench.ready_to_load()
    with full_disk(monkeypatch, pages):
        answer = bench.call("load", code=3)
    assert (answer["state"], answer["cause"]) == ("stopped", "store")
    assert "no space is left" in answer["message"]
    assert "free disk space" in answer["next"]
    loaded_once(bench)


@pytest.mark.slow
def test_files_that_may_not_grow_stop_a_run_of_its_own(make_bench: MakeBench) -> None:
    import resource

    bench = make_bench(little_practice(PEOPLE))
    largest = 60_000  # bytes of a file: less than the stores are

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    process = subprocess.run(
        [sys.executable, "-m", "bridgework", "-C", str(bench.folder), "--json", "extract"],
        capture_output=True,
        preexec_fn=limited,
        env=dict(os.environ),
        check=False,
    )
    assert process.returncode == 3, process.stderr
    answer = json.loads(process.stdout)
    assert (answer["state"], answer["cause"]) == ("stopped", "store")
    assert b"Traceback" not in process.stderr
    bench.call("extract")
    intact(bench)


@contextmanager
def not_ours(folder: Path) -> Iterator[None]:
    """A folder this process may read but not change."""
    paths = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    superuser = os.geteuid() == 0
    try:
        if superuser:
            os.seteuid(65534)
        yield
    finally:
        if superuser:
            os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(mode)


def test_a_folder_that_may_not_be_changed_is_named(make_bench: MakeBench, own_home: Path) -> None:
    bench = make_bench(little_practice(2))
    bench.call("extract")  # whatever is imported on first use is imported as ourselves
    reachable = [*[*bench.folder.parents][:4], own_home, *own_home.rglob("*")]
    modes = {path: path.stat().st_mode for path in reachable}
    for path in reachable:
        path.chmod(modes[path] | 0o055 if path.is_dir() else 0o644)
    try:
        with not_ours(bench.folder):
            refused(bench.folder, "extract", code=3, cause="machine", said=["Permission denied"], then="rights")
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    bench.call("extract")
    intact(bench)


def test_the_sqlite_of_python_itself_cannot_read_a_store(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(1))
    bench.call("extract")
    for name in ("journal.db", "records.db"):
        with pytest.raises(sqlite3.DatabaseError):
            sqlite3.connect(bench.folder / name).execute("SELECT count(*) FROM sqlite_master")
