"""From a mapping and a source's description to a plan: every name is checked, every problem is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bridgework.errors import ContractBroken
from bridgework.mapping.accounting import Usage
from bridgework.mapping.decisions import Decisions
from bridgework.mapping.document import Rule, Scalar
from bridgework.mapping.evaluation import FieldCompiler
from bridgework.mapping.loading import Mapping, mapping_error, nearest
from bridgework.mapping.ordering import in_load_order
from bridgework.mapping.paths import Catalog, Computed, Path, UnknownName
from bridgework.mapping.plan import Plan
from bridgework.mapping.rules import Labels, RuleCompiler
from bridgework.mapping.scope import Scope, StagedRow, alone
from bridgework.mapping.session import Session
from bridgework.mapping.settings import MappingSettings, Zones
from bridgework.mapping.template import parse_template
from bridgework.mapping.transforms import TRANSFORMS
from bridgework.mapping.yamltext import Place
from bridgework.model import Before, NamedTransform, SourceDescription, Value


def compile_mapping(
    mapping: Mapping,
    description: SourceDescription,
    *,
    settings: MappingSettings,
    transforms: Iterable[NamedTransform] = (),
    decisions: Decisions | None = None,
    hints: Iterable[Before] = (),
) -> Plan:
    """Check every name of the mapping against the source and make it runnable.

    :param description: with the inferred custom fields, that is the staging's description after the freeze.
    :param transforms: those of the plugins; the core's own are always there.
    :param hints: answers of the `load_order` hook.
    :raises MappingError: with every problem as ``file:line: place: reason``.
    """
    return _Compiler(mapping, description, settings, transforms, decisions or Decisions()).compile(hints)


class _Compiler:
    def __init__(
        self,
        mapping: Mapping,
        description: SourceDescription,
        settings: MappingSettings,
        transforms: Iterable[NamedTransform],
        decisions: Decisions,
    ) -> None:
        self.mapping, self.file, self.settings, self.decisions = mapping, mapping.file, settings, decisions
        self.catalog = Catalog(description)
        self.transforms = _by_name([*TRANSFORMS, *transforms])
        self.problems: list[str] = []
        self.usage = Usage()
        self.options = self._options()

    def compile(self, hints: Iterable[Before]) -> Plan:
        self._computed()
        labels = Labels()
        rules = {}
        for name, spec in self.file.rules.items():
            rule = RuleCompiler(name, self._compiler(name, spec), labels, self.usage, self._note).compile()
            if rule is not None and not rule.inactive:
                rules[name] = rule
        zones = self._zones()
        self._people()
        for name, field in self.file.same_person.items():
            self._checked(("same_person", name), name, field)
        if not self.problems:
            rules = in_load_order(rules, hints, self._note)
        if self.problems:
            raise mapping_error(self.problems)
        return Plan(
            mapping=self.mapping,
            catalog=self.catalog,
            rules=rules,
            settings=self.settings,
            decisions=self.decisions,
            options=self.options,
            transforms=self.transforms,
            accounts=tuple(self.usage.accounts(self.catalog)),
            zones=zones,
            renamed=tuple(each for each in labels.renamed.values() if each.rule in rules),
        )

    def _computed(self) -> None:
        for object_name, fields in self.file.computed.items():
            for name, spec in fields.items():
                place: Place = ("computed", object_name, name)
                try:
                    if self.catalog.field(object_name, name):
                        raise UnknownName(f"{object_name} has a field {name} of its own")
                    made = self._compiler(
                        "", Rule.model_validate({"from": object_name, "to": "-", "fields": {"-": spec}})
                    )
                    evaluate = made.evaluator(spec, object_name)
                except UnknownName as problem:
                    self._note(place, str(problem))
                    continue
                if any(owner != object_name for owner, _, _ in made.trace.used):
                    self._note(place, "may only use fields of the row itself")
                    continue
                reads = tuple(field for _, field, _ in made.trace.used)
                self.catalog.computed[object_name, name] = Computed(alone(object_name, evaluate), reads)

    def _compiler(self, name: str, spec: Rule) -> FieldCompiler:
        return FieldCompiler(name, spec, self.file, self.catalog, self.transforms, self.settings, self.options)

    def _note(self, place: Place, reason: str) -> None:
        self.problems.append(self.mapping.problem(place, reason))

    def _options(self) -> dict[str, Scalar]:
        declared = self.file.options
        values = {name: option.default for name, option in declared.items()}
        for name, value in self.settings.options.items():
            if name not in declared:
                known = f"is no option of the mapping{nearest(name, declared)}"
                self.problems.append(f"migration.toml: migration.options.{name}: {known}")
            else:
                values[name] = value
        asked = set(_asked(self.file.model_dump(by_alias=True, include={"rules", "computed"})))
        for name in declared.keys() - asked:  # a mistyped name would else change nothing without a word
            self._note(("options", name), f"no rule asks for this option{nearest(name, asked)}")
        for name, option in declared.items():
            if option.values and values[name] not in option.values:
                self._note(("options", name), f"must be one of {', '.join(map(str, option.values))}")
        return values

    def _zones(self) -> Zones:
        fields: dict[str, list[Callable[[StagedRow, Session], Value]]] = {}
        for name, paths in self.file.zones.items():
            for text in [paths] if isinstance(paths, str) else paths:
                if path := self._checked(("zones", name), name, text):
                    fields.setdefault(name, []).append(_zone_at(path))
                    for object_name, field in (*((hop.source, hop.field) for hop in path.hops), (path.end, path.name)):
                        self.usage.use(object_name, field, "used", "zones", "zone of local times")
        return Zones(self.settings.time_zone, self.settings.cutover, fields)

    def _checked(self, place: Place, object_name: str, path: str) -> Path | None:
        try:
            return self.catalog.path(object_name, path)
        except UnknownName as problem:
            self._note(place, str(problem))
            return None

    def _people(self) -> None:
        people = self.file.people
        if people is None:
            return
        for path in (people.email, people.active, *parse_template(people.name).names):
            if path and (found := self._checked(("people",), people.from_, path)):
                self.usage.use(people.from_, found.name, "used", "people", "who may own records")
        for name in (people.forms, people.text):
            if name and name not in self.transforms:
                self._note(("people",), f"there is no transform {name}{nearest(name, self.transforms)}")


def _zone_at(path: Path) -> Callable[[StagedRow, Session], Value]:
    if not path.hops:
        return lambda row, session: path.read(row.values)
    return lambda row, session: Scope(session, row).value(path)


def _by_name(transforms: Iterable[NamedTransform]) -> dict[str, NamedTransform]:
    found: dict[str, NamedTransform] = {}
    for each in transforms:
        if each.name in found:
            raise ContractBroken(f"Two transforms are called {each.name}.", next_step="rename one of them")
        found[each.name] = each
    return found


def _asked(value: Any) -> Iterator[str]:
    """The options that a part of the document asks for."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "option" and isinstance(part, dict):
                yield from part
            elif key == "setting" and isinstance(part, str):
                yield part
            else:
                yield from _asked(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _asked(part)
