"""Settled images: after a load every record it touched is read back once and its content hash is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from bridgework.journal import Target
from bridgework.migration import Migration
from bridgework.stages.comparing import content_mark


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
            migration.journal.set_settled(
                rule,
                [
                    (target.key, content_mark(record), record.version)
                    for target in chunk
                    if (record := stored.get(target.id)) is not None and not record.deleted
                ],
            )
            migration.progress.step(rule, len(chunk))
            count += len(chunk)
    return count


def chunks(items: Iterable[Target], size: int) -> Iterator[list[Target]]:
    """Lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
