"""The kit with a destination that takes many records in one request."""

from __future__ import annotations

from typing import Any

import pytest

from bridgework.testing import Destination, Report, check

from .batching import batching, batching_simulator, blames_everybody, pairs_answers_backwards
from .conftest import FULL, Made

FAULTS = (
    "isolates_a_poison_record",
    "finds_after_a_lost_answer",
    "sends_again_what_never_arrived",
    "reports_a_partial_batch",
    "survives_server_errors",
    "waits_when_no_time_is_given",
    "stops_when_the_token_expires",
)


def judged(made: Made, connector: type[Any], *names: str) -> Report:
    simulator = batching_simulator(made.simulator.TrialSandbox)
    return check(Destination(connector, simulator, cap=FULL), "answers_for_the_right_record", *names)


def test_a_connector_that_writes_in_batches_passes(made: Made) -> None:
    report = judged(made, batching(made.connector.Trial), *FAULTS)

    assert [each.state for each in report.verdicts] == ["passed"] * (1 + len(FAULTS)), "\n".join(report.lines())


@pytest.mark.parametrize(
    ("mutant", "noticed"),
    [
        (pairs_answers_backwards, "answers_for_the_right_record"),
        (blames_everybody, "isolates_a_poison_record"),
    ],
)
def test_a_connector_that_misreads_batches_is_noticed(made: Made, mutant: Any, noticed: str) -> None:
    report = judged(made, mutant(made.connector.Trial), noticed)

    assert report.failed == [noticed]
