"""A practice arrives and leaves again, however the account answers what its vendor's texts leave open."""

from __future__ import annotations

import pytest

from .conftest import MakeBench
from .exports import little_practice

PEOPLE = 3


@pytest.mark.slow
@pytest.mark.parametrize("answers", ["lenient", "odd"])
def test_the_whole_process_ends_as_with_strict_answers(make_bench: MakeBench, answers: str) -> None:
    practice = little_practice(PEOPLE)
    strict = make_bench(practice, name="strict")
    strict.loaded()
    bench = make_bench(practice, name=answers, unproven=answers)
    before = bench.account.content()

    bench.loaded()

    assert bench.account.records().keys() == strict.account.records().keys()
    assert bench.account.migrated() == strict.account.migrated()
    bench.call("reconcile")
    bench.call("rollback", "--schema")
    assert bench.account.content() == before
