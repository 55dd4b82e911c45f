"""A server inside a network of containers, without TLS: only where the operator says so."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ..exports import little_practice
from .conftest import StartSandbox, TwentyBench, init

SERVER = "twenty-server"  # as the server of such a network is called
OF_A_SANDBOX = ("run.speed", "destination.sandbox_token", "destination.horizon")


@pytest.fixture
def bench(start_sandbox: StartSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TwentyBench:
    """A migration into a workspace that is reached by that name; nothing says that it is a sandbox."""
    asked = socket.getaddrinfo

    def resolved(host: Any, *arguments: Any, **more: Any) -> Any:
        return asked("127.0.0.1" if host in (SERVER, SERVER.encode()) else host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    sandbox = start_sandbox(speed=1.0)
    plain = [each.replace("127.0.0.1", SERVER) for each in sandbox.set if not each.startswith(OF_A_SANDBOX)]
    return init(tmp_path / "migration", little_practice(1).write(tmp_path / "export"), replace(sandbox, set=plain), {})


def allow(bench: TwentyBench) -> None:
    path = bench.folder / "migration.toml"
    said = path.read_text("utf-8").replace("\n[destination]\n", "\n[destination]\nallow_http = true\n")
    path.write_text(said, "utf-8")


def test_http_to_another_machine_is_refused_until_the_operator_allows_it(bench: TwentyBench) -> None:
    answer = bench.call("check", code=2)
    assert answer["cause"] == "settings"
    assert "destination.allow_http: must be true for an http address" in answer["message"]
    allow(bench)
    answer = bench.call("check", code=(0, 1))
    assert answer["sandbox"] is False
    [line] = [each for each in answer["checks"] if each["name"] == "encryption"]
    assert line["detail"] == f"none: records and credentials travel to {SERVER} as plain http, readable on the way"
    assert "TLS" in line["next_step"]
