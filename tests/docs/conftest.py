"""The documentation as tests see it: pages, their code blocks, and the renderer."""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced code block: its language, the words after it, and its text."""

    page: Path
    language: str
    words: str
    text: str

    @property
    def title(self) -> str:
        """The file name in `title="…"`, empty if there is none."""
        found = re.search(r'title="([^"]+)"', self.words)
        return found[1] if found else ""


def blocks(page: Path) -> list[Block]:
    """All fenced code blocks of a page."""
    found = []
    for match in _FENCE.finditer(page.read_text("utf-8")):
        language, _, words = match["info"].strip().partition(" ")
        found.append(Block(page, language, words, match["text"]))
    return found


def prose(page: Path) -> str:
    """A page without its fenced code blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


@pytest.fixture(scope="session")
def renderer() -> ModuleType:
    """tools/render_docs.py."""
    sys.path.insert(0, str(ROOT / "tools"))
    return importlib.import_module("render_docs")
