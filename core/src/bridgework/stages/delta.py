"""delta: what changed in the source since, brought over by the three-way rule."""

from __future__ import annotations

from datetime import timedelta

from bridgework.errors import UsageError
from bridgework.migration import Migration
from bridgework.results import Result
from bridgework.stages.extract import reading
from bridgework.stages.load_stage import load
from bridgework.stages.noting import note_delta

# A source that gives changes since an instant may have written some of them late. What comes twice has the same hash.
OVERLAP = timedelta(minutes=10)

_STAY = (
    "Records that stay in the destination although the source wants them no more: {}. bridgework reconcile lists them."
)


def delta(migration: Migration) -> Result:
    """Read the source again, lay it over the staged data, and load what is new or maps to another body.

    UsageError before the first load is complete, or while records are pending after a rollback.
    """
    counts = migration.journal.counts()
    if migration.journal.last_event("loaded") is None:
        raise UsageError("Nothing was loaded yet.", next_step="bridgework load")
    if any(states.get("undone", 0) for states in counts.values()):
        raise UsageError("Records are pending after a rollback.", next_step="bridgework load", cause="pending")
    description = migration.hooks.describe_source()
    since = migration.staging.description.generated_at
    writer = migration.staging_writer()
    writer.overlay(description, complete=description.complete)
    read_since = None if description.complete else since - OVERLAP
    for name, records in reading(migration, "delta", description, read_since):
        writer.add(name, records)
    frozen = writer.freeze()
    migration.forget_staging()
    note_delta(migration)
    result = load(migration, stage="delta")
    if stay := sum(1 for rule in migration.journal.rules() for each in migration.journal.unplanned(rule) if each.live):
        result.data["warnings"].append(_STAY.format(stay))
    migration.journal.event("delta_finished", changes=sum(each.new + each.changed for each in frozen.overlay.values()))
    return migration.finished(
        "delta",
        data={
            **result.data,
            "source": {
                name: {
                    "new": each.new,
                    "changed": each.changed,
                    "unchanged": each.unchanged,
                    "gone": each.vanished,
                }
                for name, each in frozen.overlay.items()
            },
            "since": since.isoformat(),
        },
        differences=result.state == "differences" or any(each.vanished for each in frozen.overlay.values()),
        next_=result.next,
    )
