"""Changes of the workspace's schema. Names are made by rule from labels; everything is looked for before it is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
    WantedObject,
)
from bridgework_twenty import names
from bridgework_twenty.catalogue import FIELDS, OBJECTS, Catalogue, Kind, single
from bridgework_twenty.fields import Row, options, wire_type
from bridgework_twenty.objects import GIVEN, MARKER, MARKER_NAME, MEMBER, STANDARD
from bridgework_twenty.refusals import code, reason, schema_refused

if TYPE_CHECKING:
    from bridgework.client import ApiClient

Outcome = Created | Present
_CHOICES = (FieldType.CHOICE, FieldType.CHOICES)
_GONE = (400, 403, 404, 500)


def plan(
    wanted: Sequence[WantedField], present: DestinationSchema, objects: Sequence[WantedObject]
) -> list[SchemaOperation]:
    """The default plan with the field that carries the identity first; options as the server can take them."""
    concerned = dict.fromkeys(field.object for field in wanted)
    carriers = [
        WantedField(object=name, label=MARKER, type=FieldType.TEXT, reason="recognises what was migrated")
        for name in concerned
        if name not in STANDARD or STANDARD[name].records
    ]
    there = {target.name for target in present.objects}
    new = {each.name for each in objects} - there
    asked = [each for each in wanted if not _comes_with(each, new)]
    found = default_schema_plan([*carriers, *asked], present, objects)
    return [each for each in found if each.kind != "option" or not _there(each, present)]


def _comes_with(field: WantedField, new: Collection[str]) -> bool:
    """Whether a field is there as soon as an object is made: the object's own ones, and columns that point to it."""
    if field.object in new:
        return field.label in GIVEN
    pointing = {f"target{name[:1].upper()}{name[1:]}" for name in new}
    return field.object in STANDARD and not STANDARD[field.object].records and field.label in pointing


def _there(operation: SchemaOperation, present: DestinationSchema) -> bool:
    """Whether an option is there under the label the server made of ours."""
    shown = names.option_label(operation.name)
    fields = present.object(operation.object).fields
    return any(o.label == shown for each in fields if each.label == operation.field for o in each.options)


def create(api: ApiClient, catalogue: Catalogue, operation: SchemaOperation) -> Outcome:
    """Find or make what one operation asks for. UsageError if Twenty refuses it or has no such thing."""
    catalogue.forget()
    if operation.kind == "object":
        return _create_object(api, catalogue, operation)
    kind = catalogue.kind(operation.object)
    if operation.kind == "option":
        return _add_option(api, catalogue, kind, operation)
    if operation.kind != "field":
        raise UsageError(f"Twenty cannot make a {operation.kind}.", next_step="bridgework plan")
    return _create_field(api, catalogue, kind, operation)


def drop(api: ApiClient, catalogue: Catalogue, receipt: Receipt) -> Dropped | Kept:
    """Remove what a receipt names, with its values. An object that holds records, and an option, stay."""
    catalogue.forget()
    kind = catalogue.kinds().get(receipt.object)
    if kind is None:
        return Dropped()
    if receipt.kind == "option":
        return Kept("removing an option would change records that hold it")
    if receipt.kind == "object":
        if (held := _count(api, kind)) != 0:
            return Kept(f"{held} records that are not of this migration are in it")
        path = f"{OBJECTS}/{receipt.key}"
    else:
        row = _row_of(kind, receipt.key)
        if row is None:
            return Dropped()
        path = f"{FIELDS}/{row['id']}"
    answer = api.send("DELETE", path, for_=receipt, accept=_GONE)
    catalogue.forget()
    if answer.ok or answer.status == 404:
        return Dropped()
    return Kept(f"Twenty refused to remove it (HTTP {answer.status}{', ' + code(answer) if code(answer) else ''})")


# ------------------------------------------------------------------------------------------ making


