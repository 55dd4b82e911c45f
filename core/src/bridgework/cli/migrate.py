"""bridgework migrate"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option(
    "--approve-as", default="", metavar='"Name <mail>"', help="Approve every gate by itself; only in a sandbox."
)
@click.option("--size", default=150, show_default=True, type=click.IntRange(1, 5000), help="Roots of the sample.")
@pass_application
def command(application: Application, approve_as: str, size: int) -> None:
    """Run stages until a gate, a pause or the end, and say what to do next."""
    from bridgework.stages.migrate import migrate

    application.run("migrate", lambda migration: migrate(migration, approve_as=approve_as, size=size), destination=True)
