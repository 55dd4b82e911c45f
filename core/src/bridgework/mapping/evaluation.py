"""Field specifications compiled to functions of a scope."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from itertools import count
from typing import Any

from bridgework.mapping.compiled import Evaluator
from bridgework.mapping.conditions import ConditionCompiler
from bridgework.mapping.document import FieldSpec, MappingFile, Rule, Scalar, Sole
from bridgework.mapping.loading import nearest
from bridgework.mapping.paths import Catalog, Hop, Path, UnknownName
from bridgework.mapping.rollups import RollupCompiler
from bridgework.mapping.scope import Predicate, Scope, value_at
from bridgework.mapping.settings import MappingSettings
from bridgework.mapping.sole import Contest, settled
from bridgework.mapping.template import Template, parse_template, tidy
from bridgework.mapping.values import TEXT_TYPES, UNSHAPED, is_empty, plain_text, shaped
from bridgework.model import FieldType, NamedTransform, Value


@dataclass(slots=True)
class Trace:
    """What compiling a rule came across: which fields were read, which references followed, which children needed."""

    used: dict[tuple[str, str, str], str] = made_by(default_factory=dict)  # (object, field, label) -> purpose
    children: dict[Hop, None] = made_by(default_factory=dict)
    parents: dict[Hop, None] = made_by(default_factory=dict)
    references: dict[str, None] = made_by(default_factory=dict)
    label: str = ""  # of the field being compiled

    def use(self, object_name: str, field: str, purpose: str) -> None:
        """Note that the field is read; being a value is the strongest purpose."""
        if self.used.get((object_name, field, self.label)) != "value":
            self.used[object_name, field, self.label] = purpose


class FieldCompiler:
    """Compiles the fields of one rule; computed ones have no rule, so no name. UnknownName carries the reason of
    whatever does not hold."""

    def __init__(
        self,
        name: str,
        rule: Rule,
        mapping: MappingFile,
        catalog: Catalog,
        transforms: Mapping[str, NamedTransform],
        settings: MappingSettings,
        options: Mapping[str, Scalar],
    ) -> None:
        self.name, self.rule, self.mapping, self.catalog = name, rule, mapping, catalog
        self.transforms, self.settings, self.options = transforms, settings, options
        self.trace = Trace()
        self.conditions = ConditionCompiler(self)
        self.rollups = RollupCompiler(self)
        self.home = rule.from_
        self._contests = count()

    # ---------------------------------------------------------------------------------- names

    def path(self, object_name: str, text: str, purpose: str = "value") -> Path:
        """A checked path; notes which fields it reads, and for what."""
        path = self.catalog.path(object_name, text)
        for hop in path.hops:
            self.trace.use(hop.source, hop.field, "reference")
        made = self.catalog.computed.get((path.end, path.name))
        for name in made.reads if made else (path.name,):
            self.trace.use(path.end, name, purpose)
        if object_name == self.home and path.hops:
            self.trace.parents.setdefault(path.hops[0])
        return path

    def check_reference(self, path: Path, rule_name: str) -> None:
        """Refuse a path that names no row of the rule's source object."""
        target = self.mapping.rules.get(rule_name)
        if target is None:
            raise UnknownName(f"there is no rule {rule_name}{nearest(rule_name, self.mapping.rules)}")
        if self.catalog.open(path.end):
            return
        leads = path.reference.object if path.reference else path.end if path.is_key else ""
        if leads != target.from_:
            whither = f"leads to {leads}" if leads else "is no reference"
            raise UnknownName(f"{path.text} {whither}, but {rule_name} is made of {target.from_}")

    def switched_on(self, wanted: Mapping[str, Scalar]) -> bool:
        """Whether the migration's options are set so; UnknownName for an option that is not declared."""
        for name in wanted:
            if name not in self.options:
                raise UnknownName(f"there is no option {name}{nearest(name, self.options)}")
        return all(self.options[name] == value for name, value in wanted.items())

    # ---------------------------------------------------------------------------------- values

    def evaluator(self, spec: FieldSpec, object_name: str, *, shape: bool = False) -> Evaluator:
        """The function that gives a specification's value for a scope whose row is of that object."""
        if not self.switched_on(spec.option):
            return _nothing
        source = self._source(spec, object_name)
        steps = self._steps(spec)
        flags = spec.sole is not None and spec.sole.flag  # then the type is that of the flag, not of the value
        kind = self.type_of(spec, object_name) if shape and not flags else None
        if kind is not None and kind not in UNSHAPED:
            if spec.constant is not None and not steps:
                source = _always(shaped(spec.constant, kind, self.settings.currency))
            else:
                steps.append(self._shaping(kind))
        when = self.conditions.predicate(object_name, spec.when) if spec.when else None
        if when is None and spec.sole is None and steps == [_as_text] and (name := self._name(spec, object_name)):
            return PlainText(name)
        evaluate = _chained(source, steps, when)
        return evaluate if spec.sole is None else self._sole(spec.sole, object_name, evaluate)

    def _sole(self, said: Sole, object_name: str, evaluate: Evaluator) -> Evaluator:
        if not self.name or object_name != self.home or self.rule.group:
            raise UnknownName("sole is for fields of the rule's own rows")
        contest = Contest(
            rule=self.name,
            number=next(self._contests),
            evaluate=evaluate,
            prefer=tuple(self.conditions.predicate(object_name, each) for each in said.prefer),
            order=value_at(self.path(object_name, said.order, "used")) if said.order else _nothing,
        )
        return settled(contest, self._transform(said.use) if said.use else None, flag=said.flag)

    def _name(self, spec: FieldSpec, object_name: str) -> str:
        """The name in the row itself under which the value stands; empty if it comes in another way."""
        if spec.from_ is None or (self.rule.group and object_name == self.home):
            return ""
        path = self.catalog.path(object_name, spec.from_)
        return path.name if path.plain and not path.hops else ""

    def type_of(self, spec: FieldSpec, object_name: str) -> FieldType | None:
        """The declared type, else the one that follows from the source; None if nothing says it."""
        if spec.type is not None:
            return spec.type
        if spec.ref is not None:
            return FieldType.REFERENCE
        if spec.owner is not None:
            return FieldType.OWNER
        if spec.use:
            return self.transforms[spec.use[-1]].result if spec.use[-1] in self.transforms else None
        if spec.values:
            return FieldType.CHOICE
        if spec.from_ is not None:
            return self.available(self.catalog.path(object_name, spec.from_).type)
        if spec.rollup is not None and spec.count:
            return FieldType.INTEGER
        if spec.text is not None or spec.team is not None or spec.constant is not None:
            return FieldType.TEXT
        return None

    def available(self, kind: FieldType) -> FieldType:
        """The type, or what stands for it where the destination has no yes/no fields."""
        types = self.settings.field_types
        if kind is FieldType.BOOLEAN and types is not None and kind not in types:
            return FieldType.CHOICE
        return kind

    def _source(self, spec: FieldSpec, object_name: str) -> Evaluator:
        if spec.from_ is not None:
            path = self.path(object_name, spec.from_)
            return _from_members(path) if self.rule.group and object_name == self.home else value_at(path)
        if spec.constant is not None or spec.setting is not None:
            constant = spec.constant if spec.setting is None else self._setting(spec.setting)
            return lambda scope: constant
        if spec.text is not None:
            return self._text(spec, object_name)
        if spec.first is not None:
            return _first([self.evaluator(each, object_name) for each in spec.first])
        if spec.all_ is not None:
            return _all([self.evaluator(each, object_name) for each in spec.all_])
        if spec.ref is not None:
            return self._reference(spec, object_name)
        if spec.owner is not None:
            named = self.evaluator(spec.owner, object_name)
            return lambda scope: {"owner": plain_text(named(scope))}
        if spec.team is not None:
            return self._team(spec.team, object_name)
        if spec.rollup is not None:
            return self.rollups.evaluator(spec, object_name)
        return self._given(spec.given or {}, object_name)

    def _setting(self, name: str) -> Scalar:
        if name not in self.options:
            raise UnknownName(f"there is no option {name}{nearest(name, self.options)}")
        return self.options[name]

    def _team(self, spec: FieldSpec, object_name: str) -> Evaluator:
        if not self.name:
            raise UnknownName("a computed field knows no team; name the member in the rules")
        if self.mapping.people is None:
            raise UnknownName("team needs people: who is on the team, and how texts name them")
        named = self.evaluator(spec, object_name)
        return lambda scope: scope.session.team.person(plain_text(named(scope))).name or None

    def _given(self, given: Mapping[str, FieldSpec], object_name: str) -> Evaluator:
        parts = {name: self.evaluator(each, object_name, shape=True) for name, each in given.items()}

        def gather(scope: Scope) -> Value:
            found = {name: value for name, part in parts.items() if not is_empty(value := part(scope))}
            return found or None

        return gather

    def text(self, text: str, object_name: str) -> Evaluator:
        """A template as a function of a scope."""
        try:
            template = parse_template(text)
        except ValueError as problem:
            raise UnknownName(str(problem)) from None
        return _filled(template, [value_at(self.path(object_name, name)) for name in template.names])

    def _text(self, spec: FieldSpec, object_name: str) -> Evaluator:
        if spec.given is None:
            return self.text(spec.text or "", object_name)
        try:
            template = parse_template(spec.text or "")
        except ValueError as problem:
            raise UnknownName(str(problem)) from None
        given = {name: self.evaluator(each, object_name, shape=True) for name, each in spec.given.items()}
        parts = [given[name] if name in given else value_at(self.path(object_name, name)) for name in template.names]
        return _filled(template, parts)

    def _reference(self, spec: FieldSpec, object_name: str) -> Evaluator:
        assert spec.ref is not None and spec.by is not None
        name, by = spec.ref, spec.by
        if by.from_ is not None:
            path = self.path(object_name, by.from_, "reference")
            self.check_reference(path, name)
            self.trace.references.setdefault(name)
            if path.reference is not None and object_name == self.home:
                self.trace.parents.setdefault((*path.hops, path.reference)[0])
            return lambda scope: _place_of(scope, name, path)
        if by.rollup is None:
            raise UnknownName("by is a path or a rollup")
        self.trace.references.setdefault(name)
        return self.rollups.reference(by, object_name, name)

    # ---------------------------------------------------------------------------------- afterwards

    def _steps(self, spec: FieldSpec) -> list[Callable[[Value, Scope], Value]]:
        steps = [self._transform(name) for name in spec.use]
        if spec.values or spec.otherwise is not None:
            steps.append(_value_map(spec.values, spec.otherwise))
        if spec.join is not None and spec.rollup is None:
            glue, unique = spec.join, spec.unique
            steps.append(lambda value, scope: _joined(value, glue, unique))
        if (default := spec.default) is not None:
            steps.append(lambda value, scope: default if is_empty(value) else value)
        return steps

    def _transform(self, name: str) -> Callable[[Value, Scope], Value]:
        named = self.transforms.get(name)
        if named is None:
            raise UnknownName(f"there is no transform {name}{nearest(name, self.transforms)}")
        function = named.function
        if takes_context(function):
            return lambda value, scope: None if is_empty(value) else function(value, scope.context())
        if named.leaves is not None and self.trace.label:
            return _noting_what_is_left(self.trace.label, function, named.leaves)
        return lambda value, scope: None if is_empty(value) else function(value)

    def _shaping(self, kind: FieldType) -> Callable[[Value, Scope], Value]:
        currency = self.settings.currency
        if kind in TEXT_TYPES or kind is FieldType.CHOICE:
            return _as_text
        return lambda value, scope: None if is_empty(value) else shaped(value, kind, currency)


