"""CSV as business programs print it: titles above the heading, totals below the rows, odd quotes between.

A record that breaks the quoting rules fails alone: reading goes on with the next physical line.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from bridgework.errors import BadInput
from bridgework.files.csvlines import Line, Record, lines_of, records
from bridgework.files.csvsummary import Footer, may_be_summary, read_summary
from bridgework.files.encoding import Encoding, detect_encoding

__all__ = ["CsvRow", "CsvTable", "Footer"]

_DELIMITERS = (",", ";", "\t")
_SAMPLE = 60  # records looked at for titles and heading


class CsvRow(NamedTuple):
    """One data row. `values` by column name as text, None if the row cannot be read; `problem` says what is wrong.

    A row that is too short has values for the cells it has, and a problem.
    """

    line: int
    raw: bytes
    values: dict[str, str] | None
    problem: str


@dataclass(slots=True)
class CsvTable:
    """A CSV file with its dialect found. `footer` is complete once `rows` has been read to its end.

    `columns` are the headings, made unique by position (``Phone``, ``Phone#2``); `titles` the lines above them.
    """

    name: str
    encoding: Encoding
    delimiter: str
    columns: tuple[str, ...]
    titles: tuple[str, ...]
    heading_line: int
    _open: Callable[[], IO[bytes]] = field(repr=False)
    footer: Footer = field(default_factory=Footer)

    @classmethod
    def examine(
        cls,
        open_stream: Callable[[], IO[bytes]],
        name: str,
        *,
        expected: Collection[str] = (),
        encoding: str = "",
    ) -> CsvTable:
        """Find encoding, delimiter and heading. `expected` headings tell the heading from titles.

        With `encoding` the file is held to it; empty means detect. BadInput: the file is not in that encoding (line,
        byte and the encoding it seems to have are named), or has no heading.
        """
        found = _encoding(open_stream, name, encoding)
        best: tuple[int, str, int, tuple[str, ...], tuple[str, ...]] | None = None
        for delimiter in _DELIMITERS:
            with open_stream() as stream:
                sample = list(_first(records(lines_of(stream, found, name), delimiter, 0)))
            guess = _heading(sample, expected)
            if guess and (best is None or guess[0] > best[0]):
                best = (guess[0], delimiter, *guess[1:])
        if best is None:
            wanted = f" (expected columns such as {', '.join(list(expected)[:3])})" if expected else ""
            raise BadInput(f"{name} has no heading row{wanted}.", next_step="export the report again as CSV")
        return cls(
            name=name,
            encoding=found,
            delimiter=best[1],
            columns=_unique(best[3]),
            titles=best[4],
            heading_line=best[2],
            _open=open_stream,
        )

    def rows(self) -> Iterator[CsvRow]:
        """Data rows in the file's order; blank lines and the footer are left out."""
        self.footer = Footer()
        width = len(self.columns)
        with self._open() as stream:
            lines = lines_of(stream, self.encoding, self.name)
            for record in records(self._after_heading(lines), self.delimiter, width):
                if (row := self._row(record, width)) is not None:
                    yield row

    def _after_heading(self, lines: Iterator[Line]) -> Iterator[Line]:
        # The heading may itself hold quoted newlines: `heading_line` is its last physical line.
        return (line for line in lines if line.number > self.heading_line)

    def _row(self, record: Record, width: int) -> CsvRow | None:
        cells = record.cells
        if cells is None:
            return CsvRow(record.line, record.raw, None, record.problem)
        if len(cells) == width and not may_be_summary(cells[0]):
            return CsvRow(record.line, record.raw, dict(zip(self.columns, cells, strict=True)), "")
        if not any(cell.strip() for cell in cells):
            return None
        if read_summary(cells, self.columns, self.footer):
            return None
        if len(cells) == width:
            return CsvRow(record.line, record.raw, dict(zip(self.columns, cells, strict=True)), "")
        return self._uneven(record, cells, width)

    def _uneven(self, record: Record, cells: list[str], width: int) -> CsvRow:
        problem = f"has {len(cells)} cells where the heading has {width}"
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            # Somewhere a delimiter was not quoted: which cell is which cannot be known.
            return CsvRow(record.line, record.raw, None, problem)
        return CsvRow(record.line, record.raw, dict(zip(self.columns, cells, strict=False)), problem)


def _encoding(open_stream: Callable[[], IO[bytes]], name: str, declared: str) -> Encoding:
    if declared in ("windows-1252", "cp1252"):
        return Encoding("windows-1252")
    with open_stream() as stream:
        found = detect_encoding(stream)
    if declared and found.name == "windows-1252":
        raise BadInput(
            f"{name} is not {declared} as declared: line {found.line}, byte {found.byte}. It looks like Windows-1252.",
            next_step="export again as UTF-8, or set the encoding of the source to windows-1252",
            cause="encoding",
        )
    return found


def _first(found: Iterator[Record]) -> Iterator[Record]:
    for count, record in enumerate(found, 1):
        yield record
        if count >= _SAMPLE:
            return


def _heading(
    sample: list[Record], expected: Collection[str]
) -> tuple[int, int, tuple[str, ...], tuple[str, ...]] | None:
    """Score, last line of the heading, its cells, and the titles above it."""
    wanted = {name.casefold() for name in expected}
    widths = Counter(len(record.cells) for record in sample if record.cells and len(record.cells) > 1)
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    titles: deque[str] = deque(maxlen=20)
    for record in sample:
        cells = tuple(cell.strip() for cell in record.cells or ())
        if wanted:
            score = len(wanted & {cell.casefold() for cell in cells})
            fits = score * 2 >= len(wanted)
        else:
            score, fits = widths[usual] * usual, usual > 1 and len(cells) == usual and sum(map(bool, cells)) > 1
        if fits:
            return score, record.last_line, cells, tuple(titles)
        if any(cells):
            titles.append(" ".join(filter(None, cells)))
    return None


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    """Blank headings get a name by position, repeated ones a number: ``Phone``, ``Phone#2``."""
    given = [name or f"Column {at}" for at, name in enumerate(names, 1)]
    taken: set[str] = set()
    made = []
    for name in given:
        count, unique = 1, name
        while unique in taken:
            count += 1
            unique = f"{name}#{count}"
        taken.add(unique)
        made.append(unique)
    return tuple(made)
