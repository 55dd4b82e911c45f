"""Render the reference pages of docs/ from the code: nobody writes a fact twice.

    python tools/render_docs.py            write what has changed
    python tools/render_docs.py --check    write nothing; exit 1 and name what is out of date

Whole pages are in `PAGES`. Other pages hold blocks between `<!-- generated: NAME -->` and `<!-- end: NAME -->`;
what stands around a block is written by hand.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin

import click
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bridgework import errors, hookspecs, model, plugins, project
from bridgework.cli import COMMANDS, main
from bridgework.mapping import document, load_mapping
from bridgework.mapping.transforms import TRANSFORMS
from bridgework.model import NamedTransform
from bridgework.sandbox.faults import Fault
from bridgework.testing.destination import DESTINATION
from bridgework.testing.pair import PAIR
from bridgework.testing.source import SOURCE
from bridgework.testing.standards import Standards

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
OURS = "bridgework-"  # distributions of this workspace; a plugin installed beside them is not ours to document
BLOCK = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end: (?P=name) -->)", re.DOTALL)
NOTE = "<!-- Rendered by tools/render_docs.py from the code. Do not edit by hand: run `make docs`. -->"


# ------------------------------------------------------------------------------------------ small parts


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


# ------------------------------------------------------------------------------------------ hooks


def hooks() -> str:
    """The hook manual: the modules of `bridgework.hookspecs` as chapters of a page."""
    parts = ["# Hook manual", "", NOTE, "", plain(inspect.cleandoc(hookspecs.__doc__ or "")), "", hook_table()]
    for chapter in hookspecs.CHAPTERS:
        parts += ["", *_chapter(chapter)]
        parts += [line for name in vars(chapter) if name in hookspecs.ROLES for line in ("", _hook(name))]
    return "\n".join(parts) + "\n"


def _chapter(module: ModuleType) -> list[str]:
    title = module.__name__.rpartition(".")[2].replace("_", " ").capitalize()
    return [f"## {title}", "", _ruled(module.__doc__ or "")]


def hook_table() -> str:
    """Every hook with its role."""
    rows = []
    for name, (who, first, required) in hookspecs.ROLES.items():
        about = first_sentence(_spec(name).__doc__)
        rows.append((f"[`{name}`](#{name})", who, "yes" if required else "", "first" if first else "all", about))
    return table(("Hook", "Role", "Required", "Answers taken", "What it does"), rows)


def _spec(name: str) -> Callable[..., object]:
    [found] = (vars(chapter)[name] for chapter in hookspecs.CHAPTERS if name in vars(chapter))
    spec: Callable[..., object] = found
    return spec


def signature(name: str) -> str:
    """The hook's signature as written."""
    source = inspect.getsource(_spec(name))
    [function] = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"def {name}({ast.unparse(function.args)}){returns}"


def _hook(name: str) -> str:
    text = inspect.cleandoc(_spec(name).__doc__ or "")
    before, _, rest = text.partition("Example::\n\n")
    block = re.match(r"(?:    .*\n|\n)*", rest)
    example = block[0] if block else ""
    role = hookspecs.ROLES[name]
    marks = ", ".join([role.who, *(["first"] if role.first else []), *(["required"] if role.required else [])])
    parts = [f"### {name}", "", "```python", signature(name), "```", "", f"*{marks}*", "", _prose(before), ""]
    parts += ["Example:", "", "```python", textwrap.dedent(example).strip(), "```", ""] if example else []
    return "\n".join([*parts, _prose(rest[len(example) :])]).rstrip()


def _prose(text: str) -> str:
    return "\n".join(map(_field, text.strip().splitlines()))


def _field(line: str) -> str:
    line = plain(line)
    if found := re.match(r":param (\w+): (.*)", line):
        return f"- **`{found[1]}`**: {found[2]}"
    if found := re.match(r":return: (.*)", line):
        return f"- **returns** {found[1]}"
    if found := re.match(r":raises (\w+): (.*)", line):
        return f"- **raises `{found[1]}`**: {found[2]}"
    if found := re.match(r"\.\. versionadded:: (.*)", line):
        return f"*Since version {found[1]}.*"
    return line


