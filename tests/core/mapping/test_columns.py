"""Rows that are mapped by the batch become what they become one by one."""

from __future__ import annotations

from typing import Any
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from bridgework.mapping import Mapped, Outcome, columns

from .conftest import client, compiled, run

RULES = compiled(
    """
rules:
  offices:
    from: offices
    to: organization
    fields:
      name: {from: name, required: true}
  clients:
    from: clients
    to: person
    requires: {office: offices}
    fields:
      name: {text: "{first} {last}", required: true}
      Status: {from: status, values: {Active: A, Inactive: I}, type: choice}
      Born: {from: born, type: date}
      Score: {from: score, type: number}
      Mail: email
      Note: {from: number, use: one_line}
      Visits: {rollup: visits, count: true}
      Office: {ref: offices, by: office}
"""
)
TEXTS = st.sampled_from(["", " ", "Ana", " Ruiz ", "two\nlines", "x" * 300, "Active", "inactive", "Other"])
VALUES = st.one_of(st.none(), TEXTS, st.booleans(), st.integers(-3, 3), st.lists(TEXTS, max_size=2))
CLIENTS = st.builds(
    dict,
    first=VALUES,
    last=VALUES,
    email=VALUES,
    number=VALUES,
    status=VALUES,
    score=st.one_of(VALUES, st.just("12.50")),
    born=st.sampled_from([None, "1980-02-30", "1980-02-03", "soon"]),
    office=st.sampled_from([None, "o1", "o2", "o9"]),
    deletedAt=st.sampled_from([None, None, None, "2026-01-01T00:00:00Z"]),
)


def outcomes(clients: list[dict[str, Any]], names: list[Any]) -> list[list[Outcome]]:
    rows = {
        "clients": [client(f"c{number}", **values) for number, values in enumerate(clients)],
        "offices": [{"id": f"o{number}", "name": name} for number, name in enumerate(names)],
        "visits": [{"id": "v1", "client": "c0"}, {"id": "v2", "client": "c0"}],
    }
    return [run(RULES, rule, rows) for rule in ("offices", "clients")]


@given(st.lists(CLIENTS, max_size=6), st.lists(VALUES, min_size=3, max_size=3), st.sampled_from([1, 2, 200]))
def test_a_batch_of_rows_becomes_what_they_become_one_by_one(
    clients: list[dict[str, Any]], names: list[Any], size: int
) -> None:
    with mock.patch.object(columns, "fit", lambda rule: False):
        expected = outcomes(clients, names)
    with mock.patch.object(columns, "BATCH", size):
        assert outcomes(clients, names) == expected


def test_one_row_that_is_out_of_the_ordinary_takes_only_its_batch_the_long_way() -> None:
    clients = [{"office": "o1", "number": str(number), "born": "soon" if number == 3 else None} for number in range(8)]
    with mock.patch.object(columns, "BATCH", 2), mock.patch.object(columns, "bodies", wraps=columns.bodies) as asked:
        _, made = outcomes(clients, ["A", "B", "C"])
        answers = [columns.bodies(*call.args) is None for call in asked.call_args_list[-4:]]
    assert [each.warnings for each in made if isinstance(each, Mapped)][3] == ("Born: not a date",)
    assert answers == [False, True, False, False]
