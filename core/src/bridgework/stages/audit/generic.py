"""The core's own checks: keys, references, dates, damaged and over-long text, and what readers reported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from bridgework.model import FieldType, Finding, Severity, SourceObject, Value
from bridgework.redaction import scrub
from bridgework.stages.audit.catalogue import check
from bridgework.stages.audit.damage import damage
from bridgework.stages.audit.lengths import KEPT, UNKNOWN, FateOf, unknown

if TYPE_CHECKING:
    from bridgework.staging import Row, Staging

LONG: Final = 255  # characters most destinations hold in a one-line field
_MARKUP_TYPES: Final = (FieldType.HTML,)
_STAND_INS: Final = ("0001-01-01", "1900-01-01")


def generic_findings(staging: Staging, fate: FateOf = unknown) -> Iterator[Finding]:
    """Everything the core finds without a word of the trade, in source order per object.

    :param fate: what the mapping makes of texts that are too long for one line.
    """
    for source in staging.objects():
        if source.absent:
            continue
        yield from _undefined(staging, source)
        yield from _rows(staging, source, fate)
        yield from _missing(staging, source)
        yield from _orphans(staging, source)
    yield from _reported(staging)
    yield from _folded(staging)


def found(
    name: str, source: str, key: str, *, field: str = "", detail: str = "", evidence: str = "",
    others: tuple[str, ...] = (), denominator: int = 0, severity: Severity | None = None,
) -> Finding:  # fmt: skip
    """A finding of a generic check. `detail` is added to the title and carries no value."""
    kind = check(name)
    return Finding(
        check=name,
        severity=severity or kind.severity,
        object=source,
        key=key,
        field=field,
        summary=f"{kind.title}: {detail}" if detail else kind.title,
        others=others,
        evidence=evidence,
        action=kind.action,
        proposed=kind.proposed,
        denominator=denominator,
    )


def _reported(staging: Staging) -> Iterator[Finding]:
    """What readers and the staging reported. Two date orders are a defect of the column: one finding for all rows."""
    columns: dict[tuple[str, str], list[str]] = {}
    repeated = {source.name: _repeated(source) for source in staging.objects()}
    counts: dict[str, int] = {}
    for source, key, problem, file, line in staging.problems():
        if source not in counts:
            counts[source] = staging.count(source)
        if problem.check == "ENC-01" and problem.field in repeated[source]:
            continue
        if problem.check == "DAT-01":
            columns.setdefault((source, problem.field), []).append(key)
            continue
        where = f"{file}, line {line}" if line else file
        yield found(problem.check, source, key, field=problem.field, detail=scrub(problem.reason), evidence=where,
                    denominator=counts[source])  # fmt: skip
    for (source, field), keys in columns.items():
        # The key is empty because the defect is the column's: its id does not change with the rows that show it.
        listed = ", ".join(keys[:20]) + (" …" if len(keys) > 20 else "")
        yield found("DAT-01", source, "", field=field, evidence=f"{len(keys)} rows: {listed}",
                    denominator=counts[source])  # fmt: skip


def _folded(staging: Staging) -> Iterator[Finding]:
    """Rows that came twice with the same content count once; nobody has to decide about them."""
    for source, number in staging.folded().items():
        yield found("DUP-07", source, "", field=staging.object(source).key[0], detail="equal rows were counted once",
                    evidence=f"{number} rows", denominator=staging.count(source), severity=Severity.WARN)  # fmt: skip


def _rows(staging: Staging, source: SourceObject, fate: FateOf) -> Iterator[Finding]:
    rows = staging.count(source.name)
    made = staging.description.generated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    types = {field.name: field.type for field in source.fields}
    repeated = _repeated(source)
    instants = tuple(field.name for field in source.fields if field.type is FieldType.INSTANT)
    dates = tuple(field.name for field in source.fields if field.type is FieldType.DATE)
    totals = _totals(staging, source.name)
    sums = dict.fromkeys(totals, Decimal(0))
    for row in staging.rows(source.name):
        if not row.key.strip("| \t"):
            yield found("DUP-07", source.name, row.key, field=source.key[0], detail="blank",
                        evidence=f"{row.file}, line {row.line}", denominator=rows)  # fmt: skip
        for name in instants:
            value = row.get(name)
            if isinstance(value, str) and value > made:
                yield found("DAT-02", source.name, row.key, field=name, detail="after the export", evidence=value,
                            denominator=rows)  # fmt: skip
        for name in dates:
            value = row.get(name)
            if value in _STAND_INS:
                yield found("DAT-02", source.name, row.key, field=name, detail="stand-in", denominator=rows)
        for name in totals:
            sums[name] += row.decimal(name) or 0
        yield from _texts(row, source.name, types, repeated, rows, fate)
    for name, printed in totals.items():
        if sums[name] != printed:
            yield found("FIN-01", source.name, "", field=name, evidence=f"printed {printed}, rows {sums[name]}",
                        denominator=rows)  # fmt: skip


def _missing(staging: Staging, source: SourceObject) -> Iterator[Finding]:
    """Fields that every row must have and this one has not. Keys and references have checks of their own; what could
    not be read is reported as that, and what was deleted or merged needs nothing any more.
    """
    joined = {*source.key, *(reference.field for reference in source.references)}
    needed = [each.name for each in source.fields if not each.nullable and each.name not in joined]
    if not needed:
        return
    unread = {(key, problem.field) for _, key, problem, _, _ in staging.problems(source.name)}
    gone = [name for name in (source.deleted, source.merged_into) if name]
    rows = staging.count(source.name)
    for row in staging.rows(source.name):
        for name in needed:
            if row.get(name) is not None or any(row.get(each) for each in gone):
                continue
            if not unread & {(row.key, name), (row.key, "")}:
                yield found("MIS-00", source.name, row.key, field=name, evidence=f"{row.file}, line {row.line}",
                            denominator=rows)  # fmt: skip


def _undefined(staging: Staging, source: SourceObject) -> Iterator[Finding]:
    """Fields the customer made, by where they stand, that nothing defines."""
    made = {field.name for field in source.fields if field.custom or field.concept.endswith(".custom")}
    made |= {field.name.rpartition(".")[0] for field in source.fields if field.custom}
    for field in source.fields:
        if field.inferred and field.name.rpartition(".")[0] in made - {""}:
            yield found("FLD-01", source.name, "", field=field.name, evidence=f"type {field.type}",
                        denominator=staging.count(source.name))  # fmt: skip


def _repeated(source: SourceObject) -> frozenset[str]:
    """Fields of a report that print the name of the row it refers to: damage to them is that row's."""
    return frozenset(reference.name for reference in source.references if reference.name)


