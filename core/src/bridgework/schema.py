"""From wanted fields to schema operations: the default every destination may build on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridgework.errors import UsageError
from bridgework.model import (
    Capabilities,
    DestinationSchema,
    FieldType,
    SchemaOperation,
    TargetField,
    TargetObject,
    WantedField,
    WantedObject,
)

_COMPATIBLE = {
    FieldType.TEXT: {FieldType.TEXT, FieldType.LONG_TEXT},
    FieldType.LONG_TEXT: {FieldType.LONG_TEXT, FieldType.HTML},
    FieldType.HTML: {FieldType.HTML, FieldType.LONG_TEXT},
    FieldType.INTEGER: {FieldType.INTEGER, FieldType.NUMBER},
    FieldType.PHONE: {FieldType.PHONE, FieldType.PHONES},
    FieldType.TIME: {FieldType.TIME, FieldType.TEXT, FieldType.LONG_TEXT},
    FieldType.OWNER: {FieldType.OWNER, FieldType.REFERENCE},  # users may be records like others
}


def default_schema_plan(
    wanted: Sequence[WantedField], present: DestinationSchema, objects: Sequence[WantedObject] = ()
) -> list[SchemaOperation]:
    """One operation per missing object, missing field (with its options) and missing option of a field that is there.

    Objects come first: fields of other objects may refer to them. An object is recognised by its name.
    Fields are recognised by label and type, options by label and, where they have one, by the option they stand under.
    A field of the same label and another type is no obstacle here: `clashes` lists it for the schema gate.
    """
    there_are = {target.name: target for target in present.objects}
    operations = [_create_object(each) for each in objects if each.name not in there_are]
    for field in _merged(wanted):
        target = there_are.get(field.object) or TargetObject(name=field.object, label=field.object, fields=())
        there = find_field(target, field.label, field.type)
        if there is None and not _without_values(field):
            operations.append(_create_field(field))
        elif there is not None:
            operations += _missing_options(field, there)
    return operations


def _without_values(field: WantedField) -> bool:
    """A choice without options: no record has a value for it, and no destination takes such a field."""
    return field.type in (FieldType.CHOICE, FieldType.CHOICES) and not field.options


def find_field(target: TargetObject, label: str, type_: FieldType | None) -> TargetField | None:
    """The field of that label whose type can take the values; built-in fields come before custom ones."""
    named = [field for field in target.fields if label in (field.label, field.key if not field.custom else None)]
    fitting = [field for field in named if not field.custom or type_ is None or fits(type_, field.type)]
    return min(fitting, key=lambda field: field.custom, default=None)


def fits(wanted: FieldType, present: FieldType) -> bool:
    """Whether a present field of that type can take values of the wanted type."""
    return wanted is present or present in _COMPATIBLE.get(wanted, ())


def clashes(wanted: Sequence[WantedField], present: DestinationSchema) -> Iterator[tuple[WantedField, TargetField]]:
    """Wanted fields beside which the account has a field of the same label and another type."""
    fields = {target.name: target.fields for target in present.objects}
    for field in _merged(wanted):
        for there in fields.get(field.object, ()):
            if there.custom and there.label == field.label and not fits(field.type, there.type):
                yield field, there


def check_objects(
    present: DestinationSchema,
    capabilities: Capabilities,
    wanted: Sequence[WantedField],
    objects: Sequence[WantedObject],
) -> None:
    """Every object the mapping writes is there or can be made, and so can every reference. UsageError names the first
    that is neither."""
    known = {target.name for target in present.objects}
    new = [each.name for each in objects if each.name not in known]
    if new and capabilities.new_objects is None:
        raise UsageError(
            f"The mapping wants an object {new[0]}; no object can be made in this destination.",
            next_step="map its rows to another object, or switch the option that makes it off",
        )
    for field in wanted:
        if field.object not in known and field.object not in new:
            raise UsageError(
                f"The mapping writes to {field.object}, which the destination does not have.",
                next_step=f"use one of {', '.join(sorted(known))}, or describe it under objects: in the mapping",
            )
    there = {(target.name, field.label) for target in present.objects for field in target.fields}
    for field in wanted:
        if field.also and (field.object, field.label) not in there:
            raise UsageError(
                f"{field.object}: {field.label} leads to records of {', '.join((field.reference, *field.also))}; "
                "a field that is made refers to one object.",
                next_step="map one field for each of these objects",
            )


def _create_object(wanted: WantedObject) -> SchemaOperation:
    return SchemaOperation(
        kind="object",
        object=wanted.name,
        name=wanted.label,
        reason=wanted.reason,
        details={"plural": wanted.plural},
    )


def _create_field(field: WantedField) -> SchemaOperation:
    return SchemaOperation(
        kind="field",
        object=field.object,
        name=field.label,
        type=field.type,
        options=field.options,
        reference=field.reference,
        reason=field.reason,
    )


def _missing_options(field: WantedField, there: TargetField) -> list[SchemaOperation]:
    present = {(option.under, option.label) for option in there.options}
    return [
        SchemaOperation(
            kind="option", object=field.object, name=label, field=there.label, under=field.under, reason=field.reason
        )
        for label in field.options
        if (field.under, label) not in present
    ]


def _merged(wanted: Sequence[WantedField]) -> list[WantedField]:
    """Several rules may want the same field: one entry each, with all options in first-seen order."""
    merged: dict[tuple[str, str, str], WantedField] = {}
    for field in wanted:
        name = (field.object, field.label, field.under)
        if (seen := merged.get(name)) is None:
            merged[name] = field
            continue
        options = tuple(dict.fromkeys((*seen.options, *field.options)))
        ranks = [rank for rank in (seen.optional, field.optional) if rank is not None]
        merged[name] = WantedField(
            object=seen.object,
            label=seen.label,
            type=seen.type,
            options=options,
            under=seen.under,
            reference=seen.reference or field.reference,
            optional=max(ranks) if len(ranks) == 2 else None,
            reason=seen.reason,
        )
    return list(merged.values())
