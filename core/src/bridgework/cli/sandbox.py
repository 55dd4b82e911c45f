"""bridgework sandbox"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bridgework.cli.application import Application


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
        options = model(**{key: value for key, value in values.items() if value not in (None, ())})
        made = sandbox(options, SimulatedClock(speed), state)
        application.console.print(f"{name} sandbox: stop it with Ctrl-C")
        serve(made, port=port)

    parameters: list[click.Parameter] = [
        click.Option(["--port"], type=int, default=0, help="Port to listen on.  [default: a free one]"),
        click.Option(["--state"], type=click.Path(dir_okay=False, path_type=Path), help="File to continue from."),
        click.Option(["--speed"], type=click.FloatRange(min=0.001), default=1.0, help="How much faster time runs."),
        *(_option(key, info) for key, info in model.model_fields.items()),
    ]
    return click.Command(name, params=parameters, callback=run, help=(sandbox.__doc__ or "").strip())


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
