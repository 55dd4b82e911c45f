"""bridgework delta"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@pass_application
def command(application: Application) -> None:
    """Read the source again and bring over what changed; people's edits are kept."""
    from bridgework.stages.delta import delta

    application.run("delta", delta, destination=True)
