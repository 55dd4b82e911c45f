"""Rows as one text, and back."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridgework.journal.packing import pack, unpack

NAMES = ("key", "number", "fields")
cells = st.tuples(st.text(max_size=6), st.integers(-(2**53), 2**53), st.lists(st.text(max_size=3), max_size=2))


@given(rows=st.lists(cells, min_size=1, max_size=8))
def test_rows_come_back_as_they_were(rows: list[tuple[Any, ...]]) -> None:
    packed = pack(NAMES, list(zip(*rows, strict=True)))
    assert list(unpack(NAMES, packed, len(rows))) == rows


def test_what_is_the_same_in_all_rows_stands_there_once() -> None:
    packed = pack(("key", "stage"), [("p1", "p2", "p3"), ("load", "load", "load")])
    assert packed == '{"same":{"stage":"load"},"each":{"key":["p1","p2","p3"]}}'
