"""The delivery summary on paper: the same page as its HTML twin, drawn with reportlab for A4."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from bridgework.errors import StoreFailure
from bridgework.reports.figures import visible
from bridgework.reports.page import Cell, Note, Page, Table
from bridgework.reports.pages import page_of

_MARGIN: Final = 17 * mm
_PADDING: Final = 6  # points that every frame keeps free
_WIDTH: Final = A4[0] - 2 * _MARGIN - 2 * _PADDING
_INK, _SOFT, _LINE = HexColor("#1c2430"), HexColor("#5a6675"), HexColor("#dfe4ea")
_TONES: Final = {"plain": _INK, "good": HexColor("#1b7f4d"), "look": HexColor("#a35c00"), "stop": HexColor("#b3261e")}
_PALE: Final = {"plain": "#f3f5f8", "good": "#e6f4ec", "look": "#fdf1de", "stop": "#fbe9e7"}
_ROWS: Final = 300  # rows of a table on paper; the HTML twin shows more
_LONGEST: Final = 500  # characters of one text; a row of a table must fit a page
_SIGNATURE_HEIGHT: Final = 16 * mm


def write_pdf(path: Path, data: Mapping[str, Any]) -> None:
    """Write the summary, readable by its owner only. StoreFailure if it cannot be written.

    The same data gives the same bytes. Letters the embedded font lacks lose their accents; the HTML twin shows them.
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
    _font()
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=16 * mm,
        bottomMargin=18 * mm,
        title=_said(page.title),
        author="Bridgework",
        subject=_said(page.subject),
        invariant=1,
    )

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont("Vera", 7.5)
        canvas.setFillColor(_SOFT)
        canvas.drawString(_MARGIN, 10 * mm, _said(page.subject)[:90])
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, f"Page {canvas.getPageNumber()}")

    document.build(list(_story(page)), onFirstPage=foot, onLaterPages=foot)


def _story(page: Page) -> list[Flowable]:
    story: list[Flowable] = [
        _paragraph(page.subject, "soft"),
        _paragraph(page.title, "title"),
        _paragraph(page.purpose, "soft"),
        Spacer(0, 3 * mm),
        _verdict(page),
        Spacer(0, 3 * mm),
        _tiles(page),
        _paragraph("What to do next", "heading"),
    ]
    for number, step in enumerate(page.steps, 1):
        command = f": {step.command}" if step.command else ""
        story.append(_paragraph(f"{number}. {step.text}{command}", "text"))
    for section in page.sections:
        if isinstance(section, Note):
            story += [CondPageBreak(30 * mm), _paragraph(section.title, "heading")]
            story += [_paragraph(f"• {line}", "text") for line in section.lines]
        elif isinstance(section, Table):
            story += _table(section)
    story += [_paragraph("For the record", "heading")] if page.facts else []
    story += [_paragraph(f"{name}: {value}", "small") for name, value in page.facts]
    return story


def _verdict(page: Page) -> Flowable:
    box = LongTable([[_paragraph(page.verdict, "verdict")]], colWidths=[_WIDTH])
    box.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), HexColor(_PALE[page.tone])),
                ("LINEBEFORE", (0, 0), (0, -1), 3, _TONES[page.tone]),
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
            _paragraph(tile.label, "soft"),
            _paragraph(tile.value, "value", tone=tile.tone),
            _paragraph(tile.note, "small"),
        ]
        for tile in page.tiles
    ]
    tiles = LongTable([cells], colWidths=[_WIDTH / len(cells)] * len(cells))
    tiles.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BOX", (0, 0), (-1, -1), 0.6, _LINE),
                ("INNERGRID", (0, 0), (-1, -1), 0.6, _LINE),
            ]
        )
    )
    return tiles


