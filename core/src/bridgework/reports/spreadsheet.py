"""Workbooks people open in a spreadsheet program: every cell is text or a number, never a formula or a link."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from bridgework.errors import StoreFailure
from bridgework.reports.actions import FINDINGS
from bridgework.reports.figures import visible

LONGEST: Final = 32_767  # characters a cell holds
CUT: Final = " … [cut here; the whole text is in the archive]"
LAST_ROW: Final = 1_048_575
_WIDEST: Final = 70
_NARROWEST: Final = 9
_MEASURED: Final = 200  # rows that decide the width of a column
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))

CellValue = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a header that stays in view, and rows. `rows` is read once, so it may be a generator."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[CellValue]]


def workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write an .xlsx file, readable by its owner only; memory does not grow with the rows.

    Control characters are shown as escapes, texts longer than a cell are cut with a visible mark, rows that exceed a
    sheet go on in the next one. StoreFailure if the disk is full or the folder cannot be written.
    """
    try:
        # The working files lie beside the result: they may hold patient data.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".making-") as folder:
            made = Path(folder) / "book.xlsx"
            _write(made, sheets, folder)
            os.chmod(made, 0o600)
            os.replace(made, path)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise StoreFailure(f"{path} cannot be written.", next_step="free space or rights, then run again") from error


def _write(path: Path, sheets: Sequence[Sheet], folder: str) -> None:
    options = {
        "constant_memory": True,
        "tmpdir": folder,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        formats = _Formats(
            book.add_format(
                {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"}
            ),
            book.add_format({"text_wrap": True, "valign": "top"}),
            book.add_format({"valign": "top", "num_format": "#,##0"}),
            book.add_format({"valign": "top", "num_format": "@"}),
        )
        taken: set[str] = set()
        for sheet in sheets:
            _write_sheet(book, sheet, formats, taken)


@dataclass(frozen=True, slots=True)
class _Formats:
    head: Any
    text: Any
    number: Any
    exact: Any


def _write_sheet(book: Any, sheet: Sheet, formats: _Formats, taken: set[str]) -> None:
    rows = iter(sheet.rows)
    first: list[Sequence[CellValue]] = []
    for row in rows:
        first.append(row)
        if len(first) == _MEASURED:
            break
    page, line = _new_page(book, sheet, formats, taken, first), 0
    for row in _both(first, rows):
        if line == LAST_ROW:
            page.autofilter(0, 0, line, len(sheet.columns) - 1)
            page, line = _new_page(book, sheet, formats, taken, first), 0
        line += 1
        for column, value in enumerate(row):
            _write_cell(page, line, column, value, formats)
    if sheet.columns:
        page.autofilter(0, 0, max(line, 1), len(sheet.columns) - 1)


def _both(first: list[Sequence[CellValue]], rest: Iterable[Sequence[CellValue]]) -> Iterable[Sequence[CellValue]]:
    yield from first
    yield from rest


def _new_page(book: Any, sheet: Sheet, formats: _Formats, taken: set[str], first: Sequence[Sequence[CellValue]]) -> Any:
    page = book.add_worksheet(_free_name(sheet.name, taken))
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.repeat_rows(0)
    page.fit_to_pages(1, 0)
    for column, title in enumerate(sheet.columns):
        texts = [str(title), *(cell_text(row[column]) for row in first if column < len(row))]
        longest = max(max(map(len, text.splitlines() or [""])) for text in texts)
        page.set_column(column, column, min(_WIDEST, max(_NARROWEST, longest + 3)))
        page.write_string(0, column, cell_text(title), formats.head)
    return page


def _free_name(name: str, taken: set[str]) -> str:
    plain = visible(name, keep="").translate(_FORBIDDEN).strip("'")[:31] or "Sheet"
    free, counter = plain, 1
    while free.casefold() in taken:
        counter += 1
        free = f"{plain[: 31 - len(str(counter)) - 1]} {counter}"
    taken.add(free.casefold())
    return free


def _write_cell(page: Any, line: int, column: int, value: CellValue, formats: _Formats) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        page.write_number(line, column, value, formats.number)
    elif value not in (None, ""):
        # A number with decimals is written as text: a spreadsheet would round it.
        page.write_string(line, column, cell_text(value), formats.exact if isinstance(value, Decimal) else formats.text)


def cell_text(value: CellValue) -> str:
    """A value as text that fits a cell, with nothing hidden in it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = visible(str(value), keep="\n\t")
    return text if _units(text) <= LONGEST else _cut(text)


def _units(text: str) -> int:
    """Length as spreadsheets count it: characters beyond the basic plane count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _cut(text: str) -> str:
    room = LONGEST - len(CUT)
    kept = text[:room]
    while _units(kept) > room:
        kept = kept[: -max(1, (_units(kept) - room) // 2)]
    return kept + CUT


_TODO: Final = "what to fix"
CHECKLIST_HELP: Final = (
    ("What this is", "Every line of the sheet Checklist is one thing to correct in the old system before the move."),
    ("How to work", "Lines of one person stand together. Open the chart by its number and correct what the line says."),
    ("Severity B", "Stops the move. Correct it, or decide it in private/decisions.csv."),
    ("Severity A", "Somebody has to agree. Correct it, or check the proposed decision in private/decisions.csv."),
    ("Severity W", "Worth correcting; it does not stop the move."),
    ("Finding", "The finding's number stays the same in every check: use it when you ask about a line."),
    ("When you are done", "Export from the old system again; then: bridgework extract, bridgework audit."),
    ("What was corrected", "The next check says how many findings are corrected, new and still there."),
    ("Keep it private", "This file holds patient data. Do not mail it; bridgework purge destroys it at the end."),
)  # fmt: skip


def _with_action(row: Sequence[CellValue], named: Mapping[str, int]) -> Sequence[CellValue]:
    """The row with what to do about it; a check that says nothing gets the general advice of its severity."""
    place, severity = named.get(_TODO), named.get("severity")
    if place is None or row[place]:
        return row
    advice = FINDINGS.get(str(row[severity]) if severity is not None else "", FINDINGS["W"])
    return [*row[:place], advice, *row[place + 1 :]]


def checklist_xlsx(path: Path, columns: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> None:
    """The front desk's checklist: a first sheet that says what to do, then one line per correction."""
    heads = tuple(column[:1].upper() + column[1:] for column in columns)
    named = {column: index for index, column in enumerate(columns)}
    done = ((*_with_action(row, named), "") for row in rows)
    workbook(
        path,
        [
            Sheet("Read me first", ("Topic", "What to do"), CHECKLIST_HELP),
            Sheet("Checklist", (*heads, "Done (initials)"), done),
        ],
    )
