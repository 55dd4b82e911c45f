"""bridgework plan"""

from __future__ import annotations

from datetime import UTC, datetime

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option(
    "--cutover",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]),
    help="Move the instant that divides past from future, in UTC; only before anything is written.",
)
@click.option("--test", is_flag=True, help="Only run the mapping's own tests.")
@pass_application
def command(application: Application, cutover: datetime | None, test: bool) -> None:
    """Compile and test the mapping, survey every row, plan the schema, check the tier, forecast."""
    from bridgework.stages.plan import plan

    at = cutover.replace(tzinfo=UTC) if cutover else None
    application.run("plan", lambda migration: plan(migration, test_only=test, cutover=at), destination=True)
