"""Where every source field went and how, or why it was not moved: the same for all rows of a rule, so said once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bridgework.mapping import CompiledField
from bridgework.mapping.summary import describe
from bridgework.migration import Migration
from bridgework.stages.deliver.labels import Labels
from bridgework.stages.deliver.package import SHAREABLE, Package

COLUMNS: Final = (
    "rule",
    "source_object",
    "source_field",
    "state",
    "object",
    "field",
    "key",
    "how",
    "reason",
)


def write_field_log(migration: Migration, package: Package, labels: Labels) -> None:
    """audit-log-fields.csv."""
    with package.table(
        "audit-log-fields.csv",
        COLUMNS,
        "Field by field: where it went and how, or why it was not moved",
        SHAREABLE,
    ) as table:
        for row in _field_rows(migration, labels):
            table.row(row)


def _field_rows(migration: Migration, labels: Labels) -> Iterator[tuple[str, ...]]:
    plan = migration.plan
    targets = {rule.name: rule for rule in plan.rules.values() if rule.kind == "target"}
    fields = {(rule.name, field.label): field for rule in targets.values() for field in rule.fields}
    told: set[tuple[str, str]] = set()
    for account in plan.accounts:
        for where in account.where or ("",):
            rule, _, label = where.partition(": ")
            field = fields.get((rule, label))
            told.add((rule, label))
            at = _written(labels, targets[rule].target, field) if field else ("", "", "", where)
            name = rule if rule in plan.rules else ""
            yield name, account.object, account.field, account.state, *at, account.reason
    for (rule, label), field in fields.items():
        if (rule, label) not in told:
            at = _written(labels, targets[rule].target, field)
            yield rule, targets[rule].object, "", "mapped", *at, field.spec.reason


def _written(labels: Labels, object_name: str, field: CompiledField) -> tuple[str, str, str, str]:
    return object_name, field.label, labels.key(object_name, field.label), describe(field.spec)
