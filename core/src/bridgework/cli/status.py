"""bridgework status"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@pass_application
def command(application: Application) -> None:
    """Show where every record stands, the gates, and what to do next."""
    from bridgework.stages.status import status

    application.run("status", status, look=True)
