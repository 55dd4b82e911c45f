"""How numbers, rates, instants and names are written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.reports.actions import PROOF, REJECTED, ROLLBACK, action
from bridgework.reports.figures import duration, instant, label, many, number, rate, visible


@given(st.text())
def test_nothing_hidden_survives(text: str) -> None:
    shown = visible(text, keep="")
    assert not [each for each in shown if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")]
    shown.encode()


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(part=st.integers(0, 10**9), rest=st.integers(0, 10**9))
def test_a_rate_is_whole_or_nothing_only_if_it_is_exactly_that(part: int, rest: int) -> None:
    said = rate(part, part + rest)
    if part + rest == 0:
        assert said == "–"
    else:
        assert (said == "100 %") == (rest == 0)
        assert (said in ("0 %", "0.0 %")) == (part == 0)
        assert said != "100.0 %"


@pytest.mark.parametrize(
    ("value", "said"),
    [(1234567, "1,234,567"), ("182344.20", "182,344.20"), (None, "–"), ("", "–"), ("no number", "no number"), (0, "0")],
)
def test_numbers_have_thousands_separators_and_keep_their_decimals(value: object, said: str) -> None:
    assert number(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-03-01T06:05:00Z", "1 Mar 2026, 06:05 UTC"),
        ("2026-03-01T06:05:00+02:00", "1 Mar 2026, 04:05 UTC"),
        ("2026-03-01T06:05:00", "1 Mar 2026, 06:05"),
        ("soon", "soon"),
        (None, "–"),
    ],
)
def test_instants_are_written_in_utc(value: object, said: str) -> None:
    assert instant(value) == said


@pytest.mark.parametrize(
    ("hours", "said"), [(0, "under a minute"), (0.5, "30 min"), (9.7, "9.7 h"), (61, "2.5 days"), (None, "–")]
)
def test_spans_of_time_choose_their_unit(hours: object, said: str) -> None:
    assert duration(hours) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("insurancePlans", "Insurance plans"),
        ("organizations-insurers", "Organizations insurers"),
        ("PMSExport", "PMS export"),
        ("!!", "!!"),
        ("<b>Two words</b>", "<b>Two words</b>"),
        ("zahnärzte", "Zahnärzte"),
    ],
)
def test_technical_names_are_said_in_words(name: str, said: str) -> None:
    assert label(name) == said


def test_one_is_singular() -> None:
    assert many(1, "row") == "1 row"
    assert many(2000, "row") == "2,000 rows"
    assert many(2, "kind of data", "kinds of data") == "2 kinds of data"


def test_the_action_follows_the_cause() -> None:
    assert action(REJECTED, "waits for the record it belongs to") == REJECTED["waits for the record"]
    assert action(ROLLBACK, "was there before the migration") == ROLLBACK["was there before"]
    assert action(PROOF, "missing (undone)") == PROOF["missing"]
    assert action(PROOF, "something nobody thought of") == PROOF[""]
    assert action(REJECTED, "") == REJECTED[""]
