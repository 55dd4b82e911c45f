"""The private difference of the sample: the values as sent and as stored. Never shareable."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

from bridgework.model import Value
from bridgework.reports.actions import DIFFERENCES, action
from bridgework.reports.cells import named, words
from bridgework.reports.figures import many, number, rate
from bridgework.reports.page import Cell, Page, Section, Step, Table, Tile, problem_table
from bridgework.reports.pages.sampling import TONES
from bridgework.reports.spreadsheet import Sheet, workbook

PROBLEMS: Final = ("missing", "lost", "wrong")
KINDS: Final = (*PROBLEMS, "normalised", "equal")
_COLUMNS: Final = ("Rule", "Record", "Field", "Sent", "Stored")
_ADDRESS: Final = frozenset({"street", "street2", "city", "state", "postal_code", "country"})
_TITLES: Final = {
    "missing": "Records that are missing",
    "lost": "Lost: sent, but empty in the destination",
    "wrong": "Wrong: another value is stored",
    "normalised": "Normalised: the same value in the destination's own form",
    "equal": "Equal",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRow:
    """One field of one record, by its key and the `name` people know it by, if it has one; `kind` is one of `KINDS`.

    Values are canonical.
    """

    rule: str
    record: str
    name: str = ""
    field: str
    kind: str
    sent: Value = None
    stored: Value = None


def page_of(rows: Iterable[DiffRow], *, subject: str, equal_shown: int) -> Page:
    """Problems first and complete; of the equal and normalised rows the first `equal_shown` each."""
    shown: dict[str, list[DiffRow]] = {kind: [] for kind in KINDS}
    counts: Counter[str] = Counter()
    records: set[tuple[str, str]] = set()
    for row in rows:
        counts[row.kind] += 1
        records.add((row.rule, row.record))
        kept = shown.setdefault(row.kind, [])
        if row.kind in PROBLEMS or len(kept) < equal_shown:
            kept.append(row)
    bad = sum(counts[kind] for kind in PROBLEMS)
    fields = counts.total() - counts["missing"]
    good = counts["equal"] + counts["normalised"]
    verdict = f"All {number(fields)} fields are stored as they were sent."
    if bad:
        right = f"{number(good)} of {many(fields, 'field')} are stored as they were sent"
        verdict = f"{many(bad, 'difference')} to look at; {right}."
    return Page(
        stage="diff, with values",
        title="The sample, as sent and as stored",
        purpose="For the people who decide whether the sample is right. Every value was read back from the new system.",
        verdict=verdict,
        tone="stop" if bad else "good",
        subject=subject,
        tiles=(
            Tile("Fields compared", number(fields), note=many(len(records), "record")),
            Tile("As sent", number(good), note=rate(good, fields), tone="good"),
            Tile("To look at", number(bad), tone="stop" if bad else "plain"),
        ),
        steps=(
            Step("Look at the problems first, then at a handful of equal records you know by heart."),
            Step("If it is right, approve by name", 'bridgework approve sample --by "Name <mail>"'),
            Step("If not, correct the mapping and load the sample again", "bridgework sample"),
        ),
        sections=tuple(section for kind in KINDS for section in _section(kind, shown[kind], counts[kind])),
        terms=("sample", "normalised", "lost", "wrong"),
    )


def _section(kind: str, rows: Sequence[DiffRow], counted: int) -> tuple[Section, ...]:
    if not counted:
        return ()
    title = f"{_TITLES[kind]} ({number(counted)})"
    if kind in PROBLEMS:
        found = [(_cells(row), action(DIFFERENCES, kind)) for row in rows]
        return problem_table(title, _COLUMNS, found, limit=5_000, elsewhere="private/diff.xlsx")
    return (
        Table(
            title=title,
            columns=_COLUMNS,
            rows=tuple(_cells(row) for row in rows),
            left_out=counted - len(rows),
            elsewhere="private/diff.xlsx",
            folded=kind == "equal",
        ),
    )


def _cells(row: DiffRow) -> tuple[Cell, ...]:
    tone = TONES.get(row.kind, "plain")
    return (
        named(row.rule),
        words(row.name or row.record, note=row.record if row.name else ""),
        words(row.field or "the whole record", tone=tone),
        words(value_text(row.sent)),
        words(value_text(row.stored)),
    )


def value_text(value: Value) -> str:
    """A canonical value as people read it."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return _dictionary_text(value)
    if isinstance(value, list):
        return "\n".join(value_text(each) for each in value)
    return str(value)


def _dictionary_text(value: dict[str, Any]) -> str:
    if set(value) == {"amount", "currency"}:
        return f"{value['amount']} {value['currency']}"
    if value.get("value"):
        rest = [str(value[key]) for key in ("label",) if value.get(key)]
        return f"{value['value']} ({', '.join(rest)})" if rest else str(value["value"])
    if value and value.keys() <= _ADDRESS:
        return _address_text(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _address_text(value: dict[str, Any]) -> str:
    """An address that a destination keeps in parts, on one line; the street holds its second line."""
    region = " ".join(str(value[part]) for part in ("state", "postal_code") if value.get(part))
    parts = (value.get("street"), value.get("city"), region, value.get("country"))
    return ", ".join(str(part) for part in parts if part)


def write_xlsx(path: Path, rows: Iterable[DiffRow]) -> None:
    """All rows, problems first, and the counts on a sheet of their own."""
    listed = sorted(rows, key=lambda row: KINDS.index(row.kind) if row.kind in KINDS else len(KINDS))
    counts = Counter((row.rule, row.kind) for row in listed)
    columns = ("Rule", "Name", "Record", "Field", "Class", "Sent", "Stored", "What to do")
    lines = (
        (
            row.rule,
            row.name,
            row.record,
            row.field,
            row.kind,
            value_text(row.sent),
            value_text(row.stored),
            action(DIFFERENCES, row.kind),
        )
        for row in listed
    )
    summary = [(rule, kind, number_of) for (rule, kind), number_of in sorted(counts.items())]
    together = chain(summary, [("Together", "", len(listed))])
    workbook(path, [Sheet("Counts", ("Rule", "Class", "Fields"), together), Sheet("Fields", columns, lines)])
