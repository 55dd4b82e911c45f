"""The forecast: calls, budget and time of load, delta and full rollback, on this plan and the next larger one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridgework.migration import Migration
from bridgework.model import Budget, Capabilities, Tier
from bridgework.stages.rules import target_rules

DELTA_SHARE = 0.05  # assumed share of records that change between load and delta; stated in the report


@dataclass(frozen=True, slots=True)
class Work:
    """What a kind of run asks for: requests, and charges per budget name."""

    requests: int
    charges: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long that takes within one plan's budgets, and which budget decides.

    `daily` is (label, used, granted for one day) of each budget of a day.
    """

    work: str
    tier: str
    requests: int
    charges: Mapping[str, int]
    daily: Sequence[tuple[str, int, int]]
    seconds: float
    days: float
    decided_by: str

    def as_json(self) -> dict[str, Any]:
        """For plan.json and the forecast."""
        return {
            "work": self.work,
            "plan": self.tier,
            "calls": self.requests,
            "charges": dict(self.charges),
            "daily": [{"label": label, "used": used, "granted": granted} for label, used, granted in self.daily],
            "hours": round(self.seconds / 3600, 2),
            "days": round(self.days, 2),
            "decided_by": self.decided_by,
        }


def forecast(migration: Migration) -> list[Estimate]:
    """Estimates for load, delta and rollback on this plan and the next larger one."""
    counts = planned_counts(migration)
    capabilities = migration.capabilities
    works = {
        "load": load_work(capabilities, counts),
        "delta": scaled(load_work(capabilities, counts), DELTA_SHARE),
        "rollback": rollback_work(capabilities, counts),
    }
    tiers = _tiers(migration)
    return [estimate(migration, name, work, tier, budgets) for tier, budgets in tiers for name, work in works.items()]


def planned_counts(migration: Migration) -> dict[str, int]:
    """Planned records per destination object."""
    objects = {rule.name: rule.target for rule in target_rules(migration.plan)}
    counts: dict[str, int] = {}
    for rule, states in migration.journal.counts().items():
        if rule in objects:
            counts[objects[rule]] = counts.get(objects[rule], 0) + sum(states.values())
    return counts


def load_work(capabilities: Capabilities, counts: Mapping[str, int]) -> Work:
    """Creating every record and reading it back once."""
    return _work(capabilities, counts, ("create", "read"))


def rollback_work(capabilities: Capabilities, counts: Mapping[str, int]) -> Work:
    """Reading every record, deleting it, and reading again."""
    return _work(capabilities, counts, ("read", "delete", "read"))


def scaled(work: Work, factor: float) -> Work:
    """The same work for a part of the records."""
    return Work(
        math.ceil(work.requests * factor), {name: math.ceil(cost * factor) for name, cost in work.charges.items()}
    )


def _work(capabilities: Capabilities, counts: Mapping[str, int], verbs: Sequence[str]) -> Work:
    requests = 0
    charges: dict[str, int] = {}
    for name, count in counts.items():
        for verb in verbs:
            cost = capabilities.cost(name, verb)
            if cost is None:
                continue
            size = capabilities.read_batch if verb == "read" else _sent_together(capabilities, name)
            calls = math.ceil(count / size)
            requests += calls
            for budget, amount in cost.items():
                charges[budget] = charges.get(budget, 0) + calls * amount
    return Work(requests, charges)


def _sent_together(capabilities: Capabilities, name: str) -> int:
    return capabilities.object(name).records_per_request


def estimate(migration: Migration, name: str, work: Work, tier: str, budgets: Sequence[Budget]) -> Estimate:
    """The slowest budget decides; an empty list of budgets means no known limit."""
    core = migration.project.destination_core
    slowest, seconds = "no known limit", 0.0
    daily: list[tuple[str, int, int]] = []
    for budget in budgets:
        need = work.charges.get(budget.name, 0)
        if budget.window is None:
            allowance = budget.limit * core.day_share * (1 - core.reserve)
            daily.append((budget.label, need, int(allowance)))
            full_days, rest = divmod(need, allowance) if allowance else (0.0, 0.0)
            took = full_days * 86_400 if full_days else 0.0
            took += 0.0 if not full_days else rest / allowance * 3600
        else:
            took = need / (budget.limit * core.share) * budget.window
        if took > seconds:
            slowest, seconds = budget.label, took
    return Estimate(name, tier, work.requests, work.charges, daily, seconds, seconds / 86_400, slowest)


def _tiers(migration: Migration) -> list[tuple[str, tuple[Budget, ...]]]:
    """This plan with its budgets, then the next larger one."""
    seats = int(migration.project.file.destination.get("seats", 1))
    tiers: Sequence[Tier] = migration.capabilities.tiers
    names = [tier.name for tier in tiers]
    present = migration.schema.limits.tier
    own = [("this plan", migration.budgets)] if present not in names else []
    start = names.index(present) if present in names else len(tiers)
    rows = [(tier.label, tier.budgets(seats) if tier.budgets else ()) for tier in tiers[start : start + 2]]
    if rows:
        rows[0] = (rows[0][0], migration.budgets)
    return own + rows
