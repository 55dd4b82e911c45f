"""bridgework forecast"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@pass_application
def command(application: Application) -> None:
    """Calls, budget and days of a load, a delta and a full rollback."""
    from bridgework.stages.plan import forecast_stage

    application.run("forecast", forecast_stage, destination=True)
