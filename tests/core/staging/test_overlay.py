"""A delta laid over a snapshot: what changed, all or nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridgework.errors import UsageError
from bridgework.model import Problem, Reference, SourceDescription, SourceObject, SourceRecord
from bridgework.staging import Frozen, Image, Records, Staging

from .conftest import KEY, MIGRATION, PATIENTS, VISITS, described, record

Stage = Callable[..., Staging]
Rows = dict[str, list[SourceRecord]]


def lay(records: Records, rows: Rows, complete: bool = True, description: SourceDescription | None = None) -> Frozen:
    writer = records.writer()
    writer.overlay(description or described(), complete)
    for name, found in rows.items():
        writer.add(name, found)
    return writer.freeze()


def counts(frozen: Frozen, name: str) -> tuple[int, int, int, int]:
    result = frozen.overlay[name]
    return result.new, result.changed, result.unchanged, result.vanished


def children(staging: Staging, field: str = "patientId", child: str = "visits") -> dict[str, list[str]]:
    pairs = staging.parents_with_children("patients", child, field)
    return {row.key: [found.key for found in rows] for row, rows in pairs}


def test_a_delta_sorts_rows_into_new_changed_unchanged_and_vanished(records: Records, stage: Stage) -> None:
    before = stage({"patients": [record("patients", key, a=1) for key in "abcd"]})
    frozen = lay(
        records,
        {"patients": [record("patients", "a", a=1), record("patients", "b", a=2), record("patients", "e", a=1)]},
    )
    result = frozen.overlay["patients"]
    assert counts(frozen, "patients") == (1, 1, 1, 2)
    assert list(result.keys("new")) == ["e"]
    assert list(result.keys("changed")) == ["b"]
    assert list(result.keys("vanished")) == ["c", "d"]
    after = records.staging()
    assert [row.key for row in after.rows("patients")] == ["a", "b", "c", "d", "e"]
    changed = after.row("patients", "b")
    assert changed is not None and changed.values["a"] == 2
    assert after.raw("patients", "b") == b'{"id": "b", "a": 2}'
    assert (before.snapshot, after.snapshot) == (1, 2)
    assert before.fingerprint != after.fingerprint
    assert after.count("patients") == 5


def test_the_same_rows_again_change_nothing_but_the_number(records: Records, stage: Stage) -> None:
    rows = [record("patients", f"p{number}") for number in range(1_300)]
    before = stage({"patients": rows})
    frozen = lay(records, {"patients": rows})
    assert counts(frozen, "patients") == (0, 0, 1_300, 0)
    assert frozen.snapshot == 2 and frozen.fingerprint == before.fingerprint
    assert records.staging().inventory() == before.inventory()


@pytest.mark.parametrize("ahead", [20_000, 10])
def test_a_delta_in_another_order_with_gaps_and_new_rows_is_matched_all_the_same(
    records: Records, stage: Stage, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    monkeypatch.setattr("bridgework.staging.overlay._MOST_AHEAD", ahead)
    stage({"patients": [record("patients", f"p{number}", a=1) for number in range(2_500)]})
    delta = [record("patients", f"p{number}", a=int(number != 7)) for number in reversed(range(5, 2_500))]
    frozen = lay(records, {"patients": [*delta[:1_200], record("patients", "new", a=1), *delta[1_200:]]})
    assert counts(frozen, "patients") == (1, 1, 2_494, 5)
    assert list(frozen.overlay["patients"].keys("vanished")) == ["p0", "p1", "p2", "p3", "p4"]


def test_fields_found_in_the_rows_stay_found_when_nothing_changed(records: Records, stage: Stage) -> None:
    rows = {"patients": [record("patients", "a", undeclared=1)]}
    before = stage(rows)
    lay(records, rows)
    found = [field.name for field in records.staging().object("patients").fields if field.inferred]
    assert found == [field.name for field in before.object("patients").fields if field.inferred] == ["undeclared"]


def test_absence_means_nothing_in_an_incomplete_delta(records: Records, stage: Stage) -> None:
    stage({"patients": [record("patients", "a"), record("patients", "b")]})
    assert counts(lay(records, {"patients": [record("patients", "a")]}, complete=False), "patients") == (0, 0, 1, 0)
    frozen = lay(records, {"patients": []}, description=described(complete=False))
    assert counts(frozen, "patients") == (0, 0, 0, 0)


def test_an_object_that_was_not_read_has_not_vanished(records: Records, stage: Stage) -> None:
    stage({"patients": [record("patients", "a")], "visits": [record("visits", "v")]})
    frozen = lay(records, {"patients": []})
    assert counts(frozen, "patients") == (0, 0, 0, 1)
    assert "visits" not in frozen.overlay


def test_a_row_that_comes_back_is_as_it_was(records: Records, stage: Stage) -> None:
    stage({"patients": [record("patients", "a"), record("patients", "b")]})
    lay(records, {"patients": [record("patients", "a")]})
    frozen = lay(records, {"patients": [record("patients", "a"), record("patients", "b")]})
    assert counts(frozen, "patients") == (0, 0, 2, 0)


def test_links_follow_changed_children_and_new_parents(records: Records, stage: Stage) -> None:
    stage(
        {
            "patients": [record("patients", "a"), record("patients", "b")],
            "visits": [
                record("visits", f"v{number}", patientId=to) for number, to in enumerate(["a", "a", "b", "new"])
            ],
        }
    )
    lay(
        records,
        {
            "patients": [record("patients", "a"), record("patients", "b"), record("patients", "new")],
            "visits": [
                record("visits", "v0", patientId="b"),
                record("visits", "v1", patientId="a"),
                record("visits", "v2", patientId=""),
                record("visits", "v3", patientId="new"),
                record("visits", "v4", patientId="gone"),
            ],
        },
    )
    staging = records.staging()
    assert children(staging) == {"a": ["v1"], "b": ["v0"], "new": ["v3"]}
    assert [row.key for row in staging.orphans("visits", "patientId")] == ["v4"]


def test_a_name_that_becomes_ambiguous_loses_its_children(records: Records, stage: Stage) -> None:
    reports = [record("reports", "r", number="1")]
    stage({"patients": [record("patients", "a", patientNumber="1")], "reports": reports})
    assert children(records.staging(), "number", "reports") == {"a": ["r"]}
    both = [record("patients", "a", patientNumber="1"), record("patients", "b", patientNumber="1")]
    lay(records, {"patients": both, "reports": reports})
    assert children(records.staging(), "number", "reports") == {"a": [], "b": []}
    apart = [record("patients", "a", patientNumber="2"), record("patients", "b", patientNumber="1")]
    lay(records, {"patients": apart, "reports": reports})
    assert children(records.staging(), "number", "reports") == {"a": [], "b": ["r"]}
    assert [row.key for row in records.staging().by_field("patients", "patientNumber", "1")] == ["b"]


def test_merges_hold_on_after_a_delta(records: Records, stage: Stage) -> None:
    staging = stage({"patients": [record("patients", "a"), record("patients", "b")], "visits": []})
    staging.apply_merges({("patients", "a"): "b"})
    lay(records, {"visits": [record("visits", "v", patientId="a")]}, complete=False)
    pairs = records.staging().parents_with_children("patients", "visits", "patientId", survivors=True)
    assert {row.key: [found.key for found in rows] for row, rows in pairs} == {"a": [], "b": ["v"]}


def test_a_reference_described_later_is_found_for_old_rows_too(records: Records, stage: Stage) -> None:
    rows: Rows = {"patients": [record("patients", "a")], "visits": [record("visits", "v", patientId="a", by="a")]}
    stage(rows, described(PATIENTS, VISITS))
    more = SourceObject(
        name="visits", fields=VISITS.fields, references=(*VISITS.references, Reference(field="by", object="patients"))
    )
    lay(records, rows, description=described(PATIENTS, more))
    staging = records.staging()
    assert children(staging, "by") == {"a": ["v"]}
    assert children(staging, "patientId") == {"a": ["v"]}


def test_problems_and_inventory_are_those_of_the_new_rows(records: Records, stage: Stage) -> None:
    stage({"patients": [record("patients", "a", (Problem("birthDate", "DAT-01", "bad"),), shoe=1)]})
    lay(records, {"patients": [record("patients", "a", birthDate="1980-01-01", hat="x")]})
    staging = records.staging()
    assert list(staging.problems()) == []
    fields = {known.name for known in staging.object("patients").fields}
    assert "hat" in fields and "shoe" not in fields
    assert staging.inventory()["patients"]["birthDate"].filled == 1


def test_an_object_absent_from_the_delta_keeps_its_rows_and_description(records: Records, stage: Stage) -> None:
    stage({"patients": [record("patients", "a")], "visits": [record("visits", "v", patientId="a")]})
    absent = SourceObject(name="visits", absent="not exported")
    lay(records, {"patients": [record("patients", "a")]}, description=described(PATIENTS, absent))
    staging = records.staging()
    assert staging.object("visits").references == VISITS.references
    assert not staging.object("visits").absent
    assert children(staging) == {"a": ["v"]}


def test_repeated_keys_are_matched_with_their_own_rows(records: Records, stage: Stage) -> None:
    rows = [record("patients", "a", x=1), record("patients", "a", x=2), record("patients", "a", x=1)]
    stage({"patients": rows})
    assert counts(lay(records, {"patients": rows}), "patients") == (0, 0, 2, 0)
    assert records.staging().folded() == {"patients": 1}
    moved = [rows[0], record("patients", "a", x=3)]
    frozen = lay(records, {"patients": moved})
    assert list(frozen.overlay["patients"].keys("changed")) == ["a~2"]
    assert [(key, problem.check) for _, key, problem, _, _ in records.staging().problems()] == [("a~2", "DUP-07")]


def test_a_delta_needs_a_snapshot(records: Records) -> None:
    with pytest.raises(UsageError):
        records.writer().overlay(described())


def test_an_abandoned_delta_leaves_the_old_snapshot(records: Records, stage: Stage) -> None:
    stage({"patients": [record("patients", "a", x=1)]})
    with pytest.raises(RuntimeError), records.writer() as writer:
        writer.overlay(described())
        writer.add("patients", [record("patients", "a", x=2), record("patients", "b")])
        raise RuntimeError
    staging = records.staging()
    assert staging.snapshot == 1
    assert [(row.key, row.values["x"]) for row in staging.rows("patients")] == [("a", 1)]
    assert counts(lay(records, {"patients": [record("patients", "a", x=1)]}), "patients") == (0, 0, 1, 0)


@pytest.mark.parametrize("start", ["begin", "overlay"])
def test_rows_that_break_off_leave_the_file_usable(records: Records, stage: Stage, start: str) -> None:
    stage({"patients": [record("patients", "a", x=1)]})
    writer = records.writer()
    getattr(writer, start)(described())

    def broken() -> Iterator[SourceRecord]:
        yield record("patients", "a", x=2)
        raise RuntimeError("the source ended early")

    with pytest.raises(RuntimeError, match="ended early"):
        writer.add("patients", broken())
    with pytest.raises(UsageError):
        writer.freeze()
    records.images.put([Image("r", "k", "pre", {})])
    if start == "overlay":
        row = records.staging().row("patients", "a")
        assert row is not None and row.values["x"] == 1
    else:
        with pytest.raises(UsageError):
            records.staging()


def test_readers_see_the_old_snapshot_until_the_delta_is_frozen(records: Records, stage: Stage) -> None:
    staging = stage({"patients": [record("patients", "a", x=1)]})
    with records.writer() as writer:
        writer.overlay(described())
        writer.add("patients", [record("patients", "a", x=2)])
        row = staging.row("patients", "a")
        assert row is not None and row.values["x"] == 1
        writer.freeze()
    row = records.staging().row("patients", "a")
    assert row is not None and row.values["x"] == 2


DELTA = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from bridgework.model import SourceDescription, SourceObject, SourceRecord
from bridgework.staging import Records

records = Records.open(Path(sys.argv[1]), bytes(range(1, 33)), "m-1")
writer = records.writer()
objects = (SourceObject(name="patients"),)
writer.overlay(SourceDescription(objects=objects, generated_at=datetime.now(UTC), time_zone="UTC"))
writer.add("patients", [SourceRecord("patients", f"p{n}", {"id": f"p{n}", "x": 2}, b"") for n in range(3000)])
print("ready", flush=True)
sys.stdin.read()
"""


