"""What the stages ask of compiled rules."""

from __future__ import annotations

from collections.abc import Mapping

from bridgework.mapping import CompiledRule, Plan
from bridgework.migration import Migration


def target_rules(plan: Plan) -> list[CompiledRule]:
    """Rules that write records of the destination, in load order."""
    return [rule for rule in plan.rules.values() if rule.kind == "target" and not rule.inactive]


def required_labels(rule: CompiledRule) -> frozenset[str]:
    """Fields without which a record cannot be written."""
    return frozenset(field.label for field in rule.fields if field.required)


def deferred_labels(rule: CompiledRule) -> frozenset[str]:
    """Fields of the second pass."""
    return frozenset(field.label for field in rule.fields if field.deferred)


def relations(migration: Migration) -> Mapping[str, tuple[str, frozenset[str]]]:
    """Rule → destination object and the rules it refers to. After a purge, as the purge noted them."""
    if migration.keys.records is not None:
        return {rule.name: (rule.target, rule.references) for rule in target_rules(migration.plan)}
    noted = migration.journal.last_event("purge_started")
    rules = {} if noted is None else noted.payload["rules"]
    return {name: (target, frozenset(names)) for name, (target, names) in rules.items()}
