"""Roll-ups: children of a row (or members of a group) to one value, exactly and in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bridgework.canonical import number_text
from bridgework.mapping.compiled import Evaluator
from bridgework.mapping.document import FieldSpec
from bridgework.mapping.paths import Path, UnknownName
from bridgework.mapping.scope import Scope, value_at
from bridgework.mapping.values import date_of, decimal_of, is_empty, plain_text
from bridgework.model import FieldType, Value

if TYPE_CHECKING:
    from bridgework.mapping.evaluation import FieldCompiler

Children = Callable[[Scope], list[Scope]]
_NUMBERS = (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY)
MEMBERS = "members"


class RollupCompiler:
    """Compiles `rollup` specifications for one rule; names are checked through its field compiler."""

    def __init__(self, fields: FieldCompiler) -> None:
        self.fields = fields
        self._slots: dict[str, int] = {}

    def evaluator(self, spec: FieldSpec, object_name: str) -> Evaluator:
        """The value of a roll-up for the row of a scope."""
        child, chosen = self._children(spec, object_name)
        if spec.count:
            return lambda scope: len(chosen(scope))
        taken = self._taker(spec, child)
        if spec.sum_:
            sign = -1 if spec.negate else 1
            return lambda scope: _sum([taken(each) for each in chosen(scope)], sign)
        if spec.pick is not None:
            return lambda scope: _finished(spec, [taken(each) for each in chosen(scope)], single=True)
        return lambda scope: _finished(spec, [taken(each) for each in chosen(scope)])

    def reference(self, spec: FieldSpec, object_name: str, rule_name: str) -> Evaluator:
        """The first child, in order, whose path leads to a row that takes part in the rule."""
        from bridgework.mapping.evaluation import reference_to

        child, chosen = self._children(spec, object_name)
        if not isinstance(spec.take, str):
            raise UnknownName("take must be the path of a reference here")
        path = self.fields.path(child, spec.take, "reference")
        self.fields.check_reference(path, rule_name)

        def find(scope: Scope) -> Value:
            for each in chosen(scope):
                parent = each.session.named_row(each, path)
                if parent is not None and (found := reference_to(each, rule_name, parent)):
                    return found
            return None

        return find

    def _children(self, spec: FieldSpec, object_name: str) -> tuple[str, Children]:
        if object_name != self.fields.home:
            raise UnknownName("a roll-up stands on the rule's own row")
        if spec.through:
            child, listed = self._through(spec)
        else:
            child, listed = self._members() if spec.rollup == MEMBERS else self._referring(spec)
        where = self.fields.conditions.predicate(child, spec.where) if spec.where else None
        order = self._order(spec, child)
        everyone, few = self._slot(spec, whole=True), self._slot(spec, whole=False)

        def chosen(scope: Scope) -> list[Scope]:
            memo = scope.memo
            if memo is None:
                memo = scope.memo = {}
            known = memo.get(few)
            if known is None:
                found = memo.get(everyone)
                if found is None:
                    found = memo[everyone] = listed(scope)
                if where is not None:
                    found = [each for each in found if where(each)]
                known = memo[few] = _picked(spec, order(found) if order else found)[spec.skip :]
            return known

        return child, chosen

    def _slot(self, spec: FieldSpec, *, whole: bool) -> int:
        """Fields that look at the same children (and choose the same way) share what was found: one slot for each."""
        wanted = {"rollup", "by", "through"}
        if not whole:
            wanted |= {"where", "pick", "order", "skip"}
        name = spec.model_dump_json(include=wanted) if not whole else f"all {spec.model_dump_json(include=wanted)}"
        return self._slots.setdefault(name, len(self._slots))

    def _members(self) -> tuple[str, Children]:
        if not self.fields.rule.group:
            raise UnknownName("members belongs to a rule with group")
        return self.fields.home, lambda scope: [Scope(scope.session, row) for row in scope.members]

    def _referring(self, spec: FieldSpec) -> tuple[str, Children]:
        assert spec.rollup is not None
        if self.fields.rule.group:
            raise UnknownName("a grouped rule rolls up its members only")
        by = spec.by.from_ if spec.by is not None else None
        hop = self.fields.catalog.reference(spec.rollup, self.fields.home, by or "")
        self.fields.trace.children.setdefault(hop)
        self.fields.trace.use(hop.source, hop.field, "reference")
        return spec.rollup, lambda scope: [
            Scope(scope.session, row, held=hop.field, held_row=scope.row) for row in scope.children.get(hop, ())
        ]

    def _through(self, spec: FieldSpec) -> tuple[str, Children]:
        """Two references away: rows between are few per row, their children are looked up."""
        assert spec.rollup is not None
        if spec.through == MEMBERS:
            between, listed = self._members()
        else:
            between, listed = self._referring(FieldSpec(rollup=spec.through, count=True))
        hop = self.fields.catalog.reference(spec.rollup, between, spec.by.from_ or "" if spec.by else "")
        self.fields.trace.use(hop.source, hop.field, "reference")

        def found(scope: Scope) -> list[Scope]:
            session = scope.session
            middle = [each.row for each in listed(scope)]
            middle += session.linked(between, scope.row)
            return [Scope(session, row) for each in middle for row in session.children(each, hop)]

        return spec.rollup, found

    def _taker(self, spec: FieldSpec, child: str) -> Evaluator:
        if isinstance(spec.take, dict):
            parts = {name: self._one(text, child) for name, text in spec.take.items()}
            return lambda scope: {name: value for name, part in parts.items() if not is_empty(value := part(scope))}
        if isinstance(spec.take, list):
            several = [self._one(text, child) for text in spec.take]
            return lambda scope: next((value for part in several if not is_empty(value := part(scope))), None)
        return self._one(spec.take or "", child)

    def _one(self, text: str, child: str) -> Evaluator:
        if "{" in text:
            return self.fields.text(text, child)
        return value_at(self.fields.path(child, text))

    def _order(self, spec: FieldSpec, child: str) -> Callable[[list[Scope]], list[Scope]] | None:
        if spec.order is None:
            if spec.pick in ("earliest", "latest", "nearest"):
                raise UnknownName(f"pick: {spec.pick} needs order, the path of a date")
            return None
        path = self.fields.path(child, spec.order, "order")
        pick = spec.pick

        def ordered(found: list[Scope]) -> list[Scope]:
            keyed = sorted(((_order_key(each, path), each) for each in found), key=lambda item: item[0])
            if pick == "earliest":
                keyed = [item for item in keyed if item[0][0]]
            dated = [each for _, each in keyed]
            return _nearest(dated, path) if pick == "nearest" else dated

        return ordered


def _order_key(scope: Scope, path: Path) -> tuple[Any, ...]:
    """Rows without a value first; amounts as numbers, local times as instants, all else as text."""
    row = scope.end(path)
    value = None if row is None else path.read(row.values)
    if is_empty(value) or row is None:
        return (0, "")
    if path.type in _NUMBERS:
        amount = decimal_of(value)
        return (0, "") if amount is None else (1, amount)
    if path.type in (FieldType.LOCAL_INSTANT, FieldType.INSTANT):
        moment = scope.session.around.zones.instant(row, scope.session, value)
        return (0, "") if moment is None else (1, moment.isoformat())
    return (1, plain_text(value))


def _nearest(dated: list[Scope], path: Path) -> list[Scope]:
    """The first at or after the cutover alone, else the latest of the past."""
    for each in dated:
        row = each.end(path)
        day = date_of(path.read(row.values)) if row is not None else None
        if day is not None and day >= each.session.around.zones.today:
            return [each]
    return dated[-1:]


def _picked(spec: FieldSpec, found: list[Scope]) -> list[Scope]:
    if spec.pick in ("last", "latest"):
        return found[-1:]
    return found[:1] if spec.pick in ("first", "earliest") and not spec.skip else found


def _sum(values: Sequence[Value], sign: int) -> Value:
    amounts = [amount for value in values if (amount := decimal_of(value)) is not None]
    return number_text(sign * sum(amounts, Decimal(0))) if amounts else None


def _finished(spec: FieldSpec, values: list[Value], *, single: bool = False) -> Value:
    found = [value for value in values if not is_empty(value)]
    if single:
        found = found[:1]
        value = found[0] if found else None
        return spec.join.join(map(plain_text, value)) if spec.join is not None and isinstance(value, list) else value
    flat = [item for value in found for item in (value if isinstance(value, list) else [value])]
    if spec.unique:
        flat = [item for place, item in enumerate(flat) if item not in flat[:place]]
    if spec.sort:
        flat.sort(key=plain_text)
    return spec.join.join(map(plain_text, flat)) if spec.join is not None and flat else flat or None
