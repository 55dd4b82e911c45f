"""The hooks and the model: their modules as chapters of a page."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Callable
from types import ModuleType

from bridgework import hookspecs, model
from rendering.markdown import NOTE, cell, first_sentence, plain, table


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
