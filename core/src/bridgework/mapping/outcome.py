"""What a rule makes of a source row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from hashlib import sha256
from types import MappingProxyType
from typing import Literal, NamedTuple

import orjson

from bridgework.model import Body, Value


class SourceRow(NamedTuple):
    """A row that took part in a record: the one it is made of (`target`), or one whose values it holds (`merged`)."""

    object: str
    key: str
    kind: Literal["target", "merged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedFile:
    """The document an upload sends: its reference for `open_file`, its name, the hash the source declares.

    One that is printed has a `sheet` instead of a reference: made when it is asked for.
    """

    path: str
    name: str
    sha256: str = ""
    sheet: Callable[[], Value] | None = made_by(default=None, compare=False, repr=False)


class Mapped(NamedTuple):
    """A target record: canonical values by field label, without the empty ones.

    Choices are labels; references are ``{"rule": …, "key": …}``; owners are ``{"owner": value}``, the value empty if
    nobody is named. `deferred` holds fields of the second pass. `warnings` name labels and reasons, never values.
    `needs` are the (rule, key) of records without which this one is not written, whether a field names them or not.
    `cut` are texts for the archive: whole ones of fields that hold only their beginning, and what had no place there.
    """

    rule: str
    key: str
    object: str
    body: Body
    deferred: Body
    sources: tuple[SourceRow, ...] = ()
    warnings: tuple[str, ...] = ()
    file: MappedFile | None = None
    needs: tuple[tuple[str, str], ...] = ()
    cut: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row that this rule does not load, and why. `selected` is false where its conditions leave the row to others."""

    rule: str
    object: str
    key: str
    reason: str
    selected: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposed:
    """A row without a record of its own: merged into another rule's record, archived, exported, referred to, rebuilt.

    `into` is (rule, key) of the record; `values` are the columns of an export or reference as plain canonical values.
    """

    rule: str
    object: str
    key: str
    kind: Literal["merged", "archive", "export", "reference", "rebuild"]
    reason: str = ""
    into: tuple[str, str] | None = None
    values: Body = made_by(default_factory=dict)


Outcome = Mapped | Skipped | Disposed


def canonical(value: Value) -> bytes:
    """The one way a value is written where bytes are compared or hashed: sorted keys, no blanks, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def body_hash(body: Body) -> str:
    """SHA-256 of a mapped body in canonical form: equal bodies, equal hash, whatever the order of fields."""
    return sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def content_hash(data: Value) -> str:
    """SHA-256 over canonical JSON."""
    return sha256(canonical(data)).hexdigest()


def group_key(value: str) -> str:
    """The key of a group: a digest, because the value may name a person and keys outlive a purge."""
    return sha256(" ".join(value.split()).encode()).hexdigest()[:20]