def _table(section: Table) -> list[Flowable]:
    figures = section.figures
    head = [
        _paragraph(name, "headright" if figure else "head")
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
        ("LINEBELOW", (0, 0), (-1, 0), 1, _LINE),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, _INK if signing else _LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if foot:
        styles.append(("LINEABOVE", (0, -1), (-1, -1), 1, _LINE))
    table.setStyle(TableStyle(styles))
    hidden = len(section.rows) - len(rows) + section.left_out
    after = (
        [_paragraph(f"{hidden:,} further lines are in the HTML version and the files it names.", "small")]
        if hidden
        else []
    )
    intro = [_paragraph(section.intro, "soft")] if section.intro else []
    return [CondPageBreak(32 * mm), _paragraph(section.title, "heading"), *intro, table, *after]


def _widths(section: Table) -> list[float]:
    """Columns share the width by the length of their texts, within bounds; hashes get room to break."""
    weights = []
    for index, name in enumerate(section.columns):
        longest = max((len(row[index].text) for row in section.rows), default=0)
        weights.append(min(46, max(9, len(name), longest)))
    return [_WIDTH * weight / sum(weights) for weight in weights]


def _cell(cell: Cell, *, bold: bool = False) -> Flowable:
    style = "figure" if cell.figure else "code" if cell.code else "cell"
    return _paragraph(cell.text, style, tone=cell.tone, note=cell.note, bold=bold)


def _paragraph(text: str, style: str, *, tone: str = "plain", note: str = "", bold: bool = False) -> Paragraph:
    markup = escape(_said(text)).replace("\n", "<br/>")
    if tone != "plain":
        markup = f'<font color="{_TONES[tone].hexval().replace("0x", "#")}">{markup}</font>'
    if bold:
        markup = f"<b>{markup}</b>"
    if note:
        markup += f'<br/><font size="6.5" color="#5a6675">{escape(_said(note))}</font>'
    return Paragraph(markup, _styles()[style])


def _said(text: str) -> str:
    """The text with what the font can draw: hidden characters as escapes, unknown letters without their accents."""
    shown = visible(text, keep="\n")
    return "".join(map(_drawable, shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]} …"))


def _drawable(character: str) -> str:
    known = _font().face.charToGlyph
    if character == "\n" or ord(character) in known:
        return character
    plain = "".join(each for each in unicodedata.normalize("NFKD", character) if ord(each) in known)
    return plain or "?"


@lru_cache(maxsize=1)
def _font() -> Any:
    """Bitstream Vera, which reportlab brings along: the same everywhere, embedded in the file."""
    for name, file in (
        ("Vera", "Vera.ttf"),
        ("Vera-Bold", "VeraBd.ttf"),
        ("Vera-Italic", "VeraIt.ttf"),
        ("Vera-BI", "VeraBI.ttf"),
    ):
        pdfmetrics.registerFont(TTFont(name, file))
    pdfmetrics.registerFontFamily("Vera", normal="Vera", bold="Vera-Bold", italic="Vera-Italic", boldItalic="Vera-BI")
    return pdfmetrics.getFont("Vera")


@lru_cache(maxsize=1)
def _styles() -> dict[str, ParagraphStyle]:
    base = ParagraphStyle(
        "base", fontName="Vera", fontSize=8, leading=10.5, textColor=_INK, wordWrap="LTR", splitLongWords=1
    )

    def made(name: str, **changes: Any) -> ParagraphStyle:
        return ParagraphStyle(name, parent=base, **changes)

    bold = {"fontName": "Vera-Bold"}
    return {
        "title": made("title", fontSize=17, leading=21, spaceAfter=2, **bold),
        "heading": made("heading", fontSize=11, leading=14, spaceBefore=11, spaceAfter=3, keepWithNext=1, **bold),
        "verdict": made("verdict", fontSize=11, leading=15, **bold),
        "value": made("value", fontSize=15, leading=19, **bold),
        "text": made("text", fontSize=9, leading=12.5, spaceAfter=2),
        "soft": made("soft", textColor=_SOFT, fontSize=8.5, leading=11.5),
        "small": made("small", textColor=_SOFT, fontSize=7, leading=9),
        "head": made("head", textColor=_SOFT, fontSize=7.2, leading=9, **bold),
        "headright": made("headright", textColor=_SOFT, fontSize=7.2, leading=9, alignment=TA_RIGHT, **bold),
        "cell": made("cell"),
        "figure": made("figure", alignment=TA_RIGHT),
        "code": made("code", fontSize=6.5, leading=8.5),
    }
