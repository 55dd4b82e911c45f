"""bridgework reconcile"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@pass_application
def command(application: Application) -> None:
    """Read everything back and prove what arrived."""
    from bridgework.stages.reconcile import reconcile

    application.run("reconcile", reconcile, destination=True)
