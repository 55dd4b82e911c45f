"""bridgework log"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option("--verify", is_flag=True, help="Walk the whole hash chain.")
@click.option(
    "--head", "heads", multiple=True, metavar="NUMBER:HASH", help="With --verify: a head from a printed summary."
)
@pass_application
def command(application: Application, verify: bool, heads: tuple[str, ...]) -> None:
    """Show the journal's events."""
    from bridgework.stages.status import log

    application.run(
        "log", lambda migration: log(migration, verify=verify or bool(heads), heads=heads), destination=False
    )
