"""diff: the sample, field by field, as sent and as stored; its hash is what the sample gate approves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bridgework import reports
from bridgework.gates import Gate, content_hash
from bridgework.journal import Target
from bridgework.mapping import CompiledRule
from bridgework.migration import Migration
from bridgework.model import FieldType, TargetField
from bridgework.project import write_private
from bridgework.reports.differences import DiffRow
from bridgework.results import Result
from bridgework.stages.comparing import FieldDiff, compare, number_fields
from bridgework.stages.rules import target_rules
from bridgework.stages.settle_images import chunks

CLASSES = ("equal", "normalised", "lost", "wrong")


@dataclass(frozen=True, slots=True)
class RecordDiff:
    """One record of the sample: its fields, or the fact that it is missing."""

    target: Target
    fields: tuple[tuple[str, FieldDiff], ...]  # (label, diff)
    name: str = ""  # what people know it by
    missing: bool = False


def diff(migration: Migration) -> Result:
    """Read the sample back and compare. Values go into the private report only."""
    records = list(sample_records(migration))
    counts: dict[str, Counter[str]] = {}
    problems = []
    for record in records:
        tally = counts.setdefault(record.target.rule, Counter())
        if record.missing:
            tally["missing"] += 1
            problems.append(_problem(migration, record.target, "", "missing"))
        for label, each in record.fields:
            tally[each.kind] += 1
            if each.kind in ("lost", "wrong"):
                problems.append(_problem(migration, record.target, label, each.kind))
    gate_hash = content_hash([[p["rule"], p["key"], p["field"], p["class"]] for p in problems] + [len(records)])
    migration.journal.event("diffed", content=gate_hash, mapping=migration.plan.content_hash, problems=len(problems))
    write_private_diff(migration, records)
    return migration.finished(
        "diff",
        data={
            "records": len(records),
            "classes": {
                rule: {name: tally.get(name, 0) for name in (*CLASSES, "missing")} for rule, tally in counts.items()
            },
            "problems": problems,
            "private": "private/diff.html",
        },
        differences=bool(problems),
        next_='bridgework approve sample --by "Name <mail>"',
    )


def sample_records(migration: Migration) -> Iterator[RecordDiff]:
    """The records of the sample, read back, in rule order."""
    selection = migration.selection()
    for rule in target_rules(migration.plan):
        keys = sorted(selection.get(rule.name, ()))
        if not keys:
            continue
        fields = migration.schema.object(rule.target).fields
        names = _names(rule, fields)
        live = (each for each in migration.journal.targets(rule.name, keys).values() if each.live)
        for chunk in chunks(live, migration.capabilities.read_batch):
            yield from _compare_chunk(migration, chunk, fields, names)


def _names(rule: CompiledRule, known: Sequence[TargetField]) -> list[list[str]]:
    """The fields by which people know a record, the parts of each together: texts that the destination requires, else
    the first text of the rule that is a field of the destination's own.
    """
    if required := [[field.key] for field in known if field.required and field.type is FieldType.TEXT]:
        return required
    own = {name: field.key for field in known if _is_own_text(field) for name in (field.label, field.key)}
    first = next((own[field.label] for field in rule.fields if field.label in own), "")
    whole, dot, _ = first.partition(".")
    return [[key for key in dict.fromkeys(own.values()) if key == first or (dot and key.startswith(f"{whole}."))]]


def _is_own_text(field: TargetField) -> bool:
    return not field.custom and field.type in (FieldType.TEXT, FieldType.LONG_TEXT)


def _compare_chunk(
    migration: Migration, chunk: list[Target], known: Sequence[TargetField], names: Sequence[Sequence[str]]
) -> Iterator[RecordDiff]:
    labels = {field.key: field.label for field in known}
    numbers = number_fields(known)
    rule, object_name = chunk[0].rule, chunk[0].object
    stored = migration.read_records(object_name, [target.id for target in chunk])
    images = migration.images(rule, [target.key for target in chunk])
    sent = [images.get(target.key, {}) for target in chunk]
    expected = migration.hooks.normalise(object_name, sent)
    for target, body, will in zip(chunk, sent, expected, strict=True):
        record = stored.get(target.id)
        name = next(filter(None, (" ".join(str(body[key]) for key in parts if body.get(key)) for parts in names)), "")
        if record is None or record.deleted:
            yield RecordDiff(target, (), name, missing=True)
            continue
        fields = tuple(
            (labels.get(each.field, each.field), each) for each in compare(body, will, record.values, numbers)
        )
        yield RecordDiff(target, fields, name)


def _problem(migration: Migration, target: Target, label: str, kind: str) -> dict[str, str]:
    return {
        "rule": target.rule,
        "key": migration.keyed_hash(target.rule, target.key),
        "id": target.id,
        "field": label,
        "class": kind,
    }


def write_private_diff(migration: Migration, records: Sequence[RecordDiff]) -> None:
    """The diff with values, for the eyes of those who approve it: private/diff.html and private/diff.xlsx."""
    rows = [
        DiffRow(
            rule=migration.called(record.target.rule),
            record=record.target.key,
            name=record.name,
            field=label,
            kind=each.kind,
            sent=each.sent,
            stored=each.stored,
        )
        for record in records
        for label, each in record.fields
    ]
    rows += [
        DiffRow(
            rule=migration.called(record.target.rule),
            record=record.target.key,
            name=record.name,
            field="",
            kind="missing",
        )
        for record in records
        if record.missing
    ]
    page = reports.private_diff_html(rows, practice=migration.practice)
    write_private(migration.project.private / "diff.html", page.encode())
    reports.private_diff_xlsx(migration.project.private / "diff.xlsx", rows)


def sample_gate(migration: Migration) -> Gate:
    """The sample gate: the last diff, as long as the mapping is the one it was made with."""
    last = migration.journal.last_event("diffed")
    if last is None:
        sampled = migration.journal.last_event("sample_chosen") is not None
        return Gate(
            "sample",
            "",
            "no diff yet",
            ("run bridgework sample and bridgework diff first.",),
            unblock="bridgework diff" if sampled else "bridgework sample",
        )
    if last.payload["mapping"] != migration.plan.content_hash:
        return Gate(
            "sample",
            "",
            "older mapping",
            ("the mapping has changed since the sample: run sample and diff again.",),
            unblock="bridgework sample",
        )
    content = content_hash([last.payload["content"], last.payload["mapping"]])
    chosen = migration.journal.last_event("sample_chosen")
    unseen = "bridgework diff" if chosen is not None and chosen.seq > last.seq else ""
    summary = f"{last.payload['problems']} fields lost or wrong"
    return Gate("sample", content, summary, unseen=unseen, shown="private/diff.html")
