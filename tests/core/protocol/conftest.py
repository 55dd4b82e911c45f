"""A migration between the plugins on paper: the real engine, the real client, no socket, a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridgework import connection, plugins
from bridgework.client import ApiClient
from bridgework.clock import FakeClock
from bridgework.connection import Surroundings
from bridgework.journal import Target
from bridgework.migration import Migration
from bridgework.results import Result
from bridgework.stages import init as init_stage
from bridgework.stages import load_stage
from bridgework.stages.delta import delta
from bridgework.stages.extract import extract
from bridgework.stages.load_stage import load
from bridgework.stages.owners import owners
from bridgework.stages.reconcile import reconcile
from bridgework.stages.rollback import rollback

from .paper import Export, PaperDestination, PaperPair, PaperSource, capabilities
from .service import Registry

Answer = dict[str, Any]


class World:
    """One migration folder, the account it writes to, and the time both live in."""

    def __init__(
        self, folder: Path, clock: FakeClock, registry: Registry, export: Export, around: Surroundings
    ) -> None:
        self.folder = folder
        self.around = around
        self.clock = clock
        self.registry = registry
        self.export = export

    @contextmanager
    def open(self) -> Iterator[Migration]:
        """One command's view of the migration."""
        with Migration.open(self.folder, destination=True, around=self.around) as opened:
            yield opened

    def run(self, stage: Callable[..., Result], **options: Any) -> Answer:
        with self.open() as opened:
            return stage(opened, **options).as_json()

    def load(self, **options: Any) -> Answer:
        return self.run(load, **options)

    def delta(self) -> Answer:
        return self.run(delta)

    def rollback(self, **options: Any) -> Answer:
        return self.run(rollback, **options)

    def reconcile(self) -> Answer:
        return self.run(reconcile)

    def target(self, key: str, rule: str = "people") -> Target:
        with self.open() as opened:
            return opened.journal.targets(rule, [key])[key]

    def events(self) -> list[str]:
        """Kinds of the events of the journal, in order."""
        with self.open() as opened:
            return [event.kind for event in opened.journal.events()]

    def marks(self) -> list[str]:
        """Of everything that is there, sorted."""
        return sorted(row["mark"] for row in self.registry.rows.values() if not row["deleted"])


MakeWorld = Callable[..., World]


@pytest.fixture
def make_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeWorld:
    """Make a migration of `people` people with a visit each. `kind`: by what the destination recognises records;
    `unique`: the field whose values it takes once."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

    def make(
        people: int = 3,
        *,
        kind: str = "marker",
        visits: bool = True,
        tokens: bool = False,
        conditional: bool = False,
        marks: bool = False,
        unique: str = "",
        **settings: str,
    ) -> World:
        clock = FakeClock()
        registry = Registry(clock, valid="" if tokens else None)
        export = Export(
            people=[{"id": f"p{n}", "name": f"Ana {n}", "note": f"note {n}"} for n in range(people)],
            visits=[{"id": f"v{n}", "subject": f"visit {n}", "person": f"p{n}"} for n in range(people) if visits],
        )
        source = type("Source", (PaperSource,), {"export": export})
        members = {
            "capabilities": capabilities(kind),
            "signs_in": tokens,
            "conditional": conditional,
            "marks": marks,
            "unique": unique,
        }
        destination = type("Destination", (PaperDestination,), members)
        classes = {"source": source, "destination": destination, "pair": PaperPair}
        around = Surroundings(plugin=lambda role, name: classes[role], clock=lambda project: clock)
        monkeypatch.setattr(init_stage, "load_class", around.plugin)
        monkeypatch.setattr(plugins, "distribution_of", lambda role, name: "paper")
        client = partial(ApiClient, transport=httpx.MockTransport(registry), jitter=lambda: 0.5)
        monkeypatch.setattr(connection, "ApiClient", client)
        # Gates have tests of their own.
        monkeypatch.setattr(load_stage, "require_gates", lambda *_: None)
        folder = tmp_path / "migration"
        given = {"migration.currency": "EUR", "run.workers": "1", **settings}
        init_stage.init(folder, source="paper", destination="paper", pair="paper", settings=given)
        world = World(folder, clock, registry, export, around)
        for stage in (extract, owners):
            world.run(stage)
        return world

    return make
