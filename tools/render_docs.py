"""Render the reference pages of docs/ from the code: nobody writes a fact twice.

    python tools/render_docs.py            write what has changed
    python tools/render_docs.py --check    write nothing; exit 1 and name what is out of date

Whole pages are in `PAGES`. Other pages hold blocks between `<!-- generated: NAME -->` and `<!-- end: NAME -->`;
what stands around a block is written by hand.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bridgework.sandbox.faults import Fault
from bridgework.testing.destination import DESTINATION
from bridgework.testing.pair import PAIR
from bridgework.testing.source import SOURCE
from bridgework.testing.standards import Standards
from rendering.commands import commands, error_classes
from rendering.contract import hook_table, hooks, model_page
from rendering.mapping import mapping_keys, transforms
from rendering.markdown import DOCS, ROOT, table
from rendering.settings import settings

BLOCK = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end: (?P=name) -->)", re.DOTALL)


def faults() -> str:
    """The faults a simulator can be asked for."""
    rows = re.findall(r"^``(\w+)``\s{2,}(.*)$", inspect.cleandoc(Fault.__doc__ or ""), re.MULTILINE)
    return table(("Kind", "What happens"), ((f"`{name}`", about) for name, about in rows))


def decisions() -> str:
    """The decision records, newest last."""
    rows = []
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        title = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
        rows.append((f"[{path.stem[:4]}](../decisions/{path.name})", title.partition(" ")[2]))
    return table(("No.", "Decision"), rows)


PAGES: dict[str, Callable[[], str]] = {
    "partners/hooks.md": hooks,
    "partners/model.md": model_page,
    "operators/settings.md": settings,
    "operators/commands.md": commands,
}


def kit(standards: Standards) -> Callable[[], str]:
    """The standard tests of one kind of plugin."""
    return lambda: table(("Test", "Part", "Asks"), ((f"`{e.name}`", e.part, e.sentence) for e in standards.all()))


BLOCKS: dict[str, Callable[[], str]] = {
    "kit-destination": kit(DESTINATION),
    "kit-source": kit(SOURCE),
    "kit-pair": kit(PAIR),
    "errors": error_classes,
    "mapping-keys": mapping_keys,
    "transforms": transforms,
    "faults": faults,
    "decisions": decisions,
    "hooks": hook_table,
}


def rendered() -> Iterator[tuple[Path, str]]:
    """Every page that is rendered, whole or in blocks, with the text it should have."""
    for name, render in PAGES.items():
        yield DOCS / name, _tidied(render()) + "\n"
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text("utf-8")
        if str(path.relative_to(DOCS)) not in PAGES and BLOCK.search(text):
            yield path, BLOCK.sub(_block, text)


def _block(found: re.Match[str]) -> str:
    return f"{found[1]}{_tidied(BLOCKS[found['name']]())}\n{found[3]}"


def _tidied(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def outdated() -> list[tuple[Path, str]]:
    """Pages whose text on disk is another one."""
    return [(path, text) for path, text in rendered() if not path.exists() or path.read_text("utf-8") != text]


def run(arguments: list[str]) -> int:
    """Write or check."""
    parser = argparse.ArgumentParser(description="Render the reference pages of docs/ from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page is out of date")
    check = parser.parse_args(arguments).check
    changed = outdated()
    for path, text in changed:
        sys.stdout.write(f"{'out of date' if check else 'rendered'}: {path.relative_to(ROOT)}\n")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
