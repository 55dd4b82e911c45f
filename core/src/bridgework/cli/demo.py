"""bridgework demo"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from bridgework.cli.application import Application, pass_application


@click.command()
@click.argument("pair", default="sensei-pipedrive")
@click.option(
    "--patients", default=1000, show_default=True, type=click.IntRange(100, 1_000_000), help="Size of the practice."
)
@click.option("--seed", default=7, show_default=True, type=int, help="The same seed makes the same practice.")
@click.option(
    "--speed", default=6.0, show_default=True, type=click.FloatRange(1, 1000), help="How much faster time runs."
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything the demo makes.  [default: a new temporary one]",
)
@pass_application
def command(application: Application, pair: str, patients: int, seed: int, speed: float, keep: Path | None) -> None:
    """A generated practice, the built-in sandbox, the whole process with recorded approvals, and out again."""
    from bridgework.cli.meter import Meter
    from bridgework.stages.demo import demo

    folder = keep or Path(tempfile.mkdtemp(prefix="bridgework-demo-"))
    meter = Meter(application.console, enabled=not application.as_json)

    def say(text: str) -> None:
        if not application.as_json:
            application.console.print(f"[bold]{text}[/bold]")

    application.finish(
        "demo",
        lambda: demo(pair, folder, patients=patients, seed=seed, speed=speed, say=say, observers=(meter,)),
        cleanup=meter.close,
    )
