"""bridgework new"""

from __future__ import annotations

from pathlib import Path

import click

from bridgework.cli.application import Application, pass_application

KINDS = ("destination", "source", "pair")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    help="Folder to make.  [default: bridgework-NAME below the present one]",
)
@pass_application
def command(application: Application, kind: str, name: str, into: Path | None) -> None:
    """Write a package for a new plugin, whose conformance tests pass from the start. A pair is called
    SOURCE-DESTINATION.
    """
    from bridgework.stages.new import new

    application.finish("new", lambda: new(kind, name, into or Path(f"bridgework-{name}")))