def test_a_killed_delta_leaves_the_old_snapshot(path: Path) -> None:
    with Records.create(path, KEY, MIGRATION) as records:
        writer = records.writer()
        writer.begin(described(SourceObject(name="patients")))
        writer.add("patients", [record("patients", f"p{number}", x=1) for number in range(3_000)])
        fingerprint = writer.freeze().fingerprint
    process = subprocess.Popen(
        [sys.executable, "-c", DELTA, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)
    )
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    process.stdin.close()
    with Records.open(path, KEY, MIGRATION) as records:
        staging = records.staging()
        assert (staging.snapshot, staging.fingerprint) == (1, fingerprint)
        assert all(row.values["x"] == 1 for row in staging.rows("patients"))


states = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 2))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=states, second=states, third=states)
def test_deltas_agree_with_a_plain_model(
    tmp_path_factory: pytest.TempPathFactory, first: dict[str, int], second: dict[str, int], third: dict[str, int]
) -> None:
    def rows(state: dict[str, int]) -> list[SourceRecord]:
        return [record("visits", key, patientId=str(value)) for key, value in state.items()]

    parents = [record("patients", str(number)) for number in range(2)]
    with Records.create(tmp_path_factory.mktemp("delta") / "records.db", KEY, MIGRATION) as records:
        writer = records.writer()
        writer.begin(described(PATIENTS, VISITS))
        writer.add("patients", parents)
        writer.add("visits", rows(first))
        writer.freeze()
        model = dict(first)
        for state in (second, third):
            frozen = lay(records, {"visits": rows(state)}, description=described(PATIENTS, VISITS))
            result = frozen.overlay["visits"]
            assert set(result.keys("new")) == state.keys() - model.keys()
            assert set(result.keys("changed")) == {k for k in state if k in model and state[k] != model[k]}
            assert set(result.keys("vanished")) == model.keys() - state.keys()
            assert result.unchanged == sum(model.get(key) == value for key, value in state.items())
            model.update(state)
            staging = records.staging()
            assert {row.key: row.values["patientId"] for row in staging.rows("visits")} == {
                key: str(value) for key, value in model.items()
            }
            linked = {key for found in children(staging).values() for key in found}
            assert linked == {key for key, value in model.items() if value < 2}
