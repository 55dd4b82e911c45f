"""Request bodies as JSON: the same value gives the same bytes, and a decimal keeps its digits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson

from bridgework.model import Value


class Unwritable(ValueError):
    """A value that JSON cannot carry: half of a surrogate pair, a number beyond 64 bits, NaN. Quotes no value."""


def to_json(body: Value) -> bytes:
    """The body in UTF-8. Decimals become numbers with exactly their digits.

    :raises Unwritable: it cannot be written.
    """
    try:
        return orjson.dumps(body, default=_number)
    except (TypeError, ValueError):
        raise Unwritable("the body cannot be written as JSON") from None


def _number(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f").encode("ascii"))
    raise TypeError
