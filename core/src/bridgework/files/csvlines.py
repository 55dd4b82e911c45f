"""Physical lines, and records made of them. RFC 4180 quotes; a record that breaks them fails alone."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, NamedTuple

from bridgework.errors import BadInput
from bridgework.files.encoding import Encoding

LONGEST_LINE = 8 << 20
_MOST_LINES = 500  # physical lines of one record
_MOST_TEXT = 1 << 20  # letters of one record that spans lines


class Line(NamedTuple):
    """A physical line: number from 1, its bytes, its text without the line end."""

    number: int
    raw: bytes
    text: str


class Record(NamedTuple):
    """First and last physical line, bytes with their line ends, and the cells or the reason why there are none."""

    line: int
    last_line: int
    raw: bytes
    cells: list[str] | None
    problem: str


def lines_of(stream: IO[bytes], encoding: Encoding, name: str) -> Iterator[Line]:
    """Physical lines. They end with LF or CR LF; a lone CR ends them only in a file that has no LF.

    BadInput: a line of more than 8 MiB, or bytes that the encoding does not know.
    """
    for number, raw in enumerate(_raw_lines(stream, encoding, name), 1):
        bare = raw[3:] if number == 1 and encoding.name == "utf-8-sig" else raw
        bare = bare.removesuffix(b"\n").removesuffix(b"\r")
        yield Line(number, raw, _text(bare, encoding, name, number))


def _text(raw: bytes, encoding: Encoding, name: str, number: int) -> str:
    try:
        return raw.decode("utf-8" if encoding.name == "utf-16" else encoding.codec)
    except UnicodeDecodeError as error:
        if encoding.name == "windows-1252":
            # Five bytes mean nothing in Windows-1252; as control characters they are kept and flagged.
            return "".join(_letter(byte) for byte in raw)
        raise BadInput(
            f"{name} is not {encoding.name}: line {number}, byte {error.start + 1}.",
            next_step="export again as UTF-8, or set the encoding of the source to windows-1252",
            cause="encoding",
        ) from None


def _letter(byte: int) -> str:
    return bytes((byte,)).decode("latin-1" if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "cp1252")


def _raw_lines(stream: IO[bytes], encoding: Encoding, name: str) -> Iterator[bytes]:
    if encoding.name == "utf-16":
        yield from _transcoded(stream)
        return
    pieces = iter(lambda: stream.readline(LONGEST_LINE), b"")
    for number, raw in enumerate(pieces):
        if number == 0 and b"\r" in raw.rstrip(b"\r\n") and not raw.endswith(b"\n"):
            yield from _cr_lines(raw, pieces)
            return
        if len(raw) >= LONGEST_LINE and not raw.endswith(b"\n"):
            raise BadInput(f"{name} has a line longer than {LONGEST_LINE >> 20} MiB.", next_step="export again")
        yield raw


def _cr_lines(raw: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Lines of a file that ends them with CR: to `readline` it is one line, given in pieces."""
    rest = b""
    while raw:
        *whole, rest = (rest + raw).splitlines(keepends=True)
        yield from whole
        raw = next(pieces, b"")
    if rest:
        yield rest


def _transcoded(stream: IO[bytes]) -> Iterator[bytes]:
    for text in io.TextIOWrapper(stream, "utf-16", newline="\n"):
        yield text.encode("utf-8", "surrogatepass")


def records(lines: Iterator[Line], delimiter: str, width: int) -> Iterator[Record]:
    """Records of these lines. `width` is the number of columns, 0 while it is unknown.

    A quote that is not closed in a record of the right width spoils its first line only: the others are read again.
    """
    waiting: deque[Line] = deque()
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        number, raw, text = line
        if '"' not in text:
            yield Record(number, number, raw, text.split(delimiter), "")
            continue
        if text.count('"') % 2 == 0:
            yield _record([line], delimiter)
            continue
        taken = _join(line, lines, waiting)
        record = _record(taken, delimiter)
        if len(taken) > 1 and (record.cells is None or (width and len(record.cells) != width)):
            waiting.extendleft(reversed(taken[1:]))
            record = Record(number, number, raw, None, "has a quotation mark that is not closed")
        yield record


def _join(line: Line, lines: Iterator[Line], waiting: deque[Line]) -> list[Line]:
    """The line and those after it, up to the one that closes its quote."""
    taken, length, is_open = [line], len(line.text), True
    while is_open and len(taken) < _MOST_LINES and length < _MOST_TEXT:
        following = waiting.popleft() if waiting else next(lines, None)
        if following is None:
            break
        taken.append(following)
        length += len(following.text)
        is_open = following.text.count('"') % 2 == 0
    return taken


def _record(lines: list[Line], delimiter: str) -> Record:
    first = lines[0]
    raw = b"".join(line.raw for line in lines)
    text = first.text if len(lines) == 1 else "\n".join(_with_cr(line) for line in lines)
    text = text.removesuffix("\r") if len(lines) > 1 else text
    cells = split(text, delimiter)
    problem = "" if cells is not None else "has a stray quotation mark"
    return Record(first.number, lines[-1].number, raw, cells, problem)


def _with_cr(line: Line) -> str:
    return line.text + "\r" if line.raw.endswith(b"\r\n") else line.text


def split(text: str, delimiter: str) -> list[str] | None:
    """Cells of one complete record by RFC 4180, None if a quote stands where none may."""
    if "\r" not in text:
        try:
            cells = next(csv.reader((text,), delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            return None
        if '"' not in "".join(cells):
            return cells
    # A quote inside a cell was doubled, or stood in a cell without quotes, which the library lets pass.
    return _split_strictly(text, delimiter)


def _split_strictly(text: str, delimiter: str) -> list[str] | None:
    cell = _cell(delimiter)
    cells, at = [], 0
    while True:
        found = cell.match(text, at)
        if found is None:
            return None
        cells.append(found[1].replace('""', '"') if found[1] is not None else found[2])
        at = found.end()
        if at == len(text):
            return cells
        at += 1  # the delimiter


@lru_cache
def _cell(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    return re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"|([^"{mark}]*))(?={mark}|\Z)')
