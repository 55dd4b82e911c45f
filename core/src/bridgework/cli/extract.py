"""bridgework extract"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@pass_application
def command(application: Application) -> None:
    """Freeze what the source holds, and take its inventory."""
    from bridgework.stages.extract import extract

    application.run("extract", extract, destination=False)
