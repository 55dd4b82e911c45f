"""Creating, changing and deleting fields."""

from collections.abc import Iterator
from typing import Any

from bridgework_twenty_sandbox import relationmeta
from bridgework_twenty_sandbox.answers import Record, Refused
from bridgework_twenty_sandbox.fieldtypes import PARTS, RELATIONS, TYPES, UNIQUE_PARTS, column_of, default, is_null
from bridgework_twenty_sandbox.kinds import Kind, Unique, capital
from bridgework_twenty_sandbox.naming import default_problems, label_problems, name_problems, option_problems, problem
from bridgework_twenty_sandbox.objectmeta import dto
from bridgework_twenty_sandbox.shaping import add_column, change_column, drop_column, rename_column
from bridgework_twenty_sandbox.standard import CUSTOM_APPLICATION, base_field, new_id
from bridgework_twenty_sandbox.trees import Invalid, early, entry, field_refused, not_available
from bridgework_twenty_sandbox.workspace import Workspace

_CODE = "INVALID_FIELD_INPUT"
_CREATING = "Multiple validation errors occurred while creating field"
_CHOICES = ("SELECT", "MULTI_SELECT")
_RATINGS = 5
_FLAGS = ("isActive", "isNullable", "isUnique")
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
    wrong += _wrong_forms(values)
    if not isinstance(values.get("objectMetadataId"), str):
        wrong.append("objectMetadataId must be a UUID")
    if wrong:
        raise dto(wrong)


def _wrong_forms(values: Record) -> Iterator[str]:
    for name in ("description", "icon"):
        if not isinstance(values.get(name), (str, type(None))):
            yield f"{name} must be a string"
    for name in _FLAGS:
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
    options = _options(given.get("options"), []) if field_type in _CHOICES else None
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
    problems = [*name_problems(name, _CODE), *taken_names(kind, name), *label_problems(given["label"], _CODE)]
    problems += _type_problems(made, options if given.get("options") is not None else None)
    if problems:
        raise field_refused(kind.meta, name, problems, made["universalIdentifier"])
    if not made["isNullable"] and is_null(default(made)) and len(workspace.tables[kind.id]):
        raise migration_failed("create", "fieldMetadata", made["universalIdentifier"])
    workspace.put_field(made)
    add_column(workspace, kind, name, default(made))
    return made


def _type_problems(made: Record, options: list[Record] | None) -> Iterator[Record]:
    field_type = made["type"]
    if field_type == "NUMERIC":
        yield problem(
            _CODE,
            "Field type NUMERIC is not supported for field creation. Use NUMBER instead.",
            "Field type NUMERIC is not supported. Use Number instead.",
            value="NUMERIC",
        )
    if field_type in _SYSTEM_NAMES:
        wanted, name = _SYSTEM_NAMES[field_type], made["name"]
        must = f'Field type {field_type} must be named "{wanted}"'
        yield problem(_CODE, f'{must}, got "{name}"', must, value=name)
        system = f"Field type {field_type} must be a system field"
        yield problem(_CODE, system, value=False)
    if field_type in _CHOICES:
        yield from option_problems(field_type, options, made["defaultValue"])
    else:
        yield from default_problems(field_type, made["defaultValue"])


def taken_names(kind: Kind, name: str) -> Iterator[Record]:
    """Names of other fields, of their columns, and of the columns that hold parts of composites."""
    if name in kind.fields:
        yield not_available(name)
    elif name in kind.columns:
        yield problem(
            "NOT_AVAILABLE",
            f'Name "{name}" is not available as it is already used by another join column name',
            f'Name "{name}" is not available as it is already used by join column name',
            value=name,
        )
    elif name in {
        field["name"] + capital(part) for field in kind.fields.values() for part in PARTS.get(field["type"], ())
    }:
        yield problem(
            "RESERVED_KEYWORD",
            f'Name "{name}" is reserved composite field name',
            f'Name "{name}" is not available',
            value=name,
        )


def _options(given: Any, before: list[Record]) -> Any:
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


def update(workspace: Workspace, field_id: str, given: Any) -> Record:
    """Unknown properties and a new type are ignored without a word. Raises Refused."""
    field = workspace.fields.get(field_id)
    if field is None:
        error = problem("FIELD_METADATA_NOT_FOUND", "Field metadata to update not found")
        raise early("Validation errors occurred while updating field", "fieldMetadata", "update", error)
    kind = workspace.kinds[field["objectMetadataId"]]
    changes = _changes(field, given)
    if "options" in changes:
        changes["options"] = _options(changes["options"], field.get("options") or [])
    changes = {key: value for key, value in changes.items() if field.get(key) != value}
    if not changes:
        return field
    after = {**field, **changes}
    _check_update(kind, field, after)
    _reshape(workspace, kind, field, after)
    after["updatedAt"] = workspace.stamp()
    workspace.put_field(after)
    workspace.metadata_version += 1
    workspace.compile()
    return after


