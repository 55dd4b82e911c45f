"""From wanted fields to schema operations: the default every destination may build on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridgework.model import DestinationSchema, FieldType, SchemaOperation, TargetField, TargetObject, WantedField

_COMPATIBLE = {
    FieldType.TEXT: {FieldType.TEXT, FieldType.LONG_TEXT},
    FieldType.LONG_TEXT: {FieldType.LONG_TEXT, FieldType.HTML},
    FieldType.HTML: {FieldType.HTML, FieldType.LONG_TEXT},
    FieldType.INTEGER: {FieldType.INTEGER, FieldType.NUMBER},
}


def default_schema_plan(wanted: Sequence[WantedField], present: DestinationSchema) -> list[SchemaOperation]:
    """One operation per missing field (with its options) and per missing option of a field that is there.

    Fields are recognised by label and type, options by label and, where they have one, by the option they stand under.
    A field of the same label and another type is no obstacle here: `clashes` lists it for the schema gate.
    """
    operations: list[SchemaOperation] = []
    for field in _merged(wanted):
        target = present.object(field.object)
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
    for field in _merged(wanted):
        for there in present.object(field.object).fields:
            if there.custom and there.label == field.label and not fits(field.type, there.type):
                yield field, there


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
