"""Addresses of the source as one line of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridgework.canonical import one_line

_KEYS = (("line1", "street"), ("line2",), ("city",), ("state",), ("postalCode", "postal_code"), ("country",))


def address_line(value: Any) -> str:
    """The parts that are filled, in their order."""
    if not isinstance(value, Mapping):
        return one_line(value)
    found = [next(filter(None, (one_line(value.get(key)) for key in keys)), "") for keys in _KEYS]
    street, second, city, state, code, country = found
    return ", ".join(filter(None, (street, second, city, " ".join(filter(None, (state, code))), country)))
