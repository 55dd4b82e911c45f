"""A generated practice, extracted and mapped once for all tests of the pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import bridgework_sensei_generator as generator
from bridgework.mapping import Disposed, Mapped, MappingSettings, Outcome, Plan, compile_mapping, load_mapping
from bridgework.staging import Records, Staging
from bridgework_dental.transforms import TRANSFORMS as DENTAL
from bridgework_sensei import Sensei, SenseiSettings
from bridgework_sensei_twenty import SenseiTwenty
from bridgework_twenty import Twenty


@dataclass
class Practice:
    """An extracted export, the truth about it, and its compiled mapping."""

    truth: generator.Truth
    staging: Staging

    def plan(self, **options: str | bool | int) -> Plan:
        pair, description = SenseiTwenty(), self.staging.description
        settings = MappingSettings(
            currency="USD",
            cutover=description.generated_at,
            time_zone=description.time_zone,
            options=options,
            field_types=Twenty.capabilities.field_types,
            facts=description.facts,
        )
        return compile_mapping(
            load_mapping([("pair/mapping.yaml", pair.mapping())]),
            description,
            settings=settings,
            transforms=[*DENTAL, *pair.transforms()],
        )

    def outcomes(self, plan: Plan) -> dict[str, list[Outcome]]:
        plan.prepare(self.staging)
        return {name: list(plan.run(name, self.staging)) for name in plan.rules}


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    folder = tmp_path_factory.mktemp("practice")
    truth = generator.generate(folder / "export", patients=150, seed=11)
    with Records.create(folder / "records.db", bytes(range(32)), "abcdef") as records:
        _stage(records, folder / "export")
        yield Practice(truth, records.staging())


def _stage(records: Records, export: Path) -> None:
    source = Sensei(SenseiSettings(path=export, encoding=""))
    description = source.describe_source()
    writer = records.writer()
    writer.begin(description)
    for item in description.objects:
        if not item.absent:
            writer.add(item.name, source.extract(item.name, None))
    writer.freeze()


@pytest.fixture(scope="session")
def plan(practice: Practice) -> Plan:
    return practice.plan()


@pytest.fixture(scope="session")
def outcomes(practice: Practice, plan: Plan) -> dict[str, list[Outcome]]:
    return practice.outcomes(plan)


def mapped(outcomes: Iterable[Outcome]) -> list[Mapped]:
    return [each for each in outcomes if isinstance(each, Mapped)]


def disposed(outcomes: Iterable[Outcome]) -> list[Disposed]:
    return [each for each in outcomes if isinstance(each, Disposed)]
