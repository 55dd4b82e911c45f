"""The survey: map every row once without sending anything, so that each row's fate is known before the first write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bridgework.mapping import Disposed, Mapped, Outcome, Skipped, body_hash
from bridgework.migration import Migration
from bridgework.stages.noting import catch_up
from bridgework.stages.outcomes import outcomes

BATCH = 2_000
DispositionRow = tuple[str, str, str, str, str, str]


@dataclass
class RuleSurvey:
    """What one rule makes of its rows: counts only, never values."""

    rule: str
    object: str = ""
    source_object: str = ""
    label: str = ""
    planned: int = 0
    disposed: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)  # field label -> records that have a value
    shortened: int = 0  # records of which the archive keeps whole texts

    def as_json(self) -> dict[str, Any]:
        """For plan.json."""
        return {
            "label": self.label,
            "object": self.object,
            "from": self.source_object,
            "planned": self.planned,
            "disposed": dict(self.disposed),
            "skipped": dict(self.skipped),
            "warnings": dict(self.warnings),
            "filled": dict(self.filled),
        }


def fingerprint(migration: Migration) -> str:
    """Names mapping and extract together: a survey holds as long as neither changes."""
    return f"{migration.plan.content_hash}/{migration.staging.fingerprint}"


def ensure_survey(migration: Migration) -> None:
    """Survey again unless the last one saw this mapping and this extract."""
    catch_up(migration)
    last = migration.journal.last_event("surveyed")
    if last is None or last.payload["fingerprint"] != fingerprint(migration):
        survey(migration)


def survey(migration: Migration) -> list[RuleSurvey]:
    """Map everything, write planned targets and dispositions to the journal, and count."""
    journal, plan = migration.journal, migration.plan
    journal.start_plan()
    journal.start_dispositions()
    total = sum(migration.staging.count(rule.object) for rule in plan.rules.values())
    migration.progress.start("plan", total)
    surveys = []
    for rule in plan.rules.values():
        result = RuleSurvey(rule.name, rule.target if rule.kind == "target" else "", rule.object, rule.spec.label)
        for batch in _batches(migration.progress.counted(result.label or rule.name, outcomes(migration, rule))):
            _note(migration, result, batch)
        surveys.append(result)
    journal.finish_plan()
    journal.event(
        "surveyed",
        fingerprint=fingerprint(migration),
        planned={result.rule: result.planned for result in surveys},
        shortened=[result.rule for result in surveys if result.shortened],
        labels={result.rule: result.label for result in surveys if result.label},
    )
    migration.forget_labels()
    return surveys


def _note(migration: Migration, result: RuleSurvey, batch: Iterable[Outcome]) -> None:
    planned: list[tuple[str, str]] = []
    rows: list[DispositionRow] = []
    for outcome in batch:
        if isinstance(outcome, Mapped):
            planned.append((outcome.key, body_hash({**outcome.body, **outcome.deferred})))
            rows += [
                (source.object, source.key, outcome.rule, source.kind, "", outcome.key) for source in outcome.sources
            ]
            result.planned += 1
            result.shortened += bool(outcome.cut)
            result.warnings.update(outcome.warnings)
            result.filled.update(outcome.body.keys())
            result.filled.update(outcome.deferred.keys())
        elif isinstance(outcome, Skipped):
            rows.append((outcome.object, outcome.key, outcome.rule, "skipped", outcome.reason, ""))
            if outcome.selected:
                result.skipped[_shareable(outcome.reason)] += 1
        else:
            rows.append(_disposed(outcome))
            result.disposed[outcome.kind] += 1
    migration.journal.plan(result.rule, result.object, planned)
    migration.journal.set_dispositions(rows)


def _shareable(reason: str) -> str:
    """The reason without the key of the record a row was merged into."""
    return reason.partition(" into ")[0]


def _disposed(outcome: Disposed) -> DispositionRow:
    kind = "merged" if outcome.kind == "merged" else "archived"
    reason = outcome.reason if outcome.kind == "merged" else f"{outcome.kind}: {outcome.reason}"
    return (outcome.object, outcome.key, outcome.rule, kind, reason, "")


def _batches(outcomes: Iterator[Outcome]) -> Iterator[list[Outcome]]:
    while batch := list(islice(outcomes, BATCH)):
        yield batch
