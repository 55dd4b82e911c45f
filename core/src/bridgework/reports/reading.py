"""Reading results that may come from an earlier version or an interrupted stage: what is missing counts as nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def whole(value: Any) -> int:
    """A count as it stands in a result; what is no number counts as nothing."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def dictionary(value: Any) -> Mapping[str, Any]:
    """A part of a result that should be a mapping; an empty one if it is missing."""
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """A part of a result that should be a list; an empty one if it is missing."""
    return list(value) if isinstance(value, list | tuple) else []


def lines(value: Any) -> list[Mapping[str, Any]]:
    """A part of a result that should be a list of mappings."""
    return [each for each in items(value) if isinstance(each, Mapping)]
