"""The tests that the mapping document carries, the examples of its transforms, and the document itself."""

from __future__ import annotations

from datetime import UTC, datetime

import jsonschema
import pytest
from ruamel.yaml import YAML

from bridgework.mapping import MappingSettings, check_examples, load_mapping, mapping_schema, run_mapping_tests
from bridgework.mapping import TestResult as Result
from bridgework.model import TransformContext
from bridgework_dental.transforms import TRANSFORMS as DENTAL
from bridgework_sensei_pipedrive import SenseiPipedrive

from .conftest import FIELD_TYPES, Practice

CUTOVER = datetime(2026, 11, 1, 18, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def results(practice: Practice) -> list[Result]:
    pair = SenseiPipedrive()
    settings = MappingSettings(
        currency="USD", cutover=CUTOVER, time_zone="America/Denver", field_types=FIELD_TYPES,
        facts={"tooth_numbering": "universal"},
    )  # fmt: skip
    mapping = load_mapping([("mapping.yaml", pair.mapping())])
    transforms = [*DENTAL, *pair.transforms()]
    return run_mapping_tests(mapping, practice.staging.description, settings=settings, transforms=transforms)


def test_every_test_of_the_mapping_passes(results: list[Result]) -> None:
    assert [f"{each.number} {each.rule} {each.about}: {each.problems}" for each in results if not each.passed] == []


def test_every_rule_with_a_target_is_tested(results: list[Result]) -> None:
    mapping = load_mapping([("mapping.yaml", SenseiPipedrive().mapping())])
    targets = {name for name, rule in mapping.file.rules.items() if rule.to}
    simple = {"organizations-practice", "organizations-carriers", "organizations-labs"}
    assert targets - simple == {each.rule for each in results} & targets


def test_examples_of_the_pairs_transforms_come_out_as_written() -> None:
    context = TransformContext(row={}, currency="USD", time_zone="America/Denver", cutover=CUTOVER)
    assert check_examples(SenseiPipedrive().transforms(), context) == []


def test_the_document_follows_the_schema_for_editors() -> None:
    document = YAML(typ="safe").load(SenseiPipedrive().mapping())
    checker = jsonschema.Draft202012Validator(mapping_schema())
    assert [f"{list(error.path)}: {error.message[:200]}" for error in checker.iter_errors(document)] == []


def test_the_pair_says_what_it_joins() -> None:
    assert (SenseiPipedrive.source, SenseiPipedrive.destination) == ("sensei", "pipedrive")
    assert "dental" in SenseiPipedrive.requires
