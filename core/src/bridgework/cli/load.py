"""bridgework load"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option("--resync", is_flag=True, help="First take in what carries this migration's mark and is unknown here.")
@pass_application
def command(application: Application, resync: bool) -> None:
    """Bring everything over. Run it again after any stop: nothing is written twice."""
    from bridgework.stages.load_stage import load

    application.run("load", lambda migration: load(migration, resync=resync), destination=True)
