"""Numbers, rates, instants and names as people read them, and characters that would not be seen."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
_TECHNICAL = re.compile(r"[\w.-]+")
_BOUNDARY = re.compile(r"[-_.]+|(?<=[^\W\dA-Z_])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def visible(text: str, *, keep: str = "\n\t") -> str:
    """The text with characters that control, hide or reorder written as escapes; `keep` lists what stays."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_seen(each) if each not in keep else each for each in text)


def _seen(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def number(value: Any) -> str:
    """With thousands separators; a dash where nothing is known."""
    if value is None or value == "":
        return "–"
    try:
        return f"{Decimal(str(value)):,f}"
    except InvalidOperation:
        return str(value)


def many(value: int, one: str, more: str = "") -> str:
    """A count with its noun: ``1 row``, ``2 rows``."""
    return f"{number(value)} {one if value == 1 else more or one + 's'}"


def rate(part: int, of: int) -> str:
    """A rate in per cent that is 0 or 100 only if it is exactly that."""
    if not of:
        return "–"
    if part == of:
        return "100 %"
    if part == 0:
        return "0 %"
    value = 100 * part / of
    if value > 99.9:
        return "> 99.9 %"
    return "< 0.1 %" if value < 0.1 else f"{value:.1f} %"


def instant(value: Any) -> str:
    """``20 Nov 2026, 19:31 UTC``; a text that is no instant stays as it is."""
    if value is None or value == "":
        return "–"
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    if moment.tzinfo is None:
        return f"{moment.day} {moment:%b %Y, %H:%M}"
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def duration(hours: Any) -> str:
    """A time span given in hours."""
    try:
        value = float(hours)
    except (TypeError, ValueError):
        return "–"
    minutes = round(value * 60)
    if minutes < 1:
        return "under a minute"
    if minutes < 90:
        return f"{minutes} min"
    if value < 48:
        return f"{value:.1f} h"
    return f"{value / 24:.1f} days"


def label(name: str) -> str:
    """A technical name in words: ``insurancePlans`` becomes ``Insurance plans``; any other text stays as it is."""
    if not _TECHNICAL.fullmatch(name):
        return name
    words = [word for word in _BOUNDARY.split(name) if word]
    plain = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return plain[:1].upper() + plain[1:] or name