def _noting_what_is_left(
    label: str, function: Callable[..., Value], leaves: Callable[[Value], str]
) -> Callable[[Value, Scope], Value]:
    def transform(value: Value, scope: Scope) -> Value:
        if is_empty(value):
            return None
        if left := leaves(value):
            scope.leave(label, left)
        return function(value)

    return transform


def takes_context(function: Callable[..., Any]) -> bool:
    """Whether a transform wants the context as its second argument."""
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return len([each for each in found if each.kind in positional and each.default is each.empty]) > 1


def _filled(template: Template, parts: Sequence[Evaluator]) -> Evaluator:
    """A template over the values of its placeholders."""
    if len(template.lines) != 1:
        return lambda scope: template.fill([plain_text(part(scope)) for part in parts])
    first, *literals = template.lines[0][::2]

    def fill(scope: Scope) -> Value:
        made = first
        for part, literal in zip(parts, literals, strict=True):
            value = part(scope)
            text = value.strip() if type(value) is str else plain_text(value)
            if not text:  # what stands beside it disappears, too
                return template.fill([plain_text(part(scope)) for part in parts])
            made += text + literal
        return tidy(made)

    return fill


def _as_text(value: Value, scope: Scope) -> Value:
    return (value.strip() if type(value) is str else plain_text(value)) or None