# ------------------------------------------------------------------------------------------ model


CHAPTERS = (
    "values",
    "source",
    "audit",
    "schema",
    "owners",
    "writing",
    "stored",
    "mapping",
    "capabilities",
    "services",
    "commands",
)


def model_page() -> str:
    """The model: its modules as the chapters of a page."""
    parts = ["# The model", "", NOTE, "", plain(inspect.cleandoc(model.__doc__ or ""))]
    for chapter in CHAPTERS:
        module = importlib.import_module(f"{model.__name__}.{chapter}")
        source = inspect.getsource(module)
        parts += ["", *_chapter(module)]
        for node in ast.parse(source).body:
            parts += ["", _class(node, source)] if isinstance(node, ast.ClassDef) else []
    return "\n".join(parts) + "\n"


def _ruled(text: str) -> str:
    """A docstring whose ruled table, if there is one, becomes a Markdown table."""
    out: list[str] = []
    rules = 0
    for line in inspect.cleandoc(text).splitlines():
        if line.startswith("====="):
            rules += 1
            out += ["| Type | In canonical form |", "|---|---|"] if rules == 1 else []
        elif rules == 1:
            name, _, rest = line.partition("  ")
            out.append(f"| {name.strip()} | {cell(plain(rest.strip()))} |")
        else:
            out.append(plain(line))
    return "\n".join(out)


def _class(node: ast.ClassDef, source: str) -> str:
    out = [f"### {node.name}", "", plain(ast.get_docstring(node) or "")]
    fields = []
    comments = source.splitlines()
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            default = ast.unparse(item.value) if item.value is not None else "required"
            default = re.sub(r"made_by\(default_factory=(\w+).*\)", r"\1()", default)
            _, _, comment = comments[item.lineno - 1].partition("  # ")
            fields.append((f"`{item.target.id}`", f"`{ast.unparse(item.annotation)}`", f"`{default}`", comment))
        elif isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
            _, _, comment = comments[item.lineno - 1].partition("  # ")
            fields.append((f"`{item.targets[0].id}`", "", f"`{ast.unparse(item.value)}`", comment))
    if fields:
        out += ["", table(("Field", "Type", "Default", "Remark"), fields).rstrip()]
    return "\n".join(out)


# ------------------------------------------------------------------------------------------ settings


def settings() -> str:
    """Every key of migration.toml, of each source, destination and sandbox of this workspace."""
    parts = [
        "# Settings",
        "",
        NOTE,
        "",
        "All settings of a migration stand in `migration.toml` in its folder. `bridgework init` writes it; you may",
        "edit it by hand. A key that is unknown or wrong is refused with its name, never with its value.",
        "",
        "Secrets are given by reference and never as a value: `env:NAME` (an environment variable), `file:PATH` (a",
        "file that only you can read) or `keyring:SERVICE/USER` (the keyring of your account).",
        "",
        "On the command line, `--set section.key=value` sets a key: `--set migration.currency=USD`.",
    ]
    sections: tuple[tuple[str, str, type[BaseModel]], ...] = (
        ("migration", "", project.MigrationSection),
        ("owners", "", project.OwnersSection),
        ("run", "", project.RunSection),
        ("destination", "settings of the core, for every destination", project.DestinationCore),
    )
    for name, about, each in sections:
        title = f"## `[{name}]`" + (f": {about}" if about else "")
        said = first_sentence(each.__doc__)
        said = said.partition("]: ")[2] or said
        parts += ["", title, "", said[:1].upper() + said[1:], ""]
        parts.append(_settings_table(name, each))
    for role, section in (("source", "source"), ("destination", "destination")):
        for plugin in ours(role):
            each = plugins.settings_model(plugins.load_class(role, plugin.name))
            parts += ["", f"## `[{section}]`: the {role} {plugin.name}", "", plain(first_sentence(each.__doc__)), ""]
            parts.append(_settings_table(section, each))
    for plugin in ours("pair"):
        parts += ["", f"## `[migration.options]`: the pair {plugin.name}", ""]
        parts += ["Switches of the pair's mapping, set under `[migration.options]` in `migration.toml`.", ""]
        parts.append(table(("Key", "Values", "Default", "Meaning"), _switches(plugin.name)))
    parts += ["", "## Settings of Pipedrive that need a word", "", plain(_SIGNING_IN), "", _visibility()]
    for plugin in ours("sandbox"):
        options: type[BaseModel] = plugins.load_class("sandbox", plugin.name).Options
        parts += ["", f"## Options of the sandbox {plugin.name}", ""]
        parts += [f"`bridgework sandbox {plugin.name} --OPTION …`; what they stand for is in each line.", ""]
        parts.append(table(("Option", "Type", "Default", "Meaning"), _options(options)))
    return "\n".join(parts).rstrip() + "\n"


