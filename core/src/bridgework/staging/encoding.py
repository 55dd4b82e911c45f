"""How rows are written down: canonical JSON, content hash, raw text."""

from __future__ import annotations

import unicodedata
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from hashlib import blake2b
from typing import Any

import orjson
from pydantic import TypeAdapter

from bridgework.model import Problem, SourceDescription, SourceRecord, Value

_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
WORTH_PACKING = 2048  # bytes; below, packing costs more time than the space is worth
_BIGGEST_INTEGER = 2**53  # beyond, readers of JSON lose digits


def _plain(value: Any) -> str:
    match value:
        case Decimal():
            return str(value)
        case datetime():
            if value.tzinfo is None:
                return value.isoformat()
            return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        case date() | time():
            return value.isoformat()
        case _:
            raise TypeError(type(value).__name__)


def encode(record: SourceRecord) -> tuple[SourceRecord, bytes]:
    """The record's values as canonical JSON.

    Text that is no valid Unicode cannot be kept as a value: it becomes null, and the record returned has a problem.
    Integers that would lose digits become text.
    """
    try:
        return record, orjson.dumps(record.values, default=_plain, option=_CANONICAL)
    except TypeError:
        problems: list[Problem] = []
        values = _repaired(record.values, "", problems)
        record = replace(record, values=values, problems=(*record.problems, *problems))
        return record, orjson.dumps(values, default=_plain, option=_CANONICAL)


def _repaired(value: Any, path: str, problems: list[Problem]) -> Any:
    match value:
        case dict():
            return {
                _readable(str(name)): _repaired(item, f"{path}.{name}" if path else str(name), problems)
                for name, item in value.items()
            }
        case list() | tuple():
            return [_repaired(item, path, problems) for item in value]
        case str() if _readable(value) != value:
            problems.append(Problem(_readable(path), "ENC-01", "not valid Unicode"))
            return None
        case int() if abs(value) > _BIGGEST_INTEGER:
            return str(value)
        case _:
            return value


def _readable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def content_hash(record: SourceRecord, data: bytes) -> bytes:
    """16 bytes over what the row says: values and problems, and the raw text where values could not be read.

    Composed and decomposed letters are the same content.
    """
    if not data.isascii():
        data = unicodedata.normalize("NFC", data.decode()).encode()
    digest = blake2b(data, digest_size=16)
    if record.problems:
        for problem in record.problems:
            digest.update(f"\0{problem.field}\0{problem.check}".encode())
        digest.update(record.raw)
    return digest.digest()


def pack(raw: bytes) -> tuple[int, bytes]:
    """(1, compressed) where that saves at least a quarter, else (0, as it is)."""
    if len(raw) >= WORTH_PACKING:
        packed = zlib.compress(raw, 1)
        if len(packed) * 4 <= len(raw) * 3:
            return 1, packed
    return 0, raw


def unpack(packed: int, data: bytes) -> bytes:
    """The raw text again."""
    return zlib.decompress(data) if packed else data


def as_text(value: Value) -> str:
    """A value as it is compared with another row's key: text; "" if nothing is there or it cannot name a row."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return str(value)


@cache
def _descriptions() -> TypeAdapter[SourceDescription]:
    return TypeAdapter(SourceDescription)


def description_to_json(description: SourceDescription) -> str:
    """The description as kept with its snapshot."""
    return _descriptions().dump_json(description).decode()


def description_from_json(text: str) -> SourceDescription:
    """The description again."""
    return _descriptions().validate_json(text)
