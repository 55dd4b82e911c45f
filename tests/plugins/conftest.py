"""The practice of each pair, mapped once for all of its tests."""

from __future__ import annotations

import pytest

from bridgework.mapping import Outcome, Plan

from .practice import Practice


@pytest.fixture(scope="session")
def plan(practice: Practice) -> Plan:
    return practice.plan()


@pytest.fixture(scope="session")
def outcomes(practice: Practice, plan: Plan) -> dict[str, list[Outcome]]:
    return practice.outcomes(plan)
