"""The kit against a service that is running, without control of it: faults happen in a proxy, and nothing stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from bridgework.sandbox import SimulatedClock, running
from bridgework.testing import Destination, Report, check
from bridgework.testing.proxy import Proxy

from .conftest import FULL, Made

NAMES = (
    "stores_what_is_sent",
    "makes_a_field_once",
    "finds_after_a_lost_answer",
    "survives_a_crash_at_every_commit",
    "rolls_back_and_keeps_what_people_changed",
    "says_when_the_plan_is_full",
)
NEED_CONTROL = ("turns_pages_without_loss", "waits_for_late_writes")


@pytest.fixture(scope="module")
def report(made: Made) -> tuple[Report, dict[str, object]]:
    """What the kit says, and what the service holds afterwards."""
    simulator = made.simulator.TrialSandbox(made.simulator.Options(token="t0ken"), SimulatedClock(), None)
    with running(simulator) as service, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIAL_TOKEN", "t0ken")
        capabilities = replace(made.connector.Trial.capabilities, horizon=timedelta(milliseconds=20))
        connector = type("Quick", (made.connector.Trial,), {"capabilities": capabilities})
        settings = {"token": "env:TRIAL_TOKEN"}
        subject = Destination(connector, service=service.base_url, settings=settings, cap=FULL)
        found = check(subject, *NAMES, *NEED_CONTROL)
        return found, service.state()


def test_a_running_service_is_tested_with_faults_and_crashes(report: tuple[Report, dict[str, object]]) -> None:
    states = {each.name: each.state for each in report[0].verdicts}

    assert {name: states[name] for name in NAMES} == dict.fromkeys(NAMES, "passed"), report[0].lines()


def test_what_needs_control_of_the_service_is_not_applicable(report: tuple[Report, dict[str, object]]) -> None:
    states = {each.name: (each.state, each.detail) for each in report[0].verdicts}

    for name in NEED_CONTROL:
        assert states[name][0] == "not applicable"
        assert "simulator" in states[name][1] or "running service" in states[name][1]


def test_records_and_fields_are_taken_out_again_but_for_what_a_person_edited(
    report: tuple[Report, dict[str, object]],
) -> None:
    left = report[1]
    edited = [row for name in ("company", "contact") for row in left[name]]

    assert [row["name"] for row in edited] == ["Edited by hand"]
    assert left["fields"] == []


def asked_through_the_proxy(made: Made, retry_after: str) -> tuple[int, int]:
    """Status of a request that the service's limit turned away twice, and how often it turned it away."""
    simulator = made.simulator.TrialSandbox(made.simulator.Options(token="t0ken"), SimulatedClock(), None)
    limit = {"status": 429, "headers": {"retry-after": retry_after}, "body": "", "match": {"times": 2}}
    with running(simulator) as service, running(Proxy(service.base_url, SimulatedClock())) as proxy:
        service.faults({"kind": "answer", **limit})
        status = httpx.get(f"{proxy.base_url}/anything", trust_env=False).status_code
        return status, sum(int(shown["fired"]) for shown in service.faults())


def test_a_limit_of_the_service_is_waited_out_before_a_test_meets_it(made: Made) -> None:
    status, turned_away = asked_through_the_proxy(made, "0")
    assert status != 429
    assert turned_away == 2


def test_a_limit_that_lasts_longer_than_anybody_waits_is_passed_on(made: Made) -> None:
    assert asked_through_the_proxy(made, "86400") == (429, 1)