def _place_of(scope: Scope, rule_name: str, path: Path) -> Value:
    rule = scope.session.rules.get(rule_name)
    parent = scope.session.named_row(scope, path) if rule else None
    return None if rule is None or parent is None else reference_to(scope, rule_name, parent)


def reference_to(scope: Scope, rule_name: str, parent: Any) -> Value:
    """The reference to the record that a rule makes of a row, None if it makes none."""
    rule = scope.session.rules.get(rule_name)
    if rule is None:
        return None
    place = scope.session.place(rule, parent)
    return {"rule": rule_name, "key": place.key} if place.taken else None


def _chained(source: Evaluator, steps: Sequence[Callable[[Value, Scope], Value]], when: Predicate | None) -> Evaluator:
    if when is None and not steps:
        return source
    if when is None and steps == [_as_text]:
        return _text_of(source)
    if when is None and len(steps) == 1:
        only = steps[0]
        return lambda scope: only(source(scope), scope)

    def evaluate(scope: Scope) -> Value:
        if when is not None and not when(scope):
            return None
        value = source(scope)
        for step in steps:
            value = step(value, scope)
        return value

    return evaluate


def _text_of(source: Evaluator) -> Evaluator:
    """What `_as_text` makes of the source's value, without a further call: most fields are this."""

    def text(scope: Scope) -> Value:
        value = source(scope)
        return (value.strip() if type(value) is str else plain_text(value)) or None

    return text


