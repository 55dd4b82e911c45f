"""bridgework approve"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application
from bridgework.gates import GATES


@click.command()
@click.argument("gate", type=click.Choice(GATES))
@click.option("--by", required=True, metavar='"Name <mail>"', help="The person who approves.")
@pass_application
def command(application: Application, gate: str, by: str) -> None:
    """Approve exactly the present content of a gate, in a person's name."""
    from bridgework.stages.approve import approve

    application.run("approve", lambda migration: approve(migration, gate, by), destination=True)
