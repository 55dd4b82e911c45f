"""bridgework sandbox"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import click
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from bridgework.cli.application import Application

if TYPE_CHECKING:
    from bridgework.sandbox import Sandbox


_PORT = click.IntRange(0, 65535)


class SandboxCommand(click.Group):
    """One sub-command per installed simulator; its options are the simulator's own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from bridgework.plugins import installed

        return [plugin.name for plugin in installed("sandbox")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from bridgework.errors import PluginNotFound
        from bridgework.plugins import load_class

        try:
            return _command(cmd_name, load_class("sandbox", cmd_name))
        except PluginNotFound as error:
            raise click.UsageError(error.message) from None


@click.group(cls=SandboxCommand)
def command() -> None:
    """Run a connector's simulator on this machine. Its first line on stdout is JSON: base_url, env, set."""


def _command(name: str, sandbox: type[Any]) -> click.Command:
    model: type[BaseModel] = sandbox.Options

    def run(port: int, state: Path | None, speed: float, **values: Any) -> None:
        from bridgework.sandbox import SimulatedClock, serve

        application: Application = click.get_current_context().obj
        given = {key: value for key, value in values.items() if value not in (None, ())}
        made = _made(lambda: sandbox(model(**given), SimulatedClock(speed), state), state)
        try:
            serve(made, port=port, on_ready=lambda _: application.console.print(f"{name} sandbox: stop it with Ctrl-C"))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
                raise
            raise click.UsageError(
                f"--port: {port} is taken or may not be used; leave it out for a free one."
            ) from None

    parameters: list[click.Parameter] = [
        click.Option(
            ["--port"], type=click.IntRange(0, 65535), default=0, help="Port to listen on.  [default: a free one]"
        ),
        click.Option(["--state"], type=click.Path(dir_okay=False, path_type=Path), help="File to continue from."),
        click.Option(["--speed"], type=click.FloatRange(min=0.001), default=1.0, help="How much faster time runs."),
        *(_option(key, info) for key, info in model.model_fields.items()),
    ]
    return click.Command(name, params=parameters, callback=run, help=(sandbox.__doc__ or "").strip())


def _made(make: Callable[[], Sandbox], state: Path | None) -> Sandbox:
    """The simulator. UsageError for an option it does not take and a file it cannot continue from."""
    try:
        return make()
    except ValidationError as error:
        wrong = error.errors()[0]
        raise click.UsageError(f"--{str(wrong['loc'][0]).replace('_', '-')}: {wrong['msg']}") from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except sqlite3.DatabaseError:
        raise click.UsageError(f"--state: {state} is not a file that a simulator has written.") from None
    except OSError as error:
        raise click.UsageError(f"--state: {state} cannot be opened: {error.strerror}.") from None


def _option(key: str, info: FieldInfo) -> click.Option:
    flag = "--" + key.replace("_", "-")
    annotation = info.annotation
    text = info.description or ""
    if annotation is bool:
        return click.Option([f"{flag}/--no-{flag[2:]}", key], default=None, help=text)
    if get_origin(annotation) is Literal:
        return click.Option([flag, key], type=click.Choice([str(each) for each in get_args(annotation)]), help=text)
    if get_origin(annotation) in (list, tuple):
        return click.Option([flag, key], multiple=True, help=text)
    kind = annotation if annotation in (int, float) else str
    return click.Option([flag, key], type=kind, default=None, help=text)
