"""Whole migrations of odd practices, compared record by record with an oracle that knows nothing of the product."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..bench import Answer, Bench
from .expected import Oracle
from .practice import WIDE, loose_ends, one_location, two_locations, unknown_things
from .reading import Source
from .standing import Standing, differences
from .writing import Folder

pytestmark = pytest.mark.slow

ALICE = "alice.smith@saguaro.example"
USERS = [f"Alice Smith <{ALICE}>", "Bo Gone <bo.gone@saguaro.example> inactive"]
FALLBACK = "owner@practice.example"

Benches = Callable[..., Bench]
Move = Callable[..., tuple[Bench, Source]]


@pytest.fixture
def migrated(make_bench: Benches, tmp_path: Path) -> Move:
    """Move an export; the bench before the load and the export as the oracle reads it."""

    def move(folder: Folder) -> tuple[Bench, Source]:
        path = folder.write(tmp_path / "odd")
        settings = {"owners.fallback": FALLBACK}
        return make_bench(path, users=USERS, plan="ultimate", settings=settings), Source(path)

    return move


def load(bench: Bench, **decisions: str) -> Answer:
    """Everything up to reconciliation; its answer."""
    bench.call("extract", code=(0, 1))
    bench.call("audit", code=(0, 1))
    bench.decide(**decisions)
    bench.call("plan", code=(0, 1))
    bench.approve("mapping")
    bench.call("schema", code=(0, 1))
    bench.approve("schema")
    bench.call("schema", "--apply")
    bench.call("owners", code=(0, 1))
    bench.approve("owners")
    bench.call("sample", "--size", "6", code=(0, 1))
    bench.call("diff", code=(0, 1))
    bench.approve("sample")
    bench.call("load", code=(0, 1))
    return bench.call("reconcile", code=(0, 1))


def oracle(source: Source, **decisions: object) -> Oracle:
    """The oracle with the users of the account."""
    return Oracle(source, {ALICE, FALLBACK}, FALLBACK, **decisions)


def found(bench: Bench, expected: Oracle, *rejected: str) -> list[str]:
    """Differences between what must be there and what is; `rejected` must not be there."""
    standing = Standing(bench.running.state())
    assert standing.twice == []
    wanted = expected.records()
    for name in rejected:
        del wanted[name]
    return differences(wanted, standing.records())


def conserved(answer: Answer, source: Source) -> None:
    """Every row of the export has exactly one disposition, and none is open."""
    for entry in source.manifest["files"]:
        counts = dict(answer["objects"][entry["object"]])
        assert counts.pop("extracted") == entry["rows"] == sum(counts.values()), entry["object"]
        assert not {"pending", "in_doubt"} & counts.keys()


def test_a_practice_full_of_quirks_arrives_record_by_record_and_leaves_without_a_trace(migrated: Move) -> None:
    bench, source = migrated(two_locations())
    before = bench.account.content()
    answer = load(bench)
    assert found(bench, oracle(source)) == []
    conserved(answer, source)
    bench.call("rollback")
    assert bench.account.migrated() == dict.fromkeys(bench.account.migrated(), 0)
    bench.call("rollback", "--schema")
    assert bench.account.content() == before


def test_fields_of_the_practice_have_the_type_of_their_definition_or_of_their_values(migrated: Move) -> None:
    bench, _ = migrated(two_locations())
    load(bench)
    types = Standing(bench.running.state()).field_types()
    labels = ("Comfort", "Story", "Call me", "Shoe size", "Member since", "VIP", "undefined", "undefinedToo")
    assert [types["person", label] for label in labels] == [
        "enum", "text", "text", "double", "date", "enum", "double", "varchar",
    ]  # fmt: skip
    assert (types["organization", "Chairs"], types["organization", "Tier"]) == ("double", "enum")
    assert types["deal", "Financing"] == "enum"
    assert ("person", "SSN last 4") not in types


def test_decisions_to_merge_are_carried_out(migrated: Move) -> None:
    bench, source = migrated(two_locations())
    answer = load(bench, DUP_01="merge into p-ana", DUP_02="merge into p-twin2")
    expected = oracle(source, merged={"p-dup": "p-ana", "p-twin": "p-twin2"})
    assert found(bench, expected) == []
    conserved(answer, source)


def test_one_location_and_hardly_any_object_arrive(migrated: Move) -> None:
    bench, source = migrated(one_location())
    conserved(load(bench), source)
    assert found(bench, oracle(source)) == []


def test_what_the_format_lets_a_practice_leave_out_or_say_twice(migrated: Move) -> None:
    bench, source = migrated(loose_ends())
    conserved(load(bench), source)
    assert found(bench, oracle(source)) == []


def test_what_nobody_has_heard_of_blocks_until_the_mapping_says_what_becomes_of_it(migrated: Move) -> None:
    bench, source = migrated(unknown_things(two_locations()))
    bench.audited()
    bench.call("plan", code=1)
    refused = bench.call("approve", "mapping", "--by", "Dana Weiss <dana@practice.example>", code=2)
    for name in ("patients.loyaltyTier", "appointments.arrivalMood", "smileGallery"):
        assert name in refused["message"]
    (bench.folder / "mapping.yaml").write_text(
        """
rules:
  patients:
    drop: {loyaltyTier: not used in the CRM}
  appointments:
    drop: {arrivalMood: not used in the CRM}
  gallery:
    from: smileGallery
    archive: pictures of smiles stay with the practice
""",
        "utf-8",
    )
    conserved(load(bench), source)
    assert found(bench, oracle(source)) == []


def test_a_choice_too_long_for_an_option_is_shortened_where_everybody_sees_it(migrated: Move) -> None:
    folder = one_location()
    folder.objects["patients"][1]["gender"] = WIDE
    bench, source = migrated(folder)
    conserved(load(bench), source)
    [difference] = found(bench, oracle(source))
    assert difference.startswith(f"sensei.patients.2: Gender: '{'W' * 247}… ")
