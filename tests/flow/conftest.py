"""A served Pipedrive sandbox and migration folders against it, with keys in a folder of the test's own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bridgework.cli import main
from bridgework.mapping import loading
from bridgework.mapping.yamltext import YamlText
from bridgework.sandbox import Running, SimulatedClock, running
from bridgework.sandbox.serving import Wrap
from bridgework_pipedrive_sandbox import PipedriveSandbox

from .account import Record
from .bench import Bench
from .exports import Export, little_practice

SPEED = 60.0  # simulated seconds per real one: an hour's wait is a minute, a horizon of 30 s is half a second
HORIZON = 30
PEOPLE = 8  # in the practices that meet faults and crashes
USERS = ["Ruby Lester <ruby.lester@practice.example>", "Front desk <front.desk@practice.example>"]

StartSandbox = Callable[..., Running]
MakeBench = Callable[..., Bench]


@pytest.fixture(autouse=True, scope="session")
def texts_parsed_once() -> Iterator[None]:
    """Hundreds of commands in one process read the same document. Each gets data of its own, as from the file."""
    read_yaml = loading.read_yaml

    @cache
    def parsed(name: str, text: str) -> tuple[YamlText, str]:
        found = read_yaml(name, text)
        return found, json.dumps(found.data)

    def copied(name: str, text: str) -> YamlText:
        found, data = parsed(name, text)
        return replace(found, data=json.loads(data))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "read_yaml", copied)
        yield


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
def served(*, speed: float = SPEED, wrap: Wrap = lambda app: app, **options: Any) -> Iterator[Running]:
    """A Pipedrive sandbox on a socket; its secrets are in the environment meanwhile."""
    wanted = PipedriveSandbox.Options(**{"users": USERS, "post_cap": False, **options})
    with running(PipedriveSandbox(wanted, SimulatedClock(speed), None), wrap=wrap) as sandbox:
        os.environ.update(sandbox.env)
        yield sandbox


@contextmanager
def served_at(config: Path, **options: Any) -> Iterator[Running]:
    """The same for a migration that several tests work on, with its keys below `config`."""
    with pytest.MonkeyPatch.context() as patch, served(**options) as sandbox:
        patch.setenv("XDG_CONFIG_HOME", str(config))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        for name, value in sandbox.env.items():
            patch.setenv(name, value)
        yield sandbox


@pytest.fixture(scope="module")
def shared_config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the keys of a module's migration lie."""
    return tmp_path_factory.mktemp("config")


@pytest.fixture
def shared_home(own_home: Path, shared_config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For modules whose tests work on one migration: its keys are at hand in each."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(shared_config))


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
        pair: str = "",
        **options: Any,
    ) -> Bench:
        source = export.write(tmp_path / f"{name}-export") if isinstance(export, Export) else export
        sandbox = sandbox or start_sandbox(**options)
        return init(tmp_path / name, source, sandbox, settings or {}, pair)

    return make


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    """What a practice of `PEOPLE` becomes when nothing goes wrong."""
    folder = tmp_path_factory.mktemp("faultless")
    with served_at(folder / "config") as sandbox:
        bench = init(folder / "migration", little_practice(PEOPLE).write(folder / "export"), sandbox, {})
        bench.loaded()
        return bench.account.records()


def init(folder: Path, source: Path, sandbox: Running, settings: dict[str, str], pair: str = "") -> Bench:
    """`bridgework init` with everything the sandbox printed."""
    given = dict(item.split("=", 1) for item in sandbox.set)
    given |= {"source.path": str(source), "destination.horizon": str(HORIZON), **settings}
    arguments = ["--json", "init", str(folder), "--source", "sensei", "--destination", "pipedrive"]
    arguments += ["--pair", pair] if pair else []
    for key, value in given.items():
        arguments += ["--set", f"{key}={value}"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return Bench(folder, sandbox, dict(sandbox.env))
