"""bridgework owners"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@pass_application
def command(application: Application) -> None:
    """Match responsible people with users and write private/owners.csv."""
    from bridgework.stages.owners import owners

    application.run("owners", owners, destination=True)
