"""A generated practice, staged, and mapped by a pair: what the tests of every pair stand on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import bridgework_sensei_generator as generator
from bridgework.mapping import (
    Decisions,
    Disposed,
    Mapped,
    MappingSettings,
    Outcome,
    Plan,
    Skipped,
    compile_mapping,
    load_mapping,
    run_mapping_tests,
)
from bridgework.mapping import TestResult as Result
from bridgework.model import FieldType, NamedTransform
from bridgework.staging import Records, Staging
from bridgework_dental.transforms import TRANSFORMS as DENTAL
from bridgework_sensei import Sensei, SenseiSettings

CUTOVER = datetime(2026, 11, 1, 18, 0, tzinfo=UTC)  # of the tests that mapping documents carry


@dataclass
class Practice:
    """An extracted export, the truth about it, and what a pair makes of it."""

    truth: generator.Truth
    staging: Staging
    pair: Any
    field_types: frozenset[FieldType]

    @property
    def transforms(self) -> list[NamedTransform]:
        return [*DENTAL, *self.pair.transforms()]

    def settings(self, **changes: Any) -> MappingSettings:
        description = self.staging.description
        given = {"cutover": description.generated_at, "time_zone": description.time_zone, "facts": description.facts}
        return MappingSettings(currency="USD", field_types=self.field_types, **{**given, **changes})

    def plan(self, *, decisions: Decisions | None = None, override: str = "", **options: str | bool | int) -> Plan:
        texts = [("pair/mapping.yaml", self.pair.mapping()), *([("mapping.yaml", override)] if override else [])]
        return compile_mapping(
            load_mapping(texts),
            self.staging.description,
            settings=self.settings(options=options),
            transforms=self.transforms,
            decisions=decisions,
        )

    def outcomes(self, plan: Plan) -> dict[str, list[Outcome]]:
        plan.prepare(self.staging)
        return {name: list(plan.run(name, self.staging)) for name in plan.rules}

    @cached_property
    def usual(self) -> Plan:
        """The plan where nobody decided anything."""
        return self.plan()

    @cached_property
    def usual_outcomes(self) -> dict[str, list[Outcome]]:
        """What that plan makes of every row."""
        return self.outcomes(self.usual)

    @cached_property
    def results(self) -> list[Result]:
        """Results of the tests that the pair's mapping document carries."""
        settings = self.settings(cutover=CUTOVER, time_zone="America/Denver", facts={"tooth_numbering": "universal"})
        mapping = load_mapping([("mapping.yaml", self.pair.mapping())])
        return run_mapping_tests(mapping, self.staging.description, settings=settings, transforms=self.transforms)


@contextmanager
def staged(folder: Path, pair: Any, field_types: frozenset[FieldType], *, patients: int) -> Iterator[Practice]:
    """Generate a practice, extract it and give it to the pair. Every planted defect is in it."""
    truth = generator.generate(folder / "export", patients=patients, seed=11)
    with Records.create(folder / "records.db", bytes(range(32)), "abcdef") as records:
        _stage(records, folder / "export")
        yield Practice(truth, records.staging(), pair, field_types)


def _stage(records: Records, export: Path) -> None:
    source = Sensei(SenseiSettings(path=export, encoding=""))
    description = source.describe_source()
    writer = records.writer()
    writer.begin(description)
    for item in description.objects:
        if not item.absent:
            writer.add(item.name, source.extract(item.name, None))
    writer.freeze()


def mapped(outcomes: Iterable[Outcome]) -> list[Mapped]:
    return [each for each in outcomes if isinstance(each, Mapped)]


def skipped(outcomes: Iterable[Outcome]) -> list[Skipped]:
    return [each for each in outcomes if isinstance(each, Skipped)]


def disposed(outcomes: Iterable[Outcome]) -> list[Disposed]:
    return [each for each in outcomes if isinstance(each, Disposed)]


def rows_of(outcome: Outcome) -> list[str]:
    """The keys of the rows an outcome is about: a group has several."""
    return [row.key for row in outcome.sources] if isinstance(outcome, Mapped) else [outcome.key]


def require_one_outcome_each(practice: Practice, plan: Plan, outcomes: dict[str, list[Outcome]]) -> None:
    """Every row has exactly one outcome in every rule of its object."""
    for name, made in outcomes.items():
        source = plan.rules[name].object
        rows = Counter(key for each in made for key in rows_of(each))
        assert max(rows.values()) == 1, name
        assert len(rows) == practice.staging.count(source), name


def not_chosen(plan: Plan, outcomes: dict[str, list[Outcome]]) -> list[tuple[str, str]]:
    """Rows (object, key) that no rule chose, and none skipped for a reason."""
    chosen: dict[tuple[str, str], bool] = {}
    for name, made in outcomes.items():
        for each in made:
            selected = not isinstance(each, Skipped) or each.selected
            for key in rows_of(each):
                row = (plan.rules[name].object, key)
                chosen[row] = chosen.get(row, False) or selected
    return [row for row, selected in chosen.items() if not selected]
