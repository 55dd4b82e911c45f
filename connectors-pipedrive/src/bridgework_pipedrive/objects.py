"""The objects of Pipedrive: where they live, and the built-in fields that can be written, under plain names.

Facts: the published OpenAPI documents, and the reference's section on writable attributes for what they leave out.
Custom fields exist on organizations, persons and deals only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bridgework.model import FieldType as T
from bridgework.model import Option, TargetField


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    """A built-in field: our key (its label too), and its name on the wire."""

    key: str
    type: T
    wire: str = ""
    reference: str = ""
    settable: Literal["always", "create", "never"] = "always"
    required: bool = False
    max_length: int | None = None
    options: tuple[Option, ...] = ()

    @property
    def target(self) -> TargetField:
        """The field as the core sees it; options of the account are added by the catalogue."""
        return TargetField(
            key=self.key,
            label=self.key,
            type=self.type,
            options=self.options,
            max_length=self.max_length,
            required=self.required,
            reference=self.reference,
            settable=self.settable,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectType:
    """One object: `path` of its collection, `fields_path` where its fields can be listed (and made, if `custom`)."""

    name: str
    label: str
    path: str
    built_in: tuple[BuiltIn, ...]
    fields_path: str = ""
    custom: bool = False
    version: Literal[1, 2] = 2
    shares_visibility: bool = False  # takes visible_to

    def field(self, key: str) -> BuiltIn | None:
        """The built-in field of that key, None if there is none."""
        return next((field for field in self.built_in if field.key == key), None)


def _choice(*keys: str) -> tuple[Option, ...]:
    return tuple(Option(key, key) for key in keys)


_NAME = BuiltIn(key="name", type=T.TEXT, wire="name", required=True, max_length=255)
_OWNER = BuiltIn(key="owner", type=T.OWNER, wire="owner_id")
_ADDED = BuiltIn(key="add_time", type=T.INSTANT, wire="add_time", settable="create")
_LABELS = BuiltIn(key="labels", type=T.CHOICES, wire="label_ids")
_PERSON = BuiltIn(key="person", type=T.REFERENCE, wire="person_id", reference="person")
_ORGANIZATION = BuiltIn(key="organization", type=T.REFERENCE, wire="org_id", reference="organization")
_DEAL = BuiltIn(key="deal", type=T.REFERENCE, wire="deal_id", reference="deal")

ORGANIZATION = ObjectType(
    name="organization",
    label="Organization",
    path="/api/v2/organizations",
    fields_path="/api/v2/organizationFields",
    custom=True,
    shares_visibility=True,
    built_in=(_NAME, BuiltIn(key="address", type=T.ADDRESS, wire="address"), _OWNER, _ADDED, _LABELS),
)

PERSON = ObjectType(
    name="person",
    label="Person",
    path="/api/v2/persons",
    fields_path="/api/v2/personFields",
    custom=True,
    shares_visibility=True,
    built_in=(
        _NAME,
        BuiltIn(key="emails", type=T.EMAILS, wire="emails"),
        BuiltIn(key="phones", type=T.PHONES, wire="phones"),
        _ORGANIZATION,
        _OWNER,
        _ADDED,
        _LABELS,
    ),
)

DEAL = ObjectType(
    name="deal",
    label="Deal",
    path="/api/v2/deals",
    fields_path="/api/v2/dealFields",
    custom=True,
    shares_visibility=True,
    built_in=(
        BuiltIn(key="title", type=T.TEXT, wire="title", required=True, max_length=255),
        BuiltIn(key="value", type=T.MONEY, wire="value"),
        _PERSON,
        _ORGANIZATION,
        _OWNER,
        BuiltIn(key="pipeline", type=T.CHOICE, wire="pipeline_id"),
        BuiltIn(key="stage", type=T.CHOICE, wire="stage_id"),
        BuiltIn(key="status", type=T.CHOICE, wire="status", options=_choice("open", "won", "lost")),
        BuiltIn(key="probability", type=T.NUMBER, wire="probability"),
        BuiltIn(key="expected_close_date", type=T.DATE, wire="expected_close_date"),
        BuiltIn(key="won_time", type=T.INSTANT, wire="won_time"),
        BuiltIn(key="lost_time", type=T.INSTANT, wire="lost_time"),
        BuiltIn(key="lost_reason", type=T.TEXT, wire="lost_reason", max_length=255),
        _LABELS,
    ),
)

ACTIVITY = ObjectType(
    name="activity",
    label="Activity",
    path="/api/v2/activities",
    fields_path="/api/v2/activityFields",
    built_in=(
        BuiltIn(key="subject", type=T.TEXT, wire="subject", required=True, max_length=255),
        BuiltIn(key="type", type=T.CHOICE, wire="type", required=True),
        BuiltIn(key="due_date", type=T.DATE, wire="due_date"),
        BuiltIn(key="due_time", type=T.TIME, wire="due_time"),
        BuiltIn(key="duration", type=T.TIME, wire="duration"),
        BuiltIn(key="done", type=T.BOOLEAN, wire="done"),
        BuiltIn(key="participant", type=T.REFERENCE, wire="participants", reference="person"),
        _ORGANIZATION,
        _DEAL,
        _OWNER,
        BuiltIn(key="note", type=T.LONG_TEXT, wire="note", max_length=90_000),
        BuiltIn(key="location", type=T.ADDRESS, wire="location"),
        BuiltIn(key="priority", type=T.CHOICE, wire="priority"),
    ),
)

NOTE = ObjectType(
    name="note",
    label="Note",
    path="/api/v1/notes",
    version=1,
    built_in=(
        BuiltIn(key="content", type=T.HTML, wire="content", required=True, max_length=99_000),
        _PERSON,
        _ORGANIZATION,
        _DEAL,
        BuiltIn(key="author", type=T.OWNER, wire="user_id"),
        BuiltIn(key="add_time", type=T.INSTANT, wire="add_time"),
    ),
)

FILE = ObjectType(
    name="file",
    label="File",
    path="/api/v1/files",
    version=1,
    built_in=(
        BuiltIn(key="name", type=T.TEXT, wire="name", settable="never", max_length=255),
        _PERSON,
        _ORGANIZATION,
        _DEAL,
    ),
)

RELATIONSHIP = ObjectType(
    name="organization_relationship",
    label="Organization relationship",
    path="/api/v1/organizationRelationships",
    version=1,
    built_in=(
        BuiltIn(key="type", type=T.CHOICE, wire="type", required=True, options=_choice("parent", "related")),
        BuiltIn(key="parent", type=T.REFERENCE, wire="rel_owner_org_id", reference="organization", required=True),
        BuiltIn(key="child", type=T.REFERENCE, wire="rel_linked_org_id", reference="organization", required=True),
    ),
)

ARCHIVED_DEALS = f"{DEAL.path}/archived"  # twice the cost, and missing from the list of deals

OBJECTS: Mapping[str, ObjectType] = {
    each.name: each for each in (ORGANIZATION, PERSON, DEAL, ACTIVITY, NOTE, FILE, RELATIONSHIP)
}
