"""The suite for a running server runs unchanged against the sandbox, and says that it is skipped without a server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridgework.sandbox import Running, SimulatedClock, running
from bridgework_twenty_sandbox import TwentySandbox

from .named import SERVER

ROOT = Path(__file__).parents[3]
NAMED = "tests.connectors.twenty.named"


def suite(environment: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TWENTY_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", NAMED, "tests/live", *more],
        cwd=ROOT,
        env={**plain, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_without_a_server_the_suite_is_skipped_and_says_so() -> None:
    ended = suite({}, "-k", "practice")
    assert ended.returncode == 0, ended.stdout[-2000:]
    assert "set TWENTY_BASE_URL and TWENTY_API_KEY" in ended.stdout


def another_migration(served: Running) -> dict[str, Any]:
    """What somebody else's migration left in the workspace: a person, one more in the trash, under its identities."""
    headers = {"authorization": f"Bearer {served.env['TWENTY_API_KEY']}"}
    with httpx.Client(base_url=served.base_url, headers=headers, trust_env=False) as http:

        def post(path: str, body: Any) -> None:
            http.post(path, json=body).raise_for_status()

        [person] = [row for row in served.state()["metadata"]["objects"] if row["nameSingular"] == "person"]
        field = {"type": "TEXT", "name": "sourceId", "label": "Source id", "isUnique": True}
        post("/rest/metadata/fields", {"objectMetadataId": person["id"], **field})
        ids = ["00000000-0000-4000-8000-00000000aaa1", "00000000-0000-4000-8000-00000000aaa2"]
        for id_ in ids:
            post("/rest/people", {"id": id_, "sourceId": f"sensei.patients.{id_[-4:]}/0ther1"})
        http.delete(f"/rest/people/{ids[1]}", params={"soft_delete": True}).raise_for_status()
    return {row["id"]: row for row in served.state()["objects"]["person"] if row["id"] in ids}


@pytest.mark.slow
def test_the_suite_passes_against_the_sandbox_and_leaves_it_as_it_was() -> None:
    """It is reached as a server in a network of containers is: by a name, without TLS."""
    simulator = TwentySandbox(TwentySandbox.Options(limits="lifted"), SimulatedClock(), None)
    with running(simulator) as served:
        others = another_migration(served)
        before = served.state()
        given = {
            "TWENTY_BASE_URL": served.base_url.replace("127.0.0.1", SERVER),
            "TWENTY_API_KEY": served.env["TWENTY_API_KEY"],
            "TWENTY_CALLS_PER_MINUTE": "60000",
        }
        quick = "practice or stores_what_is_sent or isolates_a_poison"
        ended = suite(given, "-k", quick)
        assert ended.returncode == 0, ended.stdout[-4000:]
        assert "no running Twenty" not in ended.stdout
        after = served.state()
    assert others == {row["id"]: row for row in after["objects"]["person"] if row["id"] in others}
    for name, rows in before["objects"].items():
        left = [row for row in after["objects"][name] if row["id"] not in {each["id"] for each in rows}]
        assert name == "timelineActivity" or left == [], name
    assert {each["name"] for each in after["metadata"]["fields"]} == {
        each["name"] for each in before["metadata"]["fields"]
    }
