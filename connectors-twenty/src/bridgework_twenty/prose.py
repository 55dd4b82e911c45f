"""Plain text as the markdown of notes and tasks, and back.

The server keeps markdown as it comes and makes a formatted half of it, in which markup and HTML take effect. A text of
the practice is no markup: every character that could be some is escaped, and comes back unescaped.
"""

from __future__ import annotations

import re

_NO_BREAK = "\N{NO-BREAK SPACE}"
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def tidy(text: str) -> str:
    """The text as it comes back: one kind of line end, no blanks around it nor at the end of a line, and simple ones,
    four for a tab, before its first word."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(_indented(line.rstrip(), " ") for line in plain.split("\n")).strip()


def to_markdown(text: str) -> str:
    """Markdown that shows the text as it is; each line end is kept by two blanks before it."""
    lines = [_line(line) for line in tidy(text).split("\n")]
    kept = [
        f"{line}  " if line and index + 1 < len(lines) and lines[index + 1] else line
        for index, line in enumerate(lines)
    ]
    return "\n".join(kept)


def from_markdown(markdown: str) -> str:
    """The text behind our markdown; markdown that people wrote keeps its marks, apart from escapes."""
    return tidy(_ESCAPED.sub(r"\1", tidy(markdown)))


def _line(line: str) -> str:
    escaped = re.sub(r"([\\`*_{}\[\]<>#~|&!])", r"\\\1", line)
    escaped = re.sub(r"^(\s*)([-+])(?=\s|$)", r"\1\\\2", escaped)
    escaped = re.sub(r"^(\s*)([-=+])(?=[-=+\s]*$)", r"\1\\\2", escaped)  # alone on a line: a rule, or a heading above
    escaped = re.sub(r"^(\s*\d{1,9})([.)])(?=\s|$)", r"\1\\\2", escaped)
    return _indented(escaped, _NO_BREAK)


def _indented(line: str, blank: str) -> str:
    """The line with its indentation of this kind of blank: simple ones would make it a block of code."""
    plain = line.lstrip(f" \t{_NO_BREAK}")
    width = len(line[: len(line) - len(plain)].replace("\t", "    "))
    return blank * width + plain
