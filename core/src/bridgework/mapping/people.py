"""Who is responsible for records: every value that reaches an owner field, and the team member it stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bridgework.mapping.compiled import CompiledField, CompiledRule
from bridgework.mapping.outcome import Mapped
from bridgework.mapping.running import scopes
from bridgework.mapping.scope import StagedRows
from bridgework.mapping.team import Team
from bridgework.model import FieldType, Person

if TYPE_CHECKING:
    from bridgework.mapping.plan import Plan


def owner_people(plan: Plan, staging: StagedRows) -> list[tuple[Person, int]]:
    """Distinct owner values, most frequent first, resolved to a team member by key or by exact normalised name.

    A text that no member's form equals, or the forms of two, stays without `key`. Nobody named is the value ``""``.
    """
    counted: Counter[str] = Counter()
    for rule in plan.rules.values():
        owners = [field for field in rule.fields if field.type is FieldType.OWNER]
        if rule.kind == "target" and owners:
            counted.update(_grouped(plan, rule, staging) if rule.group else _values(plan, rule, owners, staging))
    team = Team(plan.mapping.file.people, plan.transforms, staging)
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [(team.person(value), number) for value, number in ordered]


def _values(plan: Plan, rule: CompiledRule, owners: Sequence[CompiledField], staging: StagedRows) -> Iterator[str]:
    """Owners of the rule's records; nothing else of them is worked out."""
    if staging.object(rule.object).absent:
        return
    session = plan.session(staging)
    for scope in scopes(session, rule):
        if session.find_place(rule, scope.row, scope).taken and all(scope.children.get(hop) for hop in rule.needed):
            for field in owners:
                if isinstance(owner := field.evaluate(scope), dict):
                    yield str(owner["owner"])


def _grouped(plan: Plan, rule: CompiledRule, staging: StagedRows) -> Iterator[str]:
    for made in plan.run(rule.name, staging):
        if isinstance(made, Mapped):
            yield from (
                str(value["owner"]) for value in made.body.values() if isinstance(value, dict) and "owner" in value
            )
