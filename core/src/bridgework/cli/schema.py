"""bridgework schema"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option("--apply", "apply_", is_flag=True, help="Carry out the approved operations.")
@click.option("--checklist", is_flag=True, help="The same operations as manual steps for an administrator.")
@pass_application
def command(application: Application, apply_: bool, checklist: bool) -> None:
    """Show the fields, options and pipelines the mapping needs; with --apply, create them."""
    from bridgework.stages.schema import apply_schema, schema, schema_checklist

    if apply_ and checklist:
        raise click.UsageError("--apply creates, --checklist only lists: use one of them")
    work = apply_schema if apply_ else schema_checklist if checklist else schema
    application.run("schema", work, destination=True)
