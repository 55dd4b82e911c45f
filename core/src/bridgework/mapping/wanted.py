"""Which fields the destination needs for a plan, with the options that the data calls for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bridgework.mapping.compiled import CompiledField, CompiledRule
from bridgework.mapping.evaluation import FieldCompiler
from bridgework.mapping.session import Scope, StagedRows
from bridgework.mapping.values import Unfit, is_empty, plain_text
from bridgework.model import FieldType, Value, WantedField

if TYPE_CHECKING:
    from bridgework.mapping.plan import Plan

SHORT_TEXT = 255
_CHOICES = (FieldType.CHOICE, FieldType.CHOICES)


def wanted_fields(plan: Plan, staging: StagedRows | None) -> tuple[WantedField, ...]:
    """See `Plan.wanted_fields`."""
    found: dict[tuple[str, str, str], WantedField] = {}
    for rule in plan.rules.values():
        if rule.kind != "target":
            continue
        for field in rule.fields:
            wanted = _wanted(plan, rule, field, staging)
            name = (wanted.object, wanted.label, wanted.under)
            found[name] = _both(found[name], wanted) if name in found else wanted
    return tuple(found.values())


def _wanted(plan: Plan, rule: CompiledRule, field: CompiledField, staging: StagedRows | None) -> WantedField:
    options: list[str] = list(field.options) if field.type in _CHOICES else []
    kind = field.type
    if staging is not None and field.type in _CHOICES:
        options += sorted({label for label in _observed(plan, rule, field, staging) if label})
    if staging is not None and field.custom and kind is FieldType.TEXT and _is_long(field, staging):
        kind = FieldType.LONG_TEXT
    pointed = [plan.rules[name].target for name in field.references if name in plan.rules]
    return WantedField(
        object=rule.target,
        label=field.label,
        type=kind,
        options=tuple(dict.fromkeys(options)),
        under=field.spec.under,
        reference=pointed[0] if pointed else "",
        optional=field.spec.optional,
        reason=field.spec.reason or f"rule {rule.name}",
    )


def _both(first: WantedField, second: WantedField) -> WantedField:
    ranks = [rank for rank in (first.optional, second.optional) if rank is not None]
    long = FieldType.LONG_TEXT in (first.type, second.type)
    return replace(
        first,
        type=FieldType.LONG_TEXT if long else first.type,
        options=tuple(dict.fromkeys((*first.options, *second.options))),
        optional=max(ranks) if len(ranks) == 2 else None,
    )


def _observed(plan: Plan, rule: CompiledRule, field: CompiledField, staging: StagedRows) -> Iterator[str]:
    """Labels that the data makes of the field. Only what the mapping names as a plain column can be counted."""
    spec = field.spec
    if spec.options_from is not None:
        yield from _column(plan, rule, field, staging)
        return
    path = field.path
    if path is None or path.hops or spec.text or spec.first or plan.catalog.open(rule.object):
        return
    session = plan.session(staging)
    for value, _ in staging.counts(rule.object, path.name):
        row = _Value(rule.object, path.name, value)
        try:
            made = field.evaluate(Scope(session, row))
        except (Unfit, ValueError):
            continue
        yield from (plain_text(each) for each in (made if isinstance(made, list) else [made]))


def _column(plan: Plan, rule: CompiledRule, field: CompiledField, staging: StagedRows) -> Iterator[str]:
    said = field.spec.options_from
    assert said is not None
    if plan.catalog.object(said.object).absent:
        return
    compiler = FieldCompiler(rule.spec, plan.mapping.file, plan.catalog, plan.transforms, plan.settings, plan.options)
    path = compiler.path(said.object, said.take)
    where = compiler.conditions.predicate(said.object, said.where)
    session = plan.session(staging)
    seen: set[str] = set()
    for row in staging.rows(said.object):
        scope = Scope(session, row)
        if where(scope) and not is_empty(value := scope.value(path)) and (text := plain_text(value)) not in seen:
            seen.add(text)
            yield text


def _is_long(field: CompiledField, staging: StagedRows) -> bool:
    path = field.path
    if path is None:
        return False
    return any(len(plain_text(value)) > SHORT_TEXT for value, _ in staging.counts(path.start, path.name))


class _Value:
    """A row that holds nothing but one value, to try a field's transforms on it."""

    def __init__(self, object_name: str, name: str, value: Value) -> None:
        self.object, self.key, self.seq = object_name, "", 0
        self.values: dict[str, Value] = {}
        place = self.values
        *outer, last = name.split(".")
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value
