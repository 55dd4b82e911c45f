"""Transforms of the trade."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.mapping import check_examples
from bridgework.model import TransformContext
from bridgework_dental.transforms import (
    TRANSFORMS,
    patient_name,
    phone_list,
    priced,
    procedure_lines,
    procedures_with_teeth,
    provider_forms,
    provider_key,
    recall_expected,
    recall_months,
    sms_opt_out,
    teeth,
)

PROCEDURES = [
    {"code": "D2392", "tooth": "14", "surfaces": "MO", "fee": "254.0", "status": "Planned"},
    {"code": "D2392", "tooth": "14"},
    {"code": "D0120"},
]


def context(**facts: str) -> TransformContext:
    return TransformContext(
        row={}, currency="USD", time_zone="UTC", cutover=datetime(2026, 1, 1, tzinfo=UTC), facts=facts
    )


def test_examples_come_out_as_written() -> None:
    assert check_examples(TRANSFORMS, context()) == []


def test_amounts_in_texts_are_not_rounded() -> None:
    assert priced("0.105", context()) == "USD 0.105"
    assert priced("1249.0", context()) == "USD 1249.00"


def test_every_transform_says_what_it_does() -> None:
    assert all(each.description for each in TRANSFORMS)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"first": " Ana ", "last": "de  la Cruz"}, "Ana de la Cruz"),
        ({"first": "Sam_", "last": "Lee", "suffix": "III"}, "Sam Lee III"),
        ({"first": "_", "number": "7"}, "Patient 7"),
        ({}, None),
    ],
)
def test_names(parts: dict[str, str], name: str | None) -> None:
    assert patient_name(parts) == name


@pytest.mark.parametrize("number", ["555-CALL", "303-555-0100 x12", "+44 (0)20 7946 0000", "5550100"])
def test_telephones_are_kept_as_typed(number: str) -> None:
    assert phone_list([{"type": "Work", "number": number}]) == [{"value": number, "label": "work", "primary": True}]


def test_telephones_without_a_number_are_left_out() -> None:
    assert phone_list([{"type": "Home"}, {"number": "  "}]) == []


def test_one_wish_for_no_messages_counts() -> None:
    assert sms_opt_out([{"smsOptOut": False}, {"smsOptOut": True}]) == "Yes"
    assert sms_opt_out([{"smsOptOut": False}]) == "No"
    assert sms_opt_out([{"number": "1"}]) is None


def test_teeth_name_their_numbering_unless_it_is_universal() -> None:
    assert teeth(PROCEDURES, context(tooth_numbering="universal")) == "14"
    assert teeth([{"tooth": "26"}], context(tooth_numbering="FDI")) == "26 (FDI)"
    assert procedures_with_teeth(PROCEDURES[:1], context(tooth_numbering="FDI")) == "D2392 tooth 14 MO (FDI)"
    assert procedures_with_teeth([{"code": "D0120"}], context(tooth_numbering="FDI")) == "D0120"


def test_each_procedure_has_its_line() -> None:
    made = procedure_lines(PROCEDURES, context())
    assert made.split("\n") == ["D2392 tooth 14 MO, USD 254.00, Planned", "D2392 tooth 14", "D0120"]


@pytest.mark.parametrize(
    ("cycle", "months", "due"),
    [
        ("6 Months", 6, "2026-07-31"),
        ("1 Month", 1, "2026-02-28"),
        ("2 Years", 24, "2028-01-31"),
        ("26 Weeks", None, "2026-08-01"),
        ("10 days", None, "2026-02-10"),
        ("often", None, None),
    ],
)
def test_cycles(cycle: str, months: int | None, due: str | None) -> None:
    assert recall_months(cycle) == months
    assert recall_expected({"cycle": cycle, "last": "2026-01-31"}) == due


@pytest.mark.parametrize("last", ["9999-12-31", "0000-00-00", "soon"])
def test_a_day_that_does_not_exist_is_no_due_date(last: str) -> None:
    assert recall_expected({"cycle": "6 Months", "last": last}) is None
    assert recall_expected({"cycle": "26 Weeks", "last": last}) is None


@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)), st.integers(1, 120))
def test_a_cycle_in_months_always_ends_on_a_real_day(last: date, count: int) -> None:
    made = date.fromisoformat(recall_expected({"cycle": f"{count} Months", "last": last.isoformat()}))
    assert (made.year * 12 + made.month) - (last.year * 12 + last.month) == count
    assert made.day <= last.day


MEMBERS: list[dict[str, Any]] = [
    {"firstName": "Ana", "lastName": "Ruiz"},
    {"firstName": "Bea", "lastName": "Ruiz"},
    {"firstName": "Carl", "lastName": "O'Neil-Smith"},
    {"firstName": "Dora", "lastName": "De La Cruz"},
]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Ruiz, Ana", ["Ana"]),
        ("Dr. Ana Ruiz, DDS", ["Ana"]),
        ("RUIZ, B", ["Bea"]),
        ("Dr Ruiz", ["Ana", "Bea"]),
        ("ARuiz", ["Ana"]),
        ("O'NEIL-SMITH, CARL", ["Carl"]),
        ("De La Cruz, Dora", ["Dora"]),
        ("Dora De La Cruz", ["Dora"]),
        ("Dr Visiting Locum", []),
    ],
)
def test_providers_written_as_text_are_recognised_exactly(text: str, who: list[str]) -> None:
    key = provider_key(text)
    assert [each["firstName"] for each in MEMBERS if key in provider_forms(each)] == who
