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
        return Destination(connector or self.connector.Trial, self.simulator.TrialSandbox, cap=FULL)


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
