"""Mapping files are read as plain data, or refused with the line that is to blame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.errors import MappingError
from bridgework.mapping.yamltext import MAX_DEPTH, MAX_SIZE, read_yaml


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "tags"),
        ("a: !own 1\n", 1, "tags"),
        ("a: &x [1]\nb: *x\n", 1, "anchors"),
        ("a: 1\nb: 2\na: 3\n", 3, "written twice"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: [1, 2\n", 2, "not readable"),
        ("? [1, 2]\n: 3\n", 1, "plain text"),
        ("a: \x00\n", 1, "characters"),
    ],
)
def test_what_can_surprise_is_refused_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(MappingError) as refusal:
        read_yaml("mapping.yaml", text)
    assert refusal.value.problems[0].startswith(f"mapping.yaml:{line}: ")
    assert said in refusal.value.message


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True))
    with pytest.raises(MappingError):
        read_yaml("mapping.yaml", bomb)


def test_size_and_depth_are_limited() -> None:
    with pytest.raises(MappingError, match="larger"):
        read_yaml("mapping.yaml", "a" * (MAX_SIZE + 1))
    with pytest.raises(MappingError, match="deeply"):
        read_yaml("mapping.yaml", "[" * (MAX_DEPTH + 5) + "]" * (MAX_DEPTH + 5))


def test_scalars_are_what_they_look_like_and_never_floats() -> None:
    data = read_yaml("m", "a: NO\nb: 0123\nc: 12\nd: 1.50\ne: 2026-03-01\nf: true\ng: ~\nh: '5'\ni: yes\n").data
    assert data == {
        "a": "NO", "b": "0123", "c": 12, "d": "1.50", "e": "2026-03-01", "f": True, "g": None, "h": "5", "i": "yes",
    }  # fmt: skip


def test_every_place_knows_its_line() -> None:
    text = read_yaml("m", "rules:\n  a:\n    from: x\n    drop:\n      - 1\n      - 2\n")
    assert text.line(("rules", "a", "from")) == 3
    assert text.line(("rules", "a", "drop", 1)) == 6
    assert text.line(("rules", "a", "unknown")) == 2


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_never_more(text: str) -> None:
    try:
        data = read_yaml("m", text).data
    except MappingError:
        return
    assert data is None or isinstance(data, (str, int, bool, list, dict))
