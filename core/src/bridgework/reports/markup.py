"""Pages as self-contained HTML: no script, no network, every outside string escaped twice over.

Characters that control or reorder are made visible before Jinja escapes what HTML would read as markup.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from bridgework.reports.figures import number, visible
from bridgework.reports.glossary import explained
from bridgework.reports.page import Bar, Cell, Chart, Page, Part, Table

LONG_WORD: Final = 28
_SIGNS: Final = {"plain": "i", "good": "✓", "look": "!", "stop": "✕"}


def render(page: Page, *, private: bool = False) -> str:
    """The page as a whole HTML document; `private` pages say at the top that they hold patient data."""
    made = next((value for name, value in page.facts if name == "Made"), "")
    return (
        _environment()
        .get_template("page.html")
        .render(page=page, private=private, signs=_SIGNS, made=made, terms=explained(page.terms))
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("bridgework.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_finalize,
    )
    environment.filters.update(number=number, shortened=_shortened, placed=_placed)
    environment.tests.update(table_section=_is_table, chart_section=_is_chart, long=_is_long)
    return environment


def _finalize(value: Any) -> Any:
    return visible(value) if type(value) is str else value


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _placed(bar: Bar, start: int, width: int) -> list[tuple[float, float, Part]]:
    """(x, width, part) of a bar's parts; what is there can be seen, however little it is."""
    placed = []
    x = float(start)
    for part in bar.parts:
        wide = max(2.0, part.share * width)
        placed.append((round(x, 1), round(min(wide, start + width - x), 1), part))
        x = min(x + wide, start + width - 2.0)
    return placed


def _is_long(cell: Cell) -> bool:
    """Whether a word of it would push a table out of the page."""
    return any(len(word) > LONG_WORD for word in cell.text.split())


def _is_table(section: Any) -> bool:
    return isinstance(section, Table)


def _is_chart(section: Any) -> bool:
    return isinstance(section, Chart)
