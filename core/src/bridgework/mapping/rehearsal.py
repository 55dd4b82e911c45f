"""Trying a mapping on a few rows its author writes down: the mapping's own tests, with staging in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bridgework.errors import BridgeworkError, ContractBroken, UsageError
from bridgework.mapping.compiler import compile_mapping
from bridgework.mapping.document import MappingTest
from bridgework.mapping.loading import Mapping as LoadedMapping
from bridgework.mapping.outcome import Disposed, Mapped, Outcome, Skipped, canonical
from bridgework.mapping.paths import reader
from bridgework.mapping.plan import Plan
from bridgework.mapping.settings import MappingSettings
from bridgework.mapping.values import is_empty
from bridgework.model import Body, NamedTransform, SourceDescription, SourceObject, TransformContext, Value


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A row of a rehearsal."""

    object: str
    key: str
    seq: int
    values: Body

    def get(self, path: str, default: Value = None) -> Value:
        """The value at a dotted path; absent, None and "" give `default`."""
        found = reader(path)(self.values)
        return default if found is None or found == "" else found


class MemoryStaging:
    """The part of the staging's read face that mappings use, over rows in memory."""

    def __init__(self, description: SourceDescription, rows: Mapping[str, Sequence[Body]]) -> None:
        self.description = description
        self._objects = {item.name: item for item in description.objects}
        self._rows: dict[str, list[MemoryRow]] = {}
        seq = 0
        for name, listed in rows.items():
            for number, values in enumerate(listed, start=1):
                seq += 1
                self._rows.setdefault(name, []).append(MemoryRow(name, self._key(name, values, number), seq, values))
        self._survivors: dict[tuple[str, str], str] = {}

    def _key(self, name: str, values: Body, number: int) -> str:
        parts = [reader(field)(values) for field in self._objects[name].key]
        return f"row {number}" if any(is_empty(part) for part in parts) else "|".join(map(str, parts))

    def objects(self) -> tuple[SourceObject, ...]:
        return self.description.objects

    def object(self, name: str) -> SourceObject:
        return self._objects[name]

    def count(self, object_name: str) -> int:
        return len(self._rows.get(object_name, ()))

    def rows(self, object_name: str) -> Iterator[MemoryRow]:
        return iter(self._rows.get(object_name, ()))

    def row(self, object_name: str, key: str) -> MemoryRow | None:
        return next((row for row in self.rows(object_name) if row.key == key), None)

    def by_field(self, object_name: str, field: str, value: Value) -> list[MemoryRow]:
        return [row for row in self.rows(object_name) if str(value) in _texts(reader(field)(row.values))]

    def counts(self, object_name: str, field: str) -> list[tuple[Value, int]]:
        values = Counter(reader(field)(row.values) for row in self.rows(object_name))
        return sorted(values.items(), key=lambda item: (-item[1], str(item[0])))

    def children_of(
        self, child: str, reference_field: str, *, survivors: bool = False, parent: str = ""
    ) -> Iterator[tuple[int, MemoryRow]]:
        found: list[tuple[int, MemoryRow]] = []
        for row in self.rows(child):
            for holders in self._holders(row, reference_field, parent):
                if len(holders) == 1:
                    place = self._survived(holders[0]) if survivors else holders[0]
                    found.append((place.seq, row))
        return iter(sorted(found, key=lambda item: (item[0], item[1].seq)))

    def children(self, parent: MemoryRow, child: str, reference_field: str) -> list[MemoryRow]:
        found = self.children_of(child, reference_field, survivors=True, parent=parent.object)
        return [row for seq, row in found if seq == parent.seq]

    def parents_with_children(
        self, parent: str, child: str, reference_field: str, *, survivors: bool = False
    ) -> Iterator[tuple[MemoryRow, list[MemoryRow]]]:
        children = list(self.children_of(child, reference_field, survivors=survivors, parent=parent))
        for row in self.rows(parent):
            yield row, [each for seq, each in children if seq == row.seq]

    def orphans(self, child: str, reference_field: str) -> Iterator[MemoryRow]:
        return (row for row in self.rows(child) if any(not each for each in self._holders(row, reference_field, "")))

    def ambiguous(self, child: str, reference_field: str) -> Iterator[MemoryRow]:
        return (
            row for row in self.rows(child) if any(len(each) > 1 for each in self._holders(row, reference_field, ""))
        )

    def _holders(self, row: MemoryRow, field: str, parent: str) -> Iterator[list[MemoryRow]]:
        for reference in self._objects[row.object].references:
            if reference.field == field and parent in ("", reference.object):
                for value in _texts(reader(field)(row.values)):
                    if reference.to:
                        yield self.by_field(reference.object, reference.to, value)
                    else:
                        yield [each for each in self.rows(reference.object) if each.key == value]

    def _survived(self, row: MemoryRow) -> MemoryRow:
        return self.row(row.object, self.survivor(row.object, row.key)) or row

    def survivor(self, object_name: str, key: str) -> str:
        seen = {key}
        at = key
        while (into := self._survivors.get((object_name, at))) is not None:
            if into in seen or self.row(object_name, into) is None:
                return key
            seen.add(into)
            at = into
        return at

    def apply_merges(self, wanted: Mapping[tuple[str, str], str]) -> None:
        self._survivors = dict(wanted)

    def declared_merges(self) -> Iterator[tuple[tuple[str, str], str]]:
        for name, item in self._objects.items():
            if item.merged_into:
                for row in self.rows(name):
                    if into := reader(item.merged_into)(row.values):
                        yield (name, row.key), str(into)


def _texts(value: Value) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in dict.fromkeys(items) if not is_empty(item)]


