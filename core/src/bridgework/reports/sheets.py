"""A sheet of a mapping on paper: a heading, a few lines, one table of any length, drawn with reportlab for A4."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, LongTable, SimpleDocTemplate, Spacer, TableStyle

from bridgework.reports.drawing import LINE, NUMBERED, SOFT, font, is_drawn, paragraph, said
from bridgework.reports.figures import many

_MARGIN: Final = 17 * mm
_WIDTH: Final = A4[0] - 2 * _MARGIN - 12
_WIDEST: Final = 24  # characters by which a column's share is reckoned
_LONGEST: Final = 100_000  # nothing of a sheet is left out


def sheet_pdf(sheet: Mapping[str, Any]) -> bytes:
    """The sheet as a PDF; the same sheet gives the same bytes. A note says where letters are that the font lacks.

    :param sheet: ``title``, ``lines`` above the table, ``columns``, ``rows`` and ``total`` (texts), ``figures`` (the
        numbers of the columns that hold amounts) and a ``note`` below; all but the title may be missing.
    """
    font()
    made = io.BytesIO()
    title = str(sheet.get("title") or "")
    document = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=16 * mm,
        bottomMargin=18 * mm,
        title=title,
        author="Bridgework",
        invariant=1,
    )

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont("Vera", 7.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(_MARGIN, 10 * mm, said(title)[:90])
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, f"Page {canvas.getPageNumber()}")

    story: list[Flowable] = [paragraph(title, "title")]
    story += [paragraph(str(line), "text") for line in sheet.get("lines") or ()]
    story += [Spacer(0, 3 * mm), *_table(sheet), Spacer(0, 3 * mm)]
    if note := sheet.get("note"):
        story.append(paragraph(str(note), "soft"))
    if places := not_drawn(sheet):
        story.append(paragraph(f"{NUMBERED}. Concerned: {', '.join(places)}.", "soft"))
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return made.getvalue()


def not_drawn(sheet: Mapping[str, Any]) -> list[str]:
    """Where letters stand that are not printed as they are: lines above the table, columns with their rows."""
    lines = [at for at, line in enumerate(sheet.get("lines") or (), 1) if not is_drawn(str(line))]
    counts = Counter(
        name
        for row in sheet.get("rows") or ()
        for name, cell in zip(sheet.get("columns") or (), row, strict=False)
        if not is_drawn(str(cell or ""))
    )
    return [*(f"line {at} above" for at in lines), *(f"{name} ({many(rows, 'row')})" for name, rows in counts.items())]


def _table(sheet: Mapping[str, Any]) -> list[Flowable]:
    columns = [str(name) for name in sheet.get("columns") or ()]
    if not columns:
        return []
    figures = frozenset(sheet.get("figures") or ())
    rows = [[str(cell or "") for cell in row] for row in sheet.get("rows") or ()]
    total = [str(cell or "") for cell in sheet.get("total") or ()]
    head = [paragraph(name, "headright" if at in figures else "head") for at, name in enumerate(columns)]
    body = [
        [paragraph(cell, "figure" if at in figures else "cell", longest=_LONGEST) for at, cell in enumerate(row)]
        for row in rows
    ]
    foot = [paragraph(cell, "figure" if at in figures else "cell", bold=True) for at, cell in enumerate(total)]
    table = LongTable(
        [head, *body, *([foot] if foot else [])],
        colWidths=_widths(columns, [*rows, ["", *total[1:]]] if total else rows),
        repeatRows=1,
        splitInRow=1,
    )
    styles: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 1, LINE),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
    ]
    if foot:
        styles.append(("LINEABOVE", (0, -1), (-1, -1), 1, LINE))
    table.setStyle(TableStyle(styles))
    return [table]


def _widths(columns: list[str], rows: list[list[str]]) -> list[float]:
    """Columns share the width by the length of their texts; dates and amounts get room to stay on one line."""
    longest = [max(len(row[at]) for row in (columns, *rows)) for at in range(len(columns))]
    weights = [min(_WIDEST, most) + 3 for most in longest]
    return [_WIDTH * weight / sum(weights) for weight in weights]
