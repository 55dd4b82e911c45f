"""A served Pipedrive sandbox and migration folders against it, with keys in a folder of the test's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bridgework.cli import main
from bridgework.sandbox import Running, SimulatedClock, running
from bridgework_pipedrive_sandbox import PipedriveSandbox

from .bench import Bench
from .exports import Export

SPEED = 60.0  # simulated seconds per real one: an hour's wait is a minute, a horizon of 30 s is half a second
HORIZON = 30
USERS = ["Ruby Lester <ruby.lester@practice.example>", "Front desk <front.desk@practice.example>"]

StartSandbox = Callable[..., Running]
MakeBench = Callable[..., Bench]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys of migrations lie in a folder of the test's own, never in a keyring of this machine."""
    home = tmp_path / "home"
    home.mkdir()
    for name, value in {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("BRIDGEWORK_CRASH", "BRIDGEWORK_MIGRATION"):
        monkeypatch.delenv(name, raising=False)
    return home


@contextmanager
def served(*, speed: float = SPEED, state: Path | None = None, **options: Any) -> Iterator[Running]:
    """A Pipedrive sandbox on a socket; its secrets are in the environment meanwhile."""
    wanted = PipedriveSandbox.Options(**{"users": USERS, "post_cap": False, **options})
    with running(PipedriveSandbox(wanted, SimulatedClock(speed), state)) as sandbox:
        os.environ.update(sandbox.env)
        yield sandbox


@pytest.fixture
def start_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[StartSandbox]:
    """Start a sandbox of the test's own."""
    monkeypatch.setenv("PIPEDRIVE_API_TOKEN", "")  # put back after the test
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(served(**options))


@pytest.fixture
def make_bench(tmp_path: Path, start_sandbox: StartSandbox) -> MakeBench:
    """Make a migration of a hand-written export into a sandbox."""

    def make(
        export: Export | Path,
        *,
        sandbox: Running | None = None,
        name: str = "migration",
        settings: dict[str, str] | None = None,
        **options: Any,
    ) -> Bench:
        source = export.write(tmp_path / f"{name}-export") if isinstance(export, Export) else export
        sandbox = sandbox or start_sandbox(**options)
        return init(tmp_path / name, source, sandbox, settings or {})

    return make


def init(folder: Path, source: Path, sandbox: Running, settings: dict[str, str]) -> Bench:
    """`bridgework init` with everything the sandbox printed."""
    given = dict(item.split("=", 1) for item in sandbox.set)
    given |= {"source.path": str(source), "destination.horizon": str(HORIZON), **settings}
    arguments = ["--json", "init", str(folder), "--source", "sensei", "--destination", "pipedrive"]
    for key, value in given.items():
        arguments += ["--set", f"{key}={value}"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return Bench(folder, sandbox, dict(sandbox.env))
