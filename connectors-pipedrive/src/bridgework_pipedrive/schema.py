"""Changes of the account's schema. Nothing there is unique by name, so everything is looked for before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bridgework import default_schema_plan
from bridgework.errors import UsageError
from bridgework.model import (
    Created,
    DestinationSchema,
    Dropped,
    FieldType,
    Kept,
    Present,
    Receipt,
    SchemaOperation,
    WantedField,
)
from bridgework_pipedrive import options as option_changes
from bridgework_pipedrive.catalogue import Catalogue
from bridgework_pipedrive.fields import options, wire_type
from bridgework_pipedrive.markers import SOURCE_ID
from bridgework_pipedrive.objects import OBJECTS
from bridgework_pipedrive.refusals import made, schema_refused
from bridgework_pipedrive.settings import Settings

if TYPE_CHECKING:
    from bridgework.client import ApiClient

Outcome = Created | Present
GONE = (404, 410)


def plan(wanted: Sequence[WantedField], present: DestinationSchema, settings: Settings) -> list[SchemaOperation]:
    """The default plan, the field that carries the identity first. Label options only where the settings allow it."""
    concerned = dict.fromkeys(field.object for field in wanted if OBJECTS[field.object].custom)
    carriers = [
        WantedField(object=name, label=SOURCE_ID, type=FieldType.TEXT, reason="recognises what was migrated")
        for name in concerned
    ]
    asked = [field for field in wanted if settings.labels or field.label != "labels"]
    return default_schema_plan([*carriers, *asked], present)


def create(api: ApiClient, catalogue: Catalogue, settings: Settings, operation: SchemaOperation) -> Outcome:
    """Find or make what one operation asks for. UsageError if the account refuses or Pipedrive has no such thing."""
    if operation.kind == "option":
        return option_changes.create(api, catalogue, settings, operation)
    if operation.kind != "field" or not OBJECTS[operation.object].custom:
        raise UsageError(
            f"Pipedrive cannot create the {operation.kind} {operation.name!r} on {operation.object}: "
            "custom fields exist on persons, organizations and deals only.",
            next_step="map the value to a built-in field or into a text",
        )
    return _create_field(api, catalogue, operation)


def drop(api: ApiClient, catalogue: Catalogue, receipt: Receipt) -> Dropped | Kept:
    """Remove what a receipt names. A field takes its values with it; the same name would get another key."""
    if receipt.kind == "option":
        return option_changes.drop(api, catalogue, receipt)
    path = OBJECTS[receipt.object].fields_path
    with catalogue.changing(path):
        answer = api.send("DELETE", f"{path}/{receipt.key}", for_=receipt, accept=GONE)
    if not answer.ok and answer.status not in GONE:
        return Kept(f"Pipedrive refused to delete the field (HTTP {answer.status})")
    catalogue.drop(path)
    return Dropped()


def _create_field(api: ApiClient, catalogue: Catalogue, operation: SchemaOperation) -> Outcome:
    path = OBJECTS[operation.object].fields_path
    assert operation.type is not None
    try:
        wire = wire_type(operation.type, operation.reference)
    except ValueError as error:
        raise UsageError(f"{operation.object}: {operation.name}: {error}.", next_step="choose another type") from None
    if there := _field_named(catalogue, path, operation.name, wire):
        missing = [label for label in operation.options if label not in _labels(there)]
        if missing:
            there = option_changes.add(api, catalogue, path, there, missing, operation)
        return Present(_receipt(operation, there, created=False))
    if wire in ("enum", "set") and not operation.options:
        raise UsageError(
            f"{operation.object}: {operation.name}: a choice field needs at least one option.",
            next_step="name its options in the mapping",
        )
    asked: dict[str, Any] = {"field_name": operation.name, "field_type": wire}
    if wire in ("enum", "set"):
        asked["options"] = [{"label": label} for label in operation.options]
    with catalogue.changing(path):
        answer = api.send("POST", path, for_=operation, json=asked)
        if not answer.ok:
            raise schema_refused(answer, f"the field {operation.name!r} on {operation.object}")
        row = made(answer, None, "a field")
    catalogue.add(path, [row])
    return Created(_receipt(operation, row, created=True))


def _field_named(catalogue: Catalogue, path: str, name: str, wire: str) -> dict[str, Any] | None:
    fitting = (
        row
        for row in catalogue.rows(path)
        if row.get("is_custom_field") and row["field_name"] == name and row["field_type"] == wire
    )
    return next(fitting, None)


def _labels(row: dict[str, Any]) -> set[str]:
    return {option.label for option in options(row)}


def _receipt(operation: SchemaOperation, row: dict[str, Any], *, created: bool) -> Receipt:
    found = {option.label: option.key for option in options(row)}
    return Receipt.of(operation, str(row["field_code"]), options=found, created=created)
