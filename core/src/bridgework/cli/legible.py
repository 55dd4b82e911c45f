"""Signs of ours on a terminal whose encoding does not have them: an arrow is two characters there, not an escape."""

from __future__ import annotations

import codecs
import io
import sys
from typing import Final

_NAME: Final = "bridgework.legible"
_PLAIN: Final = {"→": "->", "✓": "+", "✗": "x", "·": "-", "–": "-", "—": "-", "…": "...", "’": "'", "“": '"', "”": '"'}


def be_legible() -> None:
    """Write stdout and stderr so that nothing is lost and no character ends the program."""
    codecs.register_error(_NAME, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
            stream.reconfigure(errors=_NAME)


def _plain(error: UnicodeError) -> tuple[str, int]:
    """The plain form of our own signs; everything else is escaped, so that one name is not shown as another."""
    assert isinstance(error, UnicodeEncodeError)
    found = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in found), error.end
