"""What a real server answered is what the simulator answers."""

from typing import Any

import pytest

from ..exchanges import Player, recorded, scenarios
from .conftest import OpenPractice
from .practice import Practice

NEVER_MET: dict[str, str] = {}
"""Scenarios that no connector can meet, with the reason. They are not played."""


def player(practice: Practice) -> Player:
    env = practice.controls.env
    keys = {
        "default": env["TWENTY_API_KEY"],
        "limited": env["TWENTY_LIMITED_KEY"],
        "revoked": env["TWENTY_REVOKED_KEY"],
        "invalid": "not-a-token",
    }

    def wait(milliseconds: float) -> None:
        if milliseconds:
            practice.controls.advance(milliseconds / 1000)

    return Player(practice.http, keys, wait)


def played(mode: str) -> list[str]:
    return sorted(scenarios(mode).keys() - NEVER_MET.keys())


@pytest.mark.parametrize("name", played("lifted"))
def test_an_exchange_gets_the_recorded_answers(practice: Practice, name: str) -> None:
    assert player(practice).play(scenarios("lifted")[name]) == []


def test_the_exchanges_leave_the_workspace_as_they_found_it(practice: Practice) -> None:
    """In one workspace, in another order than the recorded one."""
    differences: list[str] = []
    for name in reversed(played("lifted")):
        differences += player(practice).play(scenarios("lifted")[name])
    assert differences == []


@pytest.mark.parametrize("name", played("shipped-limits"))
def test_the_shipped_limits_get_the_recorded_answers(open_practice: OpenPractice, name: str) -> None:
    practice = open_practice(limits="shipped")
    assert player(practice).play(scenarios("shipped-limits")[name]) == []


@pytest.mark.parametrize("name", played("legacy-metadata"))
def test_the_older_metadata_shape_gets_the_recorded_answers(open_practice: OpenPractice, name: str) -> None:
    practice = open_practice(metadata_shape="legacy")
    assert player(practice).play(scenarios("legacy-metadata")[name]) == []


def test_every_recorded_scenario_is_played_or_left_out_for_a_reason() -> None:
    every = {each["scenario"] for each in recorded()["scenarios"]}
    modes = ("lifted", "shipped-limits", "legacy-metadata")
    assert every == {name for mode in modes for name in played(mode)} | NEVER_MET.keys()
    assert all(NEVER_MET.values())


def test_a_different_answer_is_noticed(practice: Practice) -> None:
    """The comparison itself can fail: a value, a name, an entry, a type, a status."""
    scenario: Any = scenarios("lifted")["select-stage"]
    step = next(each for each in scenario["steps"] if each["id"] == "good")
    answer = {**step["answer"]["data"]["createOpportunity"], "stage": "NEW", "name": 5, "extra": 1}
    changed = {**step, "answer": {"data": {"createOpportunity": answer}}}
    found = player(practice).play({"scenario": "x", "steps": [changed, {**changed, "status": 500}]})
    assert len(found) == 4
    assert {each.split(":")[0].rpartition("/")[2] for each in found[:3]} == {"stage", "name", "extra"}
