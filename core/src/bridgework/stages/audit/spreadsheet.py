"""CSV files that people open in a spreadsheet program, and what comes back from there.

A cell that a spreadsheet would take for a formula gets a leading apostrophe, which is taken off again when the file is
read. Control characters are written as visible escapes.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridgework.errors import BadInput

FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
MAX_BYTES: Final = 64 * 1024 * 1024
_SAVE: Final = "correct the file in a spreadsheet program and save it as CSV (UTF-8)"
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def safe_cell(text: str) -> str:
    """The text as it may stand in a cell: never a formula, never a control character; line breaks stay."""
    visible = _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", text)
    return "'" + visible if visible.startswith((*FORMULA_STARTS, "'")) else visible


def plain_cell(text: str) -> str:
    """The text as it was before `safe_cell`, control characters apart."""
    return text.removeprefix("'")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A whole CSV file as text: comma, CRLF, quotes where needed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file that came back: where it ends (line number) and its cells by column name."""

    number: int
    cells: dict[str, str]


def read_csv(path: Path, columns: Sequence[str]) -> list[Line]:
    """Read a file with exactly these columns, in any order, saved by any spreadsheet program.

    Comma, semicolon and tab separate; UTF-8 with or without BOM, else Windows-1252. Empty rows are passed over.
    BadInput, naming file and line, if it is missing, too large, or a column is missing, unknown or there twice.
    """
    text = _text(path)
    head = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        _same_columns(path, names, columns)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(names):
                raise _wrong(path, reader.line_num, "more cells than columns")
            padded = [*cells, *[""] * (len(names) - len(cells))]
            lines.append(Line(reader.line_num, dict(zip(names, map(plain_cell, padded), strict=True))))
    except csv.Error:
        raise _wrong(path, reader.line_num, "the quotes do not match") from None
    return lines


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"{path.name} is larger than {MAX_BYTES // 1024 // 1024} MB.", next_step=_SAVE)
        content = path.read_bytes()
    except OSError:
        raise BadInput(f"{path.name} cannot be read.", next_step="check the file and its rights") from None
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _wrong(path, 1, "the file is saved as UTF-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if content.startswith(codecs.BOM_UTF8):  # it says itself that it is UTF-8
            raise _wrong(path, content[: error.start].count(b"\n") + 1, "not UTF-8") from None
        return content.decode("cp1252", errors="replace")


def _wrong(path: Path, line: int, reason: str) -> BadInput:
    return BadInput(f"{path.name}, line {line}: {reason}.", next_step=_SAVE)


def _same_columns(path: Path, names: Sequence[str], columns: Sequence[str]) -> None:
    for name in columns:
        if names.count(name) != 1:
            how = "is missing" if name not in names else "is there twice"
            raise _wrong(path, 1, f"the column {name} {how}")
    unknown = sum(1 for name in names if name not in columns)
    if unknown:
        raise _wrong(path, 1, f"{unknown} unknown columns")
