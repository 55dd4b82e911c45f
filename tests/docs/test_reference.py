"""Every command, option, hook, setting, error and cause stands in the documentation with its exact name."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from bridgework import errors, hookspecs, project
from bridgework.cli import COMMANDS, main
from bridgework.gates import GATES
from bridgework.plugins import load_class, settings_model
from bridgework.results import EXIT_CODES

from .conftest import DOCS, ROOT

OPERATORS = DOCS / "operators"
WRITTEN = [path for path in OPERATORS.glob("*.md") if path.name not in ("commands.md", "settings.md")]
TROUBLES = OPERATORS / "exit-codes-and-troubleshooting.md"
CAUSE = re.compile(r"[a-z]+(_[a-z]+)*")
SOURCES = [path.parent for path in (*ROOT.glob("*/pyproject.toml"), *ROOT.glob("plugins/*/pyproject.toml"))]


def _text(paths: list[Path]) -> str:
    return "\n".join(path.read_text("utf-8") for path in paths)


def _command(name: str) -> click.Command:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return command


# ------------------------------------------------------------------------------------------ rendered pages


def test_rendered_pages_are_up_to_date(renderer: ModuleType) -> None:
    stale = [str(path.relative_to(ROOT)) for path, _ in renderer.outdated()]

    assert stale == [], "run `make docs`"


# ------------------------------------------------------------------------------------------ commands


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_is_explained_in_a_page_written_for_people(name: str) -> None:
    manual = _text([*WRITTEN, ROOT / "README.md"])

    assert re.search(rf"bridgework (-C \S+ )?{name}\b|`{name}`", manual)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("demo", "init")])
def test_an_option_is_explained_in_a_page_that_speaks_of_its_command(name: str) -> None:
    pages = [path for path in WRITTEN if re.search(rf"bridgework (-C \S+ )?{name}\b", path.read_text("utf-8"))]
    text = _text(pages)
    options = [
        option
        for parameter in _command(name).params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option not in ("--help", "-h")
    ]

    assert [option for option in options if f"{option}" not in text] == []


def test_every_command_has_its_chapter_with_every_option() -> None:
    page = (OPERATORS / "commands.md").read_text("utf-8")
    chapters = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))

    assert list(chapters) == list(COMMANDS)
    for name, chapter in chapters.items():
        for parameter in _command(name).params:
            if isinstance(parameter, click.Option):
                assert all(f"`{option}" in chapter for option in parameter.opts), (name, parameter.opts)


def test_commands_in_the_manual_exist() -> None:
    pages = [ROOT / "README.md", *DOCS.rglob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("plugins/*/README.md")]
    said = set(re.findall(r"(?:^ {4}|`)bridgework (?:-C \S+ |--json )*([a-z][a-z-]*)\b", _text(pages), re.MULTILINE))

    assert said - set(COMMANDS) == set()


def test_every_gate_has_a_line() -> None:
    page = (OPERATORS / "gates.md").read_text("utf-8")

    assert [gate for gate in GATES if f"approve {gate} " not in page or f"| {gate} |" not in page] == []


# ------------------------------------------------------------------------------------------ settings


def _settings() -> Iterator[str]:
    for name, section in (
        ("migration", project.MigrationSection),
        ("owners", project.OwnersSection),
        ("run", project.RunSection),
        ("destination", project.DestinationCore),
        ("source", settings_model(load_class("source", "sensei"))),
        ("destination", settings_model(load_class("destination", "pipedrive"))),
    ):
        yield from (f"{name}.{key}" for key in section.model_fields)


def test_every_setting_has_a_line_with_a_meaning() -> None:
    page = (OPERATORS / "settings.md").read_text("utf-8")

    for key in _settings():
        lines = [line for line in page.splitlines() if line.startswith(f"| `{key}` |")]
        assert lines, f"{key} has no line"  # several destinations may have settings of one name
        assert all(line.split("|")[-2].strip() != "–" for line in lines), f"{key} has no description"


# ------------------------------------------------------------------------------------------ hooks


def test_every_hook_has_a_chapter_with_its_signature(renderer: ModuleType) -> None:
    from rendering.contract import signature

    page = (DOCS / "partners" / "hooks.md").read_text("utf-8")
    chapters = re.findall(r"^### (\w+)$", page, re.MULTILINE)

    assert sorted(chapters) == sorted(hookspecs.ROLES)
    for name in hookspecs.ROLES:
        assert signature(name) in page


def test_every_hook_says_since_when_it_exists_and_shows_an_example() -> None:
    specs = {name: each for chapter in hookspecs.CHAPTERS for name, each in vars(chapter).items()}
    for name in hookspecs.ROLES:
        text = inspect.getdoc(specs[name]) or ""
        assert "Example::" in text and ".. versionadded::" in text, name


def test_examples_of_hooks_are_python() -> None:
    page = (DOCS / "partners" / "hooks.md").read_text("utf-8")

    for block in re.findall(r"^```python\n(@hookimpl.*?)^```$", page, re.DOTALL | re.MULTILINE):
        ast.parse(block)


# ------------------------------------------------------------------------------------------ errors


def _causes() -> set[str]:
    """Every cause the code can give: keyword arguments and class attributes that read like one."""
    found: set[str] = set()
    for place in SOURCES:
        for path in (place / "src").rglob("*.py"):
            if "generator" in str(path) or "_sandbox" in str(path):
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                value = None
                if isinstance(node, ast.keyword) and node.arg == "cause":
                    value = node.value
                elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    if any(getattr(each, "id", getattr(each, "attr", "")) == "cause" for each in targets):
                        value = node.value
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and CAUSE.fullmatch(value.value):
                    found.add(value.value)
    return found


def test_every_cause_is_a_heading_and_every_heading_is_a_cause() -> None:
    headings = re.findall(r"^### cause: (\S+)$", TROUBLES.read_text("utf-8"), re.MULTILINE)

    assert len(headings) == len(set(headings))
    assert set(headings) == _causes()


def test_every_error_class_stands_in_the_table() -> None:
    page = TROUBLES.read_text("utf-8")
    classes = [name for name, each in vars(errors).items() if inspect.isclass(each) and issubclass(each, Exception)]

    assert [name for name in classes if name != "BridgeworkError" and f"`{name}`" not in page] == []


def test_every_exit_code_and_state_is_explained() -> None:
    page = TROUBLES.read_text("utf-8")

    for code in {*EXIT_CODES.values(), 4}:
        assert re.search(rf"^\| {code} \|", page, re.MULTILINE)
    assert [state for state in EXIT_CODES if f"`{state}`" not in page] == []
