"""What every command shares: opening the migration, showing a result, turning errors into one sentence and a code."""

from __future__ import annotations

import shlex
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bridgework.cli.ending import terminable
from bridgework.cli.legible import be_legible
from bridgework.errors import BridgeworkError
from bridgework.migration import Migration
from bridgework.plugins import hooks_running
from bridgework.project import read_project
from bridgework.results import Result, failure


class Unheard(Console):
    """A console whose reader may go away: nobody is told any more, and the work goes on."""

    def on_broken_pipe(self) -> None:
        self.quiet = True


class Application:
    """One call of the command line."""

    def __init__(self, folder: Path, *, as_json: bool, named: bool = False) -> None:
        be_legible()
        self.folder = folder
        self.as_json = as_json
        self._named = named  # -C was typed: the commands we suggest need it too
        self.console = Unheard(stderr=True, highlight=False)

    def run(
        self, stage: str, work: Callable[[Migration], Result], *, destination: bool = False, look: bool = False
    ) -> None:
        """Open the migration, do the work, show the result and end with its code.

        With `look` the command also runs beside another one that holds the migration, and then only reads.
        """
        from bridgework.cli.meter import Meter

        meter = Meter(self.console, enabled=not self.as_json)

        def in_migration() -> Result:
            with Migration.open(self.folder, destination=destination, observers=(meter,), look=look) as migration:
                return work(migration)

        self.finish(stage, in_migration, cleanup=meter.close)

    def finish(self, stage: str, work: Callable[[], Result], *, cleanup: Callable[[], None] = lambda: None) -> None:
        """Do work outside of a migration with the same handling of results and errors."""
        try:
            with terminable(lambda: self._given_up(stage)):
                result = work()
        except BridgeworkError as error:
            result = failure(stage, self._migration(), error)
        except KeyboardInterrupt:
            result = self._stopped(stage, "Interrupted; the journal is intact.", cause="interrupted")
        except OSError as error:
            place = f" ({Path(error.filename).name})" if isinstance(error.filename, str) else ""
            reason = error.strerror or type(error).__name__
            again = f"look at rights and free space, then: bridgework {stage}"
            result = self._stopped(stage, f"The machine refused: {reason}{place}.", cause="machine", next_=again)
        except Exception as error:  # noqa: BLE001 - the last door: its text could quote a record, so only places are shown
            result = self._unexpected(stage, error)
        finally:
            cleanup()
        with suppress(BrokenPipeError):  # who read us went away; the exit code still tells
            self.show(result)
        sys.exit(result.code)

    def _migration(self) -> str:
        """The id of the migration the command was for, empty if there is none to be read."""
        with suppress(BridgeworkError):
            return read_project(self.folder).id
        return ""

    def _stopped(self, stage: str, message: str, *, cause: str, next_: str = "") -> Result:
        return Result(
            stage=stage,
            migration=self._migration(),
            state="stopped",
            cause=cause,
            message=message,
            next=next_ or f"bridgework {stage}",
        )

    def _given_up(self, stage: str) -> None:
        """What was interrupted does not come to an end: say where it hangs."""
        hanging = hooks_running()
        where = f" while {' and '.join(hanging)} did not return" if hanging else ""
        with suppress(BrokenPipeError):
            self.show(self._stopped(stage, f"Interrupted{where}; the journal is intact.", cause="interrupted"))

    def _unexpected(self, stage: str, error: Exception) -> Result:
        places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        kind = type(error).__name__
        return Result(
            stage=stage,
            migration=self._migration(),
            state="stopped",
            cause="internal",
            message=f"Bridgework itself failed ({kind} at {places[-1]}); the journal is intact.",
            next=f"report {kind} at {' > '.join(places[-4:])} to whoever maintains this installation",
            data={"where": places},
        )

    def show(self, result: Result) -> None:
        """JSON on stdout, or what people read on stderr."""
        if self.as_json:
            click.echo(result.dump().decode(), nl=False)
        else:
            from bridgework.reports.terminal import render

            render(result.as_json(), self.console, folder=shlex.quote(str(self.folder)) if self._named else "")


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
