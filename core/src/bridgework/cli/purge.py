"""bridgework purge"""

from __future__ import annotations

import sys

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--archive-too", is_flag=True, help="The sealed archive of the package and its key as well.")
@click.option("--without-delivery", is_flag=True, help="Although what was loaded last was not delivered.")
@pass_application
def command(application: Application, yes: bool, archive_too: bool, without_delivery: bool) -> None:
    """Destroy the staged records, private files and plain exports, and write a certificate. Asks first."""
    from bridgework.stages.purge import purge

    asks = sys.stdin.isatty() and not application.as_json
    application.run(
        "purge",
        lambda migration: purge(
            migration,
            yes=yes,
            confirm=(lambda text: click.confirm(text, err=True)) if asks else None,
            archive_too=archive_too,
            without_delivery=without_delivery,
        ),
    )
