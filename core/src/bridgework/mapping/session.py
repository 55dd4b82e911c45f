"""One run over the staged rows: following references, and whether a row takes part in a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from bridgework.mapping.outcome import group_key
from bridgework.mapping.paths import Hop, Path, reader
from bridgework.mapping.scope import Scope, StagedRow, StagedRows
from bridgework.mapping.settings import Lengths, Zones
from bridgework.mapping.team import Team
from bridgework.mapping.values import is_empty, plain_text
from bridgework.model import NamedTransform, TransformContext, Value

if TYPE_CHECKING:
    from bridgework.mapping.compiled import CompiledRule
    from bridgework.mapping.document import People

KEPT_ROWS = 4096  # rows per object that stay in memory for following references
KEPT_PLACES = 16384


R = TypeVar("R", bound=StagedRow)
Kept = TypeVar("Kept")


class Place(NamedTuple):
    """Where a row stands in a rule: the key of its record, or the reason why it has none."""

    key: str = ""
    reason: str = ""
    selected: bool = True

    @property
    def taken(self) -> bool:
        return not self.reason


class Session:
    """Caches are bounded, so memory stays flat; everything is read in source order, so output is the same each time."""

    def __init__(self, staging: StagedRows, rules: Mapping[str, CompiledRule], surroundings: Surroundings) -> None:
        self.staging, self.rules, self.around = staging, rules, surroundings
        self._rows: dict[str, Callable[[str], StagedRow | None]] = {}
        self._by_field: dict[tuple[str, str], Callable[[Value], list[StagedRow]]] = {}
        self._places: dict[tuple[str, str], Place] = {}
        self._inactive: dict[str, str] = {}
        self._kept: dict[object, Any] = {}
        self._objects: dict[
            str, tuple[Callable[[Mapping[str, Value]], Value] | None, Callable[[Mapping[str, Value]], Value] | None]
        ] = {}

    def kept(self, name: object, make: Callable[[Session], Kept]) -> Kept:
        """What was worked out once for this session, under that name."""
        if name not in self._kept:
            self._kept[name] = make(self)
        found: Kept = self._kept[name]
        return found

    def context(self, row: StagedRow) -> TransformContext:
        """The context of a row's transforms."""
        around = self.around
        return TransformContext(
            row=row.values,
            currency=around.currency,
            time_zone=around.zones.name(row, self),
            cutover=around.zones.cutover,
            facts=around.facts,
        )

    @cached_property
    def team(self) -> Team:
        """Who may be named as responsible."""
        return Team(self.around.people, self.around.transforms, self.staging)

    def row(self, object_name: str, key: str) -> StagedRow | None:
        """A row by key, merges followed, decisions about it applied."""
        found = self._rows.get(object_name)
        if found is None:
            found = lru_cache(KEPT_ROWS)(partial(self._read, object_name))
            self._rows[object_name] = found
        return found(key)

    def _read(self, object_name: str, key: str) -> StagedRow | None:
        row: StagedRow | None = self.staging.row(object_name, key)
        if row is not None and (survivor := self.survivor(row)) != key:
            row = self.staging.row(object_name, survivor)
        return None if row is None else self.amended(row)

    def survivor(self, row: StagedRow) -> str:
        """The key of the row that stands for this one. The store is asked only about rows that may be merged."""
        _, merged = self._marks(row.object)
        if (row.object, row.key) not in self.around.merges and (merged is None or is_empty(merged(row.values))):
            return row.key
        return self.staging.survivor(row.object, row.key)

    def amended(self, row: R) -> R:
        """The row with the reference that a decision gave it (a guardian who was found to be a patient)."""
        if not self.around.links:
            return row
        field = self.around.same_person.get(row.object)
        link = self.around.links.get((row.object, row.key)) if field else None
        if field is None or link is None:
            return row
        return replace(row, values={**row.values, field: link})  # type: ignore[type-var]  # rows are dataclasses, which a protocol cannot say

    def children(self, row: StagedRow, hop: Hop) -> Iterator[StagedRow]:
        """The rows that name this row by that reference, in source order."""
        if not self.staging.object(hop.source).absent:
            yield from map(self.amended, self.staging.children(row, hop.source, hop.field))

    def linked(self, object_name: str, row: StagedRow) -> list[StagedRow]:
        """Rows of another object that a decision calls the same person as this row."""
        keys = [key for (name, key), into in self.around.links.items() if (name, into) == (object_name, row.key)]
        return [found for key in keys if (found := self.row(object_name, key)) is not None]

    def parent(self, row: StagedRow, hop: Hop) -> StagedRow | None:
        """The row a reference names; among several that share the value, the one that agrees in the joining texts."""
        value = hop.read(row.values)
        if isinstance(value, list):
            value = next((item for item in value if not is_empty(item)), None)
        if is_empty(value):
            return None
        if not hop.to:
            return self.row(hop.object, str(value))
        found = self._holders(hop, value)
        if len(found) == 1:
            return found[0]
        return self._agreeing(row, hop, found) if found else None

    def _holders(self, hop: Hop, value: Value) -> list[StagedRow]:
        look = self._by_field.get((hop.object, hop.to))
        if look is None:
            look = lru_cache(KEPT_ROWS)(partial(self._read_holders, hop.object, hop.to))
            self._by_field[hop.object, hop.to] = look
        return look(value)

    def _read_holders(self, object_name: str, field: str, value: Value) -> list[StagedRow]:
        found = self.staging.by_field(object_name, field, value)
        keys = dict.fromkeys(self.survivor(row) for row in found)
        return [row for row in (self.row(object_name, key) for key in keys) if row is not None]

    def _agreeing(self, row: StagedRow, hop: Hop, candidates: Sequence[StagedRow]) -> StagedRow | None:
        """The one whose name the row prints, as the reference says."""
        wanted = plain_text(reader(hop.name)(row.values)) if hop.name else ""
        fitting = [each for each in candidates if wanted and _printed(hop.to_name, each.values) == wanted]
        return fitting[0] if len(fitting) == 1 else None

    def inactive(self, rule: CompiledRule) -> str:
        """Why the whole rule takes no part in this migration; empty if it does."""
        known = self._inactive.get(rule.name)
        if known is None:
            short = [name for name, least in rule.spec.at_least_rows.items() if self.staging.count(name) < least]
            known = rule.inactive or (f"fewer than needed rows of {', '.join(short)}" if short else "")
            self._inactive[rule.name] = known
        return known

    def place(self, rule: CompiledRule, row: StagedRow) -> Place:
        """Where a row that others refer to stands in the rule."""
        known = self._places.get((rule.name, row.key))
        if known is None:
            self._places[rule.name, row.key] = Place(reason="refers to itself")  # until known: circles end here
            known = self.find_place(rule, row, Scope(self, row))
            if len(self._places) > KEPT_PLACES:
                self._places.clear()
            self._places[rule.name, row.key] = known
        return known

    def takes_all(self, rule: CompiledRule) -> bool:
        """Whether every row of the rule's object takes part, under its own key: nothing has to be asked of the rows."""
        choosing = rule.when or rule.requires or rule.group or self.inactive(rule)
        decided = self.around.exclusions or self.around.merges
        return not (choosing or decided or any(self._marks(rule.object)))

    def find_place(self, rule: CompiledRule, row: StagedRow, scope: Scope) -> Place:
        """As `place`, worked out anew: for the rule's own rows, which come once."""
        if reason := self.inactive(rule):
            return Place(reason=reason, selected=False)
        if reason := self.absence(row):
            return Place(reason=reason)
        for reason, predicate in rule.when:
            if not predicate(scope):
                return Place(reason=reason, selected=False)
        for path, parent_rule in rule.requires:
            if reason := self.missing_parent(scope, path, self.rules[parent_rule]):
                return Place(reason=reason)
        if self.around.exclusions and (row.object, row.key) in self.around.exclusions:
            return Place(reason="excluded by decision")
        if not rule.group:
            return Place(row.key)
        text = next((text for path in rule.group if (text := plain_text(scope.value(path)))), "")
        return Place(key=group_key(text)) if text else Place(reason="nothing to group by")

    def absence(self, row: StagedRow) -> str:
        """Why a row takes no part in anything: deleted, or merged into another."""
        deleted, merged = self._objects.get(row.object) or self._marks(row.object)
        if deleted is not None and not is_empty(deleted(row.values)):
            return "deleted"
        decided = self.around.merges
        if (merged is None or is_empty(merged(row.values))) and not (decided and (row.object, row.key) in decided):
            return ""
        survivor = self.staging.survivor(row.object, row.key)
        # A chain of merges that leads nowhere, or in a circle, ends at the row itself.
        return f"merged into {survivor}" if survivor != row.key else "orphan"

    def _marks(
        self, object_name: str
    ) -> tuple[Callable[[Mapping[str, Value]], Value] | None, Callable[[Mapping[str, Value]], Value] | None]:
        marks = self._objects.get(object_name)
        if marks is None:
            item = self.staging.object(object_name)
            marks = (
                reader(item.deleted) if item.deleted else None,
                reader(item.merged_into) if item.merged_into else None,
            )
            self._objects[object_name] = marks
        return marks

    def missing_parent(self, scope: Scope, path: Path, rule: CompiledRule) -> str:
        """Why a required reference cannot be set; empty if it can."""
        parent = self.named_row(scope, path)
        if parent is None:
            return "orphan"
        place = self.place(rule, parent)
        if place.taken:
            return ""
        return "orphan" if place.reason == "orphan" else "parent skipped"

    def named_row(self, scope: Scope, path: Path) -> StagedRow | None:
        """The row a path names: where its reference leads, or the row at its end if it ends in that row's key."""
        end = scope.end(path)
        if end is None or path.reference is None:
            return end
        return scope.step(end, path.reference)


@dataclass(frozen=True)
class Surroundings:
    """What a run knows beside the rows."""

    zones: Zones
    currency: str
    facts: Mapping[str, str]
    exclusions: frozenset[tuple[str, str]]
    same_person: Mapping[str, str]
    merges: Mapping[tuple[str, str], str]
    links: Mapping[tuple[str, str], str]
    people: People | None
    transforms: Mapping[str, NamedTransform]
    lengths: Lengths


def _printed(fields: Sequence[str], values: Mapping[str, Value]) -> str:
    return ", ".join(filter(None, (plain_text(reader(field)(values)) for field in fields)))
