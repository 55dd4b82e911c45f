"""Cells become canonical values by declared rules; what cannot be read says why and never quotes the value."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.files import (
    Century,
    DateOrder,
    Unreadable,
    is_blank,
    read_boolean,
    read_date,
    read_decimal,
    read_instant,
    read_integer,
    read_local_instant,
    read_money,
    read_time,
)

MDY, DMY, ISO = DateOrder.MDY, DateOrder.DMY, DateOrder.ISO
TODAY = date(2026, 11, 1)


@pytest.mark.parametrize("cell", ["", "   ", "NONE", "none", "N/A", "n/a", "-", "--", "NULL", "  /  /    ", "  -  -  "])
@pytest.mark.parametrize(
    "reader",
    [lambda cell: read_date(cell, MDY), read_money, read_time, read_decimal, read_integer, read_boolean],
)
def test_markers_for_nothing_are_null_for_every_type(cell, reader):
    assert reader(cell) is None


def test_words_are_null_only_when_written_as_markers():
    assert is_blank("NONE", word=True)
    assert not is_blank("None", word=True)
    assert not is_blank("/", word=True)


@pytest.mark.parametrize(
    ("cell", "order", "expected"),
    [
        ("02/03/2024", MDY, "2024-02-03"),
        ("02/03/2024", DMY, "2024-03-02"),
        ("2/3/2024", MDY, "2024-02-03"),
        ("02-03-2024", DMY, "2024-03-02"),
        ("02.03.2024", DMY, "2024-03-02"),
        ("2024-02-03", MDY, "2024-02-03"),
        ("2024-02-03", ISO, "2024-02-03"),
        ("05-Mar-2025", MDY, "2025-03-05"),
        ("5 March 2025", DMY, "2025-03-05"),
        ("02/29/2024", MDY, "2024-02-29"),
        (" 02/03/2024 1:30 PM ", MDY, "2024-02-03"),
        ("2024-02-03T00:00:00Z", ISO, "2024-02-03"),
    ],
)
def test_dates_are_read_in_the_declared_order(cell, order, expected):
    assert read_date(cell, order) == expected


@pytest.mark.parametrize(
    ("cell", "order", "check"),
    [
        ("0001-01-01", ISO, "DAT-02"),
        ("1900-01-01", ISO, "DAT-02"),
        ("01/01/1900", MDY, "DAT-02"),
        ("0000-00-00", ISO, "DAT-02"),
        ("1900-01-00", ISO, "DAT-02"),
        ("31/02/2024", DMY, "DAT-02"),
        ("02/30/2024", MDY, "DAT-02"),
        ("2023-02-29", ISO, "DAT-02"),
        ("2024-13-01", ISO, "DAT-02"),
        ("25/03/2024", MDY, "DAT-01"),
        ("03/25/2024", DMY, "DAT-01"),
        ("02/03/2024", ISO, "DAT-01"),
        ("2020-W01-1", ISO, "DAT-03"),
        ("yesterday", MDY, "DAT-03"),
        ("45123", MDY, "DAT-03"),
        ("2024", MDY, "DAT-03"),
    ],
)
def test_a_date_that_cannot_be_read_names_its_check_and_not_its_value(cell, order, check):
    with pytest.raises(Unreadable) as caught:
        read_date(cell, order)
    assert caught.value.check == check
    assert cell not in str(caught.value)


@pytest.mark.parametrize(
    ("cell", "century", "expected"),
    [
        ("03/04/17", Century.BIRTH, "2017-03-04"),
        ("11/01/26", Century.BIRTH, "2026-11-01"),
        ("11/02/26", Century.BIRTH, "1926-11-02"),
        ("03/04/27", Century.BIRTH, "1927-03-04"),
        ("03/04/69", Century.SERVICE, "2069-03-04"),
        ("03/04/70", Century.SERVICE, "1970-03-04"),
    ],
)
def test_two_digit_years_turn_by_what_the_date_is(cell, century, expected):
    assert read_date(cell, MDY, century=century, today=TODAY) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1,234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("(125.00)", "-125.00"),
        ("($1,125.00)", "-1125.00"),
        ("125.00-", "-125.00"),
        ("-125.00", "-125.00"),
        ("−125.00", "-125.00"),
        ("125.00 CR", "-125.00"),
        ("125.00 DR", "125.00"),
        ("$1,234.5", "1234.5"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("£12.00", "12.00"),
        (".50", "0.50"),
        ("(0.00)", "0.00"),
        ("0", "0"),
    ],
)
def test_money_is_read_in_every_printed_form(cell, expected):
    assert read_money(cell) == expected


@pytest.mark.parametrize(
    ("cell", "currency", "expected"),
    [("$5", "USD", "5"), ("$5", "CAD", "5"), ("£-5", "GBP", "-5"), ("(€5.50)", "EUR", "-5.50"), ("5", "CHF", "5")],
)
def test_the_sign_of_the_currency_may_stand_at_an_amount(cell, currency, expected):
    assert read_money(cell, currency=currency) == expected


@pytest.mark.parametrize(
    ("cell", "currency"), [("€5", "USD"), ("(£5)", "USD"), ("€-5", "GBP"), ("$5", "EUR"), ("-$5", "GBP"), ("$5", "CHF")]
)
def test_an_amount_with_the_sign_of_another_currency_is_not_read(cell, currency):
    with pytest.raises(Unreadable, match=f"no sign of {currency}") as caught:
        read_money(cell, currency=currency)
    assert caught.value.check == "DAT-03"


@pytest.mark.parametrize(
    "cell", ["1.234,56", "1,23", "12,34.5", "1e3", "twelve", "$", "$£5", "1 234", "--5", "٣", "9" * 80]
)
def test_money_that_could_mean_two_things_is_refused(cell):
    with pytest.raises(Unreadable) as caught:
        read_money(cell)
    assert caught.value.check == "DAT-03"


@given(st.decimals(-(10**9), 10**9, places=2))
def test_any_amount_survives_being_printed(amount):
    printed = f"{abs(amount):,.2f}"
    negative = amount < 0
    for form in (
        (f"({printed})", f"{printed}-", f"{printed} CR", f"-${printed}") if negative else (printed, f"${printed}")
    ):
        assert Decimal(read_money(form)) == amount


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1:30p", "13:30:00"),
        ("01:30PM", "13:30:00"),
        ("12:00 am", "00:00:00"),
        ("12:15 p.m.", "12:15:00"),
        ("8:05", "08:05:00"),
        ("23:59:59", "23:59:59"),
    ],
)
def test_times_are_read_in_both_clocks(cell, expected):
    assert read_time(cell) == expected


@pytest.mark.parametrize("cell", ["25:00", "13:30 PM", "0:30 am", "8", "8:75", "noon"])
def test_impossible_times_are_refused(cell):
    with pytest.raises(Unreadable):
        read_time(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-03-01T13:30:00Z", "2026-03-01T13:30:00Z"),
        ("2026-03-01T13:30:00+02:00", "2026-03-01T11:30:00Z"),
        ("2026-03-01T13:30:00.250Z", "2026-03-01T13:30:00.250000Z"),
    ],
)
def test_instants_become_utc(cell, expected):
    assert read_instant(cell) == expected


@pytest.mark.parametrize(
    ("cell", "check"),
    [
        ("2026-03-01T13:30:00", "DAT-03"),
        ("0001-01-01T00:00:00Z", "DAT-02"),
        ("2026-13-01T00:00:00Z", "DAT-02"),
        ("9999-12-31T23:59:59-01:00", "DAT-02"),
        ("soon", "DAT-03"),
    ],
)
def test_an_instant_needs_a_real_day_and_a_zone(cell, check):
    with pytest.raises(Unreadable) as caught:
        read_instant(cell)
    assert caught.value.check == check


def test_a_local_time_has_no_zone():
    assert read_local_instant("2026-03-08T02:30") == "2026-03-08T02:30:00"
    for cell, check in (("2026-03-08T02:30:00Z", "DAT-03"), ("2026-02-30T10:00:00", "DAT-02")):
        with pytest.raises(Unreadable) as caught:
            read_local_instant(cell)
        assert caught.value.check == check


def test_numbers_and_answers():
    assert read_decimal("+12.50") == "12.50"
    assert read_integer("12.0") == 12
    assert [read_boolean(cell) for cell in ("Yes", "n", "TRUE", "0")] == [True, False, True, False]
    for reader, cell in ((read_integer, "1.5"), (read_decimal, "1,5"), (read_boolean, "perhaps")):
        with pytest.raises(Unreadable):
            reader(cell)


@given(st.text())
def test_no_text_breaks_a_reader(text):
    for reader in (
        lambda cell: read_date(cell, MDY),
        lambda cell: read_date(cell, ISO),
        read_money,
        read_time,
        read_instant,
        read_local_instant,
        read_integer,
        read_boolean,
    ):
        try:
            reader(text)
        except Unreadable as error:
            assert error.check in {"DAT-01", "DAT-02", "DAT-03"}
