"""Options for fields whose options are fixed: refused when they are planned, not when they are to be made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridgework.mapping import CompiledField
from bridgework.mapping.loading import mapping_error, nearest
from bridgework.migration import Migration
from bridgework.model import SchemaOperation, TargetField
from bridgework.stages.optionlists import declared_labels


def refuse_fixed_options(migration: Migration, operations: Sequence[SchemaOperation]) -> None:
    """MappingError for options of built-in fields that take no new ones; it names file, line, field and nearest option.

    An option that nobody declared comes out of the rows and is not named.
    """
    fixed = {
        (target.name, field.label): field
        for target in migration.schema.objects
        for field in target.fields
        if not field.custom and not field.extensible
    }
    refused = [each for each in operations if each.kind == "option" and (each.object, each.field) in fixed]
    if not refused:
        return
    declared = declared_labels(migration)
    problems: dict[str, None] = {}
    for operation in refused:
        reason = _reason(operation.name if operation.name in declared else "", fixed[operation.object, operation.field])
        for rule, field in _written(migration, operation):
            place = ("rules", rule, "fields", field.label)
            problems[migration.mapping.loaded.problem(place, reason)] = None
    raise mapping_error(list(problems))


def _reason(label: str, field: TargetField) -> str:
    known = [option.label for option in field.options]
    has = f"it has {', '.join(known)}" if known else "it has none"
    if not label:
        return f"the rows hold a value that is no option, and the field takes no new one; {has}"
    return f"{label} is no option, and the field takes no new one; {has}{nearest(label, known)}"


def _written(migration: Migration, operation: SchemaOperation) -> Iterator[tuple[str, CompiledField]]:
    """The rules that write the field, those that name the option first of all."""
    found = [
        (rule.name, field)
        for rule in migration.plan.rules.values()
        if rule.kind == "target" and rule.target == operation.object and not rule.inactive
        for field in rule.fields
        if field.label == operation.field
    ]
    named = [(rule, field) for rule, field in found if operation.name in field.options]
    yield from named or found
