"""Conditions compiled to predicates over a scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bridgework.mapping.document import Scalar, Test, Where
from bridgework.mapping.paths import Path, UnknownName
from bridgework.mapping.scope import Predicate, Scope, StagedRow
from bridgework.mapping.values import date_of, decimal_of, is_empty, plain_text
from bridgework.model import Value

if TYPE_CHECKING:
    from bridgework.mapping.evaluation import FieldCompiler

ValueTest = Callable[[Scope, StagedRow, Value], bool]


class ConditionCompiler:
    """Turns `Where` into one predicate; names are checked through the field compiler it belongs to."""

    def __init__(self, fields: FieldCompiler) -> None:
        self.fields = fields

    def named(self, object_name: str, where: Where) -> list[tuple[str, Predicate]]:
        """One (reason, predicate) per condition, so that a row left out can say which one failed."""
        found = [
            (f"not chosen: {path}", self._path_test(object_name, path, test)) for path, test in where.tests.items()
        ]
        if where.any_:
            several = [self.predicate(object_name, each) for each in where.any_]
            found.append(("not chosen: any", lambda scope: any(each(scope) for each in several)))
        if where.none:
            unwanted = self.predicate(object_name, where.none)
            found.append(("not chosen: none", lambda scope: not unwanted(scope)))
        return found

    def predicate(self, object_name: str, where: Where) -> Predicate:
        """All conditions at once."""
        tests = [predicate for _, predicate in self.named(object_name, where)]
        if len(tests) == 1:
            return tests[0]
        return lambda scope: all(test(scope) for test in tests)

    def _path_test(self, object_name: str, text: str, test: Test) -> Predicate:
        path = self.fields.path(object_name, text, "condition")
        checks = self._checks(object_name, path, test)

        if not path.hops:
            read = path.read
            if len(checks) == 1:
                only = checks[0]
                return lambda scope: only(scope, scope.row, read(scope.row.values))
            return lambda scope: all(check(scope, scope.row, read(scope.row.values)) for check in checks)

        def holds(scope: Scope) -> bool:
            row = scope.end(path)
            value = None if row is None else path.read(row.values)
            return all(check(scope, row or scope.row, value) for check in checks)

        return holds

    def _checks(self, object_name: str, path: Path, test: Test) -> list[ValueTest]:
        checks: list[ValueTest] = []
        if test.is_ is not None:
            checks.append(_equal(test.is_))
        if test.not_ is not None:
            checks.append(_negated(_equal(test.not_)))
        if test.in_ is not None:
            checks.append(self._one_of(test.in_))
        if test.not_in is not None:
            checks.append(_negated(self._one_of(test.not_in)))
        if test.contains is not None:
            checks.append(_holding(self._list(test.contains, allow_text=True)))
        if test.empty is not None:
            wanted = test.empty
            checks.append(lambda scope, row, value: is_empty(value) is wanted)
        if test.past is not None:
            checks.append(_before_cutover(path, test.past))
        if test.at_least is not None or test.at_most is not None:
            checks.append(_between(test.at_least, test.at_most))
        if test.part_of is not None:
            checks.append(self._taking_part(path, test.part_of))
        if test.not_part_of is not None:
            checks.append(_negated(self._taking_part(path, test.not_part_of)))
        if test.differs_from is not None:
            other = self.fields.path(object_name, test.differs_from, "condition")
            checks.append(lambda scope, row, value: not _same(value, scope.value(other)))
        return checks

    def _list(self, given: list[str] | list[Scalar] | str, *, allow_text: bool = False) -> frozenset[str]:
        if isinstance(given, str):
            known = self.fields.mapping.lists
            if given not in known and not allow_text:
                raise UnknownName(f"there is no list {given}")
            return frozenset(plain_text(item).casefold() for item in known.get(given, [given]))
        return frozenset(plain_text(item).casefold() for item in given)

    def _one_of(self, given: list[Scalar] | str) -> ValueTest:
        wanted = self._list(given)

        def check(scope: Scope, row: StagedRow, value: Value) -> bool:
            items = value if isinstance(value, list) else [value]
            return any(plain_text(item).casefold() in wanted for item in items)

        return check

    def _taking_part(self, path: Path, rule_name: str) -> ValueTest:
        self.fields.check_reference(path, rule_name)

        def check(scope: Scope, row: StagedRow, value: Value) -> bool:
            rule = scope.session.rules.get(rule_name)
            parent = scope.session.named_row(scope, path) if rule else None
            return rule is not None and parent is not None and scope.session.place(rule, parent).taken

        return check


def _same(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if is_empty(left) or is_empty(right):
        return is_empty(left) and is_empty(right)
    first, second = decimal_of(left), decimal_of(right)
    if (isinstance(left, int) or isinstance(right, int)) and first is not None and second is not None:
        return first == second
    return plain_text(left) == plain_text(right)


def _equal(wanted: Scalar) -> ValueTest:
    def check(scope: Scope, row: StagedRow, value: Value) -> bool:
        return any(_same(item, wanted) for item in value) if isinstance(value, list) else _same(value, wanted)

    return check


def _negated(test: ValueTest) -> ValueTest:
    return lambda scope, row, value: not test(scope, row, value)


def _holding(words: frozenset[str]) -> ValueTest:
    def check(scope: Scope, row: StagedRow, value: Value) -> bool:
        text = plain_text(value).casefold()
        return any(word in text for word in words)

    return check


def _before_cutover(path: Path, wanted: bool) -> ValueTest:
    kind = path.type

    def check(scope: Scope, row: StagedRow, value: Value) -> bool:
        return scope.session.around.zones.is_past(row, scope.session, value, kind) is wanted

    return check


def _between(least: Scalar | None, most: Scalar | None) -> ValueTest:
    def check(scope: Scope, row: StagedRow, value: Value) -> bool:
        return _at_least(value, least) and _at_least(most, value) if most is not None else _at_least(value, least)

    return check


def _at_least(value: Value, least: Value) -> bool:
    if least is None:
        return not is_empty(value)
    first, second = decimal_of(value), decimal_of(least)
    if first is not None and second is not None:
        return first >= second
    day, bound = date_of(value), date_of(least)
    return day is not None and bound is not None and day >= bound