def _switches(pair: str) -> Iterator[tuple[str, ...]]:
    text = plugins.load_class("pair", pair)().mapping()
    for name, option in load_mapping([(pair, text)]).file.options.items():
        values = ", ".join(map(code, option.values))
        yield f"`migration.options.{name}`", values, code(option.default), option.about


_SIGNING_IN = """Either `api_token`, or the three settings of an OAuth app: `oauth_client_id`, `oauth_client_secret`
and `oauth_refresh_token`. All four are secrets, given by reference. How to get them and what differs:
[Pipedrive's limits](pipedrive-limits.md#signing-in)."""


def _visibility() -> str:
    from bridgework_pipedrive.limits import PLANS
    from bridgework_pipedrive.settings import visibility

    rows = [
        (facts.label, f"`{number}`", meaning)
        for name, facts in PLANS.items()
        for number, meaning in visibility(name).items()
    ]
    return "`visible_to` means different things on different plans:\n\n" + table(("Plan", "Value", "Who sees"), rows)


def _settings_table(section: str, each: type[BaseModel]) -> str:
    rows = [
        (f"`{section}.{name}`", type_name(info.annotation), _default(info), info.description or "")
        for name, info in each.model_fields.items()
    ]
    return table(("Key", "Type", "Default", "Meaning"), rows)


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True)
    if value is None or value == "" or value in ([], {}, ()):
        return "empty"
    return code(value)


