"""Strict NDJSON: one JSON object per line, nothing lost and nothing guessed.

Plain parsers keep the last of duplicate keys and turn long integers and exact amounts into binary floats. Here a row is
either exact or refused, and a refused row never stops the run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any, NamedTuple

import orjson

from bridgework.errors import BadInput

LONGEST_LINE = 32 << 20
_DEEPEST = 64
_DIGITS = 400  # of an integer; Python itself refuses 4,300
_EXPONENT = 60
_HALF_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class JsonRow(NamedTuple):
    """One line. `values` is None for a row that cannot be read, and `problem` says why (without a value).

    Numbers are int or Decimal, never float. `problem` beside values names a doubt about the encoding of the line.
    """

    line: int
    raw: bytes
    values: dict[str, Any] | None
    problem: str


class _Refused(ValueError):
    """The row is not acceptable; the text says why and holds no value."""


def read_ndjson(stream: IO[bytes], name: str) -> Iterator[JsonRow]:
    """Rows of a stream, blank lines left out, lines counted from 1.

    BadInput: the file ends in the middle of a record, or a line is longer than 32 MiB. `name` stands in the message.
    """
    number = 0
    for line in iter(lambda: stream.readline(LONGEST_LINE), b""):
        number += 1
        raw = line.rstrip(b"\r\n")
        if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
            raw = raw[3:]
        if not raw.strip():
            continue
        row = _row(number, raw)
        if not line.endswith(b"\n"):
            if len(line) >= LONGEST_LINE:
                raise BadInput(
                    f"Line {number} of {name} is longer than {LONGEST_LINE >> 20} MiB.", next_step="export again"
                )
            if row.values is None:
                raise BadInput(
                    f"{name} is incomplete: it ends in the middle of a record, in line {number}.",
                    next_step="export again, or copy the file again",
                    cause="incomplete",
                )
        yield row


def _row(number: int, raw: bytes) -> JsonRow:
    try:
        values = orjson.loads(raw)
        if type(values) is dict and orjson.dumps(values) == raw:
            # The text comes back byte for byte: no key was doubled, no digit was lost.
            return JsonRow(number, raw, _exact(values, 0), "")
    except orjson.JSONDecodeError:
        pass
    except _Refused as error:
        return JsonRow(number, raw, None, str(error))
    text, doubt = _decode(raw)
    if text is None:
        return JsonRow(number, raw, None, doubt)
    try:
        parsed = parse_json(text)
    except ValueError as error:
        return JsonRow(number, raw, None, str(error))
    if not isinstance(parsed, dict):
        return JsonRow(number, raw, None, "is not a JSON object")
    return JsonRow(number, raw, parsed, doubt)


def _decode(raw: bytes) -> tuple[str | None, str]:
    try:
        return raw.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252"), "is not UTF-8 and was read as Windows-1252"
    except UnicodeDecodeError:
        return None, "has bytes that are text in no known encoding"


def _exact(value: Any, depth: int) -> Any:
    """Floats become Decimal, in place. Only for texts that orjson gives back unchanged."""
    if depth > _DEEPEST:
        raise _Refused(f"is nested deeper than {_DEEPEST} levels")
    items = value.items() if type(value) is dict else enumerate(value)
    for place, item in items:
        kind = type(item)
        if kind is str:
            continue
        if kind is dict or kind is list:
            _exact(item, depth + 1)
        elif kind is float:
            value[place] = _decimal(repr(item))
    return value


def parse_json(text: str) -> Any:
    """Parse one JSON text: duplicate keys, NaN, lone surrogates, over-long integers and deep nesting are refused.

    Integers are int, other numbers Decimal. ValueError says what is wrong and quotes nothing of the text.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_float=_decimal, parse_int=_integer, parse_constant=_constant
        )
        if isinstance(value, (dict, list)):
            _exact(value, 0)
    except RecursionError:
        raise _Refused(f"is nested deeper than {_DEEPEST} levels") from None
    except json.JSONDecodeError:
        raise _Refused("is not valid JSON") from None
    if _HALF_SURROGATE.search(text.encode("utf-8", "surrogatepass")):
        _refuse_surrogates(value)
    return value


def _refuse_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except UnicodeEncodeError:
        raise _Refused("contains half of a surrogate pair") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Refused("names one key twice")
    return made


def _integer(text: str) -> int:
    if len(text) > _DIGITS:
        raise _Refused(f"has an integer of more than {_DIGITS} digits")
    return int(text)


def _decimal(text: str) -> Decimal:
    if len(text) > _DIGITS:
        raise _Refused(f"has a number of more than {_DIGITS} digits")
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > _EXPONENT:
        raise _Refused("has a number that is out of range")
    return number


def _constant(_text: str) -> Any:
    raise _Refused("has a number that is not finite")


def canonical(value: Any) -> Any:
    """A parsed value in canonical form: Decimal and integers beyond 64 bits as text, empty text as None, nested too."""
    kind = type(value)
    if kind is int and not -(1 << 63) <= value < 1 << 63:
        return str(value)
    if kind is str:
        return value or None
    if kind is Decimal:
        return format(value, "f")
    if kind is dict:
        return {key: made for key, item in value.items() if (made := canonical(item)) is not None}
    if kind is list:
        return [canonical(item) for item in value]
    return value
