"""The commands as --help has them, and the errors they end with."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from bridgework import errors
from bridgework.cli import COMMANDS, main
from rendering.markdown import NOTE, first_sentence, plain, table


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
