"""Recognising damaged text."""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MARKUP: Final = re.compile(r"</?[A-Za-z][^<>]*>|&(?:[A-Za-z]{2,8}|#\d{1,6});")
# Two characters that arise when UTF-8 is read as Windows-1252 and hardly ever stand together otherwise.
_MOJIBAKE: Final = re.compile("[\u00c2\u00c3][\u0080-\u00bf\u0152-\u0178\u2013-\u203a\u20ac\u2122]|\u00e2\u20ac")


def damage(text: str, *, markup_expected: bool = False) -> str:
    """What is wrong with a text, in words without the text; empty if nothing is."""
    if not (text.isascii() and text.isprintable()):
        if "\ufffd" in text:
            return "replacement character"
        if _mojibake(text):
            return "read in the wrong character set"
        if _CONTROL.search(text):
            return "control character"
    if not markup_expected and ("<" in text or "&" in text) and _MARKUP.search(text):
        return "markup in a plain field"
    return ""


def _mojibake(text: str) -> bool:
    if text.isascii():
        return False
    if _MOJIBAKE.search(text):
        return True
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False
