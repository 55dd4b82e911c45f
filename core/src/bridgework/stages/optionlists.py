"""Options of choice fields in reports: those the mapping or the source declares are shown, those that come out of the
rows are counted there and listed in private/options.csv. A list that grew by itself may hold the name of a patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bridgework.migration import Migration
from bridgework.model import Receipt, SchemaOperation, WantedField
from bridgework.project import write_private
from bridgework.stages.audit.spreadsheet import csv_text

FILE = "options.csv"
_Option = tuple[str, str, str]  # object, field, label as the destination shows it
HIDDEN = f"an option listed in private/{FILE}"


def declared_labels(migration: Migration) -> frozenset[str]:
    """Every label that the mapping or a picklist of the source declares; after a purge the mapping's alone.

    The mapping's tests declare nothing: the people in them may have the names of patients.
    """
    labels = set(_texts(migration.mapping.loaded.file.model_dump(by_alias=True, exclude={"tests"})))
    if migration.keys.records is not None and migration.project.records_file.exists():
        for rule in migration.plan.rules.values():
            for field in rule.fields:
                labels.update(field.options)
        for described in migration.staging.objects():
            for source_field in described.fields:
                labels.update(source_field.options)
    return frozenset(labels)


def shown(line: Mapping[str, Any], declared: frozenset[str]) -> dict[str, Any]:
    """A line with `kind` and `name`, without the name of an option that nobody declared."""
    hidden = line["kind"] == "option" and line["name"] not in declared
    return {**line, "name": HIDDEN} if hidden else dict(line)


def operation_report(operation: Mapping[str, Any], declared: frozenset[str]) -> dict[str, Any]:
    """An operation (as `operation_json`) as a shareable report shows it."""
    labels = [label for label in operation["options"] if label in declared]
    more = len(operation["options"]) - len(labels)
    return {**shown(operation, declared), "options": labels, "options_from_data": more}


def receipt_report(receipt: Receipt, declared: frozenset[str]) -> dict[str, Any]:
    """A receipt as a shareable report shows it; the keys of the options that are not shown stay."""
    options = {label if label in declared else f"{HIDDEN} ({key})": key for label, key in receipt.options.items()}
    line = {
        "kind": receipt.kind,
        "object": receipt.object,
        "field": receipt.field,
        "name": receipt.name,
        "key": receipt.key,
        "options": options,
        "created": receipt.created,
    }
    return shown(line, declared)


def write_options(
    migration: Migration,
    operations: Iterable[SchemaOperation],
    wanted: Iterable[WantedField],
    declared: frozenset[str],
) -> None:
    """private/options.csv: every option the reports only count, planned ones and those that were made, and every one
    that is shortened, with its whole label.
    """
    rows: dict[_Option, str] = {}
    for each in operations:
        _note(rows, each.kind, (each.object, each.field, each.name), each.options, declared)
    for receipt in migration.journal.receipts():
        _note(rows, receipt.kind, (receipt.object, receipt.field, receipt.name), receipt.options, declared)
    for field in wanted:
        rows.update({(field.object, field.label, label): whole for label, whole in field.whole.items()})
    if rows:
        text = csv_text(("object", "field", "option", "whole label"), [(*named, rows[named]) for named in rows])
        write_private(migration.project.private / FILE, text.encode("utf-8-sig"))


def _note(
    rows: dict[_Option, str],
    kind: str,
    place: tuple[str, str, str],
    options: Iterable[str],
    declared: frozenset[str],
) -> None:
    object_name, field, name = place
    found = [(field, name)] if kind == "option" else [(name, label) for label in options]
    rows.update({(object_name, of, label): "" for of, label in found if label not in declared})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
