"""Changing and deleting fields."""

from typing import Any

from bridgework_twenty_sandbox.answers import Record, Refused
from bridgework_twenty_sandbox.fieldmeta import CHOICES, CODE, FLAGS, migration_failed, with_ids, wrong_forms
from bridgework_twenty_sandbox.fieldtypes import RELATIONS, UNIQUE_PARTS, column_of, default, is_null
from bridgework_twenty_sandbox.kinds import Kind, Unique
from bridgework_twenty_sandbox.naming import (
    default_problems,
    label_problems,
    name_problems,
    option_problems,
    problem,
    taken_names,
)
from bridgework_twenty_sandbox.objectmeta import dto
from bridgework_twenty_sandbox.shaping import change_column, drop_column, rename_column
from bridgework_twenty_sandbox.standard import CUSTOM_APPLICATION, new_id
from bridgework_twenty_sandbox.trees import Invalid, early, entry
from bridgework_twenty_sandbox.workspace import Workspace


def update(workspace: Workspace, field_id: str, given: Any) -> Record:
    """Unknown properties and a new type are ignored without a word. Raises Refused."""
    field = workspace.fields.get(field_id)
    if field is None:
        error = problem("FIELD_METADATA_NOT_FOUND", "Field metadata to update not found")
        raise early("Validation errors occurred while updating field", "fieldMetadata", "update", error)
    kind = workspace.kinds[field["objectMetadataId"]]
    changes = _changes(field, given)
    if "options" in changes:
        changes["options"] = with_ids(changes["options"], field.get("options") or [])
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
    wrong += wrong_forms(given)
    wrong += [f"{key} must be a boolean value" for key in FLAGS if key in given and given[key] is None]
    if wrong:
        raise dto(wrong)
    known = ["name", "label", "description", "icon", *FLAGS]
    if field["type"] in CHOICES:
        known.append("options")
    if field["type"] not in RELATIONS:
        known += ["defaultValue", "settings"]
    return {key: given[key] for key in known if key in given}


def _check_update(kind: Kind, field: Record, after: Record) -> None:
    problems: list[Record] = []
    if after["name"] != field["name"]:
        problems += [*name_problems(after["name"], CODE), *taken_names(kind, after["name"])]
        if field["applicationId"] != CUSTOM_APPLICATION or field["isSystem"]:
            problems.append(problem("FIELD_MUTATION_NOT_ALLOWED", "Standard fields cannot be renamed"))
    problems += label_problems(after["label"], CODE)
    if field["type"] in CHOICES and (after["options"], after.get("defaultValue")) != (
        field["options"],
        field.get("defaultValue"),
    ):
        problems += option_problems(field["type"], after["options"], after.get("defaultValue"))
    elif after.get("defaultValue") != field.get("defaultValue"):
        problems += default_problems(field["type"], after["defaultValue"])
    if problems:
        raise _refused(kind, field, "update", problems)


def _refused(kind: Kind, field: Record, verb: str, problems: list[Record]) -> Invalid:
    about = {
        "universalIdentifier": field["universalIdentifier"],
        "name": field["name"],
        "objectMetadataUniversalIdentifier": kind.meta["universalIdentifier"],
    }
    message = f"Multiple validation errors occurred while {verb.removesuffix('e')}ing fields"
    return Invalid(message, {"fieldMetadata": [entry("fieldMetadata", verb, problems, **about)]})


def _reshape(workspace: Workspace, kind: Kind, field: Record, after: Record) -> None:
    table = workspace.tables[kind.id]
    unique = Unique(field["name"], UNIQUE_PARTS.get(field["type"], ()))
    if after["isUnique"] and not field["isUnique"] and table.has_doubles(unique):
        raise migration_failed("create", "index", new_id())
    if not after["isNullable"] and field["isNullable"]:
        column = column_of(field)
        if column and any(is_null(row[column]) for row in table):
            raise migration_failed("update", "fieldMetadata", field["universalIdentifier"])
    if field["type"] in CHOICES and after["options"] != field["options"]:
        _movewith_ids(workspace, kind, field, after)
    before = column_of(field)
    if after["name"] != field["name"] and before is not None:
        if before != field["name"]:
            after["settings"] = {**after["settings"], "joinColumnName": f"{after['name']}Id"}
        column = column_of(after)
        assert column is not None
        rename_column(workspace, kind, before, column)


def _movewith_ids(workspace: Workspace, kind: Kind, field: Record, after: Record) -> None:
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
        raise _refused(kind, field, "delete", [problem("FIELD_MUTATION_NOT_ALLOWED", kept)])
