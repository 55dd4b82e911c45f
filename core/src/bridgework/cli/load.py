"""bridgework load"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@pass_application
def command(application: Application) -> None:
    """Bring everything over. Run it again after any stop: nothing is written twice."""
    from bridgework.stages.load_stage import load

    application.run("load", load, destination=True)
