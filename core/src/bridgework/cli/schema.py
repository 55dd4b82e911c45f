"""bridgework schema"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option("--apply", "apply_", is_flag=True, help="Carry out the approved operations.")
@pass_application
def command(application: Application, apply_: bool) -> None:
    """Show the fields, options and pipelines the mapping needs; with --apply, create them."""
    from bridgework.stages.schema import apply_schema, schema

    application.run("schema", apply_schema if apply_ else schema, destination=True)
