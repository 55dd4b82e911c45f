"""What a source says of itself, and its rows and documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import datetime
from typing import IO, Literal

from bridgework.model.values import Body, FieldType


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceField:
    """One field of a source object. `name` is a dotted path for values inside nested data (``procedures.code``)."""

    name: str
    type: FieldType = FieldType.TEXT
    label: str = ""
    concept: str = ""  # vocabulary of the trade: "patient.birth_date"
    nullable: bool = True
    options: tuple[str, ...] = ()  # declared values of a picklist
    custom: bool = False  # made by the practice
    inferred: bool = False  # not declared by the source: type inferred from its values
    sensitivity: Literal["", "identifier", "clinical", "government_id"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Rows of an object name a row of another one: `field` holds the value of `to` (default: the key) there.

    Where several rows there hold that value, `name` (a field here) must equal the fields `to_name` of one of them,
    joined by ``, `` without blanks; if it fits none or several, the reference is ambiguous.
    """

    field: str
    object: str
    to: str = ""
    name: str = ""
    to_name: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceObject:
    """What the source calls a thing. `key` are the field names whose values, joined by ``|``, name a row."""

    name: str
    label: str = ""
    key: tuple[str, ...] = ("id",)
    fields: tuple[SourceField, ...] = ()
    references: tuple[Reference, ...] = ()
    concept: str = ""
    nested_in: str = ""  # staged from a list inside this object's rows
    merged_into: str = ""  # field that names the surviving row of a merged one
    deleted: str = ""  # field that is filled when the row is deleted in the source
    rows: int | None = None  # as declared by the source
    absent: str = ""  # reason why the object is not in this export, and how to get it
    file: str = ""
    format: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDescription:
    """Everything a source says about itself before a row is read.

    `generated_at` is the instant the export was made (UTC, aware); `time_zone` the practice's IANA zone.
    `complete` is false for a delta export: absence of a row then means nothing.
    """

    objects: tuple[SourceObject, ...]
    generated_at: datetime
    time_zone: str
    complete: bool = True
    fingerprint: str = ""  # hash over the export's manifest
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, str] = made_by(default_factory=dict)  # e.g. {"tooth_numbering": "universal"}


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that could not be read: the typed value is null, the raw row keeps it. `check` is an audit check id."""

    field: str
    check: str
    reason: str


# Records, operations and results come in millions. They are not frozen, which would triple what making one costs;
# nobody changes them all the same.
@dataclass(slots=True)
class SourceRecord:
    """One row as the source gives it: typed values in canonical form, and the raw text it was read from."""

    object: str
    key: str
    values: Body
    raw: bytes
    file: str = ""
    line: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A readable document of the source. `sha256` is what the source declares, empty if it does not."""

    name: str
    stream: IO[bytes]
    size: int
    sha256: str = ""
