"""bridgework plan"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from bridgework.cli.application import Application, pass_application

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--cutover",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]),
    help="Move the instant that divides past from future, in UTC; only before anything is written.",
)
@click.option("--test", is_flag=True, help="Only run the mapping's own tests.")
@click.option("--workbook", type=_FILE, help="Write the mapping as a workbook to be read and edited.")
@click.option("--take", type=_FILE, help="Read an edited workbook back and show what it changes.")
@click.option("--yes", is_flag=True, help="With --take: write the changes into mapping.yaml.")
@pass_application
def command(
    application: Application,
    cutover: datetime | None,
    test: bool,
    workbook: Path | None,
    take: Path | None,
    yes: bool,
) -> None:
    """Compile and test the mapping, survey every row, plan the schema, check the tier, forecast."""
    if workbook is not None and take is not None:
        raise click.UsageError("--workbook writes and --take reads: one at a time")
    if workbook is not None or take is not None:
        _workbook(application, workbook, take, yes=yes)
    from bridgework.stages.plan import plan

    at = cutover.replace(tzinfo=UTC) if cutover else None
    application.run("plan", lambda migration: plan(migration, test_only=test, cutover=at), destination=True)


def _workbook(application: Application, workbook: Path | None, take: Path | None, *, yes: bool) -> None:
    """Write or read a workbook; its library loads only here."""
    from bridgework.stages.workbook import export_workbook, take_workbook

    if workbook is not None:
        application.run("plan", lambda migration: export_workbook(migration, workbook))
    if take is not None:
        application.run("plan", lambda migration: take_workbook(migration, take, yes=yes))
