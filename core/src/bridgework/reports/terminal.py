"""The same report for people at a terminal: verdict, counts, essential tables, next step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from bridgework.reports.figures import visible
from bridgework.reports.page import Cell, Page, Table
from bridgework.reports.pages import page_of

_STYLES: Final = {"plain": "", "good": "green", "look": "yellow", "stop": "red"}
_SIGNS: Final = {"plain": "·", "good": "✓", "look": "!", "stop": "✗"}
_ANYWHERE: Final = ("-C", "init", "connectors", "sandbox", "demo", "new", "--help")
_COMMAND: Final = re.compile(r"\bbridgework (\S+)")
_ROWS: Final = 25  # rows of a table; the report has all of them


def render(result: Mapping[str, Any], console: Console, *, folder: str = "") -> None:
    """Print the essentials of a stage's result. Values are shown literally: no escapes, no markup, no emoji codes.

    `folder` is the migration's, if the commands to type next have to name it.
    """
    show(page_of(result), console, folder=folder)


def show(page: Page, console: Console, *, folder: str = "") -> None:
    """Print a page."""
    console.print(Text.assemble((_plain(page.title), "bold"), "  ", (_plain(page.subject), "dim")))
    console.print(Text(f"{_SIGNS[page.tone]} {_plain(page.verdict)}", style=f"bold {_STYLES[page.tone]}".strip()))
    if page.tiles:
        console.print(_tiles(page))
    for section in page.sections:
        if isinstance(section, Table) and section.essential:
            console.print(Padding(_grid(section), (1, 0, 0, 0)))
    for step in page.steps:
        line = Text("→ ", style="bold")
        line.append(_plain(step.text))
        if step.command:
            line.append(": " if step.text else "").append(_in(folder, _plain(step.command)), style="bold cyan")
        console.print(line)


def _in(folder: str, command: str) -> str:
    """The commands with the folder they are for, unless they name one or need none."""

    def told(found: re.Match[str]) -> str:
        return found[0] if not folder or found[1] in _ANYWHERE else f"bridgework -C {folder} {found[1]}"

    return _COMMAND.sub(told, command)


def _plain(text: str) -> str:
    return visible(text, keep="")


def _tiles(page: Page) -> Text:
    line = Text("  ")
    for index, tile in enumerate(page.tiles):
        line.append("   " if index else "").append(f"{_plain(tile.label)}: ", style="dim")
        line.append(_plain(tile.value), style=f"bold {_STYLES[tile.tone]}".strip())
        if tile.note:
            line.append(f" ({_plain(tile.note)})", style="dim")
    return line


def _grid(table: Table) -> Grid:
    grid = Grid(
        title=Text(_plain(table.title), style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_footer=bool(table.total),
        caption=_caption(table),
        caption_justify="left",
        pad_edge=False,
    )
    for index, name in enumerate(table.columns):
        foot = _text(table.total[index]) if table.total else Text("")
        grid.add_column(
            Text(_plain(name)), footer=foot, justify="right" if table.figures[index] else "left", overflow="fold"
        )
    for row in table.rows[:_ROWS]:
        grid.add_row(*(_text(cell) for cell in row))
    return grid


def _caption(table: Table) -> Text | None:
    hidden = len(table.rows) - _ROWS + table.left_out if len(table.rows) > _ROWS else table.left_out
    return Text(f"{hidden:,} further lines in the report", style="dim") if hidden > 0 else None


def _text(cell: Cell) -> Text:
    text = Text(_plain(cell.text), style=_STYLES[cell.tone])
    if cell.figure and cell.note:
        text.append(f"  {_plain(cell.note)}", style="dim")
    return text
