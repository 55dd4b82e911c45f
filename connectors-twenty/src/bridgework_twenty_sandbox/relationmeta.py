"""Relations: fields that come in pairs, or in bundles with a pair for every target."""

from typing import Any

from bridgework_twenty_sandbox.answers import Record
from bridgework_twenty_sandbox.kinds import Kind, capital
from bridgework_twenty_sandbox.naming import camel, label_problems, name_problems, not_available, problem, taken_names
from bridgework_twenty_sandbox.shaping import add_column
from bridgework_twenty_sandbox.standard import CUSTOM_APPLICATION, base_field, new_id
from bridgework_twenty_sandbox.trees import Invalid, early, field_refused
from bridgework_twenty_sandbox.workspace import Workspace

_CODE = "INVALID_FIELD_INPUT"
_CREATING = "Multiple validation errors occurred while creating field"
_ICON = "IconRelationOneToMany"


def create(workspace: Workspace, kind: Kind, given: Record) -> Record:
    """The first of the new fields. Raises Refused."""
    several = given["type"] == "MORPH_RELATION"
    payloads = _payloads(workspace, given, several)
    morph = new_id()
    pairs: list[tuple[Record, Record]] = []
    for payload in payloads:
        target = workspace.kinds[payload["targetObjectMetadataId"]]
        name = given["name"] + (capital(target.singular) if several else "")
        pairs.append(_pair(workspace, kind, target, given, name, payload, morph if several else None))
    _check(workspace, pairs)
    for pair in pairs:
        for field in pair:
            workspace.put_field(field)
            column = field["settings"].get("joinColumnName")
            if column is not None:
                add_column(workspace, workspace.kinds[field["objectMetadataId"]], column, None)
    return pairs[0][0]


def _payloads(workspace: Workspace, given: Record, several: bool) -> list[Record]:
    sent = given.get("morphRelationsCreationPayload" if several else "relationCreationPayload")
    payloads: list[Any] = sent if several and isinstance(sent, list) else [sent]
    for payload in payloads:
        if not isinstance(payload, dict):
            what = "Morph relation" if several else "Relation"
            raise _early(problem(_CODE, f"{what} creation payload is required"))
        wrong = payload.get("type") not in ("MANY_TO_ONE", "ONE_TO_MANY") or not isinstance(
            payload.get("targetFieldLabel"), str
        )
        if wrong:
            raise _early(
                problem("FIELD_METADATA_RELATION_MALFORMED", "Relation creation payload is malformed", value=payload)
            )
        target = payload.get("targetObjectMetadataId")
        if not isinstance(target, str) or target not in workspace.kinds:
            raise _early(
                problem(
                    "FIELD_METADATA_RELATION_MALFORMED",
                    "Object metadata relation target not found for relation creation payload",
                    "Object targeted by field to create not found",
                    value=payload,
                )
            )
    return payloads


def _early(error: Record) -> Invalid:
    return early(_CREATING, "fieldMetadata", "create", error)


def _pair(
    workspace: Workspace, kind: Kind, target: Kind, given: Record, name: str, payload: Record, morph: str | None
) -> tuple[Record, Record]:
    """The field asked for, and its other side on the target."""
    now, ids = workspace.stamp(), (new_id(), new_id())
    description = given.get("description") or f"{capital(kind.plural)} tied to the {target.meta['labelSingular']}"
    own = {
        **_base(workspace, kind, name, given["type"], now, ids[0]),
        "label": given["label"],
        "description": description,
        "icon": given.get("icon") or _ICON,
    }
    other = {
        **_base(workspace, target, camel(payload["targetFieldLabel"]), "RELATION", now, ids[1]),
        "label": payload["targetFieldLabel"],
        "description": f"{capital(target.plural)} tied to the {kind.meta['labelSingular']}",
        "icon": payload.get("targetFieldIcon") or _ICON,
    }
    if morph is not None:
        own["morphId"] = morph
    one, many = (own, other) if payload["type"] == "MANY_TO_ONE" else (other, own)
    one["settings"] = {"onDelete": "SET_NULL", "relationType": "MANY_TO_ONE", "joinColumnName": f"{one['name']}Id"}
    one["_target"], one["_inverse"] = many["objectMetadataId"], many["id"]
    many["settings"], many["_inverse"] = {"relationType": "ONE_TO_MANY"}, one["id"]
    return own, other


def _base(workspace: Workspace, kind: Kind, name: str, field_type: str, now: str, field_id: str) -> Record:
    return {
        **base_field(kind.id, name, field_type, now, workspace.id),
        "id": field_id,
        "universalIdentifier": new_id(),
        "applicationId": CUSTOM_APPLICATION,
    }


def _check(workspace: Workspace, pairs: list[tuple[Record, Record]]) -> None:
    """Names of both sides must be free. Raises Refused for the first that is not."""
    new: set[tuple[str, str]] = set()
    for pair in pairs:
        for field in pair:
            kind, name = workspace.kinds[field["objectMetadataId"]], field["name"]
            problems = [*name_problems(name, _CODE), *taken_names(kind, name), *label_problems(field["label"], _CODE)]
            column = field["settings"].get("joinColumnName")
            if column is not None and not problems:
                problems += taken_names(kind, column)
            if (kind.id, name) in new:
                problems.append(not_available(name))
            new.add((kind.id, name))
            if problems:
                raise field_refused(kind.meta, name, problems, field["universalIdentifier"])
