"""What is in the fields: how many are filled, with how many different values, how long, from when to when."""

from __future__ import annotations

import re
import sys
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any
from zlib import crc32

import orjson

from bridgework.model import FieldType, SourceField

VALUE_SET = 50  # value sets up to this size are counted exactly
MOST_PATHS = 2_000  # per object; a map keyed by ids must not become a thousand fields each
_SMALLEST = 1_024  # smallest hashes kept: the estimate is then within about 3 %

_STRUCTURED = frozenset({FieldType.MONEY, FieldType.EMAILS, FieldType.PHONES, FieldType.ADDRESS, FieldType.PHONE})
_IN_TIME = frozenset({FieldType.DATE, FieldType.INSTANT, FieldType.LOCAL_INSTANT})
_SHAPES = (
    (FieldType.DATE, re.compile(r"\d{4}-\d\d-\d\d")),
    (FieldType.INSTANT, re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")),
    (FieldType.LOCAL_INSTANT, re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?")),
    (FieldType.TIME, re.compile(r"\d\d:\d\d(:\d\d)?")),
    # No leading zeros: "007" is a code, not a number.
    (FieldType.NUMBER, re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")),
)
_LONG = 255
_NESTED = frozenset({dict, list})
_TEXT_OR_NOTHING = frozenset({str, type(None)})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProfile:
    """One field of one object.

    `filled` rows have a value, `nulls` have none. `distinct` is exact if `exact`, else estimated within a few per cent.
    `values` counts each value (as text) if there are at most 50 of them. `minimum` and `maximum` are for dates.
    """

    rows: int
    filled: int
    distinct: int
    exact: bool
    type: FieldType
    inferred: bool
    max_length: int = 0
    minimum: str = ""
    maximum: str = ""
    values: Mapping[str, int] = field(default_factory=dict)

    @property
    def nulls(self) -> int:
        """Rows without a value."""
        return self.rows - self.filled


def profiles_to_json(profiles: Mapping[str, FieldProfile]) -> str:
    """Profiles by field path as kept in the store."""
    return orjson.dumps({path: asdict(profile) for path, profile in profiles.items()}).decode()


def profiles_from_json(text: str) -> dict[str, FieldProfile]:
    """Profiles by field path again."""
    return {
        path: FieldProfile(**{**data, "type": FieldType(data["type"])}) for path, data in orjson.loads(text).items()
    }


class _Distinct:
    """Number of different texts: exact up to `VALUE_SET`, then from the smallest hashes seen."""

    def __init__(self) -> None:
        self.counts: Counter[str] | None = Counter()
        self._smallest: set[int] = set()
        self._limit = 1 << 32

    def add(self, texts: Sequence[str], different: set[str]) -> None:
        if self.counts is not None:
            if len(different) <= VALUE_SET:
                self.counts.update(texts)
                if len(self.counts) <= VALUE_SET:
                    return
            different, self.counts = different.union(self.counts), None
        limit = self._limit
        self._smallest.update([each for each in _hashes(different) if each < limit])
        if len(self._smallest) > 2 * _SMALLEST:
            kept = sorted(self._smallest)[:_SMALLEST]
            self._smallest, self._limit = set(kept), kept[-1]

    @property
    def number(self) -> int:
        if self.counts is not None:
            return len(self.counts)
        if len(self._smallest) < _SMALLEST:
            return len(self._smallest)
        return round((_SMALLEST - 1) * (1 << 32) / sorted(self._smallest)[_SMALLEST - 1])


def _hashes(texts: Collection[str]) -> Sequence[int]:
    """32 bits for each text. The checksums of consecutive numbers lie in a pattern, which a multiplication spreads: of
    all of them in one, side by side as digits of 64 bits, and what overflows 32 bits is left away.
    """
    sums = array("Q", map(crc32, map(str.encode, texts)))
    spread = int.from_bytes(sums.tobytes(), sys.byteorder) * 0x9E3779B1
    digits = memoryview(spread.to_bytes(8 * len(sums), sys.byteorder)).cast("Q")
    return [each & 0xFFFFFFFF for each in digits]


class _Column:
    """One field while rows are read; values arrive in batches."""

    def __init__(self, declared: SourceField | None) -> None:
        self.declared = declared
        self.filled = 0
        self.waiting: list[Any] = []
        self._distinct = _Distinct()
        self._max_length = 0
        self._minimum = self._maximum = ""
        self._guess: FieldType | None = None
        self._in_time = declared is None or declared.type in _IN_TIME

    def add(self, values: Sequence[Any], kinds: Set[type]) -> None:
        """Values of one batch and their types; some may be empty."""
        if type(None) in kinds or "" in values:
            values = [value for value in values if value is not None and value != ""]
        self.filled += len(values)
        self._note(values, all_text=kinds <= _TEXT_OR_NOTHING)

    def flush(self) -> None:
        values, self.waiting = self.waiting, []
        self._note(values, all_text=False)

    def _note(self, values: Sequence[Any], *, all_text: bool) -> None:
        if not values:
            return
        if self.declared is None and self._guess is not FieldType.TEXT:
            for value in set(values):
                self._guess = _joined(self._guess, _shape(value))
        texts = values if all_text else [value if type(value) is str else _text(value) for value in values]
        different = set(texts)
        self._max_length = max(self._max_length, max(map(len, different)))
        self._distinct.add(texts, different)
        if self._in_time:
            self._minimum = min(self._minimum, min(different)) if self._minimum else min(different)
            self._maximum = max(self._maximum, max(different))

    def profile(self, rows: int) -> FieldProfile:
        kind = self.declared.type if self.declared else self._guess or FieldType.TEXT
        if kind is FieldType.TEXT and self.declared is None and self._max_length > _LONG:
            kind = FieldType.LONG_TEXT
        counts = self._distinct.counts
        return FieldProfile(
            rows=rows,
            filled=self.filled,
            distinct=self._distinct.number,
            exact=counts is not None,
            type=kind,
            inferred=self.declared is None,
            max_length=self._max_length,
            minimum=self._minimum if kind in _IN_TIME else "",
            maximum=self._maximum if kind in _IN_TIME else "",
            values={} if counts is None else dict(sorted(counts.items())),
        )


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
        case _:
            return str(value)


def _shape(value: Any) -> FieldType:
    if isinstance(value, bool):
        return FieldType.BOOLEAN
    if isinstance(value, int):
        return FieldType.INTEGER
    if isinstance(value, float):
        return FieldType.NUMBER
    return next((kind for kind, pattern in _SHAPES if pattern.fullmatch(value)), FieldType.TEXT)


def _joined(first: FieldType | None, second: FieldType) -> FieldType:
    if first is None or first is second:
        return second
    numbers = {FieldType.INTEGER, FieldType.NUMBER}
    return FieldType.NUMBER if {first, second} <= numbers else FieldType.TEXT


def _columns(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Sequence[Any]]]:
    """The values of rows by field, in the order in which the fields are met."""
    if len(names := set(map(tuple, rows))) == 1:  # as rows of a file mostly are
        yield from zip(names.pop(), zip(*[row.values() for row in rows], strict=True), strict=True)
        return
    for name in dict.fromkeys(chain.from_iterable(rows)):
        yield name, [row[name] for row in rows if name in row]


class Profiler:
    """Reads rows of one object and says what is in its fields.

    Fields nobody declared are found on the way, also inside nested objects and lists: their type is inferred.
    """

    def __init__(self, fields: Iterable[SourceField]) -> None:
        self._declared = {declared.name: declared for declared in fields}
        self._columns = {name: _Column(declared) for name, declared in self._declared.items()}
        self._rows = 0

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Some rows. Their own fields are taken column by column, which is a third of the work of walking."""
        self._rows += len(rows)
        for name, held in _columns(rows):
            kinds = set(map(type, held))
            if kinds & _NESTED:
                for value in held:
                    self._walk({name: value}, "", None)
            elif (column := self._columns.get(name) or self._found(name)) is not None:  # an empty field is one, too
                column.add(held, kinds)
        self._flush()

    def _walk(self, values: Mapping[str, Any], prefix: str, seen: set[str] | None) -> None:
        columns = self._columns
        for name, value in values.items():
            path = prefix + name
            if value is None or value == "":
                if path not in columns:  # an empty field is a field, too
                    self._found(path)
                continue
            if type(value) is dict or type(value) is list:
                self._walk_nested(value, path, seen)
                continue
            column = columns.get(path)
            if column is None and (column := self._found(path)) is None:
                continue
            column.waiting.append(value)
            if seen is None:
                column.filled += 1
            elif path not in seen:
                seen.add(path)
                column.filled += 1

    def _walk_nested(self, value: Any, path: str, seen: set[str] | None) -> None:
        if not value:
            return
        declared = self._declared.get(path)
        if declared is not None:
            column = self._columns[path]
            if seen is None or path not in seen:
                column.filled += 1
                if seen is not None:
                    seen.add(path)
            if declared.type in _STRUCTURED:
                column.waiting.append(_text(value))
                return
        if isinstance(value, dict):
            self._walk(value, f"{path}.", seen)
            return
        within: set[str] = set() if seen is None else seen
        plain = [item for item in value if not isinstance(item, dict | list)]
        if plain:
            listed = self._columns.get(path) or self._found(path)
            if listed is not None:
                listed.waiting.extend(item for item in plain if item is not None and item != "")
                if declared is None and path not in within:
                    within.add(path)
                    listed.filled += 1
        for item in value:
            if isinstance(item, dict):
                self._walk(item, f"{path}.", within)

    def _found(self, path: str) -> _Column | None:
        if len(self._columns) >= MOST_PATHS:
            return None
        return self._columns.setdefault(path, _Column(None))

    def _flush(self) -> None:
        for column in self._columns.values():
            column.flush()

    def profiles(self) -> dict[str, FieldProfile]:
        """Profiles by field path; declared fields first, found ones after them by name."""
        self._flush()
        found = sorted(path for path in self._columns if path not in self._declared and not self._is_container(path))
        return {path: self._columns[path].profile(self._rows) for path in (*self._declared, *found)}

    def _is_container(self, path: str) -> bool:
        """Never a value itself, and nested data where it is filled: its parts are the fields."""
        return not self._columns[path].filled and any(other.startswith(f"{path}.") for other in self._columns)
