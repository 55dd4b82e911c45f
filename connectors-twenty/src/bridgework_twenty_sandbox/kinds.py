"""An object as the record engine needs it, made from its metadata whenever these change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridgework_twenty_sandbox.answers import Record
from bridgework_twenty_sandbox.fieldtypes import (
    PARTS,
    RELATIONS,
    SOURCES,
    UNIQUE_PARTS,
    column_of,
    default,
    option_values,
)

SYSTEM_FIELDS = (
    "id",
    "createdAt",
    "updatedAt",
    "deletedAt",
    "createdBy",
    "updatedBy",
    "position",
    "searchVector",
)
_SEARCHED = ("TEXT", "FULL_NAME", "EMAILS", "LINKS", "PHONES", "RICH_TEXT")


def capital(name: str) -> str:
    return name[:1].upper() + name[1:]


@dataclass(frozen=True)
class Relation:
    """The one side of a relation: ``column`` holds the id of a row of ``target`` (id of an object)."""

    name: str
    column: str
    target: str
    on_delete: str


@dataclass(frozen=True)
class ManySide:
    """The rows of ``source`` (id of an object) whose ``column`` holds the id of the row at hand."""

    name: str
    source: str
    column: str


@dataclass(frozen=True)
class Unique:
    """A unique index over a field, or over parts of it."""

    field: str
    parts: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        return self.field + "".join(capital(part) for part in self.parts)

    @property
    def path(self) -> str:
        return ".".join((self.field, *self.parts[:1]))

    def key(self, row: Mapping[str, Any]) -> Any:
        """The indexed value; None when it does not take part (NULL)."""
        value = row.get(self.field)
        if not self.parts:
            return None if value in ("", None) else _hashable(value)
        if not value:
            return None
        key = tuple(value[part] for part in self.parts)
        return (key[0] if len(key) == 1 else key) if all(key) else None


def _hashable(value: Any) -> Any:
    return value if isinstance(value, (str, int, float)) else repr(value)


@dataclass
class Kind:
    """``fields`` by name, ``columns`` by the name they are written and read under, in the order of creation."""

    meta: Record
    fields: dict[str, Record]
    many: dict[str, ManySide]
    columns: dict[str, Record] = field(init=False)
    relations: dict[str, Relation] = field(init=False)
    uniques: list[Unique] = field(init=False)
    required: list[str] = field(init=False)
    blank: Record = field(init=False)

    def __post_init__(self) -> None:
        self.columns = {column: each for each in self.fields.values() if (column := column_of(each))}
        self.relations = {
            each["name"]: Relation(
                each["name"], column, each["_target"], (each.get("settings") or {}).get("onDelete", "SET_NULL")
            )
            for column, each in self.columns.items()
            if each["type"] in RELATIONS
        }
        self.uniques = [Unique("id")] + [
            Unique(each["name"], UNIQUE_PARTS.get(each["type"], ()))
            for each in self.fields.values()
            if each["isUnique"] and each["name"] != "id" and each["type"] not in RELATIONS
        ]
        self.required = [column for column, each in self.columns.items() if not each["isNullable"]]
        self.files = [each["name"] for each in self.fields.values() if each["type"] == "FILES"]
        self.searched = [
            each["name"]
            for each in self.fields.values()
            if each["type"] in _SEARCHED and each["name"] not in SYSTEM_FIELDS
        ]
        self.blank = {
            column: None if each["type"] in RELATIONS else default(each) for column, each in self.columns.items()
        }

    @property
    def id(self) -> str:
        return str(self.meta["id"])

    @property
    def singular(self) -> str:
        return str(self.meta["nameSingular"])

    @property
    def plural(self) -> str:
        return str(self.meta["namePlural"])

    @property
    def table(self) -> str:
        """The name of the database table: those of custom objects begin with an underscore."""
        return f"_{self.singular}" if self.meta["_custom"] else self.singular

    def leaf(self, column: str, part: str | None = None) -> tuple[str, list[str]]:
        """Type and options of a column or of a part of it."""
        each = self.columns[column]
        if each["type"] in RELATIONS:
            return "UUID", []
        if part is None:
            return each["type"], option_values(each)
        leaf = PARTS[each["type"]][part]
        return leaf, list(SOURCES) if leaf == "SELECT" else []


def compiled(meta: Record, fields: Iterable[Record], many: Iterable[ManySide]) -> Kind:
    return Kind(meta, {each["name"]: each for each in fields}, {side.name: side for side in many})
