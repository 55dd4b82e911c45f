"""The command line: parse, call one function, render, return a code. One file per command, imported on call."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click
from click.core import ParameterSource

COMMANDS = {
    "connectors": "What is installed; one plugin's capabilities and settings",
    "init": "Make a migration folder",
    "check": "Settings, credentials, rights, plan; only reads",
    "extract": "Freeze what the source holds, and take its inventory",
    "audit": "Find what is wrong with the data; take decisions in",
    "plan": "Compile the mapping, survey every row, forecast",
    "schema": "Show or create the fields the mapping needs",
    "owners": "Match responsible people with users",
    "approve": "Open a gate, by name",
    "sample": "Write a few hundred records for real, or take them out",
    "diff": "Compare the sample field by field",
    "load": "Bring everything over; resumable at any instant",
    "delta": "Bring over what changed in the source since",
    "reconcile": "Prove what arrived",
    "deliver": "The package: summary, audit log, archive, exports, guide, the way back",
    "migrate": "Run stages until a gate, a pause or the end",
    "status": "Where every record stands, and what to do next",
    "forecast": "Calls, budget and days of load, delta and rollback",
    "failures": "Dead letters, grouped by cause",
    "replay": "Try the dead letters again",
    "log": "The journal's events; --verify walks the hash chain",
    "rollback": "The way back",
    "purge": "Destroy staged records and private files, with a certificate",
    "sandbox": "Run a connector's simulator",
    "demo": "A generated practice through the whole process",
    "new": "A package to begin a connector or a pair with",
}


class Commands(click.Group):
    """Loads a command's module when it is called, so that --help stays quick.

    What is wrong with the words of the command line ends as every other error does: with exit code 2, and with --json
    as one JSON object.
    """

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        words = list(sys.argv[1:] if args is None else args)
        try:
            found = super().main(words, prog_name, complete_var, standalone_mode=False, **extra)
        except click.Abort:
            self._refuse(words, "You did not agree; nothing was done.", "")
        except click.ClickException as error:
            if "--json" not in words:
                error.show()
                sys.exit(2)
            self._refuse(words, error.format_message() or "A command is missing.", "bridgework --help")
        if not standalone_mode:
            return found
        sys.exit(found if isinstance(found, int) else 0)

    def _refuse(self, words: Sequence[str], message: str, next_step: str) -> NoReturn:
        from bridgework.errors import UsageError
        from bridgework.results import failure

        stage = next((word for word in words if word in COMMANDS), "")
        result = failure(stage, "", UsageError(" ".join(message.split()), next_step=next_step))
        if "--json" in words:
            click.echo(result.dump().decode(), nl=False)
        else:
            click.echo(result.message, err=True)
        sys.exit(result.code)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"bridgework.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "-C",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    envvar="BRIDGEWORK_MIGRATION",
    help="The migration's folder (environment: BRIDGEWORK_MIGRATION).  [default: the present one]",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
@click.version_option(package_name="bridgework", prog_name="bridgework")
@click.pass_context
def main(context: click.Context, folder: Path, as_json: bool) -> None:
    """Move a practice's records from one business system into another, prove that they arrived, take them out again.

    Exit codes: 0 done, 1 done with something to look at, 2 you must fix something, 3 stopped or paused (run again),
    4 a plugin broke the contract.
    """
    from bridgework.cli.application import Application

    named = context.get_parameter_source("folder") is ParameterSource.COMMANDLINE
    context.obj = Application(folder, as_json=as_json, named=named)
