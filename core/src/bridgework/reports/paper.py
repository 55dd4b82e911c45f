"""The delivery summary on paper: the same page as its HTML twin, drawn with reportlab for A4."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, LongTable, SimpleDocTemplate, Spacer, TableStyle

from bridgework.errors import StoreFailure
from bridgework.reports.drawing import INK, LINE, NUMBERED, SOFT, TONES, font, is_drawn, paragraph, said
from bridgework.reports.page import Cell, Note, Page, Table
from bridgework.reports.pages import page_of

_MARGIN: Final = 17 * mm
_PADDING: Final = 6  # points that every frame keeps free
_WIDTH: Final = A4[0] - 2 * _MARGIN - 2 * _PADDING
_PALE: Final = {"plain": "#f3f5f8", "good": "#e6f4ec", "look": "#fdf1de", "stop": "#fbe9e7"}
_ROWS: Final = 300  # rows of a table on paper; the HTML twin shows more
_SIGNATURE_HEIGHT: Final = 16 * mm


def write_pdf(path: Path, data: Mapping[str, Any]) -> None:
    """Write the summary, readable by its owner only. StoreFailure if it cannot be written.

    The same data gives the same bytes. Letters the embedded font lacks are numbered; the HTML twin shows them.
    """
    page = page_of({**data, "stage": "deliver"})
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".making-") as folder:
            made = Path(folder) / "summary.pdf"
            _build(made, page)
            os.chmod(made, 0o600)
            os.replace(made, path)
    except OSError as error:
        raise StoreFailure(f"{path} cannot be written.", next_step="free space or rights, then run again") from error


def _build(path: Path, page: Page) -> None:
    font()
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=16 * mm,
        bottomMargin=18 * mm,
        title=page.title,
        author="Bridgework",
        subject=page.subject,
        invariant=1,
    )

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont("Vera", 7.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(_MARGIN, 10 * mm, said(page.subject)[:90])
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, f"Page {canvas.getPageNumber()}")

    document.build(list(_story(page)), onFirstPage=foot, onLaterPages=foot)


def _story(page: Page) -> list[Flowable]:
    story: list[Flowable] = [
        paragraph(page.subject, "soft"),
        paragraph(page.title, "title"),
        paragraph(page.purpose, "soft"),
        Spacer(0, 3 * mm),
        _verdict(page),
        Spacer(0, 3 * mm),
        _tiles(page),
        paragraph("What to do next", "heading"),
    ]
    for number, step in enumerate(page.steps, 1):
        command = f": {step.command}" if step.command else ""
        story.append(paragraph(f"{number}. {step.text}{command}", "text"))
    for section in page.sections:
        if isinstance(section, Note):
            story += [CondPageBreak(30 * mm), paragraph(section.title, "heading")]
            story += [paragraph(f"• {line}", "text") for line in section.lines]
        elif isinstance(section, Table):
            story += _table(section)
    if not all(is_drawn(text) for text in _texts(page)):
        story.append(paragraph(f"{NUMBERED}; summary.html shows them.", "soft"))
    story += [paragraph("For the record", "heading")] if page.facts else []
    story += [paragraph(f"{name}: {value}", "small") for name, value in page.facts]
    return story


def _texts(page: Page) -> Iterator[str]:
    yield from (page.subject, page.title, page.verdict)
    for section in page.sections:
        if isinstance(section, Note):
            yield from section.lines
        elif isinstance(section, Table):
            yield from (cell.text for row in section.rows for cell in row)


def _verdict(page: Page) -> Flowable:
    box = LongTable([[paragraph(page.verdict, "verdict")]], colWidths=[_WIDTH])
    box.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), HexColor(_PALE[page.tone])),
                ("LINEBEFORE", (0, 0), (0, -1), 3, TONES[page.tone]),
                ("TOPPADDING", (0, 0), (-1, -1), 7),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
                ("LEFTPADDING", (0, 0), (-1, -1), 10),
            ]
        )
    )
    return box


def _tiles(page: Page) -> Flowable:
    if not page.tiles:
        return Spacer(0, 0)
    cells = [
        [
            paragraph(tile.label, "soft"),
            paragraph(tile.value, "value", tone=tile.tone),
            paragraph(tile.note, "small"),
        ]
        for tile in page.tiles
    ]
    tiles = LongTable([cells], colWidths=[_WIDTH / len(cells)] * len(cells))
    tiles.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BOX", (0, 0), (-1, -1), 0.6, LINE),
                ("INNERGRID", (0, 0), (-1, -1), 0.6, LINE),
            ]
        )
    )
    return tiles


def _table(section: Table) -> list[Flowable]:
    figures = section.figures
    head = [
        paragraph(name, "headright" if figure else "head")
        for name, figure in zip(section.columns, figures, strict=True)
    ]
    rows = [[_cell(cell) for cell in row] for row in section.rows[:_ROWS]]
    foot = [[_cell(cell, bold=True) for cell in section.total]] if section.total else []
    signing = all(not any(cell.text for cell in row[1:]) for row in section.rows)
    table = LongTable(
        [head, *rows, *foot],
        colWidths=_widths(section),
        rowHeights=[None, *([_SIGNATURE_HEIGHT] * len(rows))] if signing and rows else None,
        repeatRows=1,
    )
    styles: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM" if signing else "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 1, LINE),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, INK if signing else LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if foot:
        styles.append(("LINEABOVE", (0, -1), (-1, -1), 1, LINE))
    table.setStyle(TableStyle(styles))
    hidden = len(section.rows) - len(rows) + section.left_out
    after = (
        [paragraph(f"{hidden:,} further lines are in the HTML version and the files it names.", "small")]
        if hidden
        else []
    )
    intro = [paragraph(section.intro, "soft")] if section.intro else []
    return [CondPageBreak(32 * mm), paragraph(section.title, "heading"), *intro, table, *after]


def _widths(section: Table) -> list[float]:
    """Columns share the width by the length of their texts, within bounds; hashes get room to break."""
    weights = []
    for index, name in enumerate(section.columns):
        longest = max((len(row[index].text) for row in section.rows), default=0)
        weights.append(min(46, max(9, len(name), longest)))
    return [_WIDTH * weight / sum(weights) for weight in weights]


def _cell(cell: Cell, *, bold: bool = False) -> Flowable:
    style = "figure" if cell.figure else "code" if cell.code else "cell"
    return paragraph(cell.text, style, tone=cell.tone, note=cell.note, bold=bold)
