"""A served Twenty sandbox and migrations into it."""

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
from bridgework.sandbox.serving import Wrap
from bridgework_twenty_sandbox import TwentySandbox

from ..bench import Bench
from ..exports import Export, little_practice
from .workspace import Record, Workspace

PEOPLE = 5
MEMBERS = ["Ruby Lester <ruby.lester@practice.example>"]
FAST = {"destination.calls_per_minute": "60000", "destination.batch": "3"}  # several requests for few people


class TwentyBench(Bench):
    """One migration and the workspace it writes to."""

    @property
    def workspace(self) -> Workspace:
        """The workspace as it is now."""
        return Workspace(self.running)


StartSandbox = Callable[..., Running]
MakeBench = Callable[..., TwentyBench]


@contextmanager
def served(*, speed: float = 60.0, wrap: Wrap = lambda app: app, **options: Any) -> Iterator[Running]:
    """A sandbox on a socket; its secrets are in the environment meanwhile."""
    wanted = TwentySandbox.Options(**{"limits": "lifted", "members": MEMBERS, **options})
    with running(TwentySandbox(wanted, SimulatedClock(speed), None), wrap=wrap) as sandbox:
        os.environ.update(sandbox.env)
        yield sandbox


@pytest.fixture
def start_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[StartSandbox]:
    """Start a sandbox of the test's own."""
    for name in ("TWENTY_API_KEY", "TWENTY_LIMITED_KEY", "TWENTY_REVOKED_KEY"):
        monkeypatch.setenv(name, "")  # put back after the test
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(served(**options))


@pytest.fixture
def make_bench(tmp_path: Path, start_sandbox: StartSandbox) -> MakeBench:
    """Make a migration of a hand-written export into a sandbox."""

    def make(
        export: Export, *, sandbox: Running | None = None, settings: dict[str, str] | None = None, **options: Any
    ) -> TwentyBench:
        source = export.write(tmp_path / "migration-export")
        sandbox = sandbox or start_sandbox(**options)
        return init(tmp_path / "migration", source, sandbox, settings or {})

    return make


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    """What a practice of `PEOPLE` becomes when nothing goes wrong."""
    folder = tmp_path_factory.mktemp("faultless-twenty")
    with pytest.MonkeyPatch.context() as patch, served() as sandbox:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        for name, value in sandbox.env.items():
            patch.setenv(name, value)
        bench = init(folder / "migration", little_practice(PEOPLE).write(folder / "export"), sandbox, {})
        bench.loaded()
        return bench.workspace.records()


def init(folder: Path, source: Path, sandbox: Running, settings: dict[str, str]) -> TwentyBench:
    """`bridgework init` with everything the sandbox printed."""
    given = dict(item.split("=", 1) for item in sandbox.set)
    given |= {"source.path": str(source), **FAST, **settings}
    arguments = ["--json", "init", str(folder), "--source", "sensei", "--destination", "twenty"]
    for key, value in given.items():
        arguments += ["--set", f"{key}={value}"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return TwentyBench(folder, sandbox, dict(sandbox.env))
