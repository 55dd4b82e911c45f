"""Takes what may be a value of a record out of a text that comes from outside.

Destinations quote what they refuse: ``"ana@example.org" is not a valid e-mail``. Such a text may be logged, shown and
shared only after `scrub`. It cannot recognise a bare name; `scrub(text, values)` therefore also removes the
values that are known to have been sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MAX_LENGTH = 200  # characters of a reason; longer texts are dumps, not reasons
_SCAN_LENGTH = 4000  # characters looked at: bounds the work on a hostile text
_MARK = "[…]"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_TAG = re.compile(r"<[^<>]{0,300}>")
_LINK = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://\S+", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>\"(),;:]+@[^\s@<>\"(),;:]+")
_QUOTED = re.compile(
    "\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|`[^`]*`|‘[^’]*’|(?<!\\w)'[^']*'(?!\\w)",
)
_TOKEN = re.compile(r"\b(?=[\w\-]*\d)[\w\-]{20,}\b")
_NUMBER = re.compile(r"\+?\(?\d(?:[\d ().,/:\-]{0,40}\d)?")
_BLANKS = re.compile(r"\s+")


def scrub(text: str, values: Iterable[str] = ()) -> str:
    """The text without e-mails, phones, links, long tokens, numbers of more than four digits and quoted values.

    :param values: texts that were sent; each that is longer than two characters is removed wherever it stands.
    :return: at most 200 characters on one line.
    """
    text = _CONTROL.sub(" ", text[:_SCAN_LENGTH])
    text = _without(text, values)
    text = _TAG.sub(" ", text)
    for pattern in (_LINK, _MAIL, _QUOTED, _TOKEN):
        text = pattern.sub(_MARK, text)
    text = _NUMBER.sub(_short_number, text)
    text = _BLANKS.sub(" ", text).strip()
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1].rstrip() + "…"


def _without(text: str, values: Iterable[str]) -> str:
    lowered = text.lower()
    present = {value for value in values if len(value) > 2 and value.lower() in lowered}
    if not present:
        return text
    longest_first = "|".join(re.escape(value) for value in sorted(present, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{longest_first})(?!\w)", _MARK, text, flags=re.IGNORECASE)


def _short_number(found: re.Match[str]) -> str:
    text = found.group()
    return text if sum(map(str.isdigit, text)) <= 4 else _MARK


def texts_in(body: Any) -> Iterator[str]:
    """Every text, and every longer word of a text, inside a request body, to be removed from the answer to it."""
    pending = [body]
    while pending:
        part = pending.pop()
        if isinstance(part, Mapping):
            pending.extend(part.values())
        elif isinstance(part, list | tuple):
            pending.extend(part)
        elif isinstance(part, str):
            yield part
            # A refusal may name one word of what was sent; short words are also words of the refusal itself.
            yield from (word for word in part.split()[:50] if len(word) > 3)
