"""Which encoding a text file has, and marks that a text went through the wrong one."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import IO

_CHUNK = 1 << 18
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is encoded: ``utf-8``, ``utf-8-sig`` (with a mark), ``utf-16`` or ``windows-1252``.

    For ``windows-1252``, `line` and `byte` are the first place (from 1, byte within the line) that is not UTF-8.
    """

    name: str
    line: int = 0
    byte: int = 0

    @property
    def codec(self) -> str:
        """Name of the codec that reads one line without its mark."""
        return "utf-8" if self.name == "utf-8-sig" else self.name


def detect_encoding(stream: IO[bytes]) -> Encoding:
    """Encoding by mark, else strict UTF-8, else Windows-1252. Reads the stream to its end, in pieces."""
    head = stream.read(_CHUNK)
    name = next((name for mark, name in _BOMS if head.startswith(mark)), "utf-8")
    if name == "utf-16":
        return Encoding(name)
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    line, start, place = 1, 0, 0  # `start` is where the current line began, `place` where the chunk begins
    chunk = head
    while True:
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            at = error.start - pending
            before = chunk[: max(at, 0)]
            line += before.count(b"\n")
            if b"\n" in before:
                start = place + before.rfind(b"\n") + 1
            return Encoding("windows-1252", line, place + at - start + 1)
        if not chunk:
            return Encoding(name)
        line += chunk.count(b"\n")
        if b"\n" in chunk:
            start = place + chunk.rfind(b"\n") + 1
        place += len(chunk)
        chunk = stream.read(_CHUNK)


def damaged(text: str) -> str:
    """Why a text looks damaged by a wrong encoding, empty if it does not.

    Mojibake is UTF-8 that was read as Windows-1252: it turns back into valid UTF-8, which honest text never does.
    """
    if text.isascii() and not _CONTROL.search(text):
        return ""
    if "�" in text:
        return "contains replacement characters"
    if _CONTROL.search(text):
        return "contains control characters"
    if _is_mojibake(text):
        return "was read in a wrong encoding before it was exported"
    return ""


def _is_mojibake(text: str) -> bool:
    # Python's codec leaves five bytes of Windows-1252 undefined; tools that make mojibake pass them through.
    for piece in re.findall(r"[^\x00-\x7f]{2,}", text):
        try:
            original = b"".join(_one_byte(letter) for letter in piece)
            original.decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False


def _one_byte(letter: str) -> bytes:
    return letter.encode("latin-1") if "\x80" <= letter <= "\x9f" else letter.encode("cp1252")


def without_nul(text: str) -> str:
    """The text without U+0000, which no database column and no workbook holds."""
    return text.replace("\x00", "") if "\x00" in text else text
