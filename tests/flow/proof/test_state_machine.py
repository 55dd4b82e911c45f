"""The engine against a model: whatever happens in whatever order, nothing is lost, doubled or taken from people.

The model is the source itself, a dict, with what people did in the destination written beside each record. Rules do
what the world does to a migration; after every command the promises are checked, after every resumed one the content.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bridgework.errors import BridgeworkError
from bridgework.results import Result

from .checking import accounted_for, human_work_stands, known, made_once, same_content
from .lab import Lab, Template
from .results import note
from .world import DOUBLED, KINDS, Row

MISFORTUNES = [*(kind for kind in KINDS if kind not in DOUBLED), "late, and the process ends"]
EXAMPLES, STEPS = 25, 25  # in the short run


class Migrating(RuleBasedStateMachine):
    """One migration, from its gates on."""

    templates: dict[str, Template]
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.lab: Lab
        self.command = ""  # what is to be run again
        self.edits = 0
        self.counts = dict.fromkeys(("runs", "crashes survived", "faults injected"), 0)

    @initialize(stage=st.sampled_from(["load", "rollback"]))
    def begin(self, stage: str) -> None:
        """Before the load, or after it."""
        self.lab = self.templates[stage].copy(self.folder)

    # ---------------------------------------------------------------- the source

    @rule(guardian=st.integers(0, 9), visited=st.booleans())
    def create(self, guardian: int, visited: bool) -> None:
        """Somebody new, perhaps somebody's ward, perhaps with a visit."""
        world, key = self.lab.world, f"n{len(self.lab.world.people)}"
        wards = [*world.people, ""]
        ward_of = wards[guardian % len(wards)]
        world.people[key] = {"name": f"New {key}", "city": "Wels", "guardian": ward_of}
        if visited:
            world.visits[f"v{key}"] = {"person": key, "what": f"Visit of {key}"}
        world.describe()

    @rule(which=st.integers(0, 30), name=st.sampled_from(["name", "city"]))
    def update(self, which: int, name: str) -> None:
        """A field changes in the source."""
        world = self.lab.world
        person = world.people[sorted(world.people)[which % len(world.people)]]
        person[name] = f"{person[name]}+"
        world.describe()

    # ---------------------------------------------------------------- people in the destination

    def _row(self, which: int) -> Row | None:
        rows = [row for row in self.lab.world.live().values() if row.identity]
        return rows[which % len(rows)] if rows else None

    @rule(which=st.integers(0, 30), second=st.booleans())
    def edited_by_a_person(self, which: int, second: bool) -> None:
        """Somebody writes over one of our fields."""
        if (row := self._row(which)) is not None:
            self.edits += 1
            name = "title" if row.object == "event" else "city" if second else "name"
            self.lab.world.person_edits(row.id, name, f"Person {self.edits}")

    @rule(which=st.integers(0, 30))
    def deleted_by_a_person(self, which: int) -> None:
        """Somebody deletes one of our records."""
        if (row := self._row(which)) is not None:
            self.lab.world.person_deletes(row.id)

    @rule()
    def created_by_a_person(self) -> None:
        """Somebody makes a record of his own."""
        self.edits += 1
        self.lab.world.person_creates("contact", {"name": f"Person {self.edits}"})

    @rule(which=st.integers(0, 30))
    def attached_by_a_person(self, which: int) -> None:
        """Somebody makes a record that refers to one of ours."""
        row = self._row(which)
        if row is not None and row.object == "contact":
            self.edits += 1
            self.lab.world.person_creates("event", {"title": f"Person {self.edits}", "contact": row.id})

    # ---------------------------------------------------------------- misfortune

    @rule(nth=st.integers(1, 40))
    def crash(self, nth: int) -> None:
        """The next run ends at the n-th crash point it passes."""
        self.lab.arm_crash("any", nth)

    @rule(kind=st.sampled_from(MISFORTUNES), nth=st.integers(1, 40))
    def fault(self, kind: str, nth: int) -> None:
        """The n-th request from now on meets a fault: a timeout, a throttle, a broken answer."""
        self.lab.world.arm(kind, nth)

    @rule(seconds=st.sampled_from([1, 60, 700, 90_000]))
    def time_passes(self, seconds: int) -> None:
        """Nobody does anything for a while."""
        self.lab.world.time.sleep(seconds)

    @rule(hours=st.sampled_from([-1, 0, 1]))
    def clock_is_set(self, hours: int) -> None:
        """The clock of the engine's machine is right, or an hour off, from now on."""
        self.lab.world.time.drift = timedelta(hours=hours)

    # ---------------------------------------------------------------- commands

    @rule(command=st.sampled_from(["load", "delta", "delta", "rollback"]))
    def run(self, command: str) -> None:
        """One run of a command, however it ends."""
        self.command = command
        self._attempt(command)

    @precondition(lambda self: self.command)
    @rule()
    def resume(self) -> None:
        """The faults are over; the command is run until it is through, and what is there is compared."""
        self.lab.world.calm()
        if self.command == "rollback":
            self._through("rollback")
            self._rolled_back()
        else:
            self._through("load")
            self._through("delta")
            self._complete()
        self.command = ""

    def _attempt(self, command: str) -> Result | BridgeworkError | None:
        ended = self.lab.attempt(command)
        self.counts["runs"] += 1
        assert ended is None or isinstance(ended, Result) or ended.cause != "internal", ended
        self.lab.world.catch_up()
        accounted_for(self.lab)
        return ended

    def _through(self, command: str) -> None:
        for _ in range(4):
            ended = self._attempt(command)
            if isinstance(ended, Result):
                return
        raise AssertionError(f"{command} does not end: {ended!r}")

    # ---------------------------------------------------------------- promises

    @invariant()
    def once(self) -> None:
        """R1 and R4, after every step."""
        made_once(self.lab.world)
        human_work_stands(self.lab.world)

    def _rolled_back(self) -> None:
        """What people neither touched nor attached anything to is gone, and a second run has nothing to do."""
        world = self.lab.world
        left = [
            row for row in world.live().values() if row.identity and row.hand == "us" and not world.attached(row.id)
        ]
        assert not left, f"left behind: {left}"
        before = self.lab.world.writes
        self._through("rollback")
        assert self.lab.world.writes == before

    def _complete(self) -> None:
        """Everybody is there once, as the source says, but for what people wrote or deleted."""
        world = self.lab.world
        known(self.lab)
        for key, person in world.people.items():
            row = self._of("people", key)
            if row is not None:
                expected = {name: value for name, value in person.items() if name != "guardian" and value} | row.edited
                held = {name: value for name, value in row.values.items() if name != "guardian"}
                same_content({key: held}, {key: expected})
        for key, visit in world.visits.items():
            row = self._of("visits", key, parent=visit["person"])
            if row is not None:
                assert row.values["title"] == row.edited.get("title", visit["what"])
                assert world.rows[row.values["contact"]].identity.startswith(f"lab.people.{visit['person']}/")

    def _of(self, rule_: str, key: str, parent: str = "") -> Row | None:
        """The record of a source row; None if a person deleted it, or the one it belongs to."""
        with self.lab.journal() as journal:
            target = journal.targets(rule_, [key]).get(key)
        assert target is not None, f"{rule_} {key} is not planned"
        row = self.lab.world.rows.get(target.id)
        if row is not None and not row.deleted:
            return row
        if row is not None and row.deleted and row.hand == "person":
            return None
        if parent and self._deleted(parent):
            return None
        raise AssertionError(f"{rule_} {key} is lost: {target}")

    def _deleted(self, person: str) -> bool:
        rows = [row for row in self.lab.world.rows.values() if row.identity.startswith(f"lab.people.{person}/")]
        return any(row.deleted and row.hand == "person" for row in rows)

    def teardown(self) -> None:
        if hasattr(self, "lab"):
            note("examples of the state machine", 1)
            note("runs of the state machine", self.counts["runs"])
            note("crashes survived", self.lab.crashes)
            note("faults injected", sum(self.lab.world.injected.values()))


def test_whatever_happens_in_whatever_order_nothing_is_lost_doubled_or_taken_from_people(
    templates: dict[str, Template], memory: Path
) -> None:
    """T9, and the invariants R1, R2, R4."""
    Migrating.templates, Migrating.folder = templates, memory / "machine"
    examples = int(os.environ.get("BRIDGEWORK_EXAMPLES", EXAMPLES))
    wanted: dict[str, Any] = {"max_examples": examples, "stateful_step_count": STEPS, "deadline": None}
    wanted["phases"] = (Phase.generate, Phase.shrink)
    wanted |= {"suppress_health_check": list(HealthCheck), "database": None, "derandomize": examples == EXAMPLES}
    run_state_machine_as_test(Migrating, settings=settings(**wanted))
