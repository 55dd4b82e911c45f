"""What people read: HTML pages, workbooks, the summary as PDF, and the terminal's tables.

Everything is a pure function of plain results (`Result.as_json`); no store is read here. Shareable reports show counts,
reasons and hashed keys; the functions whose names begin with `private_`, and the checklist, show values of records.
The libraries behind them load only when they are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridgework.reports.differences import DiffRow
    from bridgework.reports.spreadsheet import CellValue, Sheet

__all__ = ["checklist_xlsx", "html", "private_diff_html", "private_diff_xlsx", "sheet_pdf", "summary_pdf", "workbook"]


def html(result: Mapping[str, Any]) -> str:
    """The shareable page of a stage's result, self-contained. `practice` in the result becomes its heading."""
    from bridgework.reports.markup import render
    from bridgework.reports.pages import page_of

    return render(page_of(result))


def private_diff_html(rows: Iterable[DiffRow], *, practice: str = "", equal_shown: int = 200) -> str:
    """The sample as sent and as stored, with values: all problems, the first `equal_shown` rows that are right."""
    from bridgework.reports.differences import page_of
    from bridgework.reports.markup import render

    return render(page_of(rows, subject=practice or "Migration", equal_shown=equal_shown), private=True)


def private_diff_xlsx(path: Path, rows: Iterable[DiffRow]) -> None:
    """The same with every row."""
    from bridgework.reports.differences import write_xlsx

    write_xlsx(path, rows)


def workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """An .xlsx file in which nothing is a formula or a link. StoreFailure if it cannot be written."""
    from bridgework.reports.spreadsheet import workbook as write

    write(path, sheets)


def checklist_xlsx(path: Path, columns: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> None:
    """The front desk's checklist, with a first sheet that says what to do."""
    from bridgework.reports.spreadsheet import checklist_xlsx as write

    write(path, columns, rows)


def sheet_pdf(sheet: Mapping[str, Any]) -> bytes:
    """A sheet of a mapping, such as a statement, on paper (see `sheets`)."""
    from bridgework.reports.sheets import sheet_pdf as draw

    return draw(sheet)


def summary_pdf(path: Path, data: Mapping[str, Any]) -> None:
    """The delivery summary on paper; `data` as for the stage ``deliver`` (see `pages.delivery`)."""
    from bridgework.reports.paper import write_pdf

    write_pdf(path, data)
