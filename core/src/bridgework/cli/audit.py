"""bridgework audit"""

from __future__ import annotations

from pathlib import Path

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option(
    "--decide",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Read the decisions people wrote into this file (decisions.csv).",
)
@pass_application
def command(application: Application, decide: Path | None) -> None:
    """Find what is wrong with the staged data; write a checklist and decisions.csv into private/."""
    from bridgework.stages.auditing import audit

    application.run("audit", lambda migration: audit(migration, decisions_file=decide))
