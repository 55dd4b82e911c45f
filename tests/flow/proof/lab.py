"""A migration folder beside a world: the real engine, in this process or in a child that may end at any instant."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from bridgework import crash
from bridgework.client import ApiClient
from bridgework.connection import Connected, JournalBudgets, Surroundings
from bridgework.defaults import CoreDefaults
from bridgework.errors import BridgeworkError, UsageError
from bridgework.journal import Journal
from bridgework.migration import Migration
from bridgework.migration import migration as engine
from bridgework.plugins import Registered
from bridgework.project import Keys, create_project, making
from bridgework.results import Result
from bridgework.stages.approve import approve
from bridgework.stages.auditing import audit
from bridgework.stages.delta import delta
from bridgework.stages.diff import diff
from bridgework.stages.extract import extract
from bridgework.stages.load_stage import load
from bridgework.stages.owners import owners
from bridgework.stages.plan import plan
from bridgework.stages.reconcile import reconcile
from bridgework.stages.rollback import rollback
from bridgework.stages.sample import sample
from bridgework.stages.schema import schema
from bridgework.staging import Records
from bridgework.store import Store

from .plugins import SERVICE, Destination, Pair, Source, Wire
from .world import Dead, World

KEYS = Keys(bytes(range(32)), bytes(range(1, 33)), bytes(range(2, 34)), "a test")
BY = "Dana Weiss <dana@practice.example>"
STAGES: dict[str, Callable[[Migration], Result]] = {
    "load": load,
    "delta": delta,
    "rollback": rollback,
    "reconcile": reconcile,
}
MOST_RUNS = 12


class Lab:
    """One migration and its world."""

    def __init__(self, folder: Path, world: World, *, workers: int = 1) -> None:
        self.folder = folder
        self.world = world
        self.workers = workers
        self.points: Counter[str] = Counter()  # crash points passed since `arm_crash`
        self._due: tuple[str, int] | None = None
        self._dead = False
        self._ended = threading.Event()  # never set: for waiting
        self.crashes = 0

    # ---------------------------------------------------------------- running the engine

    @contextmanager
    def open(self, *, look: bool = False) -> Iterator[Migration]:
        """The migration, connected to the world."""
        around = Surroundings(
            keys=lambda migration: KEYS,
            clock=lambda project: self.world.time,
            state=lambda migration: self.folder / ".outside",
        )
        with (
            mock.patch.object(engine, "connect", self._connect),
            mock.patch.object(engine, "SystemClock", lambda: self.world.time),
            Migration.open(self.folder, destination=not look, look=look, around=around) as migration,
        ):
            yield migration

    def run(self, name: str) -> Result:
        """One run of a stage. BridgeworkError if it stops, Dead if it crashes."""
        with self.open() as migration:
            return STAGES[name](migration)

    def attempt(self, name: str) -> Result | BridgeworkError | None:
        """One run; what stopped it; None if it crashed."""
        self._dead = self.world.dead = False
        with mock.patch.object(crash, "here", self._here), mock.patch.object(Store, "_usable", self._usable(Store)):
            try:
                return self.run(name)
            except BridgeworkError as error:
                return error
            except Dead:
                self.crashes += 1
                return None
            finally:
                self._due = None

    def until_done(self, name: str) -> Result:
        """Run it as an operator does: again after each stop."""
        last: Any = None
        for _ in range(MOST_RUNS):
            last = self.attempt(name)
            if isinstance(last, Result) and last.state in ("done", "differences"):
                return last
            if isinstance(last, UsageError) and last.cause not in ("access_denied",):
                break
        raise AssertionError(f"{name} does not end: {last!r}")

    # ---------------------------------------------------------------- ending it

    def arm_crash(self, point: str, nth: int = 1) -> None:
        """The next attempt ends at the n-th time it passes that point; `any` counts all points."""
        self._due = (point, nth)
        self.points.clear()

    def _here(self, name: str) -> None:
        self.points[name] += 1
        self.points["any"] += 1
        if self._due and self.points[self._due[0]] == self._due[1] and self._due[0] in (name, "any"):
            self._dead = True
        if self._dead:
            raise Dead

    def _usable(self, store: type[Store]) -> Callable[[Store], None]:
        """A dead process writes nothing more, whatever its handlers try."""
        usable = store._usable

        def checked(this: Store) -> None:
            if self._dead or self.world.dead:
                raise Dead
            usable(this)

        return checked

    def in_child(
        self, name: str, *, point: str = "", nth: int = 0, until_done: bool = False, kill_after: float | None = None
    ) -> int:
        """Run a stage in a process of its own that really ends at a crash point, or is killed after so many seconds;
        its exit code (0: through, negative: the signal).

        What the world became is read back from its file.
        """
        self.world.file = self.folder.parent / "world"
        self.world.save()
        child = os.fork()
        if child == 0:
            code = 99
            try:
                if point:
                    crash.here = crash._armed(point, nth)
                (self.until_done if until_done else self.run)(name)
                code = 0
            except BridgeworkError as error:
                code = error.exit_code
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        if kill_after is not None:
            self._ended.wait(kill_after)
            os.kill(child, signal.SIGKILL)  # it may have ended: it is a child that nobody waited for yet
        _, status = os.waitpid(child, 0)
        self.world = pickle.loads(self.world.file.read_bytes())
        self.crashes += bool(point)
        return os.waitstatus_to_exitcode(status)

    # ---------------------------------------------------------------- looking

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """The journal, for reading."""
        with Journal.open(self.folder / "journal.db", KEYS.journal, self._id(), read_only=True) as journal:
            yield journal

    def _id(self) -> str:
        [line] = [line for line in (self.folder / "migration.toml").read_text().splitlines() if line.startswith("id ")]
        return line.split('"')[1]

    def _connect(
        self, project: Any, journal: Journal, clock: Any, *, destination: bool, observers: Sequence[Any], **_: Any
    ) -> Connected:
        defaults = CoreDefaults()
        registered = [Registered("core", "defaults", "bridgework", defaults)]
        registered += [Registered("core", type(each).__name__, "bridgework", each) for each in observers]
        registered += [Registered("pair", "lab", "lab", Pair()), Registered("source", "lab", "lab", Source(self.world))]
        if not destination:
            return Connected(tuple(registered), (), (), True, Destination.capabilities)
        client = ApiClient(
            SERVICE,
            ledger=journal,
            budgets=JournalBudgets(journal),
            clock=clock,
            share=1.0,
            workers=self.workers,
            transport=Wire(self.world),
            jitter=lambda: 0.0,
        )
        plugin = Destination(client)
        defaults.bind(plugin)
        registered.append(Registered("destination", "lab", "lab", plugin))
        return Connected(tuple(registered), (client,), SERVICE.budgets, True, Destination.capabilities)


def prepared(folder: Path, world: World, *, workers: int = 1, size: int = 1) -> Lab:
    """A migration whose gates are all open and whose sample is written."""
    sections = {
        "migration": {"currency": "EUR"},
        "owners": {"fallback": "kim@example.org"},
        "run": {"workers": workers},
    }
    with mock.patch.object(making.secrets, "choice", lambda letters: letters[0]):  # the same id in every run
        project = create_project(folder / "migration", source="lab", destination="lab", pair="lab", sections=sections)
    Journal.create(project.journal_file, KEYS.journal, project.id).close()
    Records.create(project.records_file, KEYS.records or b"", project.id).close()
    lab = Lab(project.folder, world, workers=workers)
    with lab.open() as migration:
        extract(migration)
        audit(migration)
        plan(migration)
        approve(migration, "mapping", BY)
        schema(migration)
        approve(migration, "schema", BY)
        owners(migration)
        approve(migration, "owners", BY)
        sample(migration, size=size)
        diff(migration)
        approve(migration, "sample", BY)
    return lab


class Template:
    """A lab that is copied for every example."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def copy(self, folder: Path) -> Lab:
        """Another lab in the same condition; what was in the folder is gone."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._lab.folder.parent, folder, ignore=shutil.ignore_patterns("world"))
        return Lab(folder / "migration", self._lab.world.copy(), workers=self._lab.workers)
