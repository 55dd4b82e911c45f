"""bridgework init"""

from __future__ import annotations

from pathlib import Path

import click

from bridgework.cli.application import Application, options_from, pass_application


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--source", required=True, help="Name of the source connector.")
@click.option("--destination", required=True, help="Name of the destination connector.")
@click.option(
    "--pair", default="", help="Name of the pair; proposed: none, plan writes a mapping.  [default: SOURCE-DESTINATION]"
)
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting, such as source.path=export.zip."
)
@pass_application
def command(
    application: Application, folder: Path, source: str, destination: str, pair: str, settings: tuple[str, ...]
) -> None:
    """Make a migration folder with a commented migration.toml, and keys for its stores."""
    from bridgework.stages.init import init

    given = options_from(settings)
    application.finish("init", lambda: init(folder, source=source, destination=destination, pair=pair, settings=given))
