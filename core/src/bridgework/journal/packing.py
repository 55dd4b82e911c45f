"""Many rows as one text: by column, and what is the same in all of them once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import orjson


def pack(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> str:
    """Columns of at least one row as JSON. Values are text, numbers, or lists of text."""
    same: dict[str, Any] = {}
    each: dict[str, Sequence[Any]] = {}
    for name, column in zip(names, columns, strict=True):
        if column.count(column[0]) == len(column):
            same[name] = column[0]
        else:
            each[name] = column
    return orjson.dumps({"same": same, "each": each}).decode()


def unpack(names: Sequence[str], payload: str, rows: int) -> Iterator[tuple[Any, ...]]:
    """The rows again, with their values in the order of `names`."""
    packed = orjson.loads(payload)
    same, each = packed["same"], packed["each"]
    return zip(*(each[name] if name in each else repeat(same[name], rows) for name in names), strict=True)
