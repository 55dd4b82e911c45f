"""Canonical values: numbers are exact however long, and what does not fit is said without the value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.canonical import Unfit, as_date, as_money, as_number, money_text, number, number_text, one_line, zone_of

DIGITS = st.text("0123456789", min_size=1, max_size=40)


@given(st.sampled_from(["", "-"]), DIGITS, DIGITS)
def test_no_digit_of_a_number_gets_lost(sign: str, whole: str, part: str) -> None:
    exact = Decimal(f"{sign}{whole}.{part}")

    assert Decimal(number_text(exact)) == Decimal(money_text(exact)) == exact


@pytest.mark.parametrize(
    ("amount", "shown", "money"),
    [
        ("12.5", "12.5", "12.50"),
        ("-0.00", "0", "0.00"),
        ("6.0", "6", "6.00"),
        ("1E+2", "100", "100.00"),
        ("0.005", "0.005", "0.005"),
    ],
)
def test_numbers_have_no_exponent_and_amounts_two_decimals(amount: str, shown: str, money: str) -> None:
    assert number_text(Decimal(amount)) == shown
    assert money_text(Decimal(amount)) == money


@pytest.mark.parametrize(
    ("given_", "read"), [(12, 12), ("12.0", 12), (" 12.50 ", "12.5"), (Decimal("1E+2"), 100), (1e-7, "0.0000001")]
)
def test_a_number_of_any_spelling_is_read(given_: Any, read: Any) -> None:
    assert as_number(given_) == read


def test_an_amount_keeps_its_currency() -> None:
    assert as_money({"amount": 12.5, "currency": "usd"}) == {"amount": "12.50", "currency": "USD"}
    assert as_money({"amount": "7"}) == {"amount": "7.00", "currency": ""}


def test_a_date_is_the_first_part_of_an_instant() -> None:
    assert as_date("2026-03-01T13:30:00Z") == as_date("2026-03-01") == "2026-03-01"


def test_a_line_has_single_blanks() -> None:
    assert [one_line(value) for value in (" 1\n Main  St ", None, 7)] == ["1 Main St", "", "7"]


@pytest.mark.parametrize("name", ["Mars/Olympus", "America", "../etc/passwd", "", "a\0b"])
def test_a_zone_that_does_not_exist_is_none(name: str) -> None:
    assert zone_of(name) is None
    assert zone_of("America/Denver") is not None


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (number, "ana"),
        (number, True),
        (number, "NaN"),
        (number, "1e21"),
        (as_money, {"currency": "ana"}),
        (as_money, "ana"),
        (as_date, "ana"),
        (as_date, "2026-02-30"),
    ],
)
def test_what_does_not_fit_is_refused_without_showing_it(read: Any, value: Any) -> None:
    with pytest.raises(Unfit) as refused:
        read(value)
    assert str(value) not in str(refused.value)
    assert "ana" not in str(refused.value)
