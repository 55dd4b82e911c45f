"""Rules after every name was checked: what the run, the schema and the reports work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bridgework.mapping.document import ARCHIVE, FieldSpec, Rule
from bridgework.mapping.paths import Hop, Path
from bridgework.mapping.scope import Predicate, Scope
from bridgework.mapping.settings import Lengths
from bridgework.model import FieldType, Value

Evaluator = Callable[[Scope], Value]
RuleKind = Literal["target", "into", "archive", "export", "reference", "rebuild"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledField:
    """One target field. `references` are the rules it points to; `path` is set if that hangs on one plain path.
    `unfitted` gives an option by its whole label, where `evaluate` shortens it.

    `name` is set if the value is the text that stands in the row itself under that name, and nothing more is done to
    it. `custom` marks fields that come from the practice's own fields, `made_short` those among them that the
    destination has for one line by now.
    """

    label: str
    spec: FieldSpec
    type: FieldType
    evaluate: Evaluator
    unfitted: Evaluator | None = None
    options: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    path: Path | None = None
    deferred: bool = False
    custom: bool = False
    made_short: bool = False
    name: str = ""

    @property
    def overflow(self) -> str:
        """Where a text that is too long for it stands whole: the label of a long text, or `ARCHIVE`."""
        return self.spec.overflow if self.one_line else ARCHIVE

    @property
    def kept_in(self) -> str:
        """The same in words."""
        return "the archive" if self.overflow == ARCHIVE else self.overflow

    @property
    def required(self) -> bool:
        return self.spec.required

    @property
    def one_line(self) -> bool:
        """Whether it takes one line of text only. A field of the practice's own becomes long where its texts are, until
        it is made.
        """
        short = self.made_short or not self.custom
        return self.type is FieldType.PHONE or (self.type is FieldType.TEXT and short)

    def longest(self, limits: Lengths) -> int | None:
        """How many characters of a text it takes, None if nobody says."""
        if self.one_line:
            return limits.line
        return limits.text if self.type in (FieldType.TEXT, FieldType.LONG_TEXT) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """A field, or an option of `field`, that has another label in the destination: `shown` instead of `label`."""

    rule: str
    object: str  # of the destination
    label: str
    shown: str
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule ready to run. `inactive` is the reason why the migration's options switch it off, empty if they do not."""

    name: str
    spec: Rule
    kind: RuleKind
    object: str  # source object
    target: str  # destination object, or the rule the rows go into
    inactive: str
    when: tuple[tuple[str, Predicate], ...]
    requires: tuple[tuple[Path, str], ...]
    group: tuple[Path, ...]
    fields: tuple[CompiledField, ...]
    by: tuple[Evaluator, ...]  # into: reference evaluators, the first that leads somewhere counts
    by_paths: tuple[Path, ...]  # into: those of them that are plain paths
    children: tuple[Hop, ...]  # child objects read beside the rows, by the reference that leads here
    needed: tuple[Hop, ...]  # children without which a row is left out
    parents: tuple[Hop, ...]  # references that the rows' own paths follow
    file: tuple[Path, Path, Path | None] | None = None
    sheet: tuple[Evaluator, Evaluator] | None = None  # name and contents of a document that is printed
    match: tuple[str, ...] = ()  # labels by whose values existing records are recognised

    @property
    def references(self) -> frozenset[str]:
        """The rules its fields point to."""
        return frozenset(name for field in self.fields for name in field.references)

    @property
    def awaited(self) -> frozenset[str]:
        """The other rules without whose records some of its own are not written."""
        return (self.references | {name for _, name in self.requires}) - {self.name}

    @property
    def disposition_reason(self) -> str:
        """Why rows of a rule without target end as they do."""
        said = getattr(self.spec, self.kind, None) if self.kind not in ("target", "into") else None
        return said.reason if said else ""
