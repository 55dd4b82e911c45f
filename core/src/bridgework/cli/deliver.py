"""bridgework deliver"""

from __future__ import annotations

from pathlib import Path

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.option("--accept-open-window", is_flag=True, help="Deliver although no delta ran since the last load.")
@click.option("--open-archive", metavar="OBJECT", default="", help="Decrypt one object of the delivered archive.")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="New file for --open-archive.")
@click.option(
    "--export-archive-key",
    "key_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the archive's key into a new file, to be handed over apart from the package.",
)
@pass_application
def command(
    application: Application, accept_open_window: bool, open_archive: str, to: Path | None, key_file: Path | None
) -> None:
    """Make the package: summary, audit log, sealed archive, exports, admin guide, the way back."""
    from bridgework.stages import deliver

    if bool(open_archive) != (to is not None):
        raise click.UsageError("--open-archive OBJECT and --to FILE belong together")
    if to is not None:
        application.run("deliver", lambda migration: deliver.open_archive(migration, open_archive, to))
    elif key_file is not None:
        application.run("deliver", lambda migration: deliver.export_archive_key(migration, key_file))
    else:
        application.run("deliver", lambda migration: deliver.deliver(migration, accept_open_window=accept_open_window))
