"""bridgework rollback"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application
from bridgework.errors import UsageError
from bridgework.migration import Migration
from bridgework.results import Result


@click.command()
@click.option("--preview", is_flag=True, help="Only say what would happen.")
@click.option("--object", "object_name", default="", help="Only this destination object and what depends on it.")
@click.option("--schema", is_flag=True, help="Fields, options and pipelines too, once no record is left.")
@click.option("--undo", is_flag=True, help="Bring back what a rollback removed, as long as the destination keeps it.")
@pass_application
def command(application: Application, preview: bool, object_name: str, schema: bool, undo: bool) -> None:
    """Take out what was brought in, newest first; what people edited since is kept and listed."""

    def chosen(migration: Migration) -> Result:
        from bridgework.stages.bringing_back import bring_back
        from bridgework.stages.rollback import rollback

        if not undo:
            return rollback(migration, preview=preview, object_name=object_name, schema=schema)
        if schema or object_name:
            raise UsageError(
                "--undo brings back everything a rollback removed; it goes with --preview alone.",
                next_step="bridgework rollback --undo",
            )
        return bring_back(migration, preview=preview)

    application.run("rollback", chosen, destination=True)
