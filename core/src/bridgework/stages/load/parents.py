"""Which of the records that others refer to exist, and under which id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bridgework.mapping import Mapped
from bridgework.stages.load.resolving import Parents, references

if TYPE_CHECKING:
    from bridgework.migration import Migration


_REFUSED = ("rejected", "skipped", "conflict")  # without an id: they come only after a person has seen to it


def parents_of(migration: Migration, records: Iterable[Mapped]) -> Parents:
    """Ids of all records these refer to or need, one look-up per rule; what is planned and not there is waited for."""
    wanted: dict[str, set[str]] = {}
    for record in records:
        for body in (record.body, record.deferred):
            for rule, key in references(body):
                wanted.setdefault(rule, set()).add(key)
        for rule, key in record.needs:
            wanted.setdefault(rule, set()).add(key)
    known: dict[tuple[str, str], str] = {}
    waiting: set[tuple[str, str]] = set()
    refused: set[tuple[str, str]] = set()
    for rule, keys in wanted.items():
        for key, target in migration.journal.targets(rule, sorted(keys)).items():
            if target.live and target.state != "in_doubt":
                known[rule, key] = target.id
            else:
                waiting.add((rule, key))
                if target.state in _REFUSED:
                    refused.add((rule, key))
    return Parents(known, frozenset(waiting), frozenset(refused))
