"""Creating, changing and deleting objects."""

from collections.abc import Iterator
from typing import Any

from bridgework_twenty_sandbox.answers import Record, Refused
from bridgework_twenty_sandbox.fieldtypes import RELATIONS
from bridgework_twenty_sandbox.kinds import capital
from bridgework_twenty_sandbox.naming import label_problems, name_problems, problem
from bridgework_twenty_sandbox.objecttree import TARGETED, object_refused, standard_object_kept
from bridgework_twenty_sandbox.shaping import add_column, drop_column, rename_column
from bridgework_twenty_sandbox.standard import (
    CUSTOM_APPLICATION,
    NOBODY,
    base_field,
    base_object,
    new_id,
    system_fields,
)
from bridgework_twenty_sandbox.trees import Invalid, early, entry
from bridgework_twenty_sandbox.workspace import Workspace

_CODE = "INVALID_OBJECT_INPUT"
_TEXTS = ("nameSingular", "namePlural", "labelSingular", "labelPlural")
_MANY = {
    "timelineActivity": ("timelineActivities", "Timeline Activities", "Timeline Activity", "IconTimelineEvent"),
    "attachment": ("attachments", "Attachments", "Attachment", "IconFileImport"),
    "noteTarget": ("noteTargets", "Notes", "Note Target", "IconNotes"),
    "taskTarget": ("taskTargets", "Tasks", "Task Target", "IconCheckbox"),
}
"""The many sides of a new object: name, label, what it is tied to, icon."""
_ORDER = ("createdAt", "createdBy", "deletedAt", "position", "updatedAt", "updatedBy", "searchVector")
_KEPT = ("id", "createdAt", "updatedAt", "deletedAt", "", "position", "createdBy", "updatedBy", "searchVector")


def create(workspace: Workspace, given: Any) -> Record:
    """Raises Refused."""
    _check_texts(given)
    singular, plural = given["nameSingular"], given["namePlural"]
    problems = list(_problems(workspace, given, None))
    if problems:
        targets = [workspace.by_singular[name].meta for name in TARGETED]
        field = f"target{capital(singular)}"
        taken = {name for name in TARGETED if field in workspace.by_singular[name].fields}
        raise object_refused(singular, plural, problems, targets, taken, CUSTOM_APPLICATION)
    return _made(workspace, given)


def _check_texts(given: Any) -> None:
    wrong: list[str] = []
    for name in _TEXTS:
        value = given.get(name) if isinstance(given, dict) else None
        if value in (None, ""):
            wrong.append(f"{name} should not be empty")
        if not isinstance(value, str):
            wrong.append(f"{name} must be a string")
    for name in ("icon", "description", "color", "shortcut"):
        if isinstance(given, dict) and not isinstance(given.get(name, ""), (str, type(None))):
            wrong.append(f"{name} must be a string")
    if wrong:
        raise dto(wrong)


def dto(messages: list[str]) -> Refused:
    """What the form of a request lacks, before its content is looked at."""
    return Refused(messages[0], body={"message": messages, "error": "Bad Request", "statusCode": 400})


def _problems(workspace: Workspace, given: Record, own: str | None) -> Iterator[Record]:
    singular, plural = given["nameSingular"], given["namePlural"]
    for name in (singular, plural):
        yield from name_problems(name, _CODE)
    if singular.lower() == plural.lower():
        yield problem(_CODE, "The singular and plural names cannot be the same for an object", value=singular)
    for text in (given["labelSingular"], given["labelPlural"]):
        yield from label_problems(text, _CODE)
    used = {
        meta[key].lower()
        for meta in workspace.objects.values()
        if meta["id"] != own
        for key in ("nameSingular", "namePlural")
    }
    if {singular.lower(), plural.lower()} & used:
        yield problem("OBJECT_ALREADY_EXISTS", "Object already exists")


def _made(workspace: Workspace, given: Record) -> Record:
    now, object_id = workspace.stamp(), new_id()
    own = {field["name"]: field for field in system_fields(object_id, now, workspace.id, NOBODY)}
    named = {
        **base_field(object_id, "name", "TEXT", now, workspace.id),
        "label": "Name",
        "description": "Name",
        "icon": "IconAbc",
    }
    fields = [own["id"], *(own[name] for name in _ORDER)]
    if not given.get("skipNameField"):
        fields.insert(0, named)
    fields = [{**field, **_identity()} for field in fields]
    meta = {
        **base_object(given["nameSingular"], given["namePlural"], now, workspace.id),
        "labelSingular": given["labelSingular"],
        "labelPlural": given["labelPlural"],
        **{key: given[key] for key in ("icon", "description", "shortcut", "color") if given.get(key) is not None},
        "id": object_id,
        "universalIdentifier": new_id(),
        "applicationId": CUSTOM_APPLICATION,
        "labelIdentifierFieldMetadataId": fields[0]["id"],
        "imageIdentifierFieldMetadataId": None,
        "_custom": True,
    }
    workspace.put_object(meta)
    for field in fields:
        workspace.put_field(field)
    for target in TARGETED:
        _tie(workspace, meta, target, now)
    workspace.metadata_version += 1
    workspace.compile()
    for target in TARGETED:
        kind = workspace.by_singular[target]
        add_column(workspace, kind, f"target{capital(given['nameSingular'])}Id", None)
    return meta


def _identity() -> Record:
    return {"id": new_id(), "universalIdentifier": new_id(), "applicationId": CUSTOM_APPLICATION}


