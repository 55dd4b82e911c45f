"""Addresses of the source as one line of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KEYS = (("line1", "street"), ("line2",), ("city",), ("state",), ("postalCode", "postal_code"), ("country",))


def one_line(value: Any) -> str:
    """The parts that are filled, in their order."""
    if not isinstance(value, Mapping):
        return " ".join(str(value or "").split())
    found = [next((_part(value, key) for key in keys if _part(value, key)), "") for keys in _KEYS]
    street, second, city, state, code, country = found
    return ", ".join(filter(None, (street, second, city, " ".join(filter(None, (state, code))), country)))


def _part(value: Mapping[str, Any], key: str) -> str:
    return " ".join(str(value.get(key) or "").split())
