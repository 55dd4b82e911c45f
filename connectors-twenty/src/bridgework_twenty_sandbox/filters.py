"""Filters: conditions with the database's logic of three values (true, false, unknown)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridgework_twenty_sandbox.answers import Record, bad
from bridgework_twenty_sandbox.comparing import Comparison, comparison
from bridgework_twenty_sandbox.fieldtypes import PARTS, compact
from bridgework_twenty_sandbox.kinds import Kind, Unique
from bridgework_twenty_sandbox.table import Table
from bridgework_twenty_sandbox.workspace import Workspace

Verdict = bool | None
Test = Callable[[Record], Verdict]


@dataclass
class Filter:
    """A compiled filter. ``hints`` find the ids among which every match is; ``text`` tells filters apart."""

    test: Test
    text: str = ""
    speaks_of_deleted: bool = False
    hints: list[Callable[[Table], Iterable[str]]] = field(default_factory=list)

    def matches(self, row: Record) -> bool:
        return self.test(row) is True

    def candidates(self, table: Table) -> Iterable[str]:
        """Ids that can match, ascending."""
        if self.hints:
            return sorted(set(self.hints[0](table)))
        return list(table.ids())


EVERYTHING = Filter(lambda _: True)


def compile_filter(workspace: Workspace, kind: Kind, tree: Any) -> Filter:
    """Compile a filter of the GraphQL form: ``{field: {operator: value}}`` with and, or, not. Raises Refused."""
    compiler = _Compiler(workspace, kind)
    test = compiler.group(tree, top=True)
    return Filter(test, compact(tree), compiler.speaks_of_deleted, compiler.hints)


class _Compiler:
    def __init__(self, workspace: Workspace, kind: Kind) -> None:
        self._workspace = workspace
        self._kind = kind
        self.speaks_of_deleted = False
        self.hints: list[Callable[[Table], Iterable[str]]] = []

    def group(self, tree: Any, top: bool = False) -> Test:
        if not isinstance(tree, Mapping):
            raise bad("Invalid filter")
        return _all(list(self._conditions(tree, top)))

    def _conditions(self, tree: Mapping[str, Any], top: bool) -> Iterator[Test]:
        for name, value in tree.items():
            if name == "and":
                yield _all([self.group(each, top) for each in _listed(value)])
            elif name == "or":
                yield _any([self.group(each) for each in _listed(value)])
            elif name == "not":
                yield _not(self.group(value))
            elif value is not None:
                yield from self._column(name, value, top)

    def _column(self, name: str, value: Any, top: bool) -> Iterator[Test]:
        each = self._kind.columns.get(name)
        if each is None:
            raise bad(f'Object {self._kind.singular} doesn\'t have any "{name}" field.')
        if not isinstance(value, Mapping):
            raise bad(f'Invalid filter value for field "{name}"')
        self.speaks_of_deleted |= name == "deletedAt"
        if each["type"] not in PARTS:
            for operator, operand in value.items():
                self._hint(name, (), operator, operand, top)
                yield _reading(self._comparison(name, None, operator, operand), name)
            return
        for part, condition in value.items():
            if part not in PARTS[each["type"]]:
                raise bad(f'Sub field "{part}" not found for composite type: {each["type"]}')
            if not isinstance(condition, Mapping):
                raise bad(f'Invalid filter value for field "{name}.{part}"')
            for operator, operand in condition.items():
                self._hint(name, (part,), operator, operand, top)
                yield _reading(self._comparison(name, part, operator, operand), name, part)

    def _comparison(self, name: str, part: str | None, operator: str, operand: Any) -> Comparison:
        leaf, options = self._kind.leaf(name, part)
        suffix = "" if part is None else part[:1].upper() + part[1:]
        enum = f"{self._workspace.schema_name}.{self._kind.table}_{name}{suffix}_enum"
        return comparison(leaf, options, name if part is None else f"{name}.{part}", operator, operand, enum)

    def _hint(self, name: str, parts: tuple[str, ...], operator: str, operand: Any, top: bool) -> None:
        """Look a condition up in an index when every match has to meet it."""
        wanted = [operand] if operator == "eq" else operand if operator == "in" and isinstance(operand, list) else None
        if not top or wanted is None or not all(isinstance(each, str) and each for each in wanted):
            return
        unique = Unique(name, parts)
        leaf, _ = self._kind.leaf(name, parts[0] if parts else None)
        if unique in self._kind.uniques and leaf in ("TEXT", "UUID"):
            keys = [each.lower() if leaf == "UUID" else each for each in wanted]
            self.hints.insert(0, lambda table: filter(None, (table.owner_of(unique, key) for key in keys)))
        elif not parts and any(relation.column == name for relation in self._kind.relations.values()):
            targets = [each.lower() for each in wanted]
            self.hints.append(lambda table: (each for key in targets for each in table.pointing_at(name, key)))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _reading(compare: Comparison, name: str, part: str | None = None) -> Test:
    if part is None:
        return lambda row: compare(row[name])
    return lambda row: compare(row[name][part])


def _all(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def test(row: Record) -> Verdict:
        verdict: Verdict = True
        for each in tests:
            found = each(row)
            if found is False:
                return False
            if found is None:
                verdict = None
        return verdict

    return test


def _any(tests: list[Test]) -> Test:
    def test(row: Record) -> Verdict:
        verdict: Verdict = False
        for each in tests:
            found = each(row)
            if found is True:
                return True
            if found is None:
                verdict = None
        return verdict

    return test


def _not(inner: Test) -> Test:
    def test(row: Record) -> Verdict:
        found = inner(row)
        return None if found is None else not found

    return test
