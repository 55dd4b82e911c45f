"""Options: those of choice fields, and what Pipedrive calls pipelines, stages, activity types and labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bridgework.errors import UsageError
from bridgework.model import Created, Dropped, Kept, Present, Receipt, SchemaOperation
from bridgework_pipedrive import describing
from bridgework_pipedrive.catalogue import ACTIVITY_TYPES, PIPELINES, STAGES, Catalogue
from bridgework_pipedrive.fields import options
from bridgework_pipedrive.objects import DEAL, OBJECTS
from bridgework_pipedrive.refusals import data, made, schema_refused
from bridgework_pipedrive.settings import Settings

if TYPE_CHECKING:
    from bridgework.client import ApiClient

GONE = (404, 410)
_ICON_NAMES = (  # a fixed list
    "task email meeting deadline call lunch calendar downarrow document smartphone camera scissors cogs bubble uparrow "
    "checkbox signpost shuffle addressbook linegraph picture car world search clip sound brush key padlock pricetag "
    "suitcase finish plane loop wifi truck cart bulb bell presentation"
)
ICONS = frozenset(_ICON_NAMES.split())


def create(api: ApiClient, catalogue: Catalogue, settings: Settings, operation: SchemaOperation) -> Created | Present:
    """Find or make one option."""
    place = (operation.object, operation.field)
    if place == ("deal", "pipeline"):
        return _pipeline(api, catalogue, operation)
    if place == ("deal", "stage"):
        return _stage(api, catalogue, operation)
    if place == ("activity", "type"):
        return _activity_type(api, catalogue, operation)
    if operation.field == "labels" and not settings.labels:
        raise UsageError(
            f"New labels on {operation.object} are switched off.",
            next_step="add the label in Pipedrive, or set destination.labels = true",
        )
    path = OBJECTS[operation.object].fields_path
    row = _choice_field(catalogue, operation.object, operation.field)
    built_in = OBJECTS[operation.object].field(operation.field)
    if row is None and built_in is not None and built_in.options:
        known = ", ".join(option.label for option in built_in.options)
        raise UsageError(
            f"The field {operation.field!r} of a {operation.object} takes no new option; it has {known}.",
            next_step="give it one of these in the mapping, then: bridgework plan",
        )
    if row is None:
        raise UsageError(f"{operation.object} has no choice field {operation.field!r}.", next_step="bridgework plan")
    if operation.name in {option.label for option in options(row)}:
        return Present(_receipt(operation, _key(options(row), operation.name), created=False))
    row = add(api, catalogue, path, row, [operation.name], operation)
    return Created(_receipt(operation, _key(options(row), operation.name), created=True))


def add(
    api: ApiClient,
    catalogue: Catalogue,
    path: str,
    row: dict[str, Any],
    labels: Sequence[str],
    operation: SchemaOperation,
) -> dict[str, Any]:
    """Add options to a field; gives the field with them. The answer names only the new ones."""
    asked = [{"label": label} for label in labels]
    with catalogue.changing(path):
        answer = api.send("POST", f"{path}/{row['field_code']}/options", for_=operation, json=asked)
        if not answer.ok:
            raise schema_refused(answer, f"an option of {row['field_name']!r} on {operation.object}")
        added = list(data(answer, "the new options") or ())
    catalogue.add_options(path, row["field_code"], added)
    return {**row, "options": [*(row.get("options") or ()), *added]}


def drop(api: ApiClient, catalogue: Catalogue, receipt: Receipt) -> Dropped | Kept:
    """Remove one option. A pipeline or stage that holds deals stays."""
    place = (receipt.object, receipt.field)
    if place == ("deal", "pipeline"):
        return _drop_if_empty(api, catalogue, receipt, PIPELINES, "pipeline_id")
    if place == ("deal", "stage"):
        return _drop_if_empty(api, catalogue, receipt, STAGES, "stage_id")
    if place == ("activity", "type"):
        there = next((row for row in catalogue.rows(ACTIVITY_TYPES) if row["key_string"] == receipt.key), None)
        return (
            _delete(api, catalogue, receipt, ACTIVITY_TYPES, f"{ACTIVITY_TYPES}/{there['id']}") if there else Dropped()
        )
    path = OBJECTS[receipt.object].fields_path
    row = _choice_field(catalogue, receipt.object, receipt.field)
    if row is None or receipt.key not in {option.key for option in options(row)}:
        return Dropped()
    asked = [{"id": int(receipt.key)}]
    return _delete(api, catalogue, receipt, path, f"{path}/{row['field_code']}/options", json=asked)


def _drop_if_empty(api: ApiClient, catalogue: Catalogue, receipt: Receipt, path: str, filter_: str) -> Dropped | Kept:
    holds = data(api.get(DEAL.path, params={filter_: int(receipt.key), "limit": 1}), "the deals of a pipeline")
    if holds:
        return Kept("deals are in it")
    return _delete(api, catalogue, receipt, path, f"{path}/{receipt.key}")


def _delete(
    api: ApiClient, catalogue: Catalogue, receipt: Receipt, list_path: str, path: str, json: Any = None
) -> Dropped | Kept:
    answer = api.send("DELETE", path, for_=receipt, json=json, accept=GONE)
    catalogue.drop(list_path)
    if answer.ok or answer.status in GONE:
        return Dropped()
    return Kept(f"Pipedrive refused to delete it (HTTP {answer.status})")


def _pipeline(api: ApiClient, catalogue: Catalogue, operation: SchemaOperation) -> Created | Present:
    if there := _key(describing.pipelines(catalogue), operation.name):
        return Present(_receipt(operation, there, created=False))
    row = _post(api, catalogue, operation, PIPELINES, {"name": operation.name})
    # The account may put default stages into a new pipeline: whoever asks for a stage of that name must get that one.
    catalogue.drop(STAGES)
    return Created(_receipt(operation, str(row["id"]), created=True))


def _stage(api: ApiClient, catalogue: Catalogue, operation: SchemaOperation) -> Created | Present:
    pipeline = _key(describing.pipelines(catalogue), operation.under)
    if not pipeline:
        raise UsageError(
            f"There is no pipeline {operation.under!r} for the stage {operation.name!r}.",
            next_step="bridgework schema, which plans it anew",
        )
    there = next(
        (
            stage
            for stage in catalogue.rows(STAGES)
            if str(stage["pipeline_id"]) == pipeline and stage["name"] == operation.name
        ),
        None,
    )
    if there:
        return Present(_receipt(operation, str(there["id"]), created=False))
    row = _post(api, catalogue, operation, STAGES, {"name": operation.name, "pipeline_id": int(pipeline)})
    return Created(_receipt(operation, str(row["id"]), created=True))


def _activity_type(api: ApiClient, catalogue: Catalogue, operation: SchemaOperation) -> Created | Present:
    if there := _key(describing.activity_types(catalogue), operation.name):
        return Present(_receipt(operation, there, created=False))
    icon = operation.details.get("icon_key") or operation.name.lower()
    asked = {"name": operation.name, "icon_key": icon if icon in ICONS else "task"}
    row = _post(api, catalogue, operation, ACTIVITY_TYPES, asked)
    return Created(_receipt(operation, str(row["key_string"]), created=True))


def _post(
    api: ApiClient, catalogue: Catalogue, operation: SchemaOperation, path: str, asked: dict[str, Any]
) -> dict[str, Any]:
    with catalogue.changing(path):
        answer = api.send("POST", path, for_=operation, json=asked)
        if not answer.ok:
            raise schema_refused(answer, f"the {operation.field} {operation.name!r}")
        row = made(answer, None, f"a {operation.field}")
    catalogue.add(path, [row])
    return row


def _choice_field(catalogue: Catalogue, object_name: str, label: str) -> dict[str, Any] | None:
    if label == "labels":
        return catalogue.label_field(object_name)
    rows = catalogue.rows(OBJECTS[object_name].fields_path)
    return next(
        (
            row
            for row in rows
            if row.get("is_custom_field") and row["field_name"] == label and row["field_type"] in ("enum", "set")
        ),
        None,
    )


def _key(known: Sequence[Any], label: str) -> str:
    return next((str(option.key) for option in known if option.label == label), "")


def _receipt(operation: SchemaOperation, key: str, *, created: bool) -> Receipt:
    return Receipt.of(operation, key, options={operation.name: key}, created=created)
