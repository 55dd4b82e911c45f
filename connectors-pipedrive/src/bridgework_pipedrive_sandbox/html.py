"""What the server leaves of HTML."""

import nh3

_TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
}
_ATTRIBUTES = {"a": {"href", "title"}}


def cleaned(content: str) -> str:
    """Scripts, comments, unknown tags and attributes are gone; text is escaped as HTML wants it."""
    return nh3.clean(
        content,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags={"script", "style"},
        strip_comments=True,
        url_schemes={"http", "https", "mailto", "tel"},
    )
