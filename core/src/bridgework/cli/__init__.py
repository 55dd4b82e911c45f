"""The command line: parse, call one function, render, return a code. One file per command, imported on call."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

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
}


class Commands(click.Group):
    """Loads a command's module when it is called, so that --help stays quick."""

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

    context.obj = Application(folder, as_json=as_json)
