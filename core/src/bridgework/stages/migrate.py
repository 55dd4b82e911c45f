"""migrate: run stages until a gate, a pause or the end, and say what to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bridgework.errors import UsageError
from bridgework.gates import Gate, is_open
from bridgework.migration import Migration
from bridgework.results import Result
from bridgework.stages.approve import approve
from bridgework.stages.auditing import audit, undecided_blocks
from bridgework.stages.diff import diff
from bridgework.stages.extract import extract
from bridgework.stages.load_stage import load
from bridgework.stages.loading import gate as gate_of
from bridgework.stages.owners import owners
from bridgework.stages.plan import is_planned, plan, schema_plan
from bridgework.stages.reconcile import reconcile
from bridgework.stages.sample import sample
from bridgework.stages.schema import apply_schema, schema


@dataclass(frozen=True, slots=True)
class Step:
    """One stage or gate: `due` says whether it still has to happen."""

    name: str
    due: Callable[[Migration], bool]
    run: Callable[[Migration], Result] | None  # None: a gate


def migrate(migration: Migration, *, approve_as: str = "", size: int = 150) -> Result:
    """Do everything that can be done now. Ends `waiting` at a gate, `stopped` at a pause, else with the last stage.

    UsageError: gates shall be approved automatically, but the destination is no sandbox.
    """
    if approve_as and not migration.sandbox:
        raise UsageError("Only a sandbox may be approved automatically.", next_step="bridgework migrate")
    last: Result | None = None
    for step in _steps(size):
        if not step.due(migration):
            continue
        if step.run is not None:
            last = step.run(migration)
            continue
        gate = gate_of(migration, step.name)
        if approve_as and not gate.blocked:
            approve(migration, step.name, approve_as, automatic=True)
            continue
        migration.hooks.announce("approval_needed", gate=step.name, content_hash=gate.content_hash)
        return _waiting(migration, gate)
    result = last or migration.finished("migrate", report="")
    return replace(result, stage="migrate")


def _waiting(migration: Migration, gate: Gate) -> Result:
    result = migration.finished(
        "migrate",
        data={"gate": gate.name, "blocked": list(gate.blocked)},
        message=f"The {gate.name} gate is blocked: {gate.blocked[0]}"
        if gate.blocked
        else f"The {gate.name} gate waits for a person.",
        next_=gate.next_step,
        report="",
    )
    return replace(result, state="waiting", cause="gate")


def _steps(size: int) -> list[Step]:
    return [
        Step("extract", lambda m: m.journal.last_event("extracted") is None, extract),
        Step("audit", lambda m: undecided_blocks(m) is None, audit),
        Step("plan", lambda m: not is_planned(m), plan),
        Step("mapping", _closed("mapping"), None),
        Step("schema", _closed("schema"), schema),
        Step("schema", _closed("schema"), None),
        Step("apply", lambda m: bool(schema_plan(m).operations), apply_schema),
        Step("owners", lambda m: not m.project.owners_file.exists(), owners),
        Step("owners", _closed("owners"), None),
        Step("sample", _unsampled, lambda m: sample(m, size=size)),
        Step("diff", _undiffed, diff),
        Step("sample", _closed("sample"), None),
        Step("load", _unloaded, load),
        Step("reconcile", lambda m: True, reconcile),
    ]


def _closed(name: str) -> Callable[[Migration], bool]:
    return lambda migration: not is_open(migration.journal, gate_of(migration, name))


def _unsampled(migration: Migration) -> bool:
    """A sample is due before the first load, and again when the mapping has changed since."""
    last = migration.journal.last_event("sample_chosen")
    return last is None or last.payload["mapping"] != migration.plan.content_hash


def _undiffed(migration: Migration) -> bool:
    sampled, diffed = migration.journal.last_event("sample_chosen"), migration.journal.last_event("diffed")
    return sampled is not None and (diffed is None or diffed.seq < sampled.seq)


def _unloaded(migration: Migration) -> bool:
    """A load is due after every sample, and as long as records wait."""
    sampled, loaded = migration.journal.last_event("sample_chosen"), migration.journal.last_event("loaded")
    if sampled is not None and (loaded is None or loaded.seq < sampled.seq):
        return True
    return any(
        states.get(state, 0)
        for states in migration.journal.counts().values()
        for state in ("pending", "undone", "in_doubt")
    )
