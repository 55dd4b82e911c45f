"""rollback/: what a way back needs to know, and how and until when it can be gone."""

from __future__ import annotations

from typing import Any, Final

from bridgework.migration import Migration
from bridgework.stages.deliver.package import SHAREABLE, Package
from bridgework.stages.optionlists import declared_labels, receipt_report
from bridgework.stages.rollback import REMOVABLE

COLUMNS: Final = ("object", "id", "rule", "source", "state", "generation", "operation", "operation_that_created_it")

README: Final = """The way back
============

Nothing here is needed to go back: the journal in the migration's folder knows everything.
These files say what it knows.

  records.csv           every record it made in the new system, in the order of a rollback
  schema-receipts.json  every field, option and pipeline it made there, with the new system's own keys

Commands, in the migration's folder (M):

    bridgework -C M rollback --preview              shows what would be removed and what would stay; changes nothing
    bridgework -C M rollback                        removes what was created, newest first
    bridgework -C M rollback --object OBJECT        only that object and what depends on it
    bridgework -C M rollback --schema               fields, options and pipelines too, once no record is left

What stays: records that were there before the migration, and records somebody edited since they were loaded. They are
listed with their ids.

Until when
----------
Created records can be removed as long as journal.db and its key exist; `bridgework purge` keeps both.
Values that the migration overwrote can be put back only until `bridgework purge`, which destroys what they were.
A removed record can be restored in the new system itself:

{days}
"""


def write_way_back(migration: Migration, package: Package) -> dict[str, Any]:
    """The folder rollback/, and what the summary says about it."""
    with package.table("rollback/records.csv", COLUMNS, "Every record a rollback would remove", SHAREABLE) as table:
        for target in migration.journal.targets_by_origin(states=REMOVABLE, newest_first=True):
            if target.live:
                source = migration.keyed_hash(target.rule, target.key)
                name = (target.object, target.id, target.rule, source, target.state)
                table.row((*name, target.generation, target.operation, target.origin))
                migration.progress.step("way back")
    declared = declared_labels(migration)
    package.json(
        "rollback/schema-receipts.json",
        [
            {
                **receipt_report(each, declared),
                "under": each.under,
                "type": str(each.type) if each.type else "",
            }
            for each in migration.journal.receipts()
        ],
        "Fields, options and pipelines this migration made or found",
        SHAREABLE,
    )
    days = recoverable_days(migration)
    lines = [f"  {name:<28}{_how_long(number)}" for name, number in days.items()]
    package.text("rollback/README.txt", README.format(days="\n".join(lines)), "How to go back", SHAREABLE)
    return {
        "command": "bridgework rollback --preview",
        "days": min((number for number in days.values() if number is not None), default=None),
        "recoverable_days": days,
        "notes": [
            "Created records can be removed as long as the journal and its key exist.",
            "Overwritten values can be put back only until bridgework purge.",
            *(f"A removed {name} cannot be restored there." for name, number in days.items() if number is None),
        ],
    }


def recoverable_days(migration: Migration) -> dict[str, int | None]:
    """Days during which the destination can restore a removed record, per object that was loaded; None: not at all."""
    objects = {rule.target for rule in migration.plan.rules.values() if rule.kind == "target"}
    return {
        each.name: each.recoverable.days if each.recoverable else None
        for each in migration.capabilities.objects
        if each.name in objects
    }


def _how_long(days: int | None) -> str:
    return "cannot be restored there" if days is None else f"for {days} days after it was removed"
