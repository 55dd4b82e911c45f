"""bridgework failures"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@pass_application
def command(application: Application) -> None:
    """Show dead letters, grouped by rule, cause and field."""
    from bridgework.stages.status import failures

    application.run("failures", failures, look=True)
