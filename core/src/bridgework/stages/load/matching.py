"""Matching: rules that say `match` link to a record that was there before, instead of creating one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson

from bridgework.mapping import CompiledRule
from bridgework.model import Value
from bridgework.stages.load.jobs import Planned
from bridgework.stages.load.parents import parents_of
from bridgework.stages.load.resolving import Resolver, Unresolved

if TYPE_CHECKING:
    from bridgework.migration import Migration

OPEN = frozenset({"pending", "undone"})


class Matcher:
    """Existing records of a rule's object, by the values of the fields the rule matches on. Read once, when needed."""

    def __init__(self, migration: Migration, resolver: Resolver, rule: CompiledRule) -> None:
        self._migration = migration
        self._resolver = resolver
        self._rule = rule
        self._keys = tuple(resolver.book.field(rule.target, label).key for label in rule.spec.match)
        self._existing: dict[bytes, list[str]] | None = None

    def link(self, chunk: Sequence[Planned]) -> None:
        """Link what agrees with exactly one existing record. Agreeing with several is a dead letter, never a guess."""
        begun = self._migration.journal.begun(self._rule.name, [each.mapped.key for each in chunk])
        fresh = [
            each
            for each in chunk
            if (target := begun.get(each.mapped.key)) is None or (target.state in OPEN and not target.live)
        ]
        matched: list[tuple[str, str, str]] = []
        ambiguous: list[str] = []
        for each, values in self._values(fresh):
            candidates = self._find(values)
            if len(candidates) == 1:
                matched.append((each.mapped.key, candidates.pop(), ""))
            elif candidates:
                ambiguous.append(each.mapped.key)
        journal = self._migration.journal
        if matched:
            journal.set_matched(self._rule.name, self._rule.target, matched)
        if ambiguous:
            labels = ", ".join(self._rule.spec.match)
            reason = f"several existing records agree in {labels}"
            journal.set_state(self._rule.name, ambiguous, "conflict", reason)

    def _values(self, fresh: Sequence[Planned]) -> Iterator[tuple[Planned, Mapping[str, Value]]]:
        parents = parents_of(self._migration, [each.mapped for each in fresh])
        for each in fresh:
            body = {label: each.mapped.body.get(label) for label in self._rule.spec.match}
            try:
                resolved, _ = self._resolver.resolve(self._rule.target, body, parents)
            except Unresolved:
                continue
            [stored] = self._migration.hooks.normalise(self._rule.target, [resolved])
            yield each, stored

    def _find(self, values: Mapping[str, Value]) -> list[str]:
        """The ids that agree; a single one is taken, so that no second row is linked to the same record."""
        mark = self._mark(values)
        return [] if mark is None else self._index().get(mark, [])

    def _index(self) -> dict[bytes, list[str]]:
        if self._existing is None:
            self._existing = {}
            for record in self._migration.hooks.scan(self._rule.target, self._keys, None):
                taken = record.deleted or record.demo or record.marker
                mark = None if taken else self._mark(record.values)
                if mark is not None:
                    self._existing.setdefault(mark, []).append(record.id)
        return self._existing

    def _mark(self, values: Mapping[str, Value]) -> bytes | None:
        """A digest of the values as they are compared; None if one of them is missing."""
        parts = [_comparable(values.get(key)) for key in self._keys]
        return None if not all(parts) else sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).digest()[:16]


def _comparable(value: Value) -> Value:
    """Texts whatever their case and blanks; of contacts the first; of anything else the value itself."""
    if isinstance(value, list) and value and isinstance(value[0], dict) and "value" in value[0]:
        primary = next((each for each in value if each.get("primary")), value[0])
        return _comparable(primary["value"])
    return " ".join(value.split()).casefold() if isinstance(value, str) else value
