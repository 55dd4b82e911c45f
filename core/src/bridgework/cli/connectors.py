"""bridgework connectors"""

from __future__ import annotations

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.argument("name", required=False)
@pass_application
def command(application: Application, name: str | None) -> None:
    """List installed plugins from their metadata; with NAME, load that one and print its capabilities and settings."""
    from bridgework.stages.connectors import describe, listing

    application.finish("connectors", lambda: describe(name) if name else listing())
