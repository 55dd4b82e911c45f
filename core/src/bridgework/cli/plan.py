"""bridgework plan"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option("--test", is_flag=True, help="Only run the mapping's own tests.")
@pass_application
def command(application: Application, test: bool) -> None:
    """Compile and test the mapping, survey every row, plan the schema, check the tier, forecast."""
    from bridgework.stages.plan import plan

    application.run("plan", lambda migration: plan(migration, test_only=test), destination=True)
