"""Who is responsible for records: every value that reaches an owner field, and the team member it stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bridgework.mapping.compiled import CompiledField, CompiledRule
from bridgework.mapping.outcome import Mapped
from bridgework.mapping.paths import reader
from bridgework.mapping.running import scopes
from bridgework.mapping.scope import StagedRow, StagedRows
from bridgework.mapping.template import parse_template
from bridgework.mapping.values import plain_text
from bridgework.model import FieldType, NamedTransform, Person

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
    team = _Team(plan, staging)
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


class _Team:
    """The practice's team by key and by every form in which a text may name one of them. Small, so kept."""

    def __init__(self, plan: Plan, staging: StagedRows) -> None:
        said = plan.mapping.file.people
        self.members: dict[str, Person] = {}
        self.forms: dict[str, set[str]] = {}
        self.comparable: Callable[[str], str] = str.strip
        if said is None or plan.catalog.object(said.from_).absent:
            return
        self._email, self._active = reader(said.email), reader(said.active) if said.active else None
        self._name = parse_template(said.name)
        forms = plan.transforms[said.forms] if said.forms else None
        if said.text:
            comparable = plan.transforms[said.text].function
            self.comparable = lambda text: str(comparable(text) or "")
        for row in staging.rows(said.from_):
            self._add(row, forms)

    def _add(self, row: StagedRow, forms: NamedTransform | None) -> None:
        values = row.values
        name = self._name.fill([plain_text(reader(part)(values)) for part in self._name.names])
        active = self._active is None or self._active(values) is not False
        email = plain_text(self._email(values))
        self.members[row.key] = Person(value=row.key, name=name, email=email, key=row.key, active=active)
        found: Any = forms.function(values) if forms else [name]
        for form in found or ():
            self.forms.setdefault(str(form), set()).add(row.key)

    def person(self, value: str) -> Person:
        """The member of that key, or the only one whose form equals the text."""
        if value in self.members:
            return self.members[value]
        keys = self.forms.get(self.comparable(value), set()) if value else set()
        if len(keys) != 1:
            return Person(value=value, name=value)
        member = self.members[next(iter(keys))]
        return Person(value=value, name=member.name, email=member.email, key=member.key, active=member.active)
