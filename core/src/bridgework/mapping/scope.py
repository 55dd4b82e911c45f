"""A row under evaluation, and what the engine needs of the staging."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, cast

from bridgework.canonical import Unfit
from bridgework.mapping.paths import Hop, Path
from bridgework.model import SourceObject, TransformContext, Value

if TYPE_CHECKING:
    from bridgework.mapping.session import Session


class StagedRow(Protocol):
    """What the engine needs of a staged row."""

    @property
    def object(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def values(self) -> Mapping[str, Value]: ...


class StagedRows(Protocol):
    """What the engine needs of the staging; `bridgework.staging.Staging` has it."""

    def object(self, name: str) -> SourceObject: ...
    def count(self, object_name: str) -> int: ...
    def rows(self, object_name: str) -> Iterator[Any]: ...
    def row(self, object_name: str, key: str) -> Any: ...
    def by_field(self, object_name: str, field: str, value: Value) -> list[Any]: ...
    def children_of(
        self, child: str, reference_field: str, *, survivors: bool = False, parent: str = ""
    ) -> Iterator[tuple[int, Any]]: ...
    def children(self, parent: Any, child: str, reference_field: str) -> list[Any]: ...
    def parents_with_children(
        self, parent: str, child: str, reference_field: str, *, survivors: bool = False
    ) -> Iterator[tuple[Any, list[Any]]]: ...
    def orphans(self, child: str, reference_field: str) -> Iterator[Any]: ...
    def ambiguous(self, child: str, reference_field: str) -> Iterator[Any]: ...
    def survivor(self, object_name: str, key: str) -> str: ...
    def apply_merges(self, wanted: Mapping[tuple[str, str], str]) -> None: ...
    def declared_merges(self) -> Iterator[tuple[tuple[str, str], str]]: ...


_NOTHING: Mapping[str, str] = MappingProxyType({})
_CHILDLESS: Mapping[Hop, Sequence[StagedRow]] = MappingProxyType({})


class Scope:
    """A row under evaluation: the row, its parent where a merge join brought it along, its children, its group.

    Most have none of that, so what is absent stands in the class.
    """

    held = ""
    held_row: StagedRow | None = None
    children: Mapping[Hop, Sequence[StagedRow]] = _CHILDLESS
    members: Sequence[StagedRow] = ()
    memo: dict[int, list[Scope]] | None = None  # chosen children by roll-up, which several fields share
    warnings: tuple[str, ...] = ()
    left: Mapping[str, str] = _NOTHING  # for the archive: what had no place in a field, by label
    _context: TransformContext | None = None

    def __init__(
        self,
        session: Session,
        row: StagedRow,
        *,
        held: str = "",
        held_row: StagedRow | None = None,
        children: Mapping[Hop, Sequence[StagedRow]] = _CHILDLESS,
        members: Sequence[StagedRow] = (),
    ) -> None:
        self.session = session
        self.row = row
        if held:
            self.held, self.held_row = held, held_row
        if children:
            self.children = children
        if members:
            self.members = members

    def warn(self, text: str) -> None:
        """Note what a person should know about the record; never a value."""
        self.warnings = (*self.warnings, text)

    def leave(self, label: str, text: str) -> None:
        """Keep for the archive what a field has no place for."""
        known = self.left.get(label, "")
        if text in known.split("\n"):
            return
        if not known:
            self.warn(f"{label}: what has no place there stands in the archive")
        self.left = {**self.left, label: f"{known}\n{text}".lstrip("\n")}

    def forget(self) -> None:
        """Take back what was noted: the row is looked at once more."""
        self.warnings, self.left = (), _NOTHING

    def context(self) -> TransformContext:
        """What transforms may know; the zone is the row's own where it has one."""
        if self._context is None:
            self._context = self.session.context(self.row)
        return self._context

    def end(self, path: Path) -> StagedRow | None:
        """The row at the end of a path, None if a reference leads nowhere."""
        row: StagedRow | None = self.row
        for hop in path.hops:
            if row is None:
                return None
            row = self.step(row, hop)
        return row

    def step(self, row: StagedRow, hop: Hop) -> StagedRow | None:
        """Follow one reference; the parent that a merge join brought along is not looked up again."""
        if row is self.row and hop.field == self.held:
            return self.held_row
        return self.session.parent(row, hop)

    def value(self, path: Path) -> Value:
        """The value at the end of a path; the key of the record a merged parent survived in, for a reference."""
        row = self.end(path)
        return None if row is None else path.read(row.values)


Predicate = Callable[[Scope], bool]


def value_at(path: Path) -> Callable[[Scope], Value]:
    """The value at the end of a path as a function of a scope."""
    if path.hops:
        return lambda scope: scope.value(path)
    if path.plain:
        name = path.name
        return lambda scope: scope.row.values.get(name)
    read = path.read
    return lambda scope: read(scope.row.values)


@dataclass(frozen=True, slots=True)
class LooseRow:
    """Values that stand for a row: to compute on them outside a run."""

    object: str
    values: Mapping[str, Value]
    key: str = ""
    seq: int = 0


class _Outside:
    """Stands for the run where there is none."""

    def __getattr__(self, name: str) -> NoReturn:
        raise Unfit("a computed field uses nothing but its row")


def alone(object_name: str, evaluate: Callable[[Scope], Value]) -> Callable[[Mapping[str, Value]], Value]:
    """An evaluator that needs nothing but a row's own values, as a function of those.

    The last answer is kept: children in the order of their parents ask for the same parent again and again.
    """
    outside = cast("Session", _Outside())
    last: list[tuple[Mapping[str, Value] | None, Value]] = [(None, None)]

    def read(values: Mapping[str, Value]) -> Value:
        known, made = last[0]
        if known is not values:
            made = evaluate(Scope(outside, LooseRow(object_name, values)))
            last[0] = (values, made)
        return made

    return read