def _changes(field: Record, given: Any) -> Record:
    if not isinstance(given, dict):
        raise dto(["update must be an object"])
    wrong = [f"{key} must be a string" for key in ("name", "label") if not isinstance(given.get(key, ""), str)]
    wrong += _wrong_forms(given)
    wrong += [f"{key} must be a boolean value" for key in _FLAGS if key in given and given[key] is None]
    if wrong:
        raise dto(wrong)
    known = ["name", "label", "description", "icon", *_FLAGS]
    if field["type"] in _CHOICES:
        known.append("options")
    if field["type"] not in RELATIONS:
        known += ["defaultValue", "settings"]
    return {key: given[key] for key in known if key in given}


def _check_update(kind: Kind, field: Record, after: Record) -> None:
    problems: list[Record] = []
    if after["name"] != field["name"]:
        problems += [*name_problems(after["name"], _CODE), *taken_names(kind, after["name"])]
        if field["applicationId"] != CUSTOM_APPLICATION or field["isSystem"]:
            problems.append(problem("FIELD_MUTATION_NOT_ALLOWED", "Standard fields cannot be renamed"))
    problems += label_problems(after["label"], _CODE)
    if field["type"] in _CHOICES and (after["options"], after.get("defaultValue")) != (
        field["options"],
        field.get("defaultValue"),
    ):
        problems += option_problems(field["type"], after["options"], after.get("defaultValue"))
    elif after.get("defaultValue") != field.get("defaultValue"):
        problems += default_problems(field["type"], after["defaultValue"])
    if problems:
        about = {
            "universalIdentifier": field["universalIdentifier"],
            "name": field["name"],
            "objectMetadataUniversalIdentifier": kind.meta["universalIdentifier"],
        }
        raise Invalid(
            "Multiple validation errors occurred while updating fields",
            {"fieldMetadata": [entry("fieldMetadata", "update", problems, **about)]},
        )


def _reshape(workspace: Workspace, kind: Kind, field: Record, after: Record) -> None:
    table = workspace.tables[kind.id]
    unique = Unique(field["name"], UNIQUE_PARTS.get(field["type"], ()))
    if after["isUnique"] and not field["isUnique"] and table.has_doubles(unique):
        raise migration_failed("create", "index", new_id())
    if not after["isNullable"] and field["isNullable"]:
        column = column_of(field)
        if column and any(is_null(row[column]) for row in table):
            raise migration_failed("update", "fieldMetadata", field["universalIdentifier"])
    if field["type"] in _CHOICES and after["options"] != field["options"]:
        _move_options(workspace, kind, field, after)
    before = column_of(field)
    if after["name"] != field["name"] and before is not None:
        if before != field["name"]:
            after["settings"] = {**after["settings"], "joinColumnName": f"{after['name']}Id"}
        column = column_of(after)
        assert column is not None
        rename_column(workspace, kind, before, column)


def _move_options(workspace: Workspace, kind: Kind, field: Record, after: Record) -> None:
    """Rows with an option that is gone get the default, or nothing."""
    by_id = {option["id"]: option["value"] for option in after["options"]}
    moved = {option["value"]: by_id.get(option["id"]) for option in field["options"]}
    fallback = default(after)
    if field["type"] == "SELECT":
        change_column(
            workspace,
            kind,
            field["name"],
            lambda value: value if value is None else fallback if moved.get(value) is None else moved[value],
        )
    else:
        change_column(
            workspace,
            kind,
            field["name"],
            lambda value: [new for each in value if (new := moved.get(each)) is not None],
        )


def delete(workspace: Workspace, field_id: str) -> Record:
    """The values go too, at once; of a relation both sides. Raises Refused."""
    field = workspace.fields.get(field_id)
    if field is None:
        raise Refused(
            "Field to delete not found",
            status=404,
            error="Error",
            code="FIELD_METADATA_NOT_FOUND",
            graphql_code="NOT_FOUND",
            sub_code="FIELD_METADATA_NOT_FOUND",
            friendly="Field not found.",
        )
    kind = workspace.kinds[field["objectMetadataId"]]
    _check_deletable(kind, field)
    for each in (field, workspace.fields.get(field.get("_inverse", ""))):
        if each is None:
            continue
        column = column_of(each)
        if column is not None:
            drop_column(workspace, workspace.kinds[each["objectMetadataId"]], column)
        workspace.drop_field(each["id"])
    workspace.metadata_version += 1
    workspace.compile()
    return field


def _check_deletable(kind: Kind, field: Record) -> None:
    if field["applicationId"] != CUSTOM_APPLICATION:
        raise Refused(
            f'Cannot delete standard field "{field["name"]}"',
            status=403,
            error="Error",
            code="FIELD_MUTATION_NOT_ALLOWED",
            graphql_code="FORBIDDEN",
            sub_code="FIELD_MUTATION_NOT_ALLOWED",
        )
    kept = None
    if field["isSystem"]:
        kept = "System fields cannot be deleted"
    elif field["id"] == kind.meta["labelIdentifierFieldMetadataId"]:
        kept = "Cannot delete, please update the label identifier field first"
    if kept is not None:
        about = {
            "universalIdentifier": field["universalIdentifier"],
            "name": field["name"],
            "objectMetadataUniversalIdentifier": kind.meta["universalIdentifier"],
        }
        error = problem("FIELD_MUTATION_NOT_ALLOWED", kept)
        raise Invalid(
            "Multiple validation errors occurred while deleting fields",
            {"fieldMetadata": [entry("fieldMetadata", "delete", [error], **about)]},
        )
