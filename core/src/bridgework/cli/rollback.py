"""bridgework rollback"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option("--preview", is_flag=True, help="Only say what would happen.")
@click.option("--object", "object_name", default="", help="Only this destination object and what depends on it.")
@click.option("--schema", is_flag=True, help="Fields, options and pipelines too, once no record is left.")
@pass_application
def command(application: Application, preview: bool, object_name: str, schema: bool) -> None:
    """Take out what was brought in, newest first; what people edited since is kept and listed."""
    from bridgework.stages.rollback import rollback

    application.run(
        "rollback",
        lambda migration: rollback(migration, preview=preview, object_name=object_name, schema=schema),
        destination=True,
    )