def _totals(staging: Staging, source: str) -> dict[str, Decimal]:
    """Control totals the source printed, by field: facts named ``total.<object>.<field>``."""
    found_totals: dict[str, Decimal] = {}
    prefix = f"total.{source}."
    for name, text in staging.description.facts.items():
        if name.startswith(prefix):
            with suppress(InvalidOperation):
                found_totals[name.removeprefix(prefix)] = Decimal(text)
    return found_totals


def _texts(
    row: Row, source: str, types: dict[str, FieldType], repeated: frozenset[str], rows: int, fate: FateOf
) -> Iterator[Finding]:
    told: set[str] = set(repeated)
    for path, text in texts(row.values):
        kind = types.get(path)
        if kind is None:
            kind = _of_parent(path, types)
        wrong = damage(text, markup_expected=kind in _MARKUP_TYPES)
        if wrong and path not in told:
            told.add(path)
            yield found("ENC-01", source, row.key, field=path, detail=wrong, evidence=text[:80], denominator=rows)
        if len(text) > LONG and kind in (FieldType.TEXT, FieldType.LONG_TEXT):
            becomes = fate(source, path, len(text))
            if kind is FieldType.LONG_TEXT and becomes in (KEPT, UNKNOWN):
                continue  # what is long by nature is nothing to be told, unless it is cut
            long = found("DST-01", source, row.key, field=path, evidence=f"{len(text)} characters", denominator=rows)
            yield replace(long, **becomes._asdict())


def _of_parent(path: str, types: dict[str, FieldType]) -> FieldType | None:
    while "." in path:
        path = path.rpartition(".")[0]
        if path in types:
            return types[path]
    return None


def texts(value: Value, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text inside a value with its dotted path; items of a list share the list's path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, part in value.items():
            where = f"{path}.{name}" if path else name
            if isinstance(part, str):
                yield where, part
            elif part is not None and not isinstance(part, bool | int):
                yield from texts(part, where)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part, path)


def _orphans(staging: Staging, source: SourceObject) -> Iterator[Finding]:
    rows = staging.count(source.name)
    present = {each.name for each in staging.objects() if not each.absent}
    for reference in source.references:
        if reference.object not in present:
            continue
        for row in staging.orphans(source.name, reference.field):
            yield found("ORP-00", source.name, row.key, field=reference.field, detail=reference.object,
                        denominator=rows)  # fmt: skip
