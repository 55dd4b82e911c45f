"""Matching: rules that say `match` link to a record that was there before, instead of creating one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING

import orjson

from bridgework.mapping import CompiledRule, Mapped, comparable
from bridgework.model import Value
from bridgework.stages.load.jobs import Planned
from bridgework.stages.load.parents import parents_of
from bridgework.stages.load.resolving import Resolver, Unresolved
from bridgework.stages.outcomes import records

if TYPE_CHECKING:
    from bridgework.migration import Migration

OPEN = frozenset({"pending", "undone", "skipped"})
BATCH = 500


class Matcher:
    """Existing records of a rule's object, by the values of the fields the rule matches on. Read once, when needed."""

    def __init__(self, migration: Migration, resolver: Resolver, rule: CompiledRule) -> None:
        self._migration = migration
        self._resolver = resolver
        self._rule = rule
        self._keys = tuple(resolver.book.field(rule.target, label).key for label in rule.match)

    def link(self, chunk: Sequence[Planned]) -> None:
        """Link what agrees with exactly one existing record that no other planned record agrees with.

        Several on either side are dead letters, never a guess: one person's values must not go into another's record.
        """
        begun = self._migration.journal.begun(self._rule.name, [each.mapped.key for each in chunk])
        fresh = [
            each.mapped
            for each in chunk
            if (target := begun.get(each.mapped.key)) is None or (target.state in OPEN and not target.live)
        ]
        matched: list[tuple[str, str, str]] = []
        several: list[str] = []
        shared: list[str] = []
        for key, mark in self._marks(fresh):
            candidates = self._existing.get(mark, ())
            if len(candidates) > 1:
                several.append(key)
            elif candidates and self._named[mark] > 1:
                shared.append(key)
            elif candidates:
                matched.append((key, candidates[0], ""))
        if matched:
            self._migration.journal.set_matched(self._rule.name, self._rule.target, matched)
        self._refuse(several, "several existing records agree in")
        self._refuse(shared, "an existing record agrees with several planned ones in")

    def linked(self, planned: Sequence[Mapped]) -> dict[str, str]:
        """Key and id of those that `link` would link."""
        marks = dict(self._marks(planned))
        found = {key: self._existing.get(mark, ()) for key, mark in marks.items()}
        return {key: ids[0] for key, ids in found.items() if len(ids) == 1 and self._named[marks[key]] == 1}

    def _refuse(self, keys: Sequence[str], why: str) -> None:
        if keys:
            reason = f"{why} {', '.join(self._rule.match)}"
            self._migration.journal.set_state(self._rule.name, keys, "conflict", reason)

    def _marks(self, records: Sequence[Mapped]) -> Iterator[tuple[str, bytes]]:
        """The key and the mark of each record that has all the values it is matched by."""
        parents = parents_of(self._migration, records)
        for each in records:
            body = {label: each.body.get(label) for label in self._rule.match}
            try:
                resolved, _ = self._resolver.resolve(self._rule.target, body, parents)
            except Unresolved:
                continue
            [stored] = self._migration.hooks.normalise(self._rule.target, [resolved])
            if (mark := self._mark(stored)) is not None:
                yield each.key, mark

    @cached_property
    def _existing(self) -> Mapping[bytes, Sequence[str]]:
        """Ids of the records that were there before, by mark."""
        found: dict[bytes, list[str]] = {}
        for record in self._migration.hooks.scan(self._rule.target, self._keys, None):
            taken = record.deleted or record.demo or record.marker
            mark = None if taken else self._mark(record.values)
            if mark is not None:
                found.setdefault(mark, []).append(record.id)
        return found

    @cached_property
    def _named(self) -> Counter[bytes]:
        """How many of all the records the rule plans have the mark of an existing one, loaded or not."""
        named: Counter[bytes] = Counter()
        if self._existing:
            planned = records(self._migration, self._rule)
            while batch := list(islice(planned, BATCH)):
                named.update(mark for _, mark in self._marks(batch) if mark in self._existing)
        return named

    def _mark(self, values: Mapping[str, Value]) -> bytes | None:
        """A digest of the values as they are compared; None if one of them is missing."""
        parts = [comparable(values.get(key)) for key in self._keys]
        return None if not all(parts) else sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).digest()[:16]
