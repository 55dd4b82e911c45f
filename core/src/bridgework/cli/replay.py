"""bridgework replay"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@pass_application
def command(application: Application) -> None:
    """Try the dead letters again, without touching what succeeded."""
    from bridgework.stages.load_stage import load

    application.run("replay", lambda migration: load(migration, replay=True), destination=True)
