"""load: every record of every rule; and replay: the dead letters once more."""

from __future__ import annotations

from typing import Any

from bridgework.migration import Migration
from bridgework.results import Result
from bridgework.stages.load import WAITING, Loader, Resolver
from bridgework.stages.load.circuit import changed_objects
from bridgework.stages.loading import prepare, require_gates
from bridgework.stages.plan import schema_plan
from bridgework.stages.rules import target_rules
from bridgework.stages.settle_images import settle_images

_CHANGED = "The fields of {} were changed in the destination since the last stage: agree with whoever changes them."
GATES = ("mapping", "schema", "owners", "sample")


def load(migration: Migration, *, replay: bool = False, resync: bool = False, stage: str = "load") -> Result:
    """Load everything that is not in the destination yet; what changed is updated by the three-way rule.

    With `resync`, what carries this migration's identity and is unknown to its journal is taken in first.

    A delta that brings a new field, option or owner loads the rest and says which gate comes next.
    """
    delta = stage == "delta"
    require_gates(migration, tuple(name for name in GATES if not (delta and name == "schema")))
    resolver = prepare(migration, partly=delta)
    rules = target_rules(migration.plan)
    if migration.journal.last_event("window_opened") is None:
        migration.journal.event("window_opened", stage=stage)
    changed = changed_objects(migration)
    migration.progress.start(stage, _open_records(migration))
    loader = Loader(migration, resolver, stage=stage, retry_rejected=replay, resync=resync)
    loader.run(rules)
    read_back = settle_images(migration, [rule.name for rule in rules])
    outcomes: dict[str, Any] = {rule: dict(counts) for rule, counts in loader.outcomes.items()}
    migration.journal.event("loaded", stage=stage, outcomes=outcomes)
    counts = migration.journal.counts().values()
    waiting = sum(each[WAITING] for each in loader.outcomes.values())
    left = sum(states.get(state, 0) for states in counts for state in ("rejected", "pending", "in_doubt", "conflict"))
    return migration.finished(
        "replay" if replay else stage,
        data={
            "outcomes": outcomes,
            "read_back": read_back,
            "taken_in": loader.taken_in,
            "altered": loader.altered,
            "warnings": [_CHANGED.format(name) for name in changed],
            "usage": migration.usage(),
        },
        differences=bool(left or waiting or loader.altered),
        next_=_next(migration, resolver, left=left, waiting=waiting),
        report="load" if replay else stage,
    )


def _open_records(migration: Migration) -> int:
    still = ("pending", "undone", "skipped")
    return sum(states.get(state, 0) for states in migration.journal.counts().values() for state in still)


def _next(migration: Migration, resolver: Resolver, *, left: int, waiting: int) -> str:
    """What a delta brought that is new comes first: a field or option to create, a person to decide about."""
    if resolver.partly and schema_plan(migration).operations:
        return "bridgework schema"
    if resolver.partly and waiting:
        return "bridgework owners"
    return "bridgework failures" if left else "bridgework reconcile"
