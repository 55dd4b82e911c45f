"""The scaffold's destination as the connector under test: what the kit is tested with."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridgework.scaffold import scaffold
from bridgework.testing import Destination, Refusal

FULL = Refusal(403, '{"error": "plan limit"}', {"content-type": "application/json"})


@dataclass(frozen=True)
class Made:
    """The generated package: its connector and its simulator."""

    connector: ModuleType
    simulator: ModuleType

    def destination(self, connector: type[Any] | None = None) -> Destination:
        """The subject of the kit, of the generated connector or of one that differs from it."""
        return Destination(connector or self.connector.Trial, with_bin(self.simulator.TrialSandbox), cap=FULL)


def with_bin(simulator: Any) -> Any:
    """The simulator of a service that keeps what is deleted: an update that says so brings it back."""

    class WithBin(simulator):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.bin: dict[tuple[str, str], Any] = {}

        def _removed(self, name: str, key: str) -> Any:
            row = self.bin[name, key] = super()._removed(name, key)
            return row

        async def _update(self, request: Request) -> Response:
            name, key = request.path_params["table"], request.path_params["id"]
            if await request.json() != {"restore": True}:
                return await super()._update(request)
            row = self.bin.pop((name, key), None)
            return JSONResponse(self._row(name, key) if row is None else self._put(name, key, row))

    return WithBin


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A package as `bridgework new destination trial` writes it, imported; its simulator also keeps files."""
    folder = tmp_path_factory.mktemp("scaffold") / "package"
    scaffold("destination", "trial", folder)
    sys.path.insert(0, str(folder / "src"))
    names = ("bridgework_trial.connector", "bridgework_trial_sandbox")
    try:
        connector, simulator = (importlib.import_module(name) for name in names)
        column = simulator.Column
        simulator.TABLES["file"] = {"name": column(), "company": column("company"), "external_id": column()}
        yield Made(connector, simulator)
    finally:
        sys.path.remove(str(folder / "src"))
        for name in ("bridgework_trial", *names):
            sys.modules.pop(name, None)


@pytest.fixture
def package(made: Made) -> Path:
    """Where the generated package lies."""
    assert made.connector.__file__ is not None
    return Path(made.connector.__file__).parents[2]
