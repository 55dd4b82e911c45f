"""Field types of the metadata and the plain ones, and a field of the workspace as the core sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bridgework.model import FieldType, Option, TargetField, Value
from bridgework_twenty import values
from bridgework_twenty.objects import MEMBER, Standard

Settable = Literal["always", "create", "never"]

T = FieldType
Row = Mapping[str, Any]

# A text field takes 200,000 characters, so it is a long text. A number is a double, a time has no type of its own.
_READ: Mapping[str, FieldType] = {
    "TEXT": T.LONG_TEXT,
    "RICH_TEXT": T.LONG_TEXT,
    "NUMBER": T.NUMBER,
    "NUMERIC": T.NUMBER,
    "BOOLEAN": T.BOOLEAN,
    "DATE": T.DATE,
    "DATE_TIME": T.INSTANT,
    "SELECT": T.CHOICE,
    "RATING": T.CHOICE,
    "MULTI_SELECT": T.CHOICES,
    "EMAILS": T.EMAILS,
    "PHONES": T.PHONES,
    "ADDRESS": T.ADDRESS,
    "CURRENCY": T.MONEY,
    "LINKS": T.LONG_TEXT,
    "UUID": T.TEXT,
}
_WRITTEN: Mapping[FieldType, str] = {
    T.TEXT: "TEXT",
    T.LONG_TEXT: "TEXT",
    T.TIME: "TEXT",
    T.INTEGER: "NUMBER",
    T.NUMBER: "NUMBER",
    T.MONEY: "CURRENCY",
    T.BOOLEAN: "BOOLEAN",
    T.DATE: "DATE",
    T.INSTANT: "DATE_TIME",
    T.CHOICE: "SELECT",
    T.CHOICES: "MULTI_SELECT",
    T.EMAILS: "EMAILS",
    T.PHONES: "PHONES",
    T.PHONE: "PHONES",
    T.ADDRESS: "ADDRESS",
    T.REFERENCE: "RELATION",
    T.OWNER: "RELATION",
}
CREATABLE = frozenset(_WRITTEN)
_RELATIONS = ("RELATION", "MORPH_RELATION")
_NAME_PARTS = (("firstName", "First name"), ("lastName", "Last name"))
# Set by the server or by nobody; positions and search columns are no values of a record.
_HIDDEN = frozenset({"id", "updatedAt", "deletedAt", "updatedBy", "position", "searchVector"})


@dataclass(frozen=True, slots=True)
class Field:
    """One value of an object: what the core sees, metadata type, key on the wire, part of its composite."""

    target: TargetField
    kind: str
    wire: str
    part: str = ""

    def tidy(self, value: Value, region: str) -> Value:
        """The value as it will be read back. Raises Unfit."""
        if value is None or value == "" or value == [] or value == {}:
            return None
        if self.kind == "RICH_TEXT":
            return values.prose_text(value)
        if self.kind == "LINKS":
            return values.link(value)
        return values.tidy(self.target.type, value, region)


def wire_type(type_: FieldType) -> str:
    """The metadata type of a new field. Raises ValueError for one that has none."""
    try:
        return _WRITTEN[type_]
    except KeyError:
        raise ValueError(f"Twenty has no field of type {type_}") from None


def fields(row: Row, standard: Standard | None, custom: bool) -> Iterator[Field]:
    """What a field of the metadata holds, as the core sees it; nothing for what no record of ours can hold."""
    name, kind, label = str(row["name"]), str(row["type"]), str(row.get("label") or row["name"])
    if row.get("isActive") is False or (name in _HIDDEN and not custom):
        return
    if kind == "FULL_NAME":
        for part, shown in _NAME_PARTS:
            named = shown if not custom else f"{label}: {shown.lower()}"
            yield Field(_target(row, f"{name}.{part}", named, T.LONG_TEXT, custom), kind, name, part)
    elif kind == "ACTOR":
        settable: Settable = "create" if name == "createdBy" else "always"
        yield Field(_target(row, name, label, T.TEXT, custom, settable=settable), kind, name)
    elif kind in _RELATIONS:
        yield from _relation(row, name, kind, label, standard, custom)
    elif kind in _READ:
        settable = "create" if name == "createdAt" and not custom else "always"
        unique = standard is not None and not custom and name in standard.unique_fields
        yield Field(_target(row, name, label, _READ[kind], custom, settable=settable, unique=unique), kind, name)


def _relation(row: Row, name: str, kind: str, label: str, standard: Standard | None, custom: bool) -> Iterator[Field]:
    settings = row.get("settings") or {}
    if settings.get("relationType") not in (None, "MANY_TO_ONE"):
        return
    column = str(settings.get("joinColumnName") or f"{name}Id")
    if standard is not None and not standard.records and name.startswith("target"):
        custom = False  # links gain one for every object that people make
    points_to = "" if standard is None or custom else standard.links.get(name) or _pointed(name)
    if standard is not None and not custom and not points_to and kind == "RELATION":
        return  # a relation of the system's own
    type_ = T.OWNER if points_to == MEMBER else T.REFERENCE
    yield Field(_target(row, name, label, type_, custom, reference=points_to), kind, column)


def _pointed(name: str) -> str:
    """``targetTreatmentPlan`` points to ``treatmentPlan``."""
    rest = name.removeprefix("target")
    return rest[:1].lower() + rest[1:] if rest != name else ""


def _target(
    row: Row,
    key: str,
    label: str,
    type_: FieldType,
    custom: bool,
    *,
    settable: Settable = "always",
    reference: str = "",
    unique: bool = False,
) -> TargetField:
    return TargetField(
        key=key,
        label=label,
        type=type_,
        options=options(row),
        custom=custom,
        unique=unique or row.get("isUnique") is True,
        reference=reference,
        settable=settable,
        extensible=custom and type_ in (T.CHOICE, T.CHOICES) and row["type"] != "RATING",
    )


def options(row: Row) -> tuple[Option, ...]:
    """The options of a field by their values; RATING options are made by the server."""
    listed = row.get("options")
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    ordered = sorted(found, key=lambda each: each.get("position") or 0)
    return tuple(Option(str(each["value"]), str(each["label"])) for each in ordered)
