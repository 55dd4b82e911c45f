"""bridgework diff"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@pass_application
def command(application: Application) -> None:
    """Read the sample back and compare it field by field."""
    from bridgework.stages.diff import diff

    application.run("diff", diff, destination=True)
