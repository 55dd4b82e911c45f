"""The objects every workspace has, as metadata. Facts from ``standard.json``; ids are the same in every workspace."""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from bridgework_twenty_sandbox.answers import Record

_SPACE = uuid.UUID("6f2b1a3e-8d57-4c1e-9a64-2f7d3b0c5e18")
STANDARD_APPLICATION = str(uuid.uuid5(_SPACE, "standard application"))
CUSTOM_APPLICATION = str(uuid.uuid5(_SPACE, "custom application"))
_COLOURS = ("blue", "green", "orange", "purple", "turquoise", "pink", "red", "yellow", "gray", "sky")

_SYSTEM: tuple[Record, ...] = (
    {"name": "id", "type": "UUID", "label": "Id", "icon": "Icon123", "isNullable": False, "defaultValue": "uuid"},
    {
        "name": "createdAt",
        "type": "DATE_TIME",
        "label": "Creation date",
        "icon": "IconCalendar",
        "isNullable": False,
        "defaultValue": "now",
    },
    {
        "name": "updatedAt",
        "type": "DATE_TIME",
        "label": "Last update",
        "description": "Last time the record was changed",
        "icon": "IconCalendarClock",
        "isNullable": False,
        "defaultValue": "now",
    },
    {
        "name": "deletedAt",
        "type": "DATE_TIME",
        "label": "Deleted at",
        "description": "Deletion date",
        "icon": "IconCalendarClock",
    },
    {
        "name": "createdBy",
        "type": "ACTOR",
        "label": "Created by",
        "description": "The creator of the record",
        "icon": "IconCreativeCommonsSa",
        "isNullable": False,
    },
    {
        "name": "updatedBy",
        "type": "ACTOR",
        "label": "Updated by",
        "description": "The workspace member who last updated the record",
        "icon": "IconUserCircle",
        "isNullable": False,
    },
    {
        "name": "position",
        "type": "POSITION",
        "label": "Position",
        "icon": "IconHierarchy2",
        "isNullable": False,
        "defaultValue": 0,
    },
    {"name": "searchVector", "type": "TS_VECTOR", "label": "Search vector", "icon": "IconSearch"},
)
"""Fields of every object."""

SYSTEM_AUTHOR = {"name": "'System'", "source": "'MANUAL'"}
NOBODY = {"name": "''", "source": "'MANUAL'"}


def universal(*names: str) -> str:
    """The id of a standard thing that is the same in every workspace."""
    return str(uuid.uuid5(_SPACE, "/".join(names)))


def identifier(workspace: str, *names: str) -> str:
    """The id of a standard thing in one workspace. Lists begin with the timeline, as they were seen to."""
    made = str(uuid.uuid5(uuid.UUID(workspace), "/".join(names)))
    return f"ffffffff{made[8:]}" if names == ("timelineActivity",) else made


def new_id() -> str:
    return str(uuid.uuid4())


def objects() -> Mapping[str, Record]:
    text = resources.files(__package__).joinpath("standard.json").read_text("utf-8")
    kinds: Mapping[str, Record] = json.loads(text)
    return kinds


def object_meta(singular: str, facts: Record, now: str, workspace: str) -> Record:
    own = ("plural", "identifier", "image", "fields")
    return {
        **base_object(singular, facts["plural"], now, workspace),
        "id": identifier(workspace, singular),
        "universalIdentifier": universal(singular),
        "applicationId": STANDARD_APPLICATION,
        "isSearchable": False,
        **{key: value for key, value in facts.items() if key not in own},
        "labelIdentifierFieldMetadataId": identifier(workspace, singular, facts["identifier"]),
        "imageIdentifierFieldMetadataId": identifier(workspace, singular, facts["image"]) if "image" in facts else None,
        "_custom": False,
    }


def base_object(singular: str, plural: str, now: str, workspace: str) -> Record:
    return {
        "nameSingular": singular,
        "namePlural": plural,
        "isRemote": False,
        "isActive": True,
        "isSystem": False,
        "isUIEditable": True,
        "isUICreatable": True,
        "isUIReadOnly": False,
        "isSearchable": True,
        "isLabelSyncedWithName": False,
        "workspaceId": workspace,
        "createdAt": now,
        "updatedAt": now,
    }


def base_field(object_id: str, name: str, kind: str, now: str, workspace: str) -> Record:
    return {
        "type": kind,
        "name": name,
        "isActive": True,
        "isSystem": False,
        "isUIEditable": True,
        "isUIReadOnly": False,
        "isNullable": True,
        "isUnique": False,
        "workspaceId": workspace,
        "objectMetadataId": object_id,
        "isLabelSyncedWithName": False,
        "createdAt": now,
        "updatedAt": now,
    }


def system_fields(object_id: str, now: str, workspace: str, author: Mapping[str, Any]) -> Iterator[Record]:
    """Without ids. ``author`` is the default of both actors."""
    for facts in _SYSTEM:
        default = {"defaultValue": dict(author)} if facts["type"] == "ACTOR" else {}
        yield {
            **base_field(object_id, facts["name"], facts["type"], now, workspace),
            "isSystem": True,
            "isUIEditable": False,
            "isUIReadOnly": True,
            "description": facts["label"],
            **default,
            **facts,
        }


def field_metas(singular: str, facts: Record, now: str, workspace: str) -> Iterator[Record]:
    """All fields of a standard object, then the many sides it gets at other objects."""
    object_id = identifier(workspace, singular)
    for made in system_fields(object_id, now, workspace, SYSTEM_AUTHOR):
        yield _with_ids(workspace, singular, made)
    for each in facts["fields"]:
        own = ("to", "inverse", "onDelete", "options", "colors")
        made = {
            **base_field(object_id, each["name"], each["type"], now, workspace),
            "label": _label(each["name"]),
            **{key: value for key, value in each.items() if key not in own},
        }
        if "options" in each:
            made["options"] = list(_options(singular, each))
        if "to" in each:
            made["settings"] = {
                "onDelete": each["onDelete"],
                "relationType": "MANY_TO_ONE",
                "joinColumnName": f"{each['name']}Id",
            }
            made["_target"] = identifier(workspace, each["to"])
            made["_inverse"] = identifier(workspace, each["to"], each["inverse"])
            if each["type"] == "MORPH_RELATION":
                made["morphId"] = identifier(workspace, singular, "target", "morph")
            made["_many"] = each["inverse"]
        yield _with_ids(workspace, singular, made)


def _with_ids(workspace: str, singular: str, made: Record) -> Record:
    return {
        **made,
        "id": identifier(workspace, singular, made["name"]),
        "universalIdentifier": universal(singular, made["name"]),
        "applicationId": STANDARD_APPLICATION,
    }


def _options(singular: str, each: Record) -> Iterator[Record]:
    colours = each.get("colors") or [_COLOURS[place % len(_COLOURS)] for place in range(len(each["options"]))]
    for place, value in enumerate(each["options"]):
        yield {
            "id": universal(singular, each["name"], value),
            "color": colours[place],
            "label": value.replace("_", " ").title(),
            "value": value,
            "position": place,
        }


def _label(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return words[:1].upper() + words[1:]
