"""extract: freeze what the source holds, and take its inventory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridgework.errors import UsageError
from bridgework.migration import Migration
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
    rows: dict[str, int] = {}
    migration.progress.start("extract", sum(each.rows or 0 for each in description.objects))
    for each in description.objects:
        if not each.absent:
            records = migration.hooks.extract(each.name)
            rows[each.name] = writer.add(each.name, migration.progress.counted(each.name, records))
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
