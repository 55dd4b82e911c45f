"""The tests inside a mapping file."""

from __future__ import annotations

from bridgework.mapping import TestResult as Result
from bridgework.mapping import load_mapping, run_mapping_tests

from .conftest import CLIENT_RULE, DESCRIPTION, settings


def results(tests: str) -> list[Result]:
    text = CLIENT_RULE + "      Visits: {rollup: visits, count: true}\n    when: {status: {not: Held}}\n" + tests
    return run_mapping_tests(load_mapping([("m", text)]), DESCRIPTION, settings=settings())


def test_a_test_passes_if_what_it_expects_comes_out() -> None:
    found = results(
        """
tests:
  - rule: clients
    given: {id: c1, first: Ana, last: Ruiz}
    rows: {visits: [{id: v1, client: c1}, {id: v2, client: c2}]}
    expect: {name: "Ana Ruiz", Visits: 1, Nothing: null}
  - {rule: clients, given: {id: c1, deletedAt: "2026-01-01T00:00:00Z"}, skipped: deleted}
  - {rule: clients, given: {first: Ana}, expect: {name: Ana}}
"""
    )
    assert [each.problems for each in found] == [(), (), ()]
    assert all(each.passed for each in found)


def test_a_test_fails_with_what_differs() -> None:
    found = results(
        """
tests:
  - {rule: clients, given: {first: Ana}, expect: {name: Bob}}
  - {rule: clients, given: {first: Ana}, skipped: deleted}
  - {rule: clients, given: {status: Held}, expect: {name: Ana}}
  - {rule: clients, given: {status: Held}, skipped: deleted}
  - {rule: clints, given: {}, expect: {}}
  - {rule: clients, given: {}, rows: {visit: []}, expect: {}}
"""
    )
    assert [each.passed for each in found] == [False] * 6
    assert found[0].problems == ('name: expected "Bob", got "Ana"',)
    assert "did you mean clients" in found[4].problems[0]
    assert "visit" in found[5].problems[0]
