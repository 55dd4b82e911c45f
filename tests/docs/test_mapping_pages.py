"""Examples of mapping files are real: they load, and the tests inside them pass."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridgework.mapping import MappingSettings, load_mapping, mapping_schema, run_mapping_tests
from bridgework.model import FieldType, Reference, SourceDescription, SourceField, SourceObject
from bridgework.plugins import load_class

from .conftest import DOCS, Block, blocks

PAGES = (DOCS / "partners" / "mapping-files.md", DOCS / "operators" / "plan.md")
EXAMPLES = [block for page in PAGES for block in blocks(page) if block.words.startswith("mapping")]
RUN = [block for block in EXAMPLES if "run" in block.words]
NOW = datetime(2026, 6, 15, 18, tzinfo=UTC)


def _object(object_name: str, references: tuple[Reference, ...] = (), /, **types: str) -> SourceObject:
    fields = tuple(SourceField(name=field, type=FieldType(kind)) for field, kind in types.items())
    return SourceObject(name=object_name, fields=fields, references=references)


PRACTICE = SourceDescription(
    objects=(
        _object("locations", id="text", name="text", brand="text"),
        _object("team", id="text", name="text", email="text"),
        _object(
            "patients",
            (Reference(field="location", object="locations"), Reference(field="guardian", object="patients")),
            **dict.fromkeys(("id", "first", "last", "email", "status", "location", "guardian", "nickname"), "text"),
            born="date",
        ),
        _object(
            "visits",
            (Reference(field="patient", object="patients"),),
            **dict.fromkeys(("id", "patient", "status", "kind", "note"), "text"),
            start="local_instant",
        ),
        _object(
            "payments", (Reference(field="patient", object="patients"),), id="text", patient="text", amount="money"
        ),
    ),
    generated_at=NOW,
    time_zone="America/Denver",
)


def _name(block: Block) -> str:
    return f"{block.page.stem}:{block.text.splitlines()[0]}:{len(block.text)}"


@pytest.mark.parametrize("block", [each for each in EXAMPLES if each.page == PAGES[0]], ids=_name)
def test_every_example_is_a_mapping(block: Block) -> None:
    assert load_mapping([(block.page.name, block.text)]).file.rules


def test_an_override_of_the_manual_fits_the_pair_it_overrides() -> None:
    [_, example] = [block for block in EXAMPLES if block.page.name == "plan.md"]
    pair = load_class("pair", "sensei-pipedrive")().mapping()

    merged = load_mapping([("pair", pair), ("mapping.yaml", example.text)]).file.rules["patients"].fields

    assert "Gender" in load_mapping([("pair", pair)]).file.rules["patients"].fields
    assert "Gender" not in merged
    assert merged["Nickname"].from_ == "nickname"


def test_the_override_that_takes_a_value_out_changes_nothing_else_of_its_field() -> None:
    [example, _] = [block for block in EXAMPLES if block.page.name == "plan.md"]
    pair = load_class("pair", "sensei-twenty")().mapping()

    before = load_mapping([("pair", pair)]).file.rules["patients"].fields["emails"]
    after = load_mapping([("pair", pair), ("mapping.yaml", example.text)]).file.rules["patients"].fields["emails"]

    assert after.when is not None
    assert after.model_copy(update={"when": before.when}) == before


@pytest.mark.parametrize("block", RUN, ids=_name)
def test_the_tests_inside_an_example_pass(block: Block) -> None:
    mapping = load_mapping([(block.page.name, block.text)])
    settings = MappingSettings(currency="USD", cutover=NOW, time_zone="America/Denver")

    results = list(run_mapping_tests(mapping, PRACTICE, settings=settings))

    assert results
    assert {result.about: result.problems for result in results if not result.passed} == {}


def test_every_word_of_a_rule_and_of_a_field_stands_in_the_manual() -> None:
    text = Path(PAGES[0]).read_text("utf-8")
    definitions = mapping_schema()["$defs"]
    for name in ("Rule", "FieldSpec", "Test"):
        described = definitions[name]
        while "properties" not in described:
            described = described["anyOf"][-1]
        missing = [key for key in described["properties"] if f"`{key}`" not in text]
        assert missing == [], name