def _create_object(api: ApiClient, catalogue: Catalogue, operation: SchemaOperation) -> Outcome:
    there = catalogue.kinds().get(operation.object)
    if there is not None:
        if not there.active:
            raise UsageError(
                f"The object {operation.object} is there but deactivated.",
                next_step="activate it in Twenty (Settings, Data model), or map to another name",
            )
        return Present(Receipt.of(operation, there.id, created=False))
    plural = str(operation.details.get("plural") or f"{operation.name}s")
    singular, many = names.object_names(operation.object, plural)
    if singular != operation.object:
        raise UsageError(
            f"Twenty cannot have an object called {operation.object}.",
            next_step=f"call it {singular} in the mapping",
        )
    asked = {
        "nameSingular": singular,
        "namePlural": many,
        "labelSingular": names.shown(operation.name),
        "labelPlural": names.shown(plural),
        "description": operation.reason,
        "icon": "IconDental",
    }
    row = _post(api, catalogue, operation, OBJECTS, asked, f"the object {operation.name!r}")
    return Created(Receipt.of(operation, str(row["id"]), created=True))


def _create_field(api: ApiClient, catalogue: Catalogue, kind: Kind, operation: SchemaOperation) -> Outcome:
    assert operation.type is not None
    try:
        wire = wire_type(operation.type)
    except ValueError as error:
        raise UsageError(f"{operation.object}: {operation.name}: {error}.", next_step="choose another type") from None
    if (there := _named(kind, operation.name, wire)) is not None:
        return _with_options(api, catalogue, kind, operation, there)
    if wire in ("SELECT", "MULTI_SELECT") and not operation.options:
        raise UsageError(
            f"{operation.object}: {operation.name}: a choice field needs at least one option.",
            next_step="name its options in the mapping",
        )
    asked: dict[str, Any] = {
        "objectMetadataId": kind.id,
        "type": wire,
        "name": _name(kind, operation, wire),
        "label": names.shown(operation.name),
        "description": operation.reason,
    }
    if operation.type in _CHOICES:
        asked["options"] = _new_options(operation.options, ())
    if operation.type is FieldType.INTEGER:
        asked["settings"] = {"dataType": "int"}
    if operation.name == MARKER:
        asked["isUnique"] = True
    if wire == "RELATION":
        asked["relationCreationPayload"] = _relation(catalogue, kind, operation)
    row = _post(api, catalogue, operation, FIELDS, asked, f"the field {operation.name!r} on {operation.object}")
    return Created(_field_receipt(operation, row, created=True))


def _name(kind: Kind, operation: SchemaOperation, wire: str) -> str:
    if operation.name == MARKER:
        return MARKER_NAME
    taken = kind.taken
    found = names.field_name(operation.name, taken)
    return (
        names.field_name(f"{operation.name} relation", taken) if wire == "RELATION" and found[-1].isdigit() else found
    )


def _relation(catalogue: Catalogue, kind: Kind, operation: SchemaOperation) -> dict[str, Any]:
    target = catalogue.kind(MEMBER if operation.type is FieldType.OWNER else operation.reference)
    label = names.shown(f"{kind.label}: {operation.name}")
    free = names.field_name(label, {str(row["name"]) for row in target.rows})
    if free != names.field_name(label):
        label = names.shown(f"{label} {free[-1]}")
    return {
        "type": "MANY_TO_ONE",
        "targetObjectMetadataId": target.id,
        "targetFieldLabel": _letters(label),
        "targetFieldIcon": "IconUser",
    }


def _letters(label: str) -> str:
    """The server derives the name of the reverse field from its label: only letters, digits and blanks go in."""
    return " ".join("".join(c if c.isalnum() and c.isascii() else " " for c in label).split())


def _with_options(api: ApiClient, catalogue: Catalogue, kind: Kind, operation: SchemaOperation, row: Row) -> Outcome:
    present = {option.label for option in options(row)}
    missing = [label for label in operation.options if names.option_label(label) not in present]
    if missing:
        row = _change_options(api, catalogue, operation, row, missing)
    return Present(_field_receipt(operation, row, created=False))


