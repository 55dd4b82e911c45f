"""Text and HTML as Pipedrive keeps them: activity notes are plain text sent as HTML, note contents are HTML.

The server cleans what it is given and does not say how (reference: note content is sanitized). We send only what a
careful cleaner would leave alone, and compare after cleaning both sides the same way.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import nh3

from bridgework_pipedrive import markers

_BLOCKS = "p|div|br|ul|ol|li|h1|h2|h3|h4|h5|h6|blockquote|pre|hr|table|thead|tbody|tr|td|th"
_TAGS = {
    "a", "b", "blockquote", "br", "div", "em", "h1", "h2", "h3", "i", "li", "ol", "p", "strong", "u", "ul",
}  # fmt: skip
_AROUND_BLOCKS = re.compile(rf"\s*(</?(?:{_BLOCKS})(?:\s[^>]*)?>)\s*")
_LINE_BREAKING = frozenset(_BLOCKS.split("|")) - {"td", "th"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")


def tidy(text: str) -> str:
    """Plain text as it survives the way through HTML: blanks folded, no control characters, no blanks at line ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _CONTROL.sub("", text)
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(lines).strip()


def to_html(text: str, marker: str = "") -> str:
    """Escaped text with ``<br>`` for line ends; the marker becomes the last line."""
    lines = [html.escape(tidy(text), quote=False)] if text else []
    if marker:
        lines.append(html.escape(markers.line(marker), quote=False))
    return "\n".join(lines).replace("\n", "<br>")


def to_text(content: str) -> str:
    """The text that an HTML content shows."""
    reader = _Reader()
    reader.feed(content)
    reader.close()
    return tidy("".join(reader.parts))


def clean(content: str) -> str:
    """HTML reduced to a few harmless tags, in one spelling."""
    kept = nh3.clean(
        _CONTROL.sub(" ", content),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    folded = re.sub(r"\s+", " ", kept.replace("&nbsp;", " ").replace("\u00a0", " "))
    return _AROUND_BLOCKS.sub(r"\1", folded).strip()


def with_footer(content: str, marker: str) -> str:
    """A note's content with the marker as its last paragraph."""
    return f"{clean(content)}<p>{html.escape(markers.line(marker), quote=False)}</p>" if marker else clean(content)


def without_footer(content: str) -> tuple[str, str]:
    """A note's cleaned content without the footer, and the marker."""
    body, marker = markers.split_html(clean(content))
    return (clean(body), marker) if marker else (body, "")


class _Reader(HTMLParser):
    """Collects text; a line ends where a block does."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.parts.append("\n")
        elif tag in ("script", "style"):
            self._hidden += 1
        elif tag in _LINE_BREAKING:
            self._new_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = max(0, self._hidden - 1)
        elif tag in _LINE_BREAKING and tag != "br":
            self._new_line()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _new_line(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")
