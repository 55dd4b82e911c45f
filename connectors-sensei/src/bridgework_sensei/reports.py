"""Rows of the reports (CSV): transactions, claims, recare."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial

from bridgework.errors import BadInput
from bridgework.files import (
    Archive,
    CsvRow,
    CsvTable,
    DateOrder,
    Unreadable,
    is_blank,
    read_date,
    read_money,
)
from bridgework.model import Body, FieldType, Problem, SourceRecord, Value
from bridgework_sensei.manifest import ExportedFile
from bridgework_sensei.objects import Layout
from bridgework_sensei.records import NO_KEY, key_reader, unreadable
from bridgework_sensei.shapes import LONGEST_MARKER, mend

UNEVEN = "ROW-02"
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
Reader = Callable[[str], Value]


def _readers(currency: str) -> Mapping[FieldType, Reader]:
    """Days and amounts repeat all over a ledger: remembering them halves the time of reading it."""
    return {
        FieldType.DATE: lru_cache(20_000)(lambda cell: read_date(cell, DateOrder.MDY)),
        FieldType.MONEY: lru_cache(20_000)(partial(read_money, currency=currency)),
    }


def open_report(archive: Archive, entry: ExportedFile, layout: Layout | None, encoding: str) -> CsvTable:
    """Find dialect and columns; headings that differ from the format's in case or blanks get the format's names.

    BadInput: no heading, a column missing that the object cannot do without, or bytes against the declared encoding.
    """
    expected = tuple(layout.fields) if layout else ()
    table = CsvTable.examine(
        lambda: archive.open(entry.path), entry.path, expected=expected, encoding=encoding or _declared(entry)
    )
    known = {_bare(name): name for name in expected}
    table.columns = tuple(known.get(_bare(name), name) for name in table.columns)
    missing = sorted((layout.required if layout else frozenset()) - set(table.columns))
    if missing:
        raise BadInput(
            f"{entry.path} has no column {', '.join(missing)}.",
            next_step="export the report again with all its columns",
            cause="missing_column",
        )
    return table


def _bare(name: str) -> str:
    return "".join(name.split()).casefold()


def _declared(entry: ExportedFile) -> str:
    named = entry.encoding.strip().lower().replace("_", "-")
    if named in ("windows-1252", "cp1252", "ansi", "latin-1", "iso-8859-1", "latin1"):
        return "windows-1252"
    return "utf-8" if named.startswith("utf-8") or named == "utf8" else ""


def report_rows(table: CsvTable, file: str, name: str, layout: Layout | None, currency: str) -> Iterator[SourceRecord]:
    """Records of a report. A report the format does not know has no key: lines name its rows."""
    key_of = key_reader(layout.key) if layout else (lambda _values: "")
    kinds = layout.fields if layout else {}
    known = _readers(currency)
    readers = [(column, known.get(kinds.get(column, FieldType.TEXT))) for column in table.columns]
    for row in table.rows():
        if row.values is None:
            yield unreadable(name, file, row.line, row.raw, row.problem)
            continue
        problems = [Problem("", UNEVEN, f"the row {row.problem}")] if row.problem else []
        values = _values(row, readers, problems)
        found = key_of(values)
        if not found:
            found = f"@{row.line}"
            if layout:
                problems.append(Problem(layout.key[0], NO_KEY, "is blank, so the line number stands for the key"))
        yield SourceRecord(name, found, values, row.raw, file, row.line, tuple(problems))


def _values(row: CsvRow, readers: list[tuple[str, Reader | None]], problems: list[Problem]) -> Body:
    values: Body = {}
    cells = row.values or {}
    for column, reader in readers:
        cell = cells.get(column)
        if not cell:
            continue
        if reader is None:
            if (len(cell) > LONGEST_MARKER and cell[0] > " " < cell[-1]) or not is_blank(cell, word=True):
                values[column] = cell
            continue
        try:
            value = reader(cell)
        except Unreadable as error:
            problems.append(Problem(column, error.check, error.reason))
            continue
        if value is not None:
            values[column] = value
    if not row.raw.isascii() or _CONTROL.search(row.raw):
        mend(values, problems)
    return values


def control_totals(table: CsvTable) -> dict[str, str]:
    """Printed totals by column as decimal text, after all rows were read. Cells that are no amount are left out."""
    found = {}
    for column, cell in table.footer.totals.items():
        try:
            amount = read_money(cell)
        except Unreadable:
            continue
        if amount is not None:
            found[column] = amount
    return found