def _options(options: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for name, info in options.model_fields.items():
        flag = "--" + name.replace("_", "-")
        shown = f"`{flag}` / `--no-{flag[2:]}`" if info.annotation is bool else f"`{flag}`"
        yield shown, type_name(info.annotation), _default(info), info.description or ""


def ours(role: str) -> list[plugins.Installed]:
    """Plugins of that role whose distribution belongs to this workspace."""
    return [each for each in plugins.installed(role) if each.distribution.startswith(OURS)]


# ------------------------------------------------------------------------------------------ commands


def commands() -> str:
    """Every command with its options, as --help has them."""
    context = click.Context(main, info_name="bridgework")
    parts = [
        "# Commands",
        "",
        NOTE,
        "",
        "`bridgework [-C DIR] [--json] COMMAND`. The options before the command:",
        "",
        table(("Option", "Meaning"), _parameters(main, context)),
        "",
        table(("Command", "Does"), ((f"[`{name}`](#{name})", about) for name, about in COMMANDS.items())),
    ]
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        usage = command.get_usage(inner).removeprefix("Usage: ")
        parts += ["", f"## {name}", "", "```", " ".join(usage.split()), "```", "", _help(command), ""]
        rows = list(_parameters(command, inner))
        parts += [table(("Option", "Meaning"), rows)] if rows else []
    return "\n".join(parts)


def _help(command: click.Command) -> str:
    return plain(inspect.cleandoc(command.help or ""))


def _parameters(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Option) and "--help" not in parameter.opts:
            record = parameter.get_help_record(context)
            assert record is not None
            yield f"`{record[0]}`", record[1]


# ------------------------------------------------------------------------------------------ errors


def error_classes() -> str:
    """The tree of errors as a table."""
    rows = []
    for each in _subclasses(errors.BridgeworkError):
        code_ = "" if issubclass(each, errors.Undecided) else str(each.exit_code)
        rows.append((f"`{each.__name__}`", f"`{each.cause}`", code_, first_sentence(each.__doc__)))
    return table(("Error", "Cause", "Exit code", "When"), rows)


def _subclasses(root: type[errors.BridgeworkError]) -> Iterator[type[errors.BridgeworkError]]:
    for each in root.__subclasses__():
        if each.__module__ == errors.__name__:
            yield each
            yield from _subclasses(each)


# ------------------------------------------------------------------------------------------ mapping


TITLES = {
    "MappingFile": "The document",
    "Rule": "A rule",
    "FieldSpec": "A field",
    "Test": "A test of a value",
    "Disposition": "A disposition",
    "OptionSpec": "An option",
    "CustomFields": "The practice's own fields (`custom`)",
    "FileSpec": "A document to upload (`file`)",
    "OptionsFrom": "Options from a column (`options_from`)",
    "People": "The team (`people`)",
    "GuideNote": "Advice for the admin guide (`guide`)",
    "MappingTest": "A mapping test (`tests`)",
}


def mapping_keys() -> str:
    """Every key a mapping may hold, table by table."""
    models = {each.__name__: each for each in document.Strict.__subclasses__() if each.__module__ == document.__name__}
    models.pop("Where")  # its keys are paths and the two words of the chapter about conditions
    parts: list[str] = []
    for name in sorted(models, key=lambda name: list(TITLES).index(name) if name in TITLES else len(TITLES)):
        rows = [
            (f"`{info.alias or key}`", _shape(info), "required" if info.is_required() else "", info.description or "")
            for key, info in models[name].model_fields.items()
        ]
        about = first_sentence(models[name].__doc__)
        parts += [f"#### {TITLES.get(name, name)}", "", about, "", table(("Key", "Holds", "", "Meaning"), rows)]
    return "\n".join(parts)


def _shape(info: FieldInfo) -> str:
    shown = re.sub(r"<class '([\w.]+)'>", r"\1", str(info.annotation))
    shown = re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", shown)  # without modules
    shown = re.sub(r"^Optional\[(.*)\]$", r"\1", shown).replace(" | None", "")
    return f"`{shown}`"


def transforms() -> str:
    """The transforms every mapping has, then those of each extension and pair."""
    parts = ["#### Of the core", "", _transforms(TRANSFORMS)]
    for role in ("extension", "pair"):
        for plugin in ours(role):
            named = getattr(plugins.load_class(role, plugin.name)(), "transforms", None)
            if named is not None:
                parts += [f"#### Of the {role} `{plugin.name}`", "", _transforms(named())]
    return "\n".join(parts)


def _transforms(named: Iterable[NamedTransform]) -> str:
    rows = []
    for each in named:
        shown = "; ".join(f"{code(given)} → {code(result)}" for given, result in each.examples[:1])
        rows.append((f"`{each.name}`", plain(first_sentence(each.description)), shown))
    return table(("Name", "Does", "Example"), rows)


# ------------------------------------------------------------------------------------------ sandbox, decisions


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


# ------------------------------------------------------------------------------------------ writing

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
        yield DOCS / name, re.sub(r"\n{3,}", "\n\n", render()).rstrip() + "\n"
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text("utf-8")
        if str(path.relative_to(DOCS)) not in PAGES and BLOCK.search(text):
            yield (
                path,
                BLOCK.sub(
                    lambda found: (
                        found[1] + re.sub(r"\n{3,}", "\n\n", BLOCKS[found["name"]]()).strip() + "\n" + found[3]
                    ),
                    text,
                ),
            )


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
