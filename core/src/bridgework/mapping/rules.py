"""One rule of the document, checked and compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from dataclasses import field as made_by
from functools import partial
from typing import TypeVar

from bridgework.mapping.accounting import WHOLE, State, Usage
from bridgework.mapping.compiled import CompiledField, CompiledRule, Evaluator, Renamed, RuleKind
from bridgework.mapping.document import ARCHIVE, FieldSpec, Rule
from bridgework.mapping.evaluation import FieldCompiler, PlainText
from bridgework.mapping.labels import fitted
from bridgework.mapping.paths import Hop, Path, UnknownName
from bridgework.mapping.scope import Scope
from bridgework.mapping.values import plain_text
from bridgework.mapping.yamltext import Place
from bridgework.model import FieldType, SourceField, Value

T = TypeVar("T")
Note = Callable[[Place, str], None]
GOVERNMENT_ID = re.compile(
    r"(?<![a-z])ssn(?![a-z])|social.?security|passport|national.?id|government.?id|tax.?payer|"
    r"driver'?s?.?licen[cs]e|(?<![a-z])itin(?![a-z])|medicare|medicaid",
    re.IGNORECASE,
)
_YES_NO = {"true": "Yes", "false": "No"}


@dataclass
class Labels:
    """Target fields seen so far: two rules may share a field if they agree about its type."""

    seen: dict[tuple[str, str], CompiledField] = made_by(default_factory=dict)
    renamed: dict[tuple[str, str, str], Renamed] = made_by(default_factory=dict)  # by rule, field of options, shown

    def known(self, target: str, label: str) -> CompiledField | None:
        return self.seen.get((target, label.casefold()))

    def clash(self, target: str, field: CompiledField) -> CompiledField | None:
        """The field that stands under the same label with another type or spelling."""
        known = self.seen.setdefault((target, field.label.casefold()), field)
        return known if known.type is not field.type or known.label != field.label else None


class RuleCompiler:
    """Compiles one rule; problems go to `note`, uses of fields to `usage`."""

    def __init__(self, name: str, fields: FieldCompiler, labels: Labels, usage: Usage, note: Note) -> None:
        self.name, self.spec, self.fields = name, fields.rule, fields
        self.labels, self.usage, self.note = labels, usage, note
        self.place: Place = ("rules", name)

    def compile(self) -> CompiledRule | None:
        """The rule, or None if it cannot even be looked at."""
        spec, compiler = self.spec, self.fields
        try:
            source = compiler.catalog.object(spec.from_)
            on = compiler.switched_on(spec.option)
            for name in spec.at_least_rows:
                compiler.catalog.object(name)
        except UnknownName as problem:
            self.note(self.place, str(problem))
            return None
        if not on:
            self.usage = Usage()  # checked all the same; what it says accounts for nothing
        when = self._try("when", lambda: compiler.conditions.named(spec.from_, spec.when)) or []
        group = self._try("group", lambda: [compiler.path(spec.from_, each) for each in spec.group]) or []
        requires = self._requires()
        by = self._by()
        fields = self._fields(requires, on)
        file = self._try("file", self._file)
        sheet = self._try("file", self._sheet)
        needed = self._needed()
        trace = compiler.trace
        self._account()
        absent = {name for name, item in compiler.catalog.objects.items() if item.absent}
        return CompiledRule(
            name=self.name,
            spec=spec,
            kind=_kind(spec),
            object=spec.from_,
            target=spec.to or spec.into or "",
            inactive="" if on else f"switched off by {' and '.join(spec.option)}",
            when=tuple((spec.otherwise or reason, test) for reason, test in when),
            requires=tuple(requires),
            group=tuple(group),
            fields=tuple(fields),
            by=tuple(by),
            by_paths=tuple(self.fields.path(spec.from_, each.from_) for each in spec.by if each.from_ and by),
            children=tuple(hop for hop in trace.children if hop.source not in absent),
            needed=needed,
            parents=() if source.absent else tuple(hop for hop in trace.parents if hop.object not in absent),
            file=file,
            sheet=sheet,
            match=tuple(map(self._fitted, spec.match)),
        )

    def _try(self, part: str, make: Callable[[], T], *more: str) -> T | None:
        try:
            return make()
        except UnknownName as problem:
            self.note((*self.place, part, *more), str(problem))
            return None

    def _requires(self) -> list[tuple[Path, str]]:
        found: list[tuple[Path, str]] = []
        for text, rule_name in self.spec.requires.items():
            if path := self._try("requires", partial(self._required, text, rule_name), text):
                found.append((path, rule_name))
        return found

    def _required(self, text: str, rule_name: str) -> Path:
        path = self.fields.path(self.spec.from_, text, "reference")
        self.fields.check_reference(path, rule_name)
        if first := (*path.hops, *([path.reference] if path.reference else []))[:1]:
            self.fields.trace.parents.setdefault(first[0])
        return path

    def _by(self) -> list[Evaluator]:
        if self.spec.into is None:
            return []
        if self.spec.into not in self.fields.mapping.rules:
            self._try(
                "into", lambda: self.fields.check_reference(self.fields.path(self.spec.from_, "?"), str(self.spec.into))
            )
            return []
        specs = [FieldSpec(ref=self.spec.into, by=each) for each in self.spec.by]
        compiled = self._try("by", lambda: [self.fields.evaluator(each, self.spec.from_) for each in specs])
        return compiled or []

    def _needed(self) -> tuple[Hop, ...]:
        found = []
        for name in self.spec.with_children:
            hop = self._try("with_children", partial(self.fields.catalog.reference, name, self.spec.from_))
            if hop is not None:
                self.fields.trace.children.setdefault(hop)
                found.append(hop)
        return tuple(found)

    def _file(self) -> tuple[Path, Path, Path | None] | None:
        file = self.spec.file
        if file is None or file.sheet:
            return None
        path, name = (self.fields.path(self.spec.from_, each) for each in (file.path, file.name))
        return path, name, self.fields.path(self.spec.from_, file.sha256) if file.sha256 else None

    def _sheet(self) -> tuple[Evaluator, Evaluator] | None:
        file = self.spec.file
        if file is None or not file.sheet:
            return None
        self.fields.trace.label = "file"
        made = self.fields.evaluator(FieldSpec(given=file.given, use=[file.sheet]), self.spec.from_)
        self.fields.trace.label = ""
        return self.fields.text(file.name, self.spec.from_), made

    # ---------------------------------------------------------------------------------- fields

    def _fields(self, requires: list[tuple[Path, str]], on: bool) -> list[CompiledField]:
        fields: list[CompiledField] = []
        for label, spec in self.spec.fields.items():
            field = self._try("fields", partial(self._field, label, spec), label)
            if field is None:
                continue
            if self._reserved(label):
                self.note(
                    (*self.place, "fields", label),
                    "the destination's connector keeps a field of this label for itself; name yours otherwise",
                )
            if field.required and field.references:
                self._require_reference(field, requires)
            if spec.overflow != ARCHIVE and not self._takes_long_text(spec.overflow):
                self.note((*self.place, "fields", label, "overflow"), f"{spec.overflow} is no field for long text here")
            known = on and not self.fields.catalog.open(self.spec.from_)
            if known and self.spec.to and (other := self.labels.clash(self.spec.to, field)):
                self.note(
                    (*self.place, "fields", label),
                    f"is {field.type.value} here, but another rule has {other.label} of type {other.type.value}",
                )
            fields.append(field)
        if self.spec.custom is not None:
            fields += self._custom_fields({field.path.name for field in fields if field.path})
        return fields

    def _field(self, label: str, spec: FieldSpec, *, custom: bool = False) -> CompiledField | None:
        compiler = self.fields
        if not compiler.switched_on(spec.option):
            self._check_only(spec)
            return None
        if (shown := self._fitted(label)) != label:
            self._rename(label, shown)
            label = shown
        if spec.overflow != ARCHIVE:
            spec = spec.model_copy(update={"overflow": self._fitted(spec.overflow)})
        compiler.trace.label = label
        compiler.trace.references.clear()
        evaluate = compiler.evaluator(spec, self.spec.from_, shape=True)
        references = tuple(compiler.trace.references)
        compiler.trace.label = ""
        kind = compiler.type_of(spec, self.spec.from_) or (FieldType.REFERENCE if references else FieldType.TEXT)
        longest = compiler.settings.option_length
        options = list(_labels(spec))
        unfitted = None
        if self.spec.to and kind in (FieldType.CHOICE, FieldType.CHOICES):
            unfitted, evaluate = evaluate, _fitting_options(label, evaluate, longest)
            options = [self._option(label, option, longest) for option in options]
        by = spec.by.from_ if spec.ref is not None and spec.by is not None else spec.from_
        path = compiler.catalog.path(self.spec.from_, by) if by else None
        own = self.name in references
        return CompiledField(
            label=label,
            spec=spec,
            type=kind,
            evaluate=evaluate,
            unfitted=unfitted,
            options=tuple(dict.fromkeys(options)),
            references=references,
            path=path,
            deferred=spec.deferred or (own and path is None),
            custom=custom,
            made_short=(self.spec.to, label) in compiler.settings.made_short,
            name=evaluate.name if isinstance(evaluate, PlainText) and not spec.deferred else "",
        )

    def _fitted(self, label: str) -> str:
        """The label as the destination can hold it; a rule without target has columns, which may be long."""
        return fitted(label, self.fields.settings.label_length) if self.spec.to else label

    def _option(self, field: str, option: str, longest: int) -> str:
        if (shown := fitted(option, longest)) != option:
            self._rename(option, shown, field)
        return shown

    def _rename(self, label: str, shown: str, field: str = "") -> None:
        self.labels.renamed[self.name, field, shown] = Renamed(
            rule=self.name, object=self.spec.to or "", label=label, shown=shown, field=field
        )

    def _reserved(self, label: str) -> bool:
        """Whether the connector keeps that label for itself; columns of files may be called anything."""
        reserved = {each.casefold() for each in self.fields.settings.reserved_labels}
        return bool(self.spec.to) and self._fitted(label).casefold() in reserved

    def _takes_long_text(self, label: str) -> bool:
        spec = self.spec.fields.get(label)
        return spec is not None and self.fields.type_of(spec, self.spec.from_) is FieldType.LONG_TEXT

    def _check_only(self, spec: FieldSpec) -> None:
        """A field that an option leaves out is checked all the same; what only it reads is dropped with that reason."""
        apart = FieldCompiler(
            self.name, self.spec, self.fields.mapping, self.fields.catalog, self.fields.transforms,
            self.fields.settings, self.fields.options,
        )  # fmt: skip
        apart.evaluator(spec.model_copy(update={"option": {}}), self.spec.from_, shape=True)
        why = f"switched off by the option {' and '.join(spec.option)}"
        for (object_name, field, _), purpose in apart.trace.used.items():
            if purpose == "value":
                self.usage.use(object_name, field, "dropped", self.name, spec.reason or why)

    def _require_reference(self, field: CompiledField, requires: list[tuple[Path, str]]) -> None:
        if field.path is None or field.deferred:
            self.note((*self.place, "fields", field.label), "a required reference is a plain path and not deferred")
            return
        requires.append((field.path, field.references[0]))

    # ---------------------------------------------------------------------------------- the practice's own fields

    def _custom_fields(self, mapped: set[str]) -> list[CompiledField]:
        found: list[CompiledField] = []
        taken: set[str] = set()
        custom = self.spec.custom
        assert custom is not None
        for field in self.fields.catalog.objects[self.spec.from_].fields:
            if not field.custom or field.name in mapped or field.name in self.spec.drop:
                continue
            short = field.name.rpartition(".")[2]
            if reason := custom.leave_out.get(short, custom.leave_out.get(field.name, _off(field))):
                self.usage.use(self.spec.from_, field.name, "dropped", self.name, reason)
            elif made := self._try("custom", partial(self._custom_field, field, taken)):
                found.append(made)
                taken.add(made.label.casefold())
        return found

    def _free(self, label: str, source: SourceField, kind: FieldType, taken: Collection[str]) -> str:
        """The label, or one with the object (and the field's name) behind where the label belongs to something else."""
        for each in (label, f"{label} ({self.spec.from_})", f"{label} ({source.name})"):
            shown = self._fitted(each)
            known = self.labels.known(self.spec.to or "", shown)
            same = known is None or (known.type is kind and known.custom)
            if same and shown.casefold() not in taken and not self._reserved(shown):
                return each
        return f"{label} ({self.spec.from_}: {source.name})"

    def _custom_field(self, source: SourceField, taken: Collection[str]) -> CompiledField | None:
        label = " ".join(source.label.split()) or source.name.rpartition(".")[2]
        kind = self.fields.available(source.type)
        values: dict[str, str | None] = dict(_YES_NO) if source.type is not kind else {}
        spec = FieldSpec.model_validate(
            {
                "from": source.name,
                "type": kind,
                "values": values,
                "options": list(source.options),
                "optional": self.spec.custom.optional if self.spec.custom else None,
            }
        )
        free = self._free(label, source, kind, taken)
        made = self._field(free, spec, custom=True)
        if made is not None:
            if free != label:
                self._rename(label, made.label)
            self.labels.clash(self.spec.to or "", made)
        return made

    # ---------------------------------------------------------------------------------- accounting

    def _account(self) -> None:
        spec, usage = self.spec, self.usage
        source = self.fields.catalog.objects[spec.from_]
        for name in (source.deleted, source.merged_into):
            if name:
                usage.use(spec.from_, name, "used", self.name, "decides who takes part")
        whole = _kind(spec)
        for (object_name, field, label), purpose in self.fields.trace.used.items():
            state: State = "mapped" if purpose == "value" else "used"
            if whole not in ("target", "into") and object_name == spec.from_ and state == "mapped":
                state = "archived"
            where = f"{self.name}: {label}" if label else self.name
            usage.use(object_name, field, state, where, "" if state == "mapped" else purpose)
        tables: list[tuple[State, dict[str, str]]] = [("dropped", spec.drop), ("archived", spec.archive_fields)]
        for state, table in tables:
            for field, reason in table.items():
                if self._try("drop", partial(self.fields.catalog.path, spec.from_, field), field):
                    usage.use(spec.from_, field, state, self.name, reason)
        if whole not in ("target", "into") and not spec.fields:
            usage.use(spec.from_, WHOLE, "archived", self.name, f"{whole}: {getattr(spec, whole).reason}")


def _fitting_options(label: str, evaluate: Evaluator, longest: int) -> Evaluator:
    """The labels of options as the destination can hold them; one that is shortened is a warning."""

    def fitting(scope: Scope) -> Value:
        value = evaluate(scope)
        if type(value) is str and len(value) <= longest:
            return value
        labels = value if isinstance(value, list) else [value]
        if all(len(str(each)) <= longest for each in labels):
            return value
        scope.warn(f"{label}: an option longer than the {longest} characters it may have ends with … and six digits")
        made: list[Value] = [fitted(plain_text(each), longest) for each in labels]
        return made if isinstance(value, list) else made[0]

    return fitting


def _labels(spec: FieldSpec) -> Iterator[str]:
    """The labels a specification names itself."""
    yield from spec.options
    if isinstance(spec.constant, str) and spec.constant:
        yield spec.constant
    yield from (label for label in (*spec.values.values(), spec.otherwise) if label)
    for each in (*(spec.first or ()), *(spec.all_ or ())):
        yield from _labels(each)


def _kind(spec: Rule) -> RuleKind:
    if spec.to:
        return "target"
    kinds: tuple[RuleKind, ...] = ("into", "archive", "export", "reference", "rebuild")
    return next(each for each in kinds if getattr(spec, each) is not None)


def _off(field: SourceField) -> str:
    """Why a field of the practice's own is not taken over unless the mapping names it."""
    if field.sensitivity == "government_id" or GOVERNMENT_ID.search(f"{field.name} {field.label}"):
        return "looks like a government id; name it in the mapping to take it over"
    return ""
