"""Running a rule over the staged rows: streamed, in a fixed order, every row with exactly one outcome."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import Any

from bridgework.canonical import Unfit
from bridgework.errors import BridgeworkError, ContractBroken
from bridgework.mapping import columns
from bridgework.mapping.compiled import CompiledField, CompiledRule
from bridgework.mapping.fitting import fit
from bridgework.mapping.outcome import Disposed, Mapped, MappedFile, Outcome, Skipped, SourceRow
from bridgework.mapping.paths import Hop
from bridgework.mapping.scope import Scope, StagedRow
from bridgework.mapping.session import KEPT_ROWS, Place, Session
from bridgework.mapping.values import is_empty, plain_text
from bridgework.model import Body

_UNCUT: Mapping[str, str] = MappingProxyType({})
MAX_DEPTH = 1000  # of records that refer to records of the same rule


def run_rule(session: Session, rule: CompiledRule) -> Iterator[Outcome]:
    """What the rule makes of every row of its source object. The same rows give the same outcomes in the same order."""
    if session.staging.object(rule.object).absent:
        return
    if rule.group:
        yield from _groups(session, rule)
        return
    own = [field for field in rule.fields if rule.name in field.references and not field.deferred]
    if own:
        yield from _by_depth(session, rule, own)
        return
    takes_all, by_column = session.takes_all(rule), columns.fit(rule)
    for batch in columns.batches(scopes(session, rule)):
        if takes_all and by_column and not rule.needed:
            yield from _taken(rule, batch)
            continue
        places = [Place(s.row.key) if takes_all else session.find_place(rule, s.row, s) for s in batch]
        yield from _by_column(rule, batch, places) if by_column else map(outcome, repeat(rule), batch, places)


def _taken(rule: CompiledRule, scopes: Sequence[Scope]) -> Iterator[Outcome]:
    """As `outcome` of each row, where each becomes a record under its own key: mapped together."""
    keys = [scope.row.key for scope in scopes]
    bodies = columns.bodies(rule, scopes, scopes[0].session.around.lengths.harmless)
    if bodies is None:
        return map(outcome, repeat(rule), scopes, map(Place, keys))
    return map(_record, repeat(rule), scopes, keys, bodies)


def _by_column(rule: CompiledRule, scopes: Sequence[Scope], places: Sequence[Place]) -> Iterator[Outcome]:
    """As `outcome` of each row; what becomes a record is mapped together."""
    taken = [each for each, place in zip(scopes, places, strict=True) if not place.reason]
    if rule.needed:
        taken = [each for each in taken if not _lacking(rule, each)]
    bodies = columns.bodies(rule, taken, scopes[0].session.around.lengths.harmless)
    if bodies is None:
        yield from map(outcome, repeat(rule), scopes, places)
        return
    made = iter(bodies)
    following = iter([*taken, None])
    next_taken = next(following)
    for scope, place in zip(scopes, places, strict=True):
        if scope is next_taken:
            next_taken = next(following)
            yield _record(rule, scope, place.key, next(made))
        else:
            yield outcome(rule, scope, place)


def _record(rule: CompiledRule, scope: Scope, key: str, body: Body) -> Mapped:
    needs = _needs(rule, scope) if rule.requires else ()
    return Mapped(rule.name, key, rule.target, body, {}, _sources(rule, scope), needs=needs)


# -------------------------------------------------------------------------------------- rows and their surroundings


def scopes(session: Session, rule: CompiledRule) -> Iterator[Scope]:
    """Every row of the rule's object once, with its children or its most numerous parent beside it."""
    staging = session.staging
    if rule.children:
        cursors = {hop: _Children(session, hop) for hop in rule.children}
        for row in staging.rows(rule.object):
            children = {hop: cursor.take(row) for hop, cursor in cursors.items()}
            yield Scope(session, session.amended(row), children=children)
        return
    single = [hop for hop in rule.parents if "." not in hop.field]  # a path through a list may name several rows
    parent = max(single, key=lambda hop: staging.count(hop.object), default=None)
    if parent is None or staging.count(parent.object) <= KEPT_ROWS:
        rows = staging.rows(rule.object)
        for row in map(session.amended, rows) if session.around.links else rows:
            yield Scope(session, row)
        return
    yield from _joined(session, rule.object, parent)


def _joined(session: Session, object_name: str, hop: Hop) -> Iterator[Scope]:
    """Rows in the order of their parents; then those whose parent is missing, not certain, or not named."""
    staging = session.staging
    seen = 0
    for parent, rows in staging.parents_with_children(hop.object, object_name, hop.field, survivors=True):
        for row in rows:
            seen += 1
            yield Scope(session, session.amended(row), held=hop.field, held_row=session.amended(parent))
    for row in staging.orphans(object_name, hop.field):
        seen += 1
        yield Scope(session, session.amended(row))
    if hop.to:
        for row in staging.ambiguous(object_name, hop.field):
            seen += 1
            yield Scope(session, session.amended(row))
    if seen < (count := staging.count(object_name)):
        for row in staging.rows(object_name):
            if is_empty(hop.read(row.values)):
                seen += 1
                yield Scope(session, session.amended(row))
    if seen != count:
        raise BridgeworkError(
            f"{count} rows of {object_name} are staged, but {seen} were met; nothing may be loaded from this staging.",
            next_step="run extract again",
            cause="staging",
        )


