"""bridgework check"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@pass_application
def command(application: Application) -> None:
    """Check settings, credentials, rights and plan. Only reads."""
    from bridgework.stages.check import check

    application.run("check", check, destination=True)
