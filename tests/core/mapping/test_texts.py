"""Texts with placeholders: empty parts leave no trace, and nothing in them is ever carried out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.mapping.template import parse_template

from .conftest import client, field_value


@pytest.mark.parametrize(
    ("text", "values", "made"),
    [
        ("{a} {b} {c}", ["Ana", "", "Ruiz"], "Ana Ruiz"),
        ("{a} – {b}", ["Ana", ""], "Ana"),
        ("{a} – {b}", ["", "Ruiz"], "Ruiz"),
        ("{a} ({b})", ["Ana", ""], "Ana"),
        ("{a} ({b})", ["", "x"], "(x)"),
        ("{a}, {b}, {c}", ["", "x", ""], "x"),
        ("Ledger – {a}", [""], "Ledger"),
        ("One: {a}\nTwo: {b}\nThree", ["", "2"], "Two: 2\nThree"),
        ("plain", [], "plain"),
    ],
)
def test_empty_parts_and_their_separators_disappear(text: str, values: list[str], made: str) -> None:
    assert parse_template(text).fill(values) == made


@pytest.mark.parametrize("text", ["{", "}", "{}", "{ }", "a{b", "{a}}", "{a{b}}"])
def test_a_broken_placeholder_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_template(text)


@pytest.mark.parametrize("value", ["().__class__", "{first}", "%s", "${x}", "{0.__class__}", "{{7*7}}"])
def test_values_are_never_taken_for_placeholders_or_code(value: str) -> None:
    assert field_value('{text: "{first}!"}', {"clients": [client(first=value)]}) == f"{value}!"


def test_a_placeholder_is_a_path_and_nothing_else() -> None:
    names = parse_template("{first!r} {last:>10}").names
    assert names == ("first!r", "last:>10")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="{}\n"), max_size=8), min_size=3, max_size=3))
def test_no_doubled_blanks_are_left(parts: list[str]) -> None:
    made = parse_template("{a} {b} {c}").fill([" ".join(part.split(" ")) for part in parts])
    assert "  " not in made
    assert made == made.strip()
