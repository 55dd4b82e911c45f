"""Noting in the journal what a delta froze into the staging: two files, so a process can end between the two."""

from __future__ import annotations

from bridgework.migration import Migration
from bridgework.stages.auditing import carry_decisions


def note_delta(migration: Migration) -> None:
    """The rows that are staged now, with the decisions of the audit before them."""
    staging = migration.staging
    rows = {each.name: staging.count(each.name) for each in staging.objects() if not each.absent}
    migration.journal.event("extracted", fingerprint=staging.fingerprint, rows=rows, practice=migration.practice)
    carry_decisions(migration)


def catch_up(migration: Migration) -> None:
    """Note what an earlier process froze and could not note. After a load only a delta can have been at work."""
    noted = migration.journal.last_event("extracted")
    decided = migration.journal.last_event("decisions")
    if noted is None or not migration.has_written():
        return
    if any(
        each is not None and each.payload["fingerprint"] != migration.staging.fingerprint for each in (noted, decided)
    ):
        note_delta(migration)
