"""The pages as a whole: links resolve, names exist, nothing speaks of the place where it was written."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

from bridgework.mapping.yamltext import read_yaml

from .conftest import DOCS, ROOT, blocks, prose

PAGES = sorted(
    [
        *DOCS.rglob("*.md"),
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *ROOT.glob("*/README.md"),
        *ROOT.glob("plugins/*/README.md"),
        *ROOT.glob("changelog.d/*.md"),
    ]
)
LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\((?P<to>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
WORKPLACE = re.compile(
    r"/work/|/home/(?!you)|/root/|\b(10|172\.16|192\.168)\.\d+\.\d+|pypi|pythonhosted|npmjs|artifactory|nexus[.-]|proxy\.golang",
    re.IGNORECASE,
)


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _anchors(page: Path) -> set[str]:
    """Anchors as Markdown renderers make them from headings."""
    found = set()
    for heading in HEADING.findall(prose(page)):
        words = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", heading).lower())
        found.add(words.strip().replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_resolve(page: Path) -> None:
    for match in LINK.finditer(re.sub(r"`[^`\n]*`", "", prose(page))):
        target, _, anchor = match["to"].partition("#")
        if target.startswith(("https://", "mailto:")):
            continue
        place = (page.parent / target).resolve() if target else page
        assert place.exists(), f"{match['to']} leads nowhere"
        if anchor and place.suffix == ".md":
            assert anchor in _anchors(place), f"{match['to']} names no heading"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_has_one_title_and_only_readable_code(page: Path) -> None:
    if page.parent.name != "changelog.d":
        assert len(re.findall(r"^# ", prose(page), re.MULTILINE)) == 1
    for block in blocks(page):
        if block.language == "python" and "hooks.md" not in page.name:
            ast.parse(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "yaml":
            read_yaml(page.name, block.text)
        elif block.language == "json":
            json.loads(block.text)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_page_names_a_workplace_or_a_registry(page: Path) -> None:
    assert WORKPLACE.search(page.read_text("utf-8")) is None


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        for match in LINK.finditer(prose(page)):
            place = (page.parent / match["to"].partition("#")[0]).resolve()
            if place.suffix == ".md" and place.exists() and place not in seen:
                waiting.append(place)

    assert [
        str(page.relative_to(ROOT)) for page in DOCS.rglob("*.md") if page not in seen | {DOCS / "decisions/README.md"}
    ] == []


def test_every_test_that_a_promise_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", (DOCS / "core" / "promises.md").read_text("utf-8"))

    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_every_promise_is_held_by_a_test() -> None:
    text = (DOCS / "core" / "promises.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|") and not line.startswith(("|---", "| Part"))]

    assert [row for row in rows if "`tests/" not in row] == []


def test_make_targets_that_a_page_names_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        name for page in PAGES for name in re.findall(r"(?:^ {4}|`)make ([a-z]+)\b", page.read_text("utf-8"), re.M)
    }

    assert named - targets == set()


def test_decision_records_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((DOCS / "decisions").glob("[0-9]*.md"))]

    assert numbers == list(range(1, len(numbers) + 1))
    for path in (DOCS / "decisions").glob("[0-9]*.md"):
        text = path.read_text("utf-8")
        assert text.startswith(f"# {path.name[:4]} ")
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences"))


def test_a_release_note_names_its_package_and_its_kind() -> None:
    packages = "core|sensei|pipedrive|twenty|dental|sensei-pipedrive|sensei-twenty|docs"
    for path in (ROOT / "changelog.d").glob("*.md"):
        if path.name != "README.md":
            assert re.fullmatch(rf"({packages})-[a-z-]+\.(feature|fix|change|removal)\.md", path.name), path.name
            assert path.read_text("utf-8").strip().endswith(".")


def test_the_readme_says_what_it_does_and_how_to_run_it_at_once() -> None:
    first = "\n".join((ROOT / "README.md").read_text("utf-8").splitlines()[:25])

    assert "make demo" in first and "make test" in first and "Sensei Cloud → Pipedrive" in first