def _tie(workspace: Workspace, meta: Record, target: str, now: str) -> None:
    """The relation from notes, tasks, attachments and the timeline to a new object, both sides."""
    name, label, tied, icon = _MANY[target]
    owner = workspace.by_singular[target].meta
    one, many = _identity(), _identity()
    morph = next(field["morphId"] for field in workspace.fields_of(owner["id"]) if field.get("morphId"))
    plural = capital(meta["namePlural"])
    workspace.put_field(
        {
            **base_field(meta["id"], name, "RELATION", now, workspace.id),
            **many,
            "label": label,
            "description": f"{plural} tied to the {tied}",
            "icon": icon,
            "settings": {"relationType": "ONE_TO_MANY"},
            "_inverse": one["id"],
        }
    )
    field = f"target{capital(meta['nameSingular'])}"
    workspace.put_field(
        {
            **base_field(owner["id"], field, "MORPH_RELATION", now, workspace.id),
            **one,
            "label": meta["labelSingular"],
            "description": f"{capital(owner['namePlural'])} tied to the {meta['labelSingular']}",
            "icon": meta.get("icon") or "IconBuildingSkyscraper",
            "settings": {"onDelete": "CASCADE", "relationType": "MANY_TO_ONE", "joinColumnName": f"{field}Id"},
            "morphId": morph,
            "_target": meta["id"],
            "_inverse": many["id"],
        }
    )


def update(workspace: Workspace, object_id: str, given: Any) -> Record:
    """Raises Refused."""
    meta = workspace.objects.get(object_id)
    message = "Validation errors occurred while updating object"
    if meta is None:
        error = problem("OBJECT_METADATA_NOT_FOUND", "Object metadata to update not found")
        raise early(message, "objectMetadata", "update", error)
    if not isinstance(given, dict):
        raise dto(["update must be an object"])
    known = (*_TEXTS, "icon", "description", "shortcut", "isActive", "isLabelSyncedWithName", "color")
    changes = {key: given[key] for key in known if key in given}
    wrong = [f"{key} must be a string" for key in _TEXTS if key in changes and not isinstance(changes[key], str)]
    wrong += ["isActive must be a boolean value"] if not isinstance(changes.get("isActive", True), bool) else []
    if wrong:
        raise dto(wrong)
    after = {**meta, **changes}
    problems = list(_problems(workspace, after, object_id))
    renamed = any(after[key] != meta[key] for key in ("nameSingular", "namePlural"))
    if renamed and not meta["_custom"]:
        problems.append(problem("OBJECT_MUTATION_NOT_ALLOWED", "Standard objects cannot be renamed"))
    if problems:
        about = {key: meta[key] for key in ("universalIdentifier", "namePlural", "nameSingular")}
        raise Invalid(
            f"Multiple {message[0].lower()}{message[1:]}",
            {"objectMetadata": [entry("objectMetadata", "update", problems, **about)]},
        )
    after["updatedAt"] = workspace.stamp()
    workspace.put_object(after)
    if after["nameSingular"] != meta["nameSingular"]:
        _rename_targets(workspace, meta["nameSingular"], after["nameSingular"])
    workspace.metadata_version += 1
    workspace.compile()
    return after


def _rename_targets(workspace: Workspace, before: str, after: str) -> None:
    old, new = f"target{capital(before)}", f"target{capital(after)}"
    for target in TARGETED:
        kind = workspace.by_singular[target]
        field = kind.fields[old]
        settings = {**field["settings"], "joinColumnName": f"{new}Id"}
        workspace.put_field({**field, "name": new, "settings": settings})
        rename_column(workspace, kind, f"{old}Id", f"{new}Id")


def delete(workspace: Workspace, object_id: str) -> Record:
    """The rows go too, at once. Rows that pointed to them stay, without target. Raises Refused."""
    meta = workspace.objects.get(object_id)
    if meta is None:
        raise Refused(
            "Could not find flat entity in maps",
            status=404,
            error="Error",
            code="ENTITY_NOT_FOUND",
            graphql_code="INTERNAL_SERVER_ERROR",
        )
    kind = workspace.kinds[object_id]
    if not meta["_custom"]:
        label = next(
            each["name"] for each in kind.fields.values() if each["id"] == meta["labelIdentifierFieldMetadataId"]
        )
        kept = dict.fromkeys(name or label for name in _KEPT)
        raise standard_object_kept(meta, [kind.fields[name] for name in kept])
    for field in list(workspace.fields.values()):
        if field["objectMetadataId"] == object_id:
            workspace.drop_field(field["id"])
        elif field.get("_target") == object_id or _is_many_side_of(workspace, field, object_id):
            owner = workspace.kinds[field["objectMetadataId"]]
            if field["type"] in RELATIONS and (column := field["settings"].get("joinColumnName")):
                drop_column(workspace, owner, column)
            workspace.drop_field(field["id"])
    workspace.drop_object(object_id)
    workspace.metadata_version += 1
    workspace.compile()
    return meta


def _is_many_side_of(workspace: Workspace, field: Record, object_id: str) -> bool:
    """Whether a field lists rows of this object."""
    if field["type"] not in RELATIONS or field["settings"]["relationType"] != "ONE_TO_MANY":
        return False
    one = workspace.fields.get(field["_inverse"])
    return one is None or one["objectMetadataId"] == object_id
