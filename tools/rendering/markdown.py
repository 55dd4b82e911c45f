"""Small parts of a page."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import SecretStr

from bridgework import plugins

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OURS = "bridgework-"  # distributions of this workspace; a plugin installed beside them is not ours to document
NOTE = "<!-- Rendered by tools/render_docs.py from the code. Do not edit by hand: run `make docs`. -->"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    heads = list(heads)
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell(each) for each in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """Text that stays inside its cell."""
    shown = " ".join(text.replace("|", "\\|").split())
    return (shown if "`" in shown else shown.replace("<", "&lt;")) or "–"


def code(value: Any) -> str:
    """A value as people would type it."""
    shown = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return f"`{shown}`"


def first_sentence(text: str | None) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(inspect.cleandoc(text or "").split("\n\n")[0].split())


def plain(text: str) -> str:
    """Docstring markup as Markdown."""
    return text.replace("``", "`")


def type_name(annotation: Any) -> str:
    """A setting's type in words."""
    if annotation is SecretStr:
        return "secret, by reference"
    if get_origin(annotation) is not None:
        options = [each for each in get_args(annotation) if each is not type(None)]
        if all(isinstance(each, (str, int)) and not isinstance(each, type) for each in options):
            return "one of " + ", ".join(f"`{each}`" if str(each) else "empty" for each in options)
        if get_origin(annotation) in (list, tuple):
            return "list of " + type_name(options[0])
        if get_origin(annotation) is dict:
            return "table"
        return " or ".join(type_name(each) for each in options)
    names = {
        str: "text",
        int: "whole number",
        float: "number",
        bool: "true or false",
        Path: "path",
        datetime: "instant with its zone",
    }
    return names.get(annotation, getattr(annotation, "__name__", str(annotation)))


def ours(role: str) -> list[plugins.Installed]:
    """Plugins of that role whose distribution belongs to this workspace."""
    return [each for each in plugins.installed(role) if each.distribution.startswith(OURS)]
