"""Which fields the destination needs for a plan, with the options that the data calls for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import field as made_by
from typing import TYPE_CHECKING

from bridgework.mapping.compiled import CompiledField, CompiledRule
from bridgework.mapping.evaluation import FieldCompiler
from bridgework.mapping.labels import fitted
from bridgework.mapping.scope import Scope, StagedRows
from bridgework.mapping.session import Session
from bridgework.mapping.values import is_empty, plain_text
from bridgework.model import FieldType, WantedField

if TYPE_CHECKING:
    from bridgework.mapping.plan import Plan

_CHOICES = (FieldType.CHOICE, FieldType.CHOICES)


@dataclass(slots=True)
class _Observed:
    """What the rows of a rule hold in one field."""

    labels: set[str] = made_by(default_factory=set)
    longest: int = 0


def wanted_fields(plan: Plan, staging: StagedRows | None) -> tuple[WantedField, ...]:
    """See `Plan.wanted_fields`."""
    found: dict[tuple[str, str, str], WantedField] = {}
    for rule in plan.rules.values():
        if rule.kind != "target" or plan.catalog.object(rule.object).absent:
            continue
        observed = _observe(plan.session(staging), rule) if staging is not None else {}
        for field in rule.fields:
            if _without_rows(plan, field):
                continue
            wanted = _wanted(plan, rule, field, observed.get(field.label, _Observed()), staging)
            name = (wanted.object, wanted.label, wanted.under)
            found[name] = _both(found[name], wanted) if name in found else wanted
    return tuple(found.values())


def _wanted(
    plan: Plan, rule: CompiledRule, field: CompiledField, observed: _Observed, staging: StagedRows | None
) -> WantedField:
    options: list[str] = []
    if field.type in _CHOICES:
        options = [*field.options, *sorted(observed.labels)]
        if field.spec.options_from is not None and staging is not None:
            options += _column(plan, rule, field, staging)
    shown = {option: fitted(option, plan.settings.option_length) for option in options}
    pointed = list(dict.fromkeys(plan.rules[name].target for name in field.references if name in plan.rules))
    return WantedField(
        object=rule.target,
        label=field.label,
        type=_text_type(field, observed, plan.settings.lengths.line),
        options=tuple(dict.fromkeys(shown.values())),
        under=field.spec.under,
        reference=pointed[0] if pointed else "",
        also=tuple(pointed[1:]),
        optional=field.spec.optional,
        reason=field.spec.reason or f"rule {rule.spec.label or rule.name}",
        whole={label: option for option, label in shown.items() if label != option},
    )


def _without_rows(plan: Plan, field: CompiledField) -> bool:
    """Whether the field is a roll-up over an object that the export lacks: no need to make it."""
    by = field.spec.by if field.spec.ref is not None else None
    child = field.spec.rollup or (by.rollup if by is not None else None)
    found = plan.catalog.objects.get(child or "")
    return found is not None and bool(found.absent)


def _both(first: WantedField, second: WantedField) -> WantedField:
    ranks = [rank for rank in (first.optional, second.optional) if rank is not None]
    long = FieldType.LONG_TEXT in (first.type, second.type)
    others = (*first.also, second.reference, *second.also)
    return replace(
        first,
        type=FieldType.LONG_TEXT if long else first.type,
        options=tuple(dict.fromkeys((*first.options, *second.options))),
        also=tuple(dict.fromkeys(each for each in others if each and each != first.reference)),
        optional=max(ranks) if len(ranks) == 2 else None,
        whole={**first.whole, **second.whole},
    )


def _observe(session: Session, rule: CompiledRule) -> dict[str, _Observed]:
    """One pass over the rule's rows for the choices they hold and the length of the practice's own texts."""
    counted = [field for field in rule.fields if _is_counted(field) or (field.custom and field.type is FieldType.TEXT)]
    found = {field.label: _Observed() for field in counted}
    if not counted or session.staging.object(rule.object).absent or session.inactive(rule):
        return {}
    for row in session.staging.rows(rule.object):
        scope = Scope(session, row)
        if not session.place(rule, row).taken:
            continue
        for field in counted:
            _note(found[field.label], field, scope)
    return found


def _is_counted(field: CompiledField) -> bool:
    """A choice whose labels come from the row itself; constants and roll-ups name theirs."""
    spec = field.spec
    return field.type in _CHOICES and spec.options_from is None and spec.rollup is None and spec.constant is None


def _note(observed: _Observed, field: CompiledField, scope: Scope) -> None:
    try:
        value = (field.unfitted or field.evaluate)(scope)
    except ValueError:  # reported when the row is mapped
        return
    for each in value if isinstance(value, list) else [value]:
        if not is_empty(each):
            text = plain_text(each)
            observed.longest = max(observed.longest, len(text))
            if field.type in _CHOICES:
                observed.labels.add(text)


def _column(plan: Plan, rule: CompiledRule, field: CompiledField, staging: StagedRows) -> Iterator[str]:
    """The distinct values of the column that `options_from` names, in source order."""
    said = field.spec.options_from
    assert said is not None
    if plan.catalog.object(said.object).absent:
        return
    compiler = FieldCompiler(
        rule.name, rule.spec, plan.mapping.file, plan.catalog, plan.transforms, plan.settings, plan.options
    )
    path = compiler.path(said.object, said.take)
    where = compiler.conditions.predicate(said.object, said.where)
    session = plan.session(staging)
    seen: set[str] = set()
    for row in staging.rows(said.object):
        scope = Scope(session, row)
        if where(scope) and not is_empty(value := scope.value(path)) and (text := plain_text(value)) not in seen:
            seen.add(text)
            yield text


def _text_type(field: CompiledField, observed: _Observed, longest: int | None) -> FieldType:
    grows = field.type is FieldType.TEXT and field.custom and not field.made_short
    long = grows and longest is not None and observed.longest > longest
    return FieldType.LONG_TEXT if long else field.type
