"""extract: freeze what the source holds, and take its inventory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bridgework.errors import UsageError
from bridgework.migration import Migration
from bridgework.model import SourceDescription, SourceRecord
from bridgework.results import Result


def extract(migration: Migration) -> Result:
    """Read every object of the source into the staging. UsageError once records were loaded (`delta` goes on then)."""
    if migration.has_written():
        raise UsageError(
            "Records were loaded from the present extract already.",
            next_step="bridgework delta",
            cause="already_loaded",
        )
    description = migration.hooks.describe_source()
    writer = migration.staging_writer()
    writer.begin(description)
    rows = {name: writer.add(name, records) for name, records in reading(migration, "extract", description)}
    writer.freeze()
    migration.fix_cutover(description.generated_at)
    practice = description.facts.get("practice_name", "")
    staging = migration.staging
    migration.journal.event(
        "extracted", fingerprint=staging.fingerprint, rows=rows, folded=staging.folded(), practice=practice
    )
    return migration.finished(
        "extract",
        data=inventory(migration),
        next_="bridgework audit",
        differences=bool(description.warnings),
        report="inventory",
    )


def reading(
    migration: Migration, stage: str, description: SourceDescription, since: datetime | None = None
) -> Iterator[tuple[str, Iterator[SourceRecord]]]:
    """Every object that is there, with its rows. They count as progress where the source says how many there are, as it
    does not of nested lists; where it says so of none, all count.
    """
    known = sum(each.rows or 0 for each in description.objects)
    migration.progress.start(stage, known or None)
    for each in description.objects:
        if not each.absent:
            records = migration.hooks.extract(each.name, since)
            counts = each.rows is not None or not known
            yield each.name, migration.progress.counted(each.name, records) if counts else records


def inventory(migration: Migration) -> dict[str, Any]:
    """Rows, keys, null rates, types and picklist values per object; what is absent and how to get it."""
    staging = migration.staging
    profiles = staging.inventory()
    objects = []
    for each in staging.objects():
        fields = []
        for field in each.fields:
            profile = profiles.get(each.name, {}).get(field.name)
            fields.append(
                {
                    "name": field.name,
                    "label": field.label,
                    "type": str(field.type),
                    "concept": field.concept,
                    "custom": field.custom,
                    "inferred": field.inferred,
                    "filled": None if profile is None else profile.rows - profile.nulls,
                    "rows": None if profile is None else profile.rows,
                    "longest": None if profile is None else profile.max_length,
                    # Value sets are shareable only where the source declares a picklist, and as far as it does.
                    "values": _values(profile.values, field.options)
                    if profile is not None and profile.values and field.options
                    else None,
                }
            )
        objects.append(
            {
                "object": each.name,
                "label": each.label,
                "rows": 0 if each.absent else staging.count(each.name),
                "declared": each.rows,
                "key": list(each.key),
                "file": each.file,
                "format": each.format,
                "sha256": each.sha256,
                "absent": each.absent,
                "fields": fields,
            }
        )
    return {
        "inventory": objects,
        "generated_at": staging.description.generated_at.isoformat(),
        "warnings": list(staging.description.warnings),
        "fingerprint": staging.fingerprint,
    }


def _values(found: Mapping[str, int], declared: Sequence[str]) -> dict[str, int]:
    others = sum(rows for value, rows in found.items() if value not in declared)
    shown = {value: rows for value, rows in found.items() if value in declared}
    return {**shown, "(not declared)": others} if others else shown
