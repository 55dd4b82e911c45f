"""What is in the fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridgework.model import FieldType, SourceField, SourceRecord
from bridgework.staging import FieldProfile, Staging
from bridgework.staging.inventory import Profiler, profiles_from_json, profiles_to_json

from .conftest import record

Stage = Callable[..., Staging]


def profiles(*rows: dict[str, object], declared: tuple[SourceField, ...] = ()) -> dict[str, FieldProfile]:
    profiler = Profiler(declared)
    for batch in (rows[:1], rows[1:]):
        profiler.add(batch)
    return profiler.profiles()


def test_filled_empty_and_distinct_values_are_counted() -> None:
    found = profiles({"a": "x"}, {"a": "x"}, {"a": ""}, {"a": None}, {"a": "yy"}, {})["a"]
    assert (found.rows, found.filled, found.nulls, found.distinct, found.exact) == (6, 3, 3, 2, True)
    assert (found.values, found.max_length) == ({"x": 2, "yy": 1}, 2)


@pytest.mark.parametrize("number", [51, 1_000, 60_000])
def test_many_distinct_values_are_estimated(number: int) -> None:
    found = profiles(*({"a": f"{value:08}"} for value in range(number)))["a"]
    assert not found.exact and not found.values
    assert abs(found.distinct - number) <= number * 0.1


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1980-01-01", "1979-12-31"], FieldType.DATE),
        (["2026-03-01T13:30:00Z", "2026-03-01T13:30:00.5+01:00"], FieldType.INSTANT),
        (["2026-03-01T13:30:00"], FieldType.LOCAL_INSTANT),
        (["13:30", "13:30:10"], FieldType.TIME),
        ([1, 2], FieldType.INTEGER),
        ([1, "2.5"], FieldType.NUMBER),
        (["-3.10", "0"], FieldType.NUMBER),
        (["007", "8"], FieldType.TEXT),
        ([True, False], FieldType.BOOLEAN),
        ([True, "x"], FieldType.TEXT),
        (["1980-01-01", "soon"], FieldType.TEXT),
        (["soon", "1980-01-01"], FieldType.TEXT),
        (["x" * 300], FieldType.LONG_TEXT),
        ([None, ""], FieldType.TEXT),
        ([["a", "b"], ["c"]], FieldType.TEXT),
    ],
)
def test_the_type_of_an_undeclared_field_is_inferred(values: list[object], kind: FieldType) -> None:
    found = profiles(*({"a": value} for value in values))["a"]
    assert (found.type, found.inferred) == (kind, True)


def test_a_declared_type_stands_whatever_the_values_look_like() -> None:
    found = profiles({"a": "1980-01-01"}, declared=(SourceField(name="a", type=FieldType.TEXT),))["a"]
    assert (found.type, found.inferred, found.minimum) == (FieldType.TEXT, False, "")


def test_dates_have_a_first_and_a_last() -> None:
    declared = (SourceField(name="a", type=FieldType.DATE),)
    found = profiles({"a": "1980-01-01"}, {"a": "1970-05-05"}, {"a": "1990-02-02"}, declared=declared)["a"]
    assert (found.minimum, found.maximum) == ("1970-05-05", "1990-02-02")


def test_nested_values_are_fields_by_path() -> None:
    found = profiles(
        {"address": {"city": "Denver", "geo": {"lat": "1.5"}}, "codes": [{"code": "D1"}, {"code": "D2"}]},
        {"address": None, "codes": []},
        {"codes": [{"code": "D1", "fee": 3}], "tags": ["x", "y"]},
    )
    assert sorted(found) == ["address.city", "address.geo.lat", "codes.code", "codes.fee", "tags"]
    assert (found["codes.code"].filled, found["codes.code"].values) == (2, {"D1": 2, "D2": 1})
    assert (found["tags"].filled, found["tags"].values) == (1, {"x": 1, "y": 1})


def test_a_declared_container_counts_its_filled_rows_beside_its_parts() -> None:
    declared = (SourceField(name="codes", type=FieldType.DATA), SourceField(name="total", type=FieldType.MONEY))
    found = profiles(
        {"codes": [{"code": "D1"}], "total": {"amount": "1", "currency": "USD"}},
        {"codes": [], "total": "2.50"},
        declared=declared,
    )
    assert sorted(found) == ["codes", "codes.code", "total"]
    assert found["codes"].filled == 1
    assert (found["total"].filled, found["total"].distinct) == (2, 2)


def test_a_map_keyed_by_ids_does_not_become_a_field_each() -> None:
    found = profiles(*({"map": {f"id{number}": 1}} for number in range(5_000)))
    assert len(found) <= 2_000


def test_the_inventory_is_kept_with_the_snapshot(stage: Stage) -> None:
    rows = [
        SourceRecord("patients", f"p{number}", {"id": f"p{number}", "status": "Active", "n": number % 3}, b"")
        for number in range(1_200)
    ]
    inventory = stage({"patients": rows, "visits": [record("visits", "v", patientId="p1")]}).inventory()
    assert list(inventory["patients"]) == ["id", "birthDate", "patientNumber", "mergedIntoId", "n", "status"]
    assert inventory["patients"]["status"].values == {"Active": 1_200}
    assert inventory["patients"]["birthDate"].nulls == 1_200
    assert inventory["visits"]["patientId"].filled == 1
    assert inventory["reports"]["line"].rows == 0
    assert profiles_from_json(profiles_to_json(inventory["patients"])) == inventory["patients"]