@dataclass(frozen=True, slots=True)
class PlainText:
    """The same for a value of the row itself. Most fields are this, so whoever knows it needs no call."""

    name: str

    def __call__(self, scope: Scope) -> Value:
        return _as_text(scope.row.values.get(self.name), scope)


def _from_members(path: Path) -> Evaluator:
    """In a group the first member that has a value gives it."""

    def find(scope: Scope) -> Value:
        for row in scope.members or (scope.row,):
            value = (scope if row is scope.row else Scope(scope.session, row)).value(path)
            if not is_empty(value):
                return value
        return None

    return find


def _first(parts: Sequence[Evaluator]) -> Evaluator:
    def find(scope: Scope) -> Value:
        for part in parts:
            value = part(scope)
            if not is_empty(value):
                return value
        return None

    return find


def _all(parts: Sequence[Evaluator]) -> Evaluator:
    def gather(scope: Scope) -> Value:
        found: list[Value] = []
        for part in parts:
            value = part(scope)
            if isinstance(value, list):
                found += [item for item in value if not is_empty(item)]
            elif not is_empty(value):
                found.append(value)
        return found or None

    return gather


def _joined(value: Value, glue: str, unique: bool) -> Value:
    if not isinstance(value, list):
        return value
    texts = filter(None, map(plain_text, value))
    return glue.join(dict.fromkeys(texts) if unique else texts)


def _value_map(values: Mapping[str, str | None], otherwise: str | None) -> Callable[[Value, Scope], Value]:
    folded = {key.casefold(): label for key, label in values.items()}

    def one(value: Value) -> Value:
        if type(value) is str:
            text = value.strip().casefold()
            return folded.get(text, value if otherwise is None else otherwise) if text else None
        if is_empty(value):
            return None
        text = str(value).lower() if isinstance(value, bool) else plain_text(value).casefold()
        return folded.get(text, value if otherwise is None else otherwise)

    def look_up(value: Value, scope: Scope) -> Value:
        if type(value) is list:
            return [label for item in value if not is_empty(label := one(item))]
        return one(value)

    return look_up


def _nothing(scope: Scope) -> Value:
    return None


def _always(value: Value) -> Evaluator:
    return lambda scope: value
