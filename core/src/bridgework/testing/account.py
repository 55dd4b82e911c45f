"""A destination under test: its simulator (or a proxy), a migration folder of its own, and the time of both."""

from __future__ import annotations

import itertools
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from starlette.types import ASGIApp, Receive, Scope, Send

from bridgework.client import ApiClient, MemoryBudgetStore
from bridgework.clock import Clock, FakeClock, SystemClock
from bridgework.connection import Surroundings
from bridgework.journal import Journal
from bridgework.logins import MemoryLogins
from bridgework.migration import Migration
from bridgework.model import Service
from bridgework.plugins import settings_model
from bridgework.project import CORE_DESTINATION_KEYS, Keys, Project, create_project, read_sections
from bridgework.sandbox import Running, SimulatedClock, running
from bridgework.settings import connector_settings
from bridgework.testing.proxy import Proxy
from bridgework.testing.standins import KIT, NAME, NoPair, NoSource
from bridgework.testing.subjects import Destination

# What a simulator announces for people: the kit brings its own clock, approves nothing, and holds the connector to the
# horizon of its capabilities.
_NOT_TAKEN = ("run.speed", "destination.sandbox_token", "destination.horizon")
CUSTOM = "Kit note"


class SharedClock(FakeClock):
    """Time that passes for engine and simulator alike, and only when somebody sleeps."""

    def __init__(self, simulated: SimulatedClock) -> None:
        super().__init__(simulated.now())
        self._simulated = simulated

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._simulated.advance(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self._simulated.advance(seconds)


class Requests:
    """Every request that reached the service, in order, as (method, path)."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """The middleware that notes them."""

        async def noted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.seen.append((scope["method"], scope["path"]))
            await app(scope, receive, send)

        return noted


class FreeLedger:
    """Lets everything through: for what people and other programs do in the account, outside every journal."""

    def may_send(self, op: int, /) -> bool:
        return True

    def mark_sent(self, ops: object, /) -> None:
        """Nothing is noted."""


class Account:
    """One account of the service and one migration into it.

    `subject` says what is tested; `clock` is the time of both sides; `simulated` whether it can be moved at will.
    """

    plugins: ClassVar[Mapping[str, type[Any]]] = {"source": NoSource, "pair": NoPair}

    def __init__(self, subject: Destination, served: Running, clock: Clock, folder: Path, requests: Requests) -> None:
        self.subject = subject
        self.served = served
        self.clock = clock
        self.simulated = not subject.service
        self.requests = requests
        self.foreign: dict[str, set[str]] = {}  # object -> ids of records that are not the migration's
        self.parents = itertools.count(1001)  # numbers of records that others refer to: no value is there twice
        self.ways: dict[str, tuple[str, str]] = {}  # object -> method and path of a create
        # Label of the field the kit adds where an object can have fields of its own; a running service may have one.
        self.custom = CUSTOM if self.simulated else f"{CUSTOM} {secrets.token_hex(4)}"
        self.connector = subject.plugin
        self.keys = Keys(secrets.token_bytes(32), secrets.token_bytes(32), secrets.token_bytes(32), place="memory")
        self.project = self._project(folder)
        self.logins = MemoryLogins()
        Journal.create(self.project.journal_file, self.keys.journal, self.project.id).close()

    def _project(self, folder: Path) -> Project:
        announced = dict(item.split("=", 1) for item in self.served.set)
        sections = read_sections({key: value for key, value in announced.items() if key not in _NOT_TAKEN})
        sections["destination"].update(self.subject.settings)
        sections["migration"].setdefault("currency", "USD")
        return create_project(folder, source=KIT, destination=NAME, pair=f"{KIT}-{NAME}", sections=sections)

    @contextmanager
    def open(self) -> Iterator[Migration]:
        """The migration, opened as a new process would open it."""
        around = Surroundings(
            plugin=lambda role, name: {**self.plugins, "destination": self.connector}[role],
            keys=lambda migration: self.keys,
            logins=lambda migration: self.logins,
            clock=lambda project: self.clock,
            state=lambda migration: self.project.folder / ".outside",
        )
        with Migration.open(self.project.folder, destination=True, around=around) as migration:
            yield migration

    @contextmanager
    def outsider(self) -> Iterator[tuple[Any, ApiClient]]:
        """The connector in other hands, with its first client: a person or a program beside the migration."""
        settings = connector_settings(
            settings_model(self.connector),
            self.project.file.destination,
            where="destination",
            core_keys=CORE_DESTINATION_KEYS,
        )
        services: tuple[Service, ...] = tuple(map(self.logins.continued, self.connector.services(settings)))
        with ExitStack() as stack:
            clients = [
                stack.enter_context(
                    ApiClient(each, ledger=FreeLedger(), budgets=MemoryBudgetStore(), clock=self.clock, share=1.0)
                )
                for each in services
            ]
            yield self.connector(settings, *clients), clients[0]


@contextmanager
def account(subject: Destination, folder: Path, **options: Any) -> Iterator[Account]:
    """Serve the simulator (or a proxy to the running service) and make a migration folder. `options` win."""
    requests = Requests()
    if subject.service:
        served, clock = Proxy(subject.service, SimulatedClock()), SystemClock()
        with running(served, wrap=requests.wrap) as proxy:
            yield Account(subject, proxy, clock, folder, requests)
        return
    cls = subject.simulator
    simulator = cls(cls.Options(**{**subject.options, **options}), SimulatedClock(0), None)
    with running(simulator, wrap=requests.wrap) as sandbox, _environment(sandbox.env):
        yield Account(subject, sandbox, SharedClock(simulator.clock), folder, requests)


@contextmanager
def _environment(secrets_: Mapping[str, str]) -> Iterator[None]:
    """The simulator's secrets in the environment, where the settings refer to them; put back afterwards."""
    before = {name: os.environ.get(name) for name in secrets_}
    os.environ.update(secrets_)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
