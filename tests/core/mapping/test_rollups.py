"""Roll-ups: children of a row to one value, exactly, in a fixed order, each child once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.errors import MappingError

from .conftest import CLIENT_RULE, bodies, client, compiled, field_value

VISITS = [
    {
        "id": "v1",
        "client": "c1",
        "start": "2026-01-10T09:00:00",
        "status": "Done",
        "work": [{"code": "A"}, {"code": "B"}],
    },
    {"id": "v2", "client": "c2", "start": "2026-02-10T09:00:00", "status": "Done"},
    {"id": "v3", "client": "c1", "start": "2026-05-10T09:00:00", "status": "Done", "work": [{"code": "C"}]},
    {"id": "v4", "client": "c1", "start": "2026-03-10T09:00:00", "status": "Missed"},
    {"id": "v5", "client": "c1", "start": "2026-09-10T09:00:00", "status": "Planned"},
    {"id": "v6", "client": "c1"},
]
ROWS: dict[str, list[dict[str, Any]]] = {"clients": [client("c1"), client("c2"), client("c3")], "visits": VISITS}


@pytest.mark.parametrize(
    ("spec", "made"),
    [
        ("take: status, pick: first", "Done"),
        ("take: status, pick: last", None),
        ("take: id, pick: latest, order: start", "v5"),
        ("take: id, pick: earliest, order: start", "v1"),
        ("take: id, pick: nearest, order: start", "v5"),
        ("take: id, pick: nearest, order: start, where: {start: past}", "v3"),
        ("take: work.code, pick: latest, order: start, where: {status: Done, start: past}", ["C"]),
        ("take: work.code, pick: first, join: ', '", "A, B"),
        ("take: status, unique: true, join: '/'", "Done/Missed/Planned"),
        ("take: status, unique: true, sort: true, join: '/', where: {status: {not: Done}}", "Missed/Planned"),
        ("take: id, skip: 3, join: ' '", "v5 v6"),
        ("take: '{id}:{client.first}', where: {id: [v1, v3]}, join: ' '", "v1:Ana v3:Ana"),
        ("take: [status, id], join: ' '", "Done Done Missed Planned v6"),
        ("take: {what: id, code: work.code}, pick: first", {"what": "v1", "code": ["A", "B"]}),
        ("count: true", 5),
        ("count: true, where: {status: Nothing}", 0),
    ],
)
def test_children_become(spec: str, made: Any) -> None:
    assert field_value(f"{{rollup: visits, {spec}}}", ROWS) == made


def test_each_parent_gets_its_own_children() -> None:
    plan = compiled(f"{CLIENT_RULE}      Visits: {{rollup: visits, count: true}}\n")
    assert {key: body["Visits"] for key, body in bodies(plan, "clients", ROWS).items()} == {"c1": 5, "c2": 1, "c3": 0}


def test_sums_are_exact_and_absent_without_children() -> None:
    entries = [{"id": f"e{place}", "number": "n-c1", "amount": "0.10"} for place in range(3)]
    rows = {**ROWS, "entries": [*entries, {"id": "x", "number": "n-c1", "amount": "-0.30"}]}
    spec = "{rollup: entries, take: amount, sum: true, type: money}"
    plan = compiled(f"{CLIENT_RULE}      Sum: {spec}\n")
    made = bodies(plan, "clients", rows)
    assert made["c1"]["Sum"] == {"amount": "0.00", "currency": "USD"}
    assert "Sum" not in made["c2"]


@given(st.lists(st.decimals(-9999, 9999, places=2), min_size=1, max_size=20))
def test_a_sum_is_the_sum(amounts: list[Decimal]) -> None:
    entries = [{"id": f"e{place}", "number": "n-c1", "amount": str(amount)} for place, amount in enumerate(amounts)]
    rows = {"clients": [client()], "entries": entries}
    made = field_value("{rollup: entries, take: amount, sum: true, negate: true, type: money}", rows)
    assert Decimal(made["amount"]) == -sum(amounts)


def test_several_fields_with_the_same_choice_agree() -> None:
    where = "where: {status: Done}, pick: latest, order: start"
    plan = compiled(
        f"{CLIENT_RULE}      A: {{rollup: visits, {where}, take: id}}\n"
        f"      B: {{rollup: visits, {where}, take: start}}\n"
    )
    assert bodies(plan, "clients", ROWS)["c1"] == {"name": "Ana Ruiz", "A": "v3", "B": "2026-05-10T09:00:00"}


def test_a_pick_by_date_needs_to_know_which_date() -> None:
    with pytest.raises(MappingError, match="needs order"):
        field_value("{rollup: visits, take: id, pick: latest}", ROWS)
