"""reconcile: prove what arrived. Counts, field population, links, money, and a list of every difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from bridgework.journal import Target
from bridgework.mapping import CompiledRule, Mapped, decimal_of
from bridgework.migration import Migration
from bridgework.model import Body, FieldType, StoredRecord, TargetField
from bridgework.results import Result
from bridgework.stages.comparing import compare, content_mark, empty, number_fields
from bridgework.stages.load.parents import parents_of
from bridgework.stages.load.resolving import Resolver, Unresolved
from bridgework.stages.loading import prepare
from bridgework.stages.outcomes import records
from bridgework.stages.rules import target_rules
from bridgework.stages.settle_images import chunks

UNWANTED = "stays there: the newest plan does not want it any more"

MONEY_TOLERANCE = Decimal("0.0001")  # 0.01 % of the total


@dataclass
class RuleCheck:
    """What reconciliation found for one rule."""

    rule: str
    object: str
    planned: int = 0
    present: int = 0
    missing: int = 0
    expected: Counter[str] = field(default_factory=Counter)
    populated: Counter[str] = field(default_factory=Counter)
    links: dict[str, Counter[str]] = field(default_factory=dict)
    money: dict[str, list[Decimal]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """For reconcile.json: counts, rates and totals, never single values."""
        return {
            "object": self.object,
            "planned": self.planned,
            "present": self.present,
            "missing": self.missing,
            "fields": {
                name: {"expected": count, "populated": self.populated.get(name, 0)}
                for name, count in sorted(self.expected.items())
            },
            "links": {name: dict(counts) for name, counts in sorted(self.links.items())},
            "money": {
                name: {"expected": str(sums[0]), "present": str(sums[1]), "equal": _within(sums)}
                for name, sums in sorted(self.money.items())
            },
            "classes": dict(self.kinds),
        }


def reconcile(migration: Migration) -> Result:
    """Read every record back and compare it with what the mapping says it must be."""
    resolver = prepare(migration)
    rules = target_rules(migration.plan)
    migration.progress.start("reconcile", sum(sum(states.values()) for states in migration.journal.counts().values()))
    differences: list[dict[str, str]] = []
    checks = [_check_rule(migration, resolver, rule, differences) for rule in rules]
    surplus = [*_surplus(migration, {rule.target for rule in rules}), *_unwanted(migration)]
    delta = migration.journal.last_event("delta_finished")
    loaded = migration.journal.last_event("loaded")
    warnings = []
    if loaded is not None and (delta is None or delta.seq < loaded.seq):
        warnings.append("No delta ran after the last load: changes made in the source meanwhile are not included.")
    wrong_money = [
        f"{check.rule}.{name}" for check in checks for name, sums in check.money.items() if not _within(sums)
    ]
    migration.journal.event("reconciled", differences=len(differences), surplus=len(surplus))
    return migration.finished(
        "reconcile",
        data={
            "checks": {check.rule: check.as_json() for check in checks},
            "differences": differences,
            "surplus": surplus,
            "money_differences": wrong_money,
            "warnings": warnings,
            "source_money": source_money(migration),
        },
        differences=bool(differences or surplus or wrong_money),
        next_="bridgework deliver",
    )


def source_money(migration: Migration) -> dict[str, dict[str, str]]:
    """Per money field of the source: the total of all rows, and of those that were left out."""
    totals: dict[str, dict[str, str]] = {}
    for each in migration.staging.objects():
        fields = [field.name for field in each.fields if field.type is FieldType.MONEY and "." not in field.name]
        if each.absent or not fields:
            continue
        left_out = {key for key, _, _ in migration.journal.rows_in(each.name, "skipped")}
        sums = {name: [Decimal(0), Decimal(0)] for name in fields}
        for row in migration.staging.rows(each.name):
            for name in fields:
                amount = row.decimal(name) or Decimal(0)
                sums[name][0] += amount
                sums[name][1] += amount if row.key in left_out else Decimal(0)
        for name, (total, skipped) in sums.items():
            totals[f"{each.name}.{name}"] = {"total": str(total), "left_out": str(skipped)}
    return totals


def _check_rule(
    migration: Migration, resolver: Resolver, rule: CompiledRule, differences: list[dict[str, str]]
) -> RuleCheck:
    check = RuleCheck(rule.name, rule.target)
    fields = {each.key: each for each in migration.schema.object(check.object).fields}
    mapped_records = records(migration, rule)
    while chunk := list(islice(mapped_records, migration.capabilities.read_batch)):
        check.planned += len(chunk)
        for mapped, target, stored in _read(migration, rule, chunk):
            if target is None or stored is None or stored.deleted:
                check.missing += 1
                differences.append(_line(migration, rule, mapped.key, target, "", _why(target)))
            else:
                check.present += 1
                _check_record(migration, resolver, check, fields, (mapped, target, stored), differences)
        migration.progress.step(migration.called(rule.name), len(chunk))
    return check


def _why(target: Target | None) -> str:
    if target is None or target.state == "pending":
        return "not loaded"
    return (
        f"{target.state}: {target.reason}" if target.state in ("rejected", "skipped") else f"missing ({target.state})"
    )


def _read(
    migration: Migration, rule: CompiledRule, chunk: Sequence[Mapped]
) -> Iterator[tuple[Mapped, Target | None, StoredRecord | None]]:
    targets = migration.journal.targets(rule.name, [mapped.key for mapped in chunk])
    live = {key: target for key, target in targets.items() if target.live}
    stored = migration.read_records(rule.target or "", [target.id for target in live.values()])
    for mapped in chunk:
        target = live.get(mapped.key)
        yield mapped, target or targets.get(mapped.key), None if target is None else stored.get(target.id)


def _check_record(
    migration: Migration,
    resolver: Resolver,
    check: RuleCheck,
    fields: dict[str, TargetField],
    record: tuple[Mapped, Target, StoredRecord],
    differences: list[dict[str, str]],
) -> None:
    mapped, target, stored = record
    whole = {**mapped.body, **mapped.deferred}
    try:
        body, _ = resolver.resolve(check.object, whole, parents_of(migration, [mapped]))
    except Unresolved as problem:
        differences.append(_line_of(migration, check.rule, target, problem.field, problem.reason))
        return
    [expected] = migration.hooks.normalise(check.object, [body])
    kept_by_people = set(target.field.split(",")) if target.state == "conflict" else set()
    for each in compare(body, expected, stored.values, number_fields(fields.values())):
        kind = "kept edit" if each.field in kept_by_people else each.kind
        label = fields[each.field].label if each.field in fields else each.field
        check.kinds[kind] += 1
        check.expected[label] += 1
        check.populated[label] += not empty(each.stored)
        _count_money(check, fields.get(each.field), label, expected, stored)
        if kind in ("lost", "wrong", "kept edit"):
            differences.append(_line_of(migration, check.rule, target, label, kind))
    _count_links(check, resolver, whole, body, stored)


def _count_money(
    check: RuleCheck, target_field: TargetField | None, label: str, expected: Any, stored: StoredRecord
) -> None:
    if target_field is not None and target_field.type is FieldType.MONEY:
        sums = check.money.setdefault(label, [Decimal(0), Decimal(0)])
        sums[0] += decimal_of(expected.get(target_field.key)) or Decimal(0)
        sums[1] += decimal_of(stored.values.get(target_field.key)) or Decimal(0)


def _count_links(check: RuleCheck, resolver: Resolver, whole: Body, body: Body, stored: StoredRecord) -> None:
    for label, value in whole.items():
        if isinstance(value, dict) and "rule" in value and resolver.book.has(check.object, label):
            key = resolver.book.field(check.object, label).key
            right = key in body and body[key] == stored.values.get(key)
            check.links.setdefault(f"{label} → {value['rule']}", Counter())["right" if right else "wrong"] += 1


def _within(sums: Sequence[Decimal]) -> bool:
    expected, present = sums
    return abs(expected - present) <= abs(expected) * MONEY_TOLERANCE


def _line(
    migration: Migration, rule: CompiledRule, key: str, target: Target | None, label: str, what: str
) -> dict[str, str]:
    return {
        "rule": rule.name,
        "key": migration.keyed_hash(rule.name, key),
        "id": "" if target is None else target.id,
        "field": label,
        "what": what,
    }


def _line_of(migration: Migration, rule: str, target: Target, label: str, what: str) -> dict[str, str]:
    return {"rule": rule, "key": migration.keyed_hash(rule, target.key), "id": target.id, "field": label, "what": what}


def _surplus(migration: Migration, objects: set[str]) -> Iterator[dict[str, str]]:
    """Records that carry a marker of this migration and that the journal does not know; and those that carry none but
    hold exactly what one of ours holds: somebody may have taken the mark away while its answer was in doubt."""
    tag = f"/{migration.project.id}"
    for name in sorted(objects):
        if migration.capabilities.object(name).identity.kind not in ("marker", "unique-key"):
            continue
        unmarked: dict[str, str] = {}
        there = (record for record in migration.hooks.scan(name, (), None) if not record.deleted)
        while chunk := list(islice(there, 500)):
            known = migration.journal.by_destination(name, [record.id for record in chunk])
            for record in chunk:
                if record.id in known:
                    continue
                if record.marker.endswith(tag) or f"{tag}.g" in record.marker:
                    yield {"object": name, "id": record.id, "what": "carries our marker, not in the journal"}
                elif not record.marker:
                    unmarked[content_mark(record)] = record.id
        yield from _without_marker(migration, name, unmarked)


def _unwanted(migration: Migration) -> Iterator[dict[str, str]]:
    """Records we made that are still there, though the newest plan does not hold them: their row was deleted, merged or
    left out since. Nothing is deleted for that reason; a person decides."""
    for rule, name in migration.journal.rules().items():
        ours = (each for each in migration.journal.unplanned(rule) if each.live and each.state != "matched")
        for chunk in chunks(ours, migration.capabilities.read_batch):
            there = migration.read_records(name, [target.id for target in chunk])
            for target in chunk:
                if target.id in there and not there[target.id].deleted:
                    key = migration.keyed_hash(rule, target.key)
                    yield {"rule": rule, "object": name, "key": key, "id": target.id, "what": UNWANTED}


def _without_marker(migration: Migration, name: str, unmarked: dict[str, str]) -> Iterator[dict[str, str]]:
    for rule in (rule for rule, written in migration.journal.rules().items() if written == name and unmarked):
        for target in migration.journal.all_targets(rule):
            if target.live and target.settled_hash and (found := unmarked.pop(target.settled_hash, "")):
                what = "holds what one of ours holds, without our marker"
                yield {"object": name, "id": found, "what": what}
