"""Text on paper: one font, a few styles, and what the font cannot draw said otherwise."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from bridgework.reports.figures import visible

INK, SOFT, LINE = HexColor("#1c2430"), HexColor("#5a6675"), HexColor("#dfe4ea")
TONES: Final = {"plain": INK, "good": HexColor("#1b7f4d"), "look": HexColor("#a35c00"), "stop": HexColor("#b3261e")}
NUMBERED: Final = (
    "[U+…] stands for letters that cannot be printed here, by their numbers in Unicode; accents may be missing"
)
LONGEST: Final = 500  # characters of one text; a row of a table must fit a page


def paragraph(
    text: str, style: str, *, tone: str = "plain", note: str = "", bold: bool = False, longest: int = LONGEST
) -> Paragraph:
    """A paragraph in one of the styles; `note` stands small below the text."""
    markup = escape(said(text, longest)).replace("\n", "<br/>")
    if tone != "plain":
        markup = f'<font color="{TONES[tone].hexval().replace("0x", "#")}">{markup}</font>'
    if bold:
        markup = f"<b>{markup}</b>"
    if note:
        markup += f'<br/><font size="6.5" color="#5a6675">{escape(said(note))}</font>'
    return Paragraph(markup, styles()[style])


def said(text: str, longest: int = LONGEST) -> str:
    """The text with what the font can draw: hidden characters as escapes, accents left out, and of letters it has
    nothing like the numbers in Unicode: ``[U+738B U+5C0F]``.
    """
    shown = unicodedata.normalize("NFC", visible(text, keep="\n"))
    shown = shown if len(shown) <= longest else f"{shown[:longest]} …"
    runs = groupby(shown, _is_unknown)
    return "".join(_numbers(run) if unknown else "".join(map(_drawable, run)) for unknown, run in runs)


def is_drawn(text: str) -> bool:
    """Whether the font can draw every letter as it is."""
    known = font().face.charToGlyph
    return all(each == "\n" or ord(each) in known for each in unicodedata.normalize("NFC", visible(text, keep="\n")))


def _drawable(character: str) -> str:
    known = font().face.charToGlyph
    if character == "\n" or ord(character) in known:
        return character
    return "".join(each for each in unicodedata.normalize("NFKD", character) if ord(each) in known)


def _is_unknown(character: str) -> bool:
    """Whether nothing like it can be drawn; an accent by itself may disappear, a letter may not."""
    return not _drawable(character) and not unicodedata.category(character).startswith("M")


def _numbers(letters: Iterable[str]) -> str:
    return f"[{' '.join(f'U+{ord(each):04X}' for each in letters)}]"


@lru_cache(maxsize=1)
def font() -> Any:
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
def styles() -> dict[str, ParagraphStyle]:
    """The styles by name."""
    base = ParagraphStyle(
        "base", fontName="Vera", fontSize=8, leading=10.5, textColor=INK, wordWrap="LTR", splitLongWords=1
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
        "soft": made("soft", textColor=SOFT, fontSize=8.5, leading=11.5),
        "small": made("small", textColor=SOFT, fontSize=7, leading=9),
        "head": made("head", textColor=SOFT, fontSize=7.2, leading=9, **bold),
        "headright": made("headright", textColor=SOFT, fontSize=7.2, leading=9, alignment=TA_RIGHT, **bold),
        "cell": made("cell"),
        "figure": made("figure", alignment=TA_RIGHT),
        "code": made("code", fontSize=6.5, leading=8.5),
    }
