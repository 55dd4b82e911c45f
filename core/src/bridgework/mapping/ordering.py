"""The order in which rules are loaded: what is pointed to comes first; circles are cut at fields that can wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bridgework.mapping.compiled import CompiledRule
from bridgework.mapping.loading import nearest
from bridgework.mapping.yamltext import Place
from bridgework.model import Before

Note = Callable[[Place, str], None]


def in_load_order(rules: Mapping[str, CompiledRule], hints: Iterable[Before], note: Note) -> dict[str, CompiledRule]:
    """The rules, topologically sorted; document order decides between rules that are free.

    A field inside a circle of rules becomes `deferred` unless it is required; a circle of required fields and hints is
    reported through `note`, with its reasons.
    """
    before = _hints(rules, hints, note)
    waiting = dict(rules)
    ordered: dict[str, CompiledRule] = {}
    while waiting:
        name = next((name for name, rule in waiting.items() if not _pending(rule, waiting, before)), None)
        if name is None:
            name = next((name for name, rule in waiting.items() if _can_wait(rule, waiting, before)), None)
            if name is None:
                _report_circle(waiting, before, note)
                return dict(rules)
        ordered[name] = _deferring(waiting.pop(name), waiting)
    return ordered


def _hints(rules: Mapping[str, CompiledRule], hints: Iterable[Before], note: Note) -> dict[str, dict[str, str]]:
    before: dict[str, dict[str, str]] = {}
    for hint in hints:
        for name in (hint.first, hint.then):
            if name not in rules:
                note(("rules",), f"the load order names {name}, which is no rule{nearest(name, rules)}")
        if hint.first in rules and hint.then in rules:
            before.setdefault(hint.then, {})[hint.first] = hint.reason
    return before


def _needs(rule: CompiledRule) -> dict[str, bool]:
    """Rules this one points to, and whether it cannot do without (deferred fields do not count)."""
    needs: dict[str, bool] = {name: True for _, name in rule.requires}
    if rule.kind == "into":
        needs[rule.target] = True
    for field in rule.fields:
        if not field.deferred:
            for name in field.references:
                needs[name] = needs.get(name, False) or field.required
    needs.pop(rule.name, None)
    return needs


def _pending(rule: CompiledRule, waiting: Mapping[str, CompiledRule], before: Mapping[str, Mapping[str, str]]) -> bool:
    return any(name in waiting for name in (*_needs(rule), *before.get(rule.name, ())))


def _can_wait(rule: CompiledRule, waiting: Mapping[str, CompiledRule], before: Mapping[str, Mapping[str, str]]) -> bool:
    hard = [name for name, required in _needs(rule).items() if required]
    return not any(name in waiting for name in (*hard, *before.get(rule.name, ())))


def _deferring(rule: CompiledRule, waiting: Mapping[str, CompiledRule]) -> CompiledRule:
    """Fields that point to rules which come later are written in the second pass."""
    later = {name for name in waiting if name != rule.name}
    fields = tuple(
        replace(field, deferred=True) if not field.deferred and later.intersection(field.references) else field
        for field in rule.fields
    )
    return rule if fields == rule.fields else replace(rule, fields=fields)


def _report_circle(waiting: Mapping[str, CompiledRule], before: Mapping[str, Mapping[str, str]], note: Note) -> None:
    """Walk along hard needs until a rule comes again, and say why each one waits."""
    name = next(iter(waiting))
    path: list[tuple[str, str]] = []
    while name not in [step[0] for step in path]:
        rule = waiting[name]
        reasons = {other: "a required reference" for other, required in _needs(rule).items() if required}
        reasons.update(before.get(name, {}))
        following = next(other for other in reasons if other in waiting)
        path.append((name, reasons[following]))
        name = following
    circle = path[[step[0] for step in path].index(name) :]
    told = "; ".join(f"{rule} waits because of {reason}" for rule, reason in circle)
    note(("rules", circle[0][0]), f"the rules {', '.join(step[0] for step in circle)} wait for each other: {told}")
