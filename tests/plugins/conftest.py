"""The practice of each pair, mapped once for all of its tests.

The practice keeps what is made of it: a fixture of the whole session would belong to the pair that asks first.
"""

from __future__ import annotations

import pytest

from bridgework.mapping import Outcome, Plan

from .practice import Practice


@pytest.fixture
def plan(practice: Practice) -> Plan:
    return practice.usual


@pytest.fixture
def outcomes(practice: Practice) -> dict[str, list[Outcome]]:
    return practice.usual_outcomes
