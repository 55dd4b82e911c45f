"""What is staged is what is read: rows, raw text, problems, descriptions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bridgework.errors import UsageError
from bridgework.model import FieldType, Problem, SourceField, SourceRecord
from bridgework.staging import Records, Row, Staging

from .conftest import KEY, MIGRATION, PATIENTS, VISITS, described, keys, record

Stage = Callable[..., Staging]


def test_rows_come_back_in_source_order_with_where_they_came_from(stage: Stage) -> None:
    staging = stage({"patients": [record("patients", key, email=f"{key}@example.org") for key in ("c", "a", "b")]})
    assert keys(staging.rows("patients")) == ["c", "a", "b"]
    row = staging.row("patients", "a")
    assert row is not None
    assert (row.object, row.file, row.line, row.values["email"]) == ("patients", "patients.ndjson", 7, "a@example.org")
    assert staging.raw("patients", "a") == b'{"id": "a", "email": "a@example.org"}'
    assert [raw[:9] for _, raw in staging.raw_rows("patients")] == [b'{"id": "c', b'{"id": "a', b'{"id": "b']
    assert staging.row("patients", "x") is None and staging.raw("patients", "x") is None
    assert staging.count("patients") == 3 and staging.count("visits") == 0 and staging.count("nothing") == 0
    assert list(staging.rows("visits")) == []


def test_a_snapshot_is_read_over_many_pages(stage: Stage) -> None:
    staging = stage({"patients": [record("patients", f"p{number}") for number in range(2_345)]})
    assert keys(staging.rows("patients")) == [f"p{number}" for number in range(2_345)]
    assert len(staging.many("patients", [f"p{number}" for number in range(0, 3_000, 2)])) == 1_173


def test_long_raw_text_comes_back_as_it_was(stage: Stage) -> None:
    note = record("patients", "p1", note="a line of a note, again and again. " * 500)
    odd = SourceRecord("patients", "p2", {"id": "p2"}, bytes(range(256)) * 40)
    staging = stage({"patients": [note, odd]})
    assert staging.raw("patients", "p1") == note.raw
    assert staging.raw("patients", "p2") == odd.raw


def test_paths_lead_into_nested_values() -> None:
    row = Row(
        "visits",
        "v",
        1,
        {
            "a": {"b": {"c": 1}, "empty": ""},
            "list": [{"code": "D1", "fee": "2.50"}, {"code": ""}, {"code": "D2", "in": [{"x": 1}, {"x": 2}]}],
            "dotted.name": "flat",
            "dotted": {"name": "nested", "other": 2},
            "tags": ["x", "y"],
        },
        "",
        0,
        "",
    )
    assert row.get("a.b.c") == 1
    assert row.get("a.b") == {"c": 1}
    assert row.get("a.empty") is None and row.get("a.empty", "none") == "none"
    assert row.get("a.x.c") is None and row.get("a.b.c.d") is None
    assert row.get("list.code") == ["D1", "D2"]
    assert row.get("list.in.x") == [1, 2]
    assert row.get("list.nothing") is None
    assert row.get("dotted.name") == "flat" and row.get("dotted.other") == 2
    assert row.get("tags") == ["x", "y"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12.50", Decimal("12.50")),
        (7, Decimal(7)),
        ({"amount": "3.10", "currency": "USD"}, Decimal("3.10")),
        ("", None),
        (None, None),
        ("abc", None),
        (True, None),
        ("NaN", None),
        ("Infinity", None),
        (["1"], None),
    ],
)
def test_amounts_are_decimals_or_nothing(value: object, expected: Decimal | None) -> None:
    assert Row("o", "k", 1, {"v": value}, "", 0, "").decimal("v") == expected


def test_dates_and_instants_are_read_or_nothing() -> None:
    row = Row(
        "o",
        "k",
        1,
        {"d": "1980-02-29", "u": "2026-03-01T13:30:00Z", "l": "2026-03-01T13:30:00", "bad": "31/02/2024", "n": 5},
        "",
        0,
        "",
    )
    assert row.date("d") == date(1980, 2, 29)
    assert row.instant("u") == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)
    assert row.instant("l") == datetime(2026, 3, 1, 13, 30)
    assert row.date("bad") is None and row.instant("bad") is None and row.date("n") is None and row.date("x") is None


def test_values_are_kept_in_canonical_form(stage: Stage) -> None:
    values = {
        "id": "p1",
        "amount": Decimal("12.50"),
        "day": date(2026, 3, 1),
        "at": datetime(2026, 3, 1, 13, 30, tzinfo=UTC),
        "local": datetime(2026, 3, 1, 13, 30),
        "big": 1111111111111111111111111,
        "nested": [{"n": Decimal("0.1")}],
    }
    staging = stage({"patients": [SourceRecord("patients", "p1", values, b"")]})
    row = staging.row("patients", "p1")
    assert row is not None
    assert row.values == {
        "id": "p1",
        "amount": "12.50",
        "day": "2026-03-01",
        "at": "2026-03-01T13:30:00Z",
        "local": "2026-03-01T13:30:00",
        "big": "1111111111111111111111111",
        "nested": [{"n": "0.1"}],
    }


def test_text_that_is_no_unicode_becomes_null_with_a_problem(stage: Stage) -> None:
    bad = SourceRecord("patients", "p1", {"id": "p1", "name": {"first": "A\ud800"}}, b"raw", "f", 3)
    staging = stage({"patients": [bad]})
    row = staging.row("patients", "p1")
    assert row is not None and row.get("name.first") is None
    [(name, key, problem, file, line)] = staging.problems()
    assert (name, key, problem.field, problem.check, file, line) == ("patients", "p1", "name.first", "ENC-01", "f", 3)


def test_problems_are_listed_by_object_in_order(stage: Stage) -> None:
    two = (Problem("birthDate", "DAT-01", "no such day"), Problem("fee", "FIN-01", "no amount"))
    staging = stage(
        {
            "patients": [record("patients", "p1"), record("patients", "p2", two)],
            "visits": [record("visits", "v1", two[:1])],
        }
    )
    assert [(key, problem.field) for _, key, problem, _, _ in staging.problems("patients")] == [
        ("p2", "birthDate"),
        ("p2", "fee"),
    ]
    assert len(list(staging.problems())) == 3
    assert [problem for _, _, problem, _, _ in staging.problems("visits")] == [two[0]]


def test_a_repeated_row_is_folded_and_counted(stage: Stage) -> None:
    staging = stage({"patients": [record("patients", "p1", a=1), record("patients", "p1", a=1)] * 2})
    assert keys(staging.rows("patients")) == ["p1"]
    assert staging.folded() == {"patients": 3}
    assert list(staging.problems()) == []


def test_a_key_used_for_different_rows_keeps_them_all_and_says_so(stage: Stage) -> None:
    rows = [record("patients", "p1", a=1), record("patients", "p1", a=2), record("patients", "p1", a=3)]
    staging = stage({"patients": [*rows, rows[1], record("patients", "p2")]})
    assert keys(staging.rows("patients")) == ["p1", "p1~2", "p1~3", "p2"]
    assert [(key, problem.check, problem.field) for _, key, problem, _, _ in staging.problems()] == [
        ("p1~2", "DUP-07", "id"),
        ("p1~3", "DUP-07", "id"),
    ]
    assert staging.folded() == {"patients": 1}


def test_duplicates_are_told_apart_across_batches(stage: Stage) -> None:
    first = [record("patients", f"p{number}") for number in range(1_500)]
    staging = stage({"patients": [*first, first[3], record("patients", "p4", other=1), first[1_400]]})
    assert staging.count("patients") == 1_501
    assert staging.folded() == {"patients": 2}
    assert staging.row("patients", "p4~2") is not None


def test_concepts_lead_to_fields_and_values(stage: Stage) -> None:
    staging = stage({"patients": [record("patients", "a", birthDate="1980-01-01"), record("patients", "b")]})
    assert [(row.key, value) for row, value in staging.by_concept("patient.birth_date")] == [("a", "1980-01-01")]
    assert [known.name for known in staging.objects_of("patient")] == ["patients"]
    assert list(staging.by_concept("patient.unknown")) == []


def test_values_are_counted_by_group(stage: Stage) -> None:
    rows = [record("visits", "1", status="done", codes=["x", "y"]), record("visits", "2", status="done", codes=["x"])]
    staging = stage({"visits": [*rows, record("visits", "3", status="open"), record("visits", "4")]})
    assert staging.counts("visits", "status") == [("done", 2), (None, 1), ("open", 1)]
    assert staging.counts("visits", "codes") == [(None, 2), ("x", 2), ("y", 1)]


def test_nothing_can_be_read_before_the_snapshot_is_frozen(records: Records) -> None:
    with pytest.raises(UsageError):
        records.staging()
    writer = records.writer()
    writer.begin(described())
    writer.add("patients", [record("patients", "p1")])
    with pytest.raises(UsageError):
        records.staging()
    with pytest.raises(UsageError):
        writer.add("unknown", [])
    writer.freeze()
    with pytest.raises(UsageError):
        writer.add("patients", [])
    with pytest.raises(UsageError):
        writer.freeze()
    assert records.staging().count("patients") == 1


def test_a_new_extract_discards_what_an_interrupted_one_left(path: Path) -> None:
    with Records.create(path, KEY, MIGRATION) as records:
        writer = records.writer()
        writer.begin(described())
        writer.add("patients", [record("patients", "old", mergedIntoId="x")])
    with Records.open(path, KEY, MIGRATION) as records:
        writer = records.writer()
        number = writer.begin(described(VISITS))
        writer.add("visits", [record("visits", "v1")])
        frozen = writer.freeze()
        staging = records.staging()
    assert (number, frozen.snapshot, frozen.rows) == (2, 2, {"visits": 1})
    assert [known.name for known in staging.objects()] == ["visits"]


def test_the_same_rows_have_the_same_fingerprint_and_others_do_not(tmp_path: Path) -> None:
    def fingerprint(name: str, *rows: SourceRecord) -> str:
        with Records.create(tmp_path / name, KEY, MIGRATION) as records:
            writer = records.writer()
            writer.begin(described())
            writer.add("patients", rows)
            return writer.freeze().fingerprint

    one, other = record("patients", "p1", a=1, b="é"), record("patients", "p1", a=2)
    same = SourceRecord("patients", "p1", {"b": "e\u0301", "a": 1, "id": "p1"}, b"differently written", "g", 99)
    assert fingerprint("a", one) == fingerprint("b", same)
    assert fingerprint("c", one) != fingerprint("d", other)
    assert fingerprint("e", one) != fingerprint("f", one, record("patients", "p2"))


def test_several_threads_read_at_once(stage: Stage) -> None:
    staging = stage({"patients": [record("patients", f"p{number}") for number in range(1_200)]})
    results: list[list[str]] = []

    def read() -> None:
        results.append(keys(staging.rows("patients")))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and all(found == results[0] and len(found) == 1_200 for found in results)


def test_what_is_found_among_the_customers_own_fields_is_theirs(stage: Stage) -> None:
    own = SourceField(name="own", type=FieldType.DATA, concept="patient.custom")
    description = described(replace(PATIENTS, fields=(*PATIENTS.fields, own)))
    values = {"own": {"colour": "red"}, "other": {"colour": "red"}}
    staging = stage({"patients": [record("patients", "a", **values)]}, description)
    fields = {known.name: known for known in staging.object("patients").fields}
    assert fields["own.colour"].custom and fields["own.colour"].inferred
    assert not fields["other.colour"].custom


def test_found_fields_join_the_description(stage: Stage) -> None:
    staging = stage({"patients": [record("patients", "a", birthDate=None, extra={"shoe": 42}, custom=None)]})
    fields = {known.name: known for known in staging.object("patients").fields}
    assert fields["extra.shoe"].inferred and not fields["id"].inferred
    assert fields["custom"].inferred
    assert "extra" not in fields
    with pytest.raises(KeyError):
        staging.object("nothing")
