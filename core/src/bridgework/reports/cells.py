"""The cells of tables: texts, names, figures and rates."""

from __future__ import annotations

from typing import Any

from bridgework.reports.figures import label, number, rate
from bridgework.reports.page import Cell, Tone


def words(value: Any, *, note: str = "", tone: Tone = "plain") -> Cell:
    """A text; a dash where there is none."""
    text = "" if value is None else str(value)
    return Cell(text or "–", note=note, tone=tone)


def named(name: Any) -> Cell:
    """A technical name in words."""
    return Cell(label(str(name or "")) or "–")


def named_exactly(name: Any) -> Cell:
    """A technical name in words, with the name as it stands in files beneath where the two differ."""
    text = str(name or "")
    said = label(text)
    return Cell(said or "–", note="" if said.casefold() == text.casefold() else text)


def count(value: Any, *, tone: Tone = "plain") -> Cell:
    """A figure; zero is shown as a dash without a tone."""
    if value == 0 and value is not False:
        return Cell("–", figure=True)
    return Cell(number(value), figure=True, tone=tone)


def share(part: int, of: int, *, tone: Tone = "plain") -> Cell:
    """A rate with its denominator."""
    return Cell(rate(part, of), note=f"{number(part)} of {number(of)}", figure=True, tone=tone)


def code(text: Any) -> Cell:
    """An id or a command."""
    return Cell(str(text) if text not in (None, "") else "–", code=True)
