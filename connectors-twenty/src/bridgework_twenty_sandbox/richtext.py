"""Rich text has two halves, markdown and blocks; the server makes up the half that was not sent."""

import json
import re
import uuid
from typing import Any

_STYLES = (("bold", "**"), ("italic", "*"), ("strike", "~~"), ("code", "`"))
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_BULLET = re.compile(r"\s*[-*+]\s+(.*)")
_NUMBERED = re.compile(r"\s*\d+[.)]\s+(.*)")
_BOLD = re.compile(r"(\*\*.+?\*\*|<b>.+?</b>)")
_DANGEROUS = ("javascript:", "data:", "vbscript:")


def blocks_of(markdown: str) -> str:
    """Blocks as JSON text; every block gets a new id at each writing."""
    return json.dumps([_block(line) for line in markdown.split("\n") if line.strip()], ensure_ascii=False)


def _block(line: str) -> dict[str, Any]:
    kind, text, props = "paragraph", line, {}
    if found := _HEADING.fullmatch(line):
        kind, text, props = "heading", found[2], {"level": len(found[1])}
    elif found := _BULLET.fullmatch(line):
        kind, text = "bulletListItem", found[1]
    elif found := _NUMBERED.fullmatch(line):
        kind, text = "numberedListItem", found[1]
    return {"id": str(uuid.uuid4()), "type": kind, "props": props, "content": _runs(text), "children": []}


def _runs(text: str) -> list[dict[str, Any]]:
    runs = []
    for part in _BOLD.split(text):
        if not part:
            continue
        bold = bool(_BOLD.fullmatch(part))
        plain = part.removeprefix("**").removesuffix("**").removeprefix("<b>").removesuffix("</b>") if bold else part
        runs.append({"type": "text", "text": plain, "styles": {"bold": True} if bold else {}})
    return runs


def markdown_of(blocks: list[Any]) -> str:
    """Markdown of blocks, one paragraph per block."""
    return "\n".join(_line(block) + "\n" for block in blocks if isinstance(block, dict))


def _line(block: dict[str, Any]) -> str:
    props = block.get("props")
    level = props.get("level", 1) if isinstance(props, dict) else 1
    prefix = {
        "heading": "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1) + " ",
        "bulletListItem": "* ",
        "numberedListItem": "1. ",
    }.get(str(block.get("type")), "")
    return prefix + _text(block.get("content"))


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    pieces = []
    for run in content:
        if not isinstance(run, dict):
            continue
        if run.get("type") == "link":
            pieces.append(f"[{_text(run.get('content'))}]({run.get('href', '')})")
            continue
        text, styles = str(run.get("text", "")), run.get("styles")
        for style, mark in _STYLES:
            if isinstance(styles, dict) and styles.get(style):
                text = f"{mark}{text}{mark}"
        pieces.append(text)
    return "".join(pieces)


def is_dangerous(blocks: Any) -> bool:
    """Whether a link in the blocks could run a script."""
    if isinstance(blocks, dict):
        for key, value in blocks.items():
            if key in ("href", "url") and isinstance(value, str) and value.strip().lower().startswith(_DANGEROUS):
                return True
            if is_dangerous(value):
                return True
        return False
    return isinstance(blocks, list) and any(is_dangerous(item) for item in blocks)
