"""bridgework sample"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option(
    "--size", default=150, show_default=True, type=click.IntRange(1, 5000), help="Number of roots (patients)."
)
@click.option("--undo", is_flag=True, help="Take the sample out again.")
@pass_application
def command(application: Application, size: int, undo: bool) -> None:
    """Write a sample chosen by strata, with its parents and children."""
    from bridgework.stages.sample import sample

    application.run("sample", lambda migration: sample(migration, size=size, undo=undo), destination=True)