def _add_option(api: ApiClient, catalogue: Catalogue, kind: Kind, operation: SchemaOperation) -> Outcome:
    row = next((each for each in map(dict, kind.rows) if _is_choice(each, operation.field)), None)
    if row is None:
        raise UsageError(f"{operation.object} has no choice field {operation.field!r}.", next_step="bridgework plan")
    shown = names.option_label(operation.name)
    there = next((option.key for option in options(row) if option.label == shown), "")
    if there:
        return Present(Receipt.of(operation, there, options={operation.name: there}, created=False))
    row = _change_options(api, catalogue, operation, row, [operation.name])
    made = next(option.key for option in options(row) if option.label == shown)
    return Created(Receipt.of(operation, made, options={operation.name: made}, created=True))


def _is_choice(row: Row, label: str) -> bool:
    return row["type"] in ("SELECT", "MULTI_SELECT") and label in (row.get("label"), row.get("name"))


def _change_options(
    api: ApiClient, catalogue: Catalogue, operation: SchemaOperation, row: Row, labels: Sequence[str]
) -> dict[str, Any]:
    """Send all options with the new ones behind: one that is left out would be taken from its records."""
    kept = [dict(each) for each in row.get("options") or ()]
    asked = {"options": [*kept, *_new_options(labels, kept)]}
    try:
        answer = api.send("PATCH", f"{FIELDS}/{row['id']}", for_=operation, json=asked)
    finally:
        catalogue.forget()
    if not answer.ok:
        raise schema_refused(answer, f"an option of {row['label']!r} on {operation.object}")
    return single(answer.json) or {**row, **asked}


def _new_options(labels: Sequence[str], kept: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    taken = {str(each["value"]) for each in kept}
    made: list[dict[str, Any]] = []
    for label in labels:
        shown = names.option_label(label)
        if not shown or any(each["label"] == shown for each in made):
            continue
        value = names.option_value(shown, taken)
        taken.add(value)
        position = len(kept) + len(made)
        made.append({"label": shown, "value": value, "color": names.color(position), "position": position})
    return made


def _post(
    api: ApiClient, catalogue: Catalogue, operation: SchemaOperation, path: str, asked: dict[str, Any], what: str
) -> dict[str, Any]:
    try:
        answer = api.send("POST", path, for_=operation, json=asked)
    finally:
        catalogue.forget()
    if not answer.ok:
        raise schema_refused(answer, what)
    row = single(answer.json)
    if row is None:
        raise UsageError(f"Twenty made {what} without naming it.", next_step="bridgework schema --apply")
    return row


# ------------------------------------------------------------------------------------------ looking


def _named(kind: Kind, label: str, wire: str) -> dict[str, Any] | None:
    shown = names.shown(label)
    for row in kind.rows:
        if row.get("label") in (label, shown) and row["type"] == wire and row.get("isActive") is not False:
            settings = row.get("settings") or {}
            if wire != "RELATION" or settings.get("relationType") in (None, "MANY_TO_ONE"):
                return dict(row)
    return None


def _row_of(kind: Kind, key: str) -> Row | None:
    """The metadata row of a field by the key we know it by: its name."""
    return next((row for row in kind.rows if row["name"] == key), None)


def _count(api: ApiClient, kind: Kind) -> int:
    answer = api.get(kind.path, {"limit": 0})
    body = answer.json
    found = body.get("totalCount") if isinstance(body, dict) else None
    if not isinstance(found, int):
        raise UsageError(f"Twenty does not say how many {kind.plural} there are.", next_step=reason(answer))
    return found


# ------------------------------------------------------------------------------------------ receipts


def _field_receipt(operation: SchemaOperation, row: Row, *, created: bool) -> Receipt:
    by_label = {option.label: option.key for option in options(row)}
    asked = {label: by_label[shown] for label in operation.options if (shown := names.option_label(label)) in by_label}
    return Receipt.of(operation, str(row["name"]), options={**by_label, **asked}, created=created)
