"""bridgework check"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option("--canary", is_flag=True, help="Also create one record and delete it again; asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_application
def command(application: Application, canary: bool, yes: bool) -> None:
    """Check settings, credentials, rights and plan. Only reads, unless --canary is given."""
    from bridgework.stages.check import check

    if canary and not yes:
        click.confirm("Create one record in the destination and delete it again?", abort=True, err=True)
    application.run("check", lambda migration: check(migration, canary=canary), destination=True)
