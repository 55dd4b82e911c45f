"""Creating fields."""

from collections.abc import Iterator
from typing import Any

from bridgework_twenty_sandbox import relationmeta
from bridgework_twenty_sandbox.answers import Record, Refused
from bridgework_twenty_sandbox.fieldtypes import RELATIONS, TYPES, default, is_null
from bridgework_twenty_sandbox.kinds import Kind
from bridgework_twenty_sandbox.naming import (
    default_problems,
    label_problems,
    name_problems,
    option_problems,
    problem,
    taken_names,
)
from bridgework_twenty_sandbox.objectmeta import dto
from bridgework_twenty_sandbox.shaping import add_column
from bridgework_twenty_sandbox.standard import CUSTOM_APPLICATION, base_field, new_id
from bridgework_twenty_sandbox.trees import early, field_refused
from bridgework_twenty_sandbox.workspace import Workspace

CODE = "INVALID_FIELD_INPUT"
_CREATING = "Multiple validation errors occurred while creating field"
CHOICES = ("SELECT", "MULTI_SELECT")
_RATINGS = 5
FLAGS = ("isActive", "isNullable", "isUnique")
_SYSTEM_NAMES = {"POSITION": "position", "TS_VECTOR": "searchVector"}
_ACTOR = {"name": "'System'", "source": "'MANUAL'", "context": None, "workspaceMemberId": None}


def create(workspace: Workspace, given: Any) -> Record:
    """The new field; the first one of a relation to several objects. Raises Refused."""
    _check_form(given)
    kind = workspace.kinds.get(given["objectMetadataId"])
    if kind is None:
        error = problem(
            "OBJECT_METADATA_NOT_FOUND",
            "Provided object metadata id does not exist",
            "Created field metadata, parent object metadata not found",
        )
        raise early(_CREATING, "fieldMetadata", "create", error)
    make = relationmeta.create if given["type"] in RELATIONS else _plain
    made = make(workspace, kind, given)
    workspace.metadata_version += 1
    workspace.compile()
    return workspace.fields[made["id"]]


def _check_form(given: Any) -> None:
    values = given if isinstance(given, dict) else {}
    wrong: list[str] = []
    if values.get("type") in (None, ""):
        wrong.append("type should not be empty")
    if values.get("type") not in TYPES:
        wrong.append(f"type must be one of the following values: {', '.join(TYPES)}")
    wrong += [f"{name} must be a string" for name in ("name", "label") if not isinstance(values.get(name), str)]
    wrong += wrong_forms(values)
    if not isinstance(values.get("objectMetadataId"), str):
        wrong.append("objectMetadataId must be a UUID")
    if wrong:
        raise dto(wrong)


def wrong_forms(values: Record) -> Iterator[str]:
    for name in ("description", "icon"):
        if not isinstance(values.get(name), (str, type(None))):
            yield f"{name} must be a string"
    for name in FLAGS:
        if not isinstance(values.get(name), (bool, type(None))):
            yield f"{name} must be a boolean value"
    settings = values.get("settings")
    if not isinstance(settings, (dict, type(None))):
        yield "settings must be an object"
    elif settings and not _is_count(settings.get("maxNumberOfValues", 1)):
        yield "settings.maxNumberOfValues must be a positive number"


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _plain(workspace: Workspace, kind: Kind, given: Record) -> Record:
    field_type, name, now = given["type"], given["name"], workspace.stamp()
    options = with_ids(given.get("options"), []) if field_type in CHOICES else None
    if field_type == "RATING":
        options = [
            {"id": new_id(), "label": str(number), "value": f"RATING_{number}", "position": number - 1}
            for number in range(1, _RATINGS + 1)
        ]
    made = {
        **base_field(kind.id, name, field_type, now, workspace.id),
        "id": new_id(),
        "universalIdentifier": new_id(),
        "applicationId": CUSTOM_APPLICATION,
        "label": given["label"],
        **{key: given[key] for key in ("description", "icon", "settings") if given.get(key) is not None},
        "isNullable": given.get("isNullable") is not False,
        "isUnique": given.get("isUnique") is True,
        "defaultValue": given.get("defaultValue"),
        "options": options,
    }
    if field_type == "ACTOR" and made["defaultValue"] is None:
        made["defaultValue"] = dict(_ACTOR)
    problems = [*name_problems(name, CODE), *taken_names(kind, name), *label_problems(given["label"], CODE)]
    problems += _type_problems(made, options if given.get("options") is not None else None)
    if problems:
        raise field_refused(kind.meta, name, problems, made["universalIdentifier"])
    if not made["isNullable"] and is_null(default(made)) and len(workspace.tables[kind.id]):
        raise migration_failed("create", "fieldMetadata", made["universalIdentifier"])
    if made["isUnique"] and not is_null(default(made)) and len(workspace.tables[kind.id]) > 1:
        raise migration_failed("create", "index", new_id())
    workspace.put_field(made)
    add_column(workspace, kind, name, default(made))
    return made


def _type_problems(made: Record, options: list[Record] | None) -> Iterator[Record]:
    field_type = made["type"]
    if field_type == "NUMERIC":
        yield problem(
            CODE,
            "Field type NUMERIC is not supported for field creation. Use NUMBER instead.",
            "Field type NUMERIC is not supported. Use Number instead.",
            value="NUMERIC",
        )
    if field_type in _SYSTEM_NAMES:
        wanted, name = _SYSTEM_NAMES[field_type], made["name"]
        must = f'Field type {field_type} must be named "{wanted}"'
        yield problem(CODE, f'{must}, got "{name}"', must, value=name)
        system = f"Field type {field_type} must be a system field"
        yield problem(CODE, system, value=False)
    if field_type in CHOICES:
        yield from option_problems(field_type, options, made["defaultValue"])
    else:
        yield from default_problems(field_type, made["defaultValue"])


def with_ids(given: Any, before: list[Record]) -> Any:
    """Options with ids: those sent, those of the same value before, else new ones."""
    if not isinstance(given, list) or any(not isinstance(option, dict) for option in given):
        return given
    known = {option["value"]: option["id"] for option in before}
    keys = ("color", "label", "value", "position")
    return [
        {
            "id": option.get("id") or known.get(str(option.get("value"))) or new_id(),
            **{key: option[key] for key in keys if key in option},
        }
        for option in given
    ]


def migration_failed(verb: str, metadata: str, universal: str) -> Refused:
    message = f"Migration action '{verb}' for '{metadata}' (universalIdentifier: {universal}) failed"
    return Refused(message, status=500, graphql_code="INTERNAL_SERVER_ERROR", text=message)