class _Children:
    """A cursor over the children of one reference, read in step with their parents."""

    def __init__(self, session: Session, hop: Hop) -> None:
        self._rows = session.staging.children_of(hop.source, hop.field, survivors=True, parent=hop.object)
        self._next: tuple[int, Any] | None = next(self._rows, None)
        self._session = session
        self._agreed = self._by_agreement(session, hop) if hop.to else {}

    @staticmethod
    def _by_agreement(session: Session, hop: Hop) -> dict[str, list[Any]]:
        """Children whose value several parents hold, by the parent that their texts agree with: few, so kept."""
        found: dict[str, list[Any]] = {}
        for row in session.staging.ambiguous(hop.source, hop.field):
            parent = session.parent(row, hop)
            if parent is not None:
                found.setdefault(parent.key, []).append(row)
        return found

    def take(self, parent: StagedRow) -> Sequence[StagedRow]:
        """The children of that parent, in source order; parents come in order."""
        found: list[Any] = []
        while self._next is not None and self._next[0] <= parent.seq:
            if self._next[0] == parent.seq:
                found.append(self._session.amended(self._next[1]))
            self._next = next(self._rows, None)
        if agreed := self._agreed.get(parent.key):
            found = sorted([*found, *agreed], key=lambda row: row.seq)
        return found


# -------------------------------------------------------------------------------------- groups and depths


def _groups(session: Session, rule: CompiledRule) -> Iterator[Outcome]:
    """One record per group, in the order of first members. Only keys are kept between the two passes."""
    groups: dict[str, list[str]] = {}
    for scope in scopes(session, rule):
        place = session.find_place(rule, scope.row, scope)
        if place.taken:
            groups.setdefault(place.key, []).append(scope.row.key)
        else:
            yield outcome(rule, scope, place)
    for key, keys in groups.items():
        members = [row for each in keys if (row := session.row(rule.object, each)) is not None]
        scope = Scope(session, members[0], members=members)
        made = outcome(rule, scope, Place(key=key))
        yield made
        if isinstance(made, Skipped):
            for row in members[1:]:
                yield Skipped(rule=rule.name, object=rule.object, key=row.key, reason=made.reason)


def _by_depth(session: Session, rule: CompiledRule, own: Sequence[CompiledField]) -> Iterator[Outcome]:
    """Records that refer to records of their own rule come after those; in a circle the reference waits."""
    deepest = 0
    level = 0
    while level <= deepest:
        for scope in scopes(session, rule):
            depth = _depth(rule, scope, own)
            deepest = max(deepest, depth)
            if max(depth, 0) == level:
                waiting = frozenset(field.label for field in own) if depth < 0 else frozenset[str]()
                yield outcome(rule, scope, session.find_place(rule, scope.row, scope), waiting)
        level += 1


def _depth(rule: CompiledRule, scope: Scope, own: Sequence[CompiledField]) -> int:
    """How many records of the same rule stand above the row; -1 inside a circle."""
    seen = {scope.row.key}
    row: StagedRow | None = scope.row
    depth = 0
    while row is not None:
        row = _above(rule, Scope(scope.session, row), own)
        if row is None:
            return depth
        if row.key in seen or depth == MAX_DEPTH:
            return -1
        seen.add(row.key)
        depth += 1
    return depth


def _above(rule: CompiledRule, scope: Scope, own: Sequence[CompiledField]) -> StagedRow | None:
    for field in own:
        if field.path is not None:
            parent = scope.session.named_row(scope, field.path)
            if parent is not None and scope.session.place(rule, parent).taken:
                return parent
    return None


# -------------------------------------------------------------------------------------- one row


