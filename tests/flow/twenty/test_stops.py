"""A Twenty that loses requests, answers and its temper, and a process that ends at any instant: everything once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from ..exports import little_practice
from .conftest import PEOPLE, MakeBench, StartSandbox, TwentyBench, init
from .workspace import Record

CRASHED = 137


def every_second_write(*kinds: str) -> list[dict[str, Any]]:
    """Faults of these kinds in turn, on every second write of each method."""
    step = 2 * len(kinds)
    return [
        {"kind": kind, "match": {"method": method, "path": "/rest/", "nth": 2 * at + 1, "every": step, "times": None}}
        for at, kind in enumerate(kinds)
        for method in ("POST", "PATCH", "DELETE")
    ]


@pytest.mark.slow
def test_every_second_write_meets_a_fault_and_everything_is_there_once(
    make_bench: MakeBench, expected: dict[str, Record]
) -> None:
    kinds = ("drop_before", "drop_after", "error_500_after", "html_524", "storm_429")
    bench = make_bench(little_practice(PEOPLE))
    before = bench.workspace
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
    bench.running.clear_faults()
    assert bench.workspace.records() == expected
    report = bench.call("reconcile", code=(0, 1))
    assert (report["differences"], report["surplus"]) == ([], [])
    bench.running.faults(*every_second_write(*kinds))
    bench.until_done("rollback", "--schema")
    assert bench.workspace.counts() == dict.fromkeys(before.counts(), 0)
    assert bench.workspace.object_names() == before.object_names()


@pytest.mark.parametrize(("key", "line"), [("TWENTY_LIMITED_KEY", "data model"), ("TWENTY_REVOKED_KEY", "key")])
def test_check_says_all_it_found_out_before_a_key_was_refused(
    tmp_path: Path, start_sandbox: StartSandbox, key: str, line: str
) -> None:
    sandbox = start_sandbox()
    export = little_practice(1).write(tmp_path / "export")
    bench = init(tmp_path / "migration", export, sandbox, {"destination.api_key": f"env:{key}"})
    answer = bench.call("check", code=2)
    lines = {each["name"]: each for each in answer["checks"]}
    assert lines["source"]["ok"]
    assert not lines[line]["ok"] and lines[line]["next_step"]
    assert not lines["account"]["ok"] and lines["account"]["next_step"] == answer["next"]
    assert (answer["state"], answer["cause"]) == ("failed", "access_denied")


def crashing(bench: TwentyBench, command: str, *points: str) -> None:
    """Run a command once per crash point, then until it is through."""
    for point in points:
        process = bench.spawn(*command.split(), crash=point)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == CRASHED, f"{command} at {point}: {errors.decode()[-1500:]}"
    bench.until_done(*command.split())


@pytest.mark.slow
def test_crashed_at_every_kind_of_commit_a_migration_ends_as_if_nothing_had_happened(
    make_bench: MakeBench, expected: dict[str, Record]
) -> None:
    bench = make_bench(little_practice(PEOPLE))
    before = bench.workspace
    bench.audited()
    bench.call("plan", code=(0, 1))
    bench.approve("mapping")
    bench.approve("schema")
    crashing(bench, "schema --apply", "receipt.before:2")
    bench.call("owners", code=(0, 1))
    bench.approve("owners")
    crashing(bench, "sample --size 2", "settle.before:1")
    bench.call("diff")
    bench.approve("sample")
    crashing(bench, "load", "intend.after:1")
    assert bench.workspace.records() == expected
    crashing(bench, "rollback --schema", "settle.before:2")
    assert bench.workspace.counts() == dict.fromkeys(before.counts(), 0)
    assert bench.workspace.object_names() == before.object_names()


@pytest.mark.slow
def test_a_server_with_a_lower_limit_than_declared_teaches_it(
    make_bench: MakeBench, expected: dict[str, Record]
) -> None:
    bench = make_bench(
        little_practice(PEOPLE),
        settings={"destination.calls_per_minute": "100", "destination.batch": "200"},
        limits="shipped",
        per_minute=30,
        max_batch=2,
        speed=240.0,
    )
    bench.loaded()
    assert bench.workspace.records() == expected


class Meddler:
    """Somebody removes a field of the workspace right before the first people of a load are made."""

    def __init__(self) -> None:
        self.field = ""
        self.key = ""

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """The middleware that does it."""

        async def meddled(scope: Scope, receive: Receive, send: Send) -> None:
            if self.field and scope["type"] == "http" and scope["path"] == "/rest/batch/people":
                field, self.field = self.field, ""
                headers = {"authorization": f"Bearer {self.key}"}
                transport = httpx.ASGITransport(app=app)
                async with httpx.AsyncClient(transport=transport, base_url="http://workspace") as http:
                    (await http.delete(f"/rest/metadata/fields/{field}", headers=headers)).raise_for_status()
            await app(scope, receive, send)

        return meddled


@pytest.mark.slow
def test_a_field_that_is_removed_during_the_load_is_noticed_before_its_object_is_written(make_bench: MakeBench) -> None:
    """F26: by the version of the data model, not by a refusal."""
    meddler = Meddler()
    bench = make_bench(little_practice(PEOPLE), wrap=meddler.wrap)
    bench.ready_to_load()
    fields = {(row["objectMetadataId"], row["label"]): row["id"] for row in bench.workspace.state["metadata"]["fields"]}
    objects = {row["nameSingular"]: row["id"] for row in bench.workspace.state["metadata"]["objects"]}
    plans = len(bench.workspace.rows("treatmentPlan"))
    meddler.key = bench.environment["TWENTY_API_KEY"]
    meddler.field = fields[objects["treatmentPlan"], "Fee"]
    answer = bench.call("load", code=3)
    assert answer["cause"] == "schema_drift"
    assert "of treatmentPlan, the field Fee was removed while records were being loaded" in answer["message"]
    assert len(bench.workspace.rows("person")) == PEOPLE
    assert len(bench.workspace.rows("treatmentPlan")) == plans
