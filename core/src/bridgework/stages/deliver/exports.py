"""Plain files for people: exports of the mapping, the manifest of attachments, what could not be loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from bridgework.mapping import CompiledRule, Disposed, Disposition, Mapped, Outcome, Skipped
from bridgework.migration import Migration
from bridgework.model import FieldType, Value
from bridgework.stages.deliver.package import PRIVATE, SHAREABLE, Package, file_name

_BATCH: Final = 500
ATTACHMENT_COLUMNS: Final = ("Document", "File name", "SHA-256", "Attached to", "Its id", "File id", "Status", "Reason")
NOT_LOADED_COLUMNS: Final = ("rule", "source", "object", "state", "reason", "field")


def write_exports(migration: Migration, package: Package) -> dict[str, str]:
    """One CSV file per export of the mapping; returns rule → file."""
    made: dict[str, str] = {}
    for rule, said in dispositions(migration, "export"):
        made[rule.name] = name = free_name(package, said.name or rule.object)
        with package.table(name, columns(migration, rule), said.reason, PRIVATE) as table:
            for cells in values(migration, rule):
                table.row(cells)
                migration.progress.step(name)
    return made


def free_name(package: Package, wanted: str) -> str:
    """A file name two rules do not share."""
    taken = {each.file for each in package.files}
    plain, number = file_name(wanted), 1
    name = f"{plain}.csv"
    while name in taken:
        number += 1
        name = f"{plain}-{number}.csv"
    return name


def columns(migration: Migration, rule: CompiledRule) -> tuple[str, ...]:
    """The rule's fields; without any, the object's own. Fields that hold numbers of a government stay out."""
    if rule.fields:
        return tuple(field.label for field in rule.fields)
    return tuple(label for _, label in _own_fields(migration, rule))


def _own_fields(migration: Migration, rule: CompiledRule) -> list[tuple[str, str]]:
    item = migration.staging.object(rule.object)
    return [(each.name, each.label or each.name) for each in item.fields if each.sensitivity != "government_id"]


def values(migration: Migration, rule: CompiledRule) -> Iterator[Sequence[Value]]:
    """The rows of an export or reference, in the order of `columns`."""
    disposed = (each for each in migration.plan.run(rule.name, migration.staging) if isinstance(each, Disposed))
    if rule.fields:
        labels = [field.label for field in rule.fields]
        for outcome in disposed:
            yield [outcome.values.get(label) for label in labels]
        return
    names = [name for name, _ in _own_fields(migration, rule)]
    while batch := list(islice(disposed, _BATCH)):
        rows = migration.staging.many(rule.object, [each.key for each in batch])
        for outcome in batch:
            row = rows[outcome.key]
            yield [row.get(name) for name in names]


# ------------------------------------------------------------------------------------------ attachments


def write_attachments(migration: Migration, package: Package) -> dict[str, int]:
    """attachments-manifest.csv: every document with the file it became, or why it did not. Counts by status."""
    counts = {"uploaded": 0, "not uploaded": 0}
    rules = [rule for rule in migration.plan.rules.values() if (rule.file or rule.sheet) and not rule.inactive]
    if not rules:
        return counts
    purpose = "Every document: where it was uploaded, or why not"
    with package.table("attachments-manifest.csv", ATTACHMENT_COLUMNS, purpose, PRIVATE) as table:
        for rule in rules:
            for cells in _attachments(migration, rule):
                counts[str(cells[6])] += 1
                table.row(cells)
    return counts


def _attachments(migration: Migration, rule: CompiledRule) -> Iterator[Sequence[Value]]:
    outcomes = migration.plan.run(rule.name, migration.staging)
    left_out = {key: reason for key, _, reason in migration.journal.rows_in(rule.object, "archived")}
    parent = next((field for field in rule.fields if field.type is FieldType.REFERENCE and field.references), None)
    while batch := list(islice(outcomes, _BATCH)):
        yield from _attachment_batch(migration, rule, batch, left_out, parent.label if parent else "")


def _attachment_batch(
    migration: Migration, rule: CompiledRule, batch: Sequence[Outcome], left_out: Mapping[str, str], parent: str
) -> Iterator[Sequence[Value]]:
    mapped = [each for each in batch if isinstance(each, Mapped)]
    targets = migration.journal.targets(rule.name, [each.key for each in mapped])
    at = _parents(migration, mapped, parent)
    rows = migration.staging.many(rule.object, [each.key for each in batch if isinstance(each, Skipped)])
    for outcome in batch:
        if isinstance(outcome, Skipped):
            if rule.sheet is not None:  # nothing to print is no document
                continue
            name = _name(rule, rows[outcome.key].values)
            yield outcome.key, name, "", "", "", "", "not uploaded", outcome.reason
        elif isinstance(outcome, Mapped) and outcome.file is not None:
            target = targets.get(outcome.key)
            object_name, id_ = at.get(outcome.key, ("", ""))
            start = (outcome.key, outcome.file.name, outcome.file.sha256, object_name, id_)
            if target is not None and target.live:
                yield *start, target.id, "uploaded", ""
            else:
                reason = left_out.get(outcome.key, "") or (target.reason if target is not None else "")
                yield *start, "", "not uploaded", reason.removeprefix("archive: ") or "not loaded"


def _parents(migration: Migration, mapped: Sequence[Mapped], label: str) -> dict[str, tuple[str, str]]:
    """Key of a document → (object, destination id) of the record it hangs on."""
    named = {each.key: value for each in mapped if isinstance(value := each.body.get(label), dict) and "rule" in value}
    found: dict[str, tuple[str, str]] = {}
    for rule_name in {value["rule"] for value in named.values()}:
        keys = [value["key"] for value in named.values() if value["rule"] == rule_name]
        ids = migration.journal.ids(rule_name, keys)
        target = migration.plan.rules[rule_name].target
        found |= {
            key: (target, ids.get(value["key"], "")) for key, value in named.items() if value["rule"] == rule_name
        }
    return found


def _name(rule: CompiledRule, row: Mapping[str, Value]) -> Value:
    from bridgework.staging.rows import follow

    assert rule.spec.file is not None
    return follow(row, rule.spec.file.name)


# ------------------------------------------------------------------------------------------ dead letters


def write_not_loaded(migration: Migration, package: Package) -> int:
    """not-loaded.csv: dead letters and records whose values people changed; returns how many dead letters."""
    rejected = 0
    with package.table(
        "not-loaded.csv", NOT_LOADED_COLUMNS, "Records that were refused, or kept as people edited them", SHAREABLE
    ) as table:
        for target in migration.journal.all_targets(states=("rejected", "conflict"), wanted=True):
            rejected += target.state == "rejected"
            source = migration.keyed_hash(target.rule, target.key)
            table.row((target.rule, source, target.object, target.state, target.reason, target.field))
    return rejected


def dispositions(migration: Migration, kind: str) -> list[tuple[CompiledRule, Disposition]]:
    """Rules of a kind whose object is in the export."""
    return [
        (rule, said)
        for rule, said in migration.plan.dispositions()
        if rule.kind == kind and not rule.inactive and not migration.staging.object(rule.object).absent
    ]
