"""Texts with placeholders and nothing else: ``{firstName} {lastName}``. No expressions, no format syntax.

Empty parts disappear: a line (of several) all of whose placeholders are empty, the separator before an empty
placeholder, brackets around one, doubled blanks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PIECE = re.compile(r"\{([^{}\n]*)\}|([^{}]+)|([{}])")
_BLANKS = re.compile(r"[^\S\n]+")
_TAIL = " –-,:;/|·"
_BRACKETS = {"(": ")", "[": "]"}

Line = tuple[str, ...]  # literal text at even places, placeholder names at odd ones


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text, line by line."""

    lines: tuple[Line, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The placeholders in order."""
        return tuple(name for line in self.lines for name in line[1::2])

    def fill(self, texts: Sequence[str]) -> str:
        """Put the texts in, one per placeholder."""
        filled: list[str] = []
        start = 0
        for line in self.lines:
            part = texts[start : start + len(line) // 2]
            start += len(part)
            if not part or any(part) or len(self.lines) == 1:
                filled.append(tidy(_fill_line(line, part)))
        return "\n".join(filled).strip()


def parse_template(text: str) -> Template:
    """Split a text; ValueError for a brace that stands alone or holds nothing."""
    return Template(tuple(_parse_line(line) for line in text.split("\n")))


def _parse_line(text: str) -> Line:
    pieces = [""]
    for name, literal, brace in _PIECE.findall(text):
        if brace:
            raise ValueError("a brace without its partner")
        if literal:
            pieces[-1] += literal
        elif name.strip():
            pieces += [name.strip(), ""]
        else:
            raise ValueError("an empty placeholder {}")
    return tuple(pieces)


def tidy(text: str) -> str:
    """Without doubled blanks, and without any at the ends."""
    return (_BLANKS.sub(" ", text) if "  " in text or not text.isprintable() else text).strip()


def _fill_line(line: Line, texts: Sequence[str]) -> str:
    if all(texts):
        return "".join(piece for pair in zip(line[::2], (*texts, ""), strict=True) for piece in pair)
    out = line[0]
    for text, before, after in zip(texts, line[::2], line[2::2], strict=False):
        if text:
            out += text + after
            continue
        if _separates(before) and out.endswith(before):
            out = out[: len(out) - len(before)]
            after = _without_bracket(before, after)
        if out or not _separates(after):
            out += after
        elif after.strip() in _BRACKETS:
            out = after.strip()
    return out if not texts or texts[-1] else out.rstrip(_TAIL)


def _without_bracket(before: str, after: str) -> str:
    closing = _BRACKETS.get(before[-1:])
    return after[1:] if closing and after.startswith(closing) else after


def _separates(literal: str) -> bool:
    return not any(letter.isalnum() for letter in literal)
