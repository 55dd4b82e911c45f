"""What the stages ask of compiled rules."""

from __future__ import annotations

from bridgework.mapping import CompiledRule, Plan


def target_rules(plan: Plan) -> list[CompiledRule]:
    """Rules that write records of the destination, in load order."""
    return [rule for rule in plan.rules.values() if rule.kind == "target" and not rule.inactive]


def required_labels(rule: CompiledRule) -> frozenset[str]:
    """Fields without which a record cannot be written."""
    return frozenset(field.label for field in rule.fields if field.required)


def deferred_labels(rule: CompiledRule) -> frozenset[str]:
    """Fields of the second pass."""
    return frozenset(field.label for field in rule.fields if field.deferred)
