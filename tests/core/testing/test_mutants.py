"""The kit notices what is broken, and nothing else: one broken connector for each way to be broken."""

from __future__ import annotations

import os
from zlib import crc32

import pytest

from bridgework.testing import check
from bridgework.testing.destination import DESTINATION
from bridgework.testing.kits import LARGE

from .conftest import Made
from .mutants import MUTANTS, Mutant, marks, restores, takes_files, with_unique_addresses

NAMES = [each.name for each in DESTINATION.all()]
OTHERS = 2  # tests beside the intended ones; all of them where the long form is asked for
DEAR = "survives_a_crash_at_every_commit"  # as dear as ten others
LONG = os.environ.get(LARGE) == "large"


def looked_at(mutant: Mutant) -> list[str]:
    """The intended tests, and some others that must stay green."""
    others = sorted(
        (each for each in NAMES if each not in mutant.noticed), key=lambda e: crc32(f"{mutant.name} {e}".encode())
    )
    cheap = [each for each in others if each != DEAR]
    return [*mutant.noticed, *(others if LONG else cheap[:OTHERS])]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_connector_turns_exactly_the_intended_tests_red(made: Made, mutant: Mutant) -> None:
    report = check(made.destination(mutant.make(made.connector.Trial)), *looked_at(mutant))

    assert set(report.failed) == mutant.noticed, "\n".join(report.lines())


def test_every_standard_test_has_a_connector_that_fails_it() -> None:
    noticed = {name for mutant in MUTANTS for name in mutant.noticed}

    assert noticed == set(NAMES)


def test_the_connector_they_are_made_from_passes(made: Made) -> None:
    report = check(made.destination(marks(restores(takes_files(made.connector.Trial)))))

    assert report.failed == [], "\n".join(report.lines())
    assert {each.name for each in report.verdicts if each.state == "not applicable"} == {
        "enforces_its_identity",
        "says_who_holds_a_unique_value",
    }


def test_who_holds_a_value_is_found_by_looking_at_all_where_a_connector_does_not_say_it(made: Made) -> None:
    report = check(made.destination(with_unique_addresses(made.connector.Trial)), "says_who_holds_a_unique_value")

    assert [each.state for each in report.verdicts] == ["passed"], "\n".join(report.lines())
