"""What a report says, apart from how it looks: HTML, terminal and PDF are drawn from the same page.

A page begins with what fits on one screen (title, verdict, counts, what to do next) and goes on with sections.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "good", "look", "stop"]
ACTION = "What to do"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table. `note` stands small beneath the text; figures and rates stand at the right."""

    text: str
    note: str = ""
    tone: Tone = "plain"
    figure: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the big figures of the first screen."""

    label: str
    value: str
    note: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Step:
    """Something a person does next; `command` is what to type, empty if it is done elsewhere."""

    text: str
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A section with rows. `problems`: every row is one and ends with what to do about it.

    `folded` tables are closed until somebody opens them (ids, hashes). `left_out` rows are not shown, `elsewhere` says
    where they are. `essential` tables are shown in the terminal too.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    intro: str = ""
    total: tuple[Cell, ...] = ()
    problems: bool = False
    folded: bool = False
    essential: bool = False
    left_out: int = 0
    elsewhere: str = ""

    @property
    def figures(self) -> tuple[bool, ...]:
        """Per column whether it holds figures only."""
        return tuple(
            bool(self.rows) and all(row[index].figure for row in self.rows) for index in range(len(self.columns))
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: `share` of the chart's width (0 to 1), its colour's name, what it stands for."""

    share: float
    colour: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its parts from left to right; `text` stands at its end."""

    label: str
    parts: tuple[Part, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Horizontal bars with a legend of (colour's name, meaning)."""

    title: str
    bars: tuple[Bar, ...]
    intro: str = ""
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A section of sentences."""

    title: str
    lines: tuple[str, ...]
    tone: Tone = "plain"


Section = Table | Chart | Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole report. `subject` names the practice or the migration, `facts` are ids and instants for the end."""

    stage: str
    title: str
    purpose: str
    verdict: str
    tone: Tone = "good"
    subject: str = ""
    tiles: tuple[Tile, ...] = ()
    steps: tuple[Step, ...] = ()
    sections: tuple[Section, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    terms: tuple[str, ...] = ()


def problem_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[tuple[Sequence[Cell], str]],
    *,
    intro: str = "",
    folded: bool = False,
    essential: bool = False,
    limit: int = 500,
    elsewhere: str = "",
) -> tuple[Table, ...]:
    """A table of problems, each with its action; nothing if there are none. ValueError for a row without an action."""
    listed = list(rows)
    if not listed:
        return ()
    shown: list[tuple[Cell, ...]] = []
    for cells, action in listed[:limit]:
        if not action.strip():
            raise ValueError("a problem without an action")
        shown.append((*cells, Cell(action)))
    table = Table(
        title=title,
        columns=(*columns, ACTION),
        rows=tuple(shown),
        intro=intro,
        problems=True,
        folded=folded,
        essential=essential,
        left_out=max(0, len(listed) - limit),
        elsewhere=elsewhere,
    )
    return (table,)
