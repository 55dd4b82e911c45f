"""Settled images: after a load every record it touched is read back once and its content hash is kept.

A record that may have changed since we made it, and whose fields are not as we left them, was worked on before it could
be read back. It gets no image: a rollback then compares it with what was sent, and keeps it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from bridgework.journal import Target
from bridgework.migration import Migration
from bridgework.model import StoredRecord
from bridgework.stages.comparing import compare, content_mark, number_fields


def settle_images(migration: Migration, rules: Sequence[str]) -> int:
    """Read back every live record without an image; returns how many were read."""
    count = 0
    migration.progress.start("reading back", None)
    for rule in rules:
        fresh = (
            target
            for target in migration.journal.all_targets(rule, states=("created", "updated"))
            if target.live and not target.settled_hash
        )
        for chunk in chunks(fresh, migration.capabilities.read_batch):
            stored = migration.read_records(chunk[0].object, [target.id for target in chunk])
            there = [target for target in chunk if target.id in stored and not stored[target.id].deleted]
            edited = differing(migration, [each for each in there if _moved(each, stored[each.id])], stored)
            migration.journal.set_settled(
                rule,
                [
                    (target.key, content_mark(stored[target.id]), stored[target.id].version)
                    for target in there
                    if target.key not in edited
                ],
            )
            migration.progress.step(migration.called(rule), len(chunk))
            count += len(chunk)
    return count


def _moved(target: Target, record: StoredRecord) -> bool:
    """Whether somebody may have worked on it: an update of ours says nothing about the fields it left alone."""
    return target.state == "updated" or record.version != target.version


def differing(migration: Migration, targets: Sequence[Target], stored: Mapping[str, StoredRecord]) -> set[str]:
    """Keys of targets of one rule whose records do not hold what was sent. Without what was sent, all of them."""
    if not targets:
        return set()
    known = {} if migration.keys.records is None else migration.images(targets[0].rule, [each.key for each in targets])
    bodies = [known.get(target.key, {}) for target in targets]
    expected = migration.hooks.normalise(targets[0].object, bodies)
    numbers = number_fields(migration.schema.object(targets[0].object).fields)
    return {
        target.key
        for target, sent, will in zip(targets, bodies, expected, strict=True)
        if target.key not in known or not _holds(stored[target.id], sent, will, numbers)
    }


def _holds(record: StoredRecord, sent: Mapping[str, Any], will: Mapping[str, Any], numbers: Collection[str]) -> bool:
    """Whether every field is as it was sent, or as the destination says it stores that."""
    found = compare(sent, will, record.values, numbers)
    return all(each.kind in ("equal", "normalised") for each in found)


def chunks(items: Iterable[Target], size: int) -> Iterator[list[Target]]:
    """Lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