# -------------------------------------------------------------------------------------- tests of a mapping


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test of a mapping file. `problems` name the fields that differ and may show the test's own values."""

    __test__ = False  # not one for pytest to collect

    number: int
    rule: str
    about: str
    passed: bool
    problems: tuple[str, ...] = ()


def run_mapping_tests(
    mapping: LoadedMapping,
    description: SourceDescription,
    *,
    settings: MappingSettings,
    transforms: Iterable[NamedTransform] = (),
) -> list[TestResult]:
    """Run the `tests` of a mapping file, each on its own rows in memory.

    A test passes if every field it expects comes out so (an expected null must not come out at all), or if the row is
    skipped for the reason it names. Deferred fields are looked for beside the others. The tests of each text hold for
    what that text and those before it say: who overrides a field of the pair does not break the pair's tests of it.
    """
    whole = _present(description)  # a test gives its rows itself, whatever this extract happens to lack
    named, results = tuple(transforms), list[TestResult]()
    for count in range(1, len(mapping.texts) + 1):
        layer = mapping if count == len(mapping.texts) else mapping.first(count)
        plans = _Plans(layer, whole, settings, named)
        for number, test in enumerate(layer.file.tests[len(results) :], start=len(results) + 1):
            results.append(_tried(number, test, plans))
    return results


class _Plans:
    """The mapping compiled once for each set of options that tests ask for: the cutover counts in a run only."""

    def __init__(
        self,
        mapping: LoadedMapping,
        description: SourceDescription,
        settings: MappingSettings,
        transforms: Sequence[NamedTransform],
    ) -> None:
        self._mapping = mapping
        self.description = description
        self._settings = settings
        self._transforms = transforms
        self._made: dict[str, Plan] = {}

    def plan(self, test: MappingTest) -> Plan:
        """The plan for the test's options and cutover."""
        name = repr(sorted(test.options.items()))
        if name not in self._made:
            changed = replace(self._settings, options={**self._settings.options, **test.options})
            self._made[name] = compile_mapping(
                self._mapping, self.description, settings=changed, transforms=self._transforms
            )
        return self._made[name].at(datetime.fromisoformat(test.cutover)) if test.cutover else self._made[name]


def _tried(number: int, test: MappingTest, plans: _Plans) -> TestResult:
    try:
        problems = _problems(test, _first_outcome(test, plans))
    except BridgeworkError as failure:
        problems = [failure.message]
    return TestResult(number, test.rule, test.about, not problems, tuple(problems))


def _first_outcome(test: MappingTest, plans: _Plans) -> Outcome | None:
    plan = plans.plan(test)
    home = plan.rule(test.rule).object
    known = {item.name for item in plans.description.objects}
    if unknown := [name for name in test.rows if name not in known]:
        raise UsageError(
            f"The test gives rows of {', '.join(unknown)}, which the source does not have.",
            next_step="correct the test in mapping.yaml, then: bridgework plan --test",
        )
    rows = {home: [test.given], **{name: listed for name, listed in test.rows.items() if name != home}}
    rows[home] = [test.given, *test.rows.get(home, [])]
    return first_outcome(plan, test.rule, MemoryStaging(plans.description, rows))


def first_outcome(plan: Plan, rule: str, staging: MemoryStaging) -> Outcome | None:
    """What becomes of the first row of a rule's object."""
    plan.prepare(staging)
    wanted = next(staging.rows(plan.rule(rule).object)).key
    for made in plan.run(rule, staging):
        keys = [row.key for row in made.sources] if isinstance(made, Mapped) else [made.key]
        if wanted in keys:
            return made
    return None


def _present(description: SourceDescription) -> SourceDescription:
    """Objects the export lacks are there in a rehearsal: their rows are given."""
    return replace(description, objects=tuple(replace(item, absent="") for item in description.objects))


def _problems(test: MappingTest, made: Outcome | None) -> list[str]:
    if made is None:
        return ["the rule makes nothing of the row"]
    if test.skipped is not None:
        if not isinstance(made, Skipped):
            return [f"expected to be skipped ({test.skipped}), but it is not"]
        return [] if made.reason == test.skipped else [f"skipped, but because of {made.reason!r}"]
    if isinstance(made, Skipped):
        return [f"skipped: {made.reason}"]
    body = {**made.body, **made.deferred} if isinstance(made, Mapped) else _disposed(made)
    expected = test.expect or {}
    return [
        f"{label}: expected {_shown(value)}, got {_shown(body.get(label))}"
        for label, value in expected.items()
        if _shown(value) != _shown(body.get(label))
    ]


def _disposed(made: Disposed) -> Body:
    into = {"rule": made.into[0], "key": made.into[1]} if made.into else None
    return {**made.values, "into": into, "kind": made.kind}


def _shown(value: Any) -> str:
    return "nothing" if is_empty(value) else canonical(value).decode()


# -------------------------------------------------------------------------------------- examples of transforms


def check_examples(transforms: Iterable[NamedTransform], context: TransformContext | None = None) -> list[str]:
    """Run the examples of transforms; one sentence per example that does not come out as it says."""
    from bridgework.mapping.evaluation import takes_context

    problems: list[str] = []
    for named in transforms:
        for given, expected in named.examples:
            try:
                made = named.function(given, context) if takes_context(named.function) else named.function(given)
            except ValueError:
                made = None
            except Exception as failure:
                raise ContractBroken(f"The transform {named.name} fails on its example.") from failure
            if made != expected:
                problems.append(f"{named.name}: {given!r} gives {made!r}, not {expected!r}")
    return problems
