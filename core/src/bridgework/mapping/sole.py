"""Values that one record alone may hold: who keeps what several rows hold is decided before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bridgework.mapping.compiled import CompiledRule, Evaluator
from bridgework.mapping.scope import Predicate, Scope
from bridgework.mapping.session import Session
from bridgework.mapping.values import is_empty, plain_text
from bridgework.model import Value


@dataclass(frozen=True)
class Contest:
    """A value of a rule that one row alone keeps. Rule and number say which: a session keeps its winners under them."""

    rule: str
    number: int
    evaluate: Evaluator = field(compare=False)
    prefer: tuple[Predicate, ...] = field(compare=False)
    order: Evaluator = field(compare=False)

    def winners(self, session: Session) -> dict[bytes, str]:
        """The key of the row that keeps each value that several rows hold. Two passes; memory grows with the values."""
        rule = session.rules[self.rule]
        seen: set[bytes] = set()
        contested: set[bytes] = set()
        for _, mark in self._marks(session, rule):
            (contested if mark in seen else seen).add(mark)
        del seen
        best: dict[bytes, tuple[tuple[object, ...], str]] = {}
        for scope, mark in self._marks(session, rule) if contested else ():
            if mark in contested:
                claim = (self._rank(scope), scope.row.key)
                best[mark] = min(best.get(mark, claim), claim)
        return {mark: key for mark, (_, key) in best.items()}

    def _marks(self, session: Session, rule: CompiledRule) -> Iterator[tuple[Scope, bytes]]:
        for row in session.staging.rows(rule.object):
            scope = Scope(session, session.amended(row))
            mark = mark_of(self.evaluate(scope))
            if mark is not None and session.find_place(rule, scope.row, scope).taken:
                yield scope, mark

    def _rank(self, scope: Scope) -> tuple[object, ...]:
        value = plain_text(self.order(scope))
        return (*(not fits(scope) for fits in self.prefer), not value, value)


def settled(contest: Contest, use: Callable[[Value, Scope], Value] | None, *, flag: bool) -> Evaluator:
    """The value where the row keeps it, else what `use` makes of it; with `flag`, yes where another row keeps it."""

    def evaluate(scope: Scope) -> Value:
        value = contest.evaluate(scope)
        mark = mark_of(value)
        holder = None if mark is None else scope.session.kept(contest, contest.winners).get(mark)
        lost = holder is not None and holder != scope.row.key
        if flag:
            return True if lost else None
        if not lost:
            return value
        return use(value, scope) if use is not None else None

    return evaluate


def mark_of(value: Value) -> bytes | None:
    """A digest of the value as it is compared; None where there is nothing."""
    if isinstance(value, list) and value and isinstance(value[0], dict) and "value" in value[0]:
        value = next((each for each in value if each.get("primary")), value[0])["value"]
    if is_empty(value):
        return None
    return hashlib.blake2b(" ".join(plain_text(value).split()).casefold().encode(), digest_size=8).digest()