def outcome(rule: CompiledRule, scope: Scope, place: Place, waiting: frozenset[str] = frozenset()) -> Outcome:
    """The outcome of one row (or group). `waiting` are labels that this record writes in the second pass."""
    row = scope.row
    if place.reason:
        return Skipped(rule=rule.name, object=rule.object, key=row.key, reason=place.reason, selected=place.selected)
    if rule.needed and (missing := _lacking(rule, scope)):
        reason = rule.spec.otherwise or f"no {', '.join(missing)}"
        return Skipped(rule=rule.name, object=rule.object, key=row.key, reason=reason, selected=False)
    if rule.kind == "into":
        return _merged(rule, scope)
    body: Body = {}
    deferred: Body = {}
    long: list[CompiledField] = []  # that may hold more than they take
    harmless = scope.session.around.lengths.harmless if rule.kind == "target" else sys.maxsize
    values = row.values
    for field in rule.fields:
        if field.name and not waiting:  # what most fields are
            value = values.get(field.name)
            if value := value.strip() if type(value) is str else plain_text(value):
                body[field.label] = value
                if len(value) > harmless:
                    long.append(field)
            elif field.required:
                return Skipped(rule=rule.name, object=rule.object, key=row.key, reason=f"no {field.label}")
            continue
        try:
            value = field.evaluate(scope)
            if type(value) is str and value and not value.isspace() and not field.deferred and not waiting:
                body[field.label] = value
                if len(value) > harmless:
                    long.append(field)
                continue
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as failure:
            value = None
            _note_refusal(rule, field, scope, failure)
        if field.references and value == {"rule": rule.name, "key": place.key}:
            scope.warn(f"{field.label}: the record would point to itself")
            value = None
        if not is_empty(value):
            (deferred if field.deferred or field.label in waiting else body)[field.label] = value
            if type(value) is str and len(value) > harmless:
                long.append(field)
        elif field.required:
            return Skipped(rule=rule.name, object=rule.object, key=row.key, reason=f"no {field.label}")
    if rule.kind != "target":
        return Disposed(
            rule=rule.name, object=rule.object, key=row.key, kind=rule.kind, reason=rule.disposition_reason, values=body
        )
    file = _file(rule, scope) if rule.file or rule.sheet else None
    if (rule.file or rule.sheet) and file is None:
        return Skipped(rule=rule.name, object=rule.object, key=row.key, reason="no file named")
    cut = fit(rule, scope, body, deferred, long) if long else _UNCUT
    if scope.left:
        cut = {**scope.left, **cut}
    sources, needs = _sources(rule, scope), _needs(rule, scope) if rule.requires else ()
    return Mapped(rule.name, place.key, rule.target, body, deferred, sources, scope.warnings, file, needs, cut)


def _lacking(rule: CompiledRule, scope: Scope) -> list[str]:
    """The objects of which the row has no child, though the rule needs one."""
    return [hop.source for hop in rule.needed if not scope.children.get(hop)]


def _note_refusal(rule: CompiledRule, field: CompiledField, scope: Scope, failure: Exception) -> None:
    """A value that does not fit is a warning; any other failure is a fault of a transform and stops the run."""
    if isinstance(failure, Unfit):
        scope.warn(f"{field.label}: {failure}")
    elif isinstance(failure, ValueError):
        scope.warn(f"{field.label}: the value cannot be turned into what the field needs")
    else:
        names = ", ".join(field.spec.use) or "none"
        raise ContractBroken(
            f"{type(failure).__name__} in the field {field.label} of the rule {rule.name} (transforms: {names})."
        ) from None


def _merged(rule: CompiledRule, scope: Scope) -> Outcome:
    row = scope.row
    for evaluate in rule.by:
        found = evaluate(scope)
        if isinstance(found, Mapping):
            into = (str(found["rule"]), str(found["key"]))
            return Disposed(rule=rule.name, object=rule.object, key=row.key, kind="merged", into=into)
    reason = rule.spec.otherwise or _nowhere(rule, scope)
    return Skipped(rule=rule.name, object=rule.object, key=row.key, reason=reason)


def _nowhere(rule: CompiledRule, scope: Scope) -> str:
    """Why a row goes into no record: a parent that is there and skipped says more than one that is not."""
    into = scope.session.rules.get(rule.target)
    reasons = {scope.session.missing_parent(scope, path, into) for path in rule.by_paths} if into else set()
    return "parent skipped" if "parent skipped" in reasons else "orphan"


def _file(rule: CompiledRule, scope: Scope) -> MappedFile | None:
    if rule.sheet is not None:
        named, sheet = rule.sheet
        return MappedFile(path="", name=plain_text(named(scope)), sheet=lambda: sheet(scope))
    if rule.file is None:
        return None
    path, name, sha256 = (None if each is None else plain_text(scope.value(each)) for each in rule.file)
    return MappedFile(path=path, name=name or path.rpartition("/")[2], sha256=sha256 or "") if path else None


def _needs(rule: CompiledRule, scope: Scope) -> tuple[tuple[str, str], ...]:
    """Identities of the records of other rules that this one requires, where those rules write records."""
    session = scope.session
    found = []
    for path, name in rule.requires:
        parent = session.rules[name]
        row = session.named_row(scope, path) if parent.kind == "target" and name != rule.name else None
        if row is not None and (place := session.place(parent, row)).taken:
            found.append((name, place.key))
    return tuple(found)


def _sources(rule: CompiledRule, scope: Scope) -> tuple[SourceRow, ...]:
    first = SourceRow(rule.object, scope.row.key, "target")
    if not scope.members:
        return (first,)
    return (first, *(SourceRow(rule.object, row.key, "merged") for row in scope.members[1:]))
