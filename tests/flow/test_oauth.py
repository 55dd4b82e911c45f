"""A migration that signs in by OAuth: tokens end in the middle of it, change, and are taken away."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bridgework.sandbox import Running

from .bench import Bench
from .conftest import MakeBench, StartSandbox
from .exports import little_practice

PEOPLE = 3
BACK = "http://127.0.0.1:9/back"


class Events:
    """Commands to the sandbox that come between two requests: just before the n-th create of a kind is let in."""

    def __init__(self) -> None:
        self.sandbox: Running | None = None
        self.due: dict[tuple[str, int], str] = {}
        self.seen: dict[str, int] = {}

    def wrap(self, app: Any) -> Any:
        async def watched(scope: Any, receive: Any, send: Any) -> None:
            if self.due and scope.get("method") == "POST":
                name = scope["path"].rpartition("/")[2]
                self.seen[name] = self.seen.get(name, 0) + 1
                if (command := self.due.pop((name, self.seen[name]), "")) and self.sandbox is not None:
                    await asyncio.to_thread(self.sandbox.command, command)
            await app(scope, receive, send)

        return watched


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def bench(make_bench: MakeBench, start_sandbox: StartSandbox, events: Events, monkeypatch: pytest.MonkeyPatch) -> Bench:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"):
        monkeypatch.setenv(f"PIPEDRIVE_{name}", "")  # put back after the test
    events.sandbox = start_sandbox(oauth=True, refresh_rotation=True, wrap=events.wrap)
    return make_bench(little_practice(PEOPLE), sandbox=events.sandbox)


def everything_is_there_once(bench: Bench) -> None:
    assert set(bench.account.markers().values()) == {1}
    assert bench.call("load")["outcomes"]["patients"] == {"unchanged": PEOPLE}
    report = bench.call("reconcile", code=(0, 1))
    assert (report["differences"], report["surplus"]) == ([], [])


def test_tokens_that_end_in_the_middle_of_a_load_are_renewed_and_everything_is_there_once(
    bench: Bench, events: Events
) -> None:
    """Every command is a run of its own and begins with the refresh token that the one before was given."""
    bench.ready_to_load()
    bench.running.faults(
        {"kind": "error_500_before", "match": {"method": "POST", "path": "/oauth/token", "nth": 2, "times": 2}}
    )
    events.due = dict.fromkeys([("persons", 1), ("activities", 2), ("deals", 1)], "expire_access")
    bench.call("load")
    assert events.due == {}
    assert [fault["fired"] for fault in bench.running.faults()] == [2]
    bench.running.clear_faults()
    everything_is_there_once(bench)


def test_a_consent_that_is_taken_away_stops_the_load_and_a_new_one_goes_on(
    bench: Bench, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.ready_to_load()
    events.due = {("persons", 1): "revoke_consent"}
    stopped = bench.call("load", code=2)
    assert (stopped["cause"], "consent again" in stopped["next"]) == ("access_denied", True)
    monkeypatch.setenv("PIPEDRIVE_REFRESH_TOKEN", consented(bench.running))
    bench.until_done("load")
    everything_is_there_once(bench)


def consented(sandbox: Running) -> str:
    """The refresh token of a new consent."""
    pair = (sandbox.env["PIPEDRIVE_CLIENT_ID"], sandbox.env["PIPEDRIVE_CLIENT_SECRET"])
    asked = httpx.get(f"{sandbox.base_url}/oauth/authorize", params={"client_id": pair[0], "redirect_uri": BACK})
    [code] = parse_qs(urlsplit(asked.headers["location"]).query)["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    return str(httpx.post(f"{sandbox.base_url}/oauth/token", data=form, auth=pair).json()["refresh_token"])
