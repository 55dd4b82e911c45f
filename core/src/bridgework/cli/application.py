"""What every command shares: opening the migration, showing a result, turning errors into one sentence and a code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bridgework.errors import BridgeworkError
from bridgework.migration import Migration
from bridgework.results import Result, failure


class Application:
    """One call of the command line."""

    def __init__(self, folder: Path, *, as_json: bool) -> None:
        self.folder = folder
        self.as_json = as_json
        self.console = Console(stderr=True, highlight=False)

    def run(self, stage: str, work: Callable[[Migration], Result], *, destination: bool = False) -> None:
        """Open the migration, do the work, show the result and end with its code."""
        from bridgework.cli.meter import Meter

        meter = Meter(self.console, enabled=not self.as_json)

        def in_migration() -> Result:
            with Migration.open(self.folder, destination=destination, observers=(meter,)) as migration:
                return work(migration)

        self.finish(stage, in_migration, cleanup=meter.close)

    def finish(self, stage: str, work: Callable[[], Result], *, cleanup: Callable[[], None] = lambda: None) -> None:
        """Do work outside of a migration with the same handling of results and errors."""
        try:
            result = work()
        except BridgeworkError as error:
            cleanup()
            result = failure(stage, "", error)
        except KeyboardInterrupt:
            cleanup()
            message = "Interrupted; the journal is intact."
            result = Result(
                stage=stage, state="stopped", cause="interrupted", message=message, next=f"bridgework {stage}"
            )
        except OSError as error:
            cleanup()
            message = f"The machine refused: {error.strerror or type(error).__name__}."
            result = Result(stage=stage, state="stopped", cause="machine", message=message, next=f"bridgework {stage}")
        finally:
            cleanup()
        self.show(result)
        sys.exit(result.code)

    def show(self, result: Result) -> None:
        """JSON on stdout, or what people read on stderr."""
        if self.as_json:
            click.echo(result.dump().decode(), nl=False)
        else:
            from bridgework.reports.terminal import render

            render(result.as_json(), self.console)


def options_from(values: tuple[str, ...]) -> dict[str, str]:
    """`key=value` arguments of --set. BadParameter for anything else."""
    found: dict[str, str] = {}
    for item in values:
        key, separator, value = item.partition("=")
        if not separator or not key:
            raise click.BadParameter(f"{key or item}: write it as section.key=value")
        found[key.strip()] = value
    return found


def pass_application(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command its Application."""
    return click.pass_obj(function)
