"""Rows below the data: printed totals and counts, kept as control totals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_TOTAL = re.compile(r"(grand |report |sub)?totals?\s*:?$", re.IGNORECASE)
_END = re.compile(r"\*{2,}.*\*{2,}$|\*{3,}.*$")
_LABEL = re.compile(
    r"\s*(?:$|\*|(?:grand |report |sub)?totals?\b|\d[\d,]*\s+(?:record|row)|(?:records?|rows?|count)\b)", re.IGNORECASE
)
_COUNT = re.compile(r"(\d[\d,]*)\s+(?:records?|rows?)\b|\b(?:records?|rows?|count)\s*:?\s*(\d[\d,]*)", re.IGNORECASE)


@dataclass(slots=True)
class Footer:
    """Control totals as printed: `totals` by column as text, `count` of rows if one is printed, `lines` found."""

    totals: dict[str, str] = field(default_factory=dict)
    count: int | None = None
    lines: int = 0


def may_be_summary(cell: str) -> bool:
    """Whether a record that begins with this cell is worth a closer look."""
    return _LABEL.match(cell) is not None


def read_summary(cells: Sequence[str], columns: Sequence[str], footer: Footer) -> bool:
    """Whether this record is a summary and no data; its figures are put into the footer.

    A total says so in its first filled cell and leaves about half of its cells empty, unlike a patient called Total.
    """
    filled = [at for at, cell in enumerate(cells) if cell.strip()]
    label = cells[filled[0]].strip()
    if _END.match(label) and len(filled) == 1:
        _take_count(label, footer)
    elif _TOTAL.match(label) and len(filled) * 2 <= max(len(columns) + 1, 4):
        if not label.casefold().startswith("sub"):
            footer.totals.update({columns[at]: cells[at].strip() for at in filled[1:] if at < len(columns)})
    elif len(filled) == 1 and len(columns) > 1 and _is_count(label):
        _take_count(label, footer)
    else:
        return False
    footer.lines += 1
    return True


def _is_count(label: str) -> bool:
    found = _COUNT.search(label)
    return found is not None and (label.casefold().startswith("total") or found.group(0) == label)


def _take_count(label: str, footer: Footer) -> None:
    if found := _COUNT.search(label):
        footer.count = int((found[1] or found[2]).replace(",", ""))
