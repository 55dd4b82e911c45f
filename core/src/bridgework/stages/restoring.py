"""Putting back what updates replaced in records that were there before us; what people edited since is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridgework.journal import Target
from bridgework.migration import Migration
from bridgework.model import Body, StoredRecord, Verb
from bridgework.stages.load.answers import Job
from bridgework.stages.load.updating import Change, three_way
from bridgework.stages.load.writing import Writer


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of one record: `what` for the counts, the fields that people edited since."""

    target: Target
    what: str
    kept: tuple[str, ...] = ()


def restore(migration: Migration, targets: Sequence[Target], *, stage: str, preview: bool) -> list[Restored]:
    """Restore records of one rule. Without staged data (after a purge) nothing can be put back."""
    if migration.keys.records is None:
        return [Restored(target, "cannot be put back") for target in targets]
    keys = [target.key for target in targets]
    replaced = migration.images(targets[0].rule, keys, "pre")
    left = migration.images(targets[0].rule, keys)
    stored = migration.read_records(targets[0].object, [target.id for target in targets])
    results: list[Restored] = []
    jobs: dict[str, Job] = {}
    for target in targets:
        record = stored.get(target.id)
        if record is None or record.deleted:
            results.append(Restored(target, "already gone"))
            continue
        change = _change(migration, target, record, left.get(target.key, {}), replaced.get(target.key, {}))
        results.append(Restored(target, "to put back" if preview else "put back", change.conflicts))
        if change.send:
            jobs[target.key] = _job(migration, target, change, record.version, stage)
    if preview:
        return results
    failed = {
        done.job.intent.key for done in Writer(migration).send(list(jobs.values())) if done.outcome.state != "done"
    }
    undone = [each.target.key for each in results if each.target.key not in failed]
    migration.journal.set_state(targets[0].rule, undone, "undone")
    return [Restored(each.target, "refused", each.kept) if each.target.key in failed else each for each in results]


def _change(migration: Migration, target: Target, record: StoredRecord, left: Body, replaced: Body) -> Change:
    """Back from what we left to what was there, field by field."""
    changed = {name: left.get(name) for name in replaced}
    was, will = migration.hooks.normalise(target.object, [changed, replaced])
    return three_way(left=was, current=record.values, wanted=will, wanted_raw=replaced)


def _job(migration: Migration, target: Target, change: Change, version: str, stage: str) -> Job:
    intent = migration.intent_about(target, Verb.UPDATE, stage, tuple(change.send))
    return Job(intent, change.send, version=version)
