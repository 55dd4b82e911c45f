"""References between staged rows: children with their parents, lost ones, those of rows that were merged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridgework.model import Reference, SourceField, SourceObject
from bridgework.staging import Records, Staging

from .conftest import KEY, MIGRATION, PATIENTS, VISITS, described, keys, record

Stage = Callable[..., Staging]


def test_children_come_with_their_parents_in_source_order(stage: Stage) -> None:
    staging = stage(
        {
            "visits": [
                record("visits", key, patientId=parent)
                for key, parent in (("v1", "b"), ("v2", "a"), ("v3", "b"), ("v4", "gone"), ("v5", ""))
            ],
            "patients": [record("patients", key) for key in ("c", "b", "a")],
        }
    )
    found = [(row.key, keys(found)) for row, found in staging.parents_with_children("patients", "visits", "patientId")]
    assert found == [("c", []), ("b", ["v1", "v3"]), ("a", ["v2"])]
    assert keys(staging.orphans("visits", "patientId")) == ["v4"]
    assert list(staging.ambiguous("visits", "patientId")) == []
    with pytest.raises(KeyError):
        list(staging.orphans("visits", "procedures"))


def test_a_reference_inside_a_list_links_to_each_of_its_parents(stage: Stage) -> None:
    guardians = SourceObject(
        name="patients",
        references=(Reference(field="responsible.patientId", object="patients"),),
    )
    staging = stage(
        {
            "patients": [
                record("patients", "a"),
                record("patients", "b"),
                record("patients", "c", responsible=[{"patientId": "a"}, {"patientId": "b"}, {"patientId": "a"}]),
                record("patients", "d", responsible=[{"patientId": "d"}, {"patientId": "zz"}]),
            ]
        },
        described(guardians),
    )
    found = {
        row.key: keys(found)
        for row, found in staging.parents_with_children("patients", "patients", "responsible.patientId")
    }
    assert found == {"a": ["c"], "b": ["c"], "c": [], "d": ["d"]}
    assert keys(staging.orphans("patients", "responsible.patientId")) == ["d"]


def test_a_reference_by_another_field_is_never_guessed(stage: Stage) -> None:
    staging = stage(
        {
            "patients": [
                record("patients", "a", patientNumber="1", lastName="Ruiz", firstName="Ana"),
                record("patients", "b", patientNumber=2, lastName="Ruiz", firstName="Ben"),
                record("patients", "c", patientNumber="2", lastName="Lund", firstName="Cid"),
                record("patients", "d", patientNumber="3", lastName="Twin", firstName="Dan"),
                record("patients", "e", patientNumber="3", lastName="Twin", firstName="Dan"),
            ],
            "reports": [
                record("reports", "r1", number="1", printed="Somebody, Else"),
                record("reports", "r2", number="2", printed="LUND,Cid"),
                record("reports", "r3", number="2", printed="Nobody, No"),
                record("reports", "r4", number="2"),
                record("reports", "r5", number="3", printed="Twin, Dan"),
                record("reports", "r6", number="9", printed="Ruiz, Ana"),
            ],
        }
    )
    found = {row.key: keys(found) for row, found in staging.parents_with_children("patients", "reports", "number")}
    assert found == {"a": ["r1"], "b": [], "c": ["r2"], "d": [], "e": []}
    assert keys(staging.ambiguous("reports", "number")) == ["r3", "r4", "r5"]
    assert keys(staging.orphans("reports", "number")) == ["r6"]
    assert keys(staging.by_field("patients", "patientNumber", "2")) == ["b", "c"]
    assert keys(staging.by_field("patients", "id", "a")) == ["a"]
    assert staging.by_field("patients", "patientNumber", "77") == []
    with pytest.raises(KeyError):
        staging.by_field("patients", "lastName", "Ruiz")


def test_a_reference_may_name_rows_of_several_objects(stage: Stage) -> None:
    either = SourceObject(
        name="visits",
        references=(Reference(field="who", object="patients"), Reference(field="who", object="reports")),
    )
    staging = stage(
        {
            "patients": [record("patients", "p")],
            "reports": [record("reports", "r")],
            "visits": [
                record("visits", "v1", who="p"),
                record("visits", "v2", who="r"),
                record("visits", "v3", who="x"),
            ],
        },
        described(PATIENTS, SourceObject(name="reports", key=("line",)), either),
    )
    assert [(row.key, keys(c)) for row, c in staging.parents_with_children("patients", "visits", "who")] == [
        ("p", ["v1"])
    ]
    assert [(row.key, keys(c)) for row, c in staging.parents_with_children("reports", "visits", "who")] == [
        ("r", ["v2"])
    ]
    assert keys(row for _, row in staging.children_of("visits", "who")) == ["v1", "v2"]
    assert keys(staging.orphans("visits", "who")) == ["v3"]


def test_children_of_merged_rows_come_under_the_survivor(stage: Stage) -> None:
    staging = stage(
        {
            "patients": [record("patients", key, mergedIntoId=into) for key, into in
                         (("a", "c"), ("b", "a"), ("c", None), ("x", "y"), ("y", "x"), ("z", "gone"))],
            "visits": [record("visits", f"v{parent}", patientId=parent) for parent in "abcxyz"],
        }
    )  # fmt: skip
    staging.apply_merges(dict(staging.declared_merges()))
    assert staging.survivor("patients", "b") == "c"
    assert staging.survivor("patients", "c") == "c"
    assert staging.survivor("patients", "x") == "x"
    assert staging.broken_merges() == [
        ("patients", "x", "cycle"),
        ("patients", "y", "cycle"),
        ("patients", "z", "dead end"),
    ]

    def found(survivors: bool) -> dict[str, list[str]]:
        pairs = staging.parents_with_children("patients", "visits", "patientId", survivors=survivors)
        return {row.key: keys(children) for row, children in pairs}

    assert found(True) == {"a": [], "b": [], "c": ["va", "vb", "vc"], "x": ["vx"], "y": ["vy"], "z": ["vz"]}
    assert found(False)["a"] == ["va"]
    staging.apply_merges({})
    assert found(True) == found(False)


rows_of = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["", "a", "b", "c", "d", "zz"])), max_size=30)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parents=st.lists(st.sampled_from("abcdef"), unique=True),
    children=rows_of,
    merges=st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdefx"), max_size=4),
)
def test_joins_agree_with_a_plain_model(
    tmp_path_factory: pytest.TempPathFactory,
    parents: list[str],
    children: list[tuple[str, str]],
    merges: dict[str, str],
) -> None:
    def survivor(key: str) -> str:
        passed, now = {key}, key
        while now in merges:
            now = merges[now]
            if now in passed:
                return key
            passed.add(now)
        return now if now in parents else key

    visits = [record("visits", f"v{number}", patientId=parent) for number, (_, parent) in enumerate(children)]
    with Records.create(tmp_path_factory.mktemp("joins") / "records.db", KEY, MIGRATION) as records:
        writer = records.writer()
        writer.begin(described(PATIENTS, VISITS, SourceObject(name="other", fields=(SourceField(name="id"),))))
        writer.add("visits", visits)
        writer.add("patients", [record("patients", key) for key in parents])
        writer.freeze()
        staging = records.staging()
        staging.apply_merges({("patients", key): into for key, into in merges.items()})
        for survivors in (False, True):
            model = {
                key: [v.key for v in visits
                      if (survivor(v.values["patientId"]) if survivors and v.values["patientId"] in parents
                          else v.values["patientId"]) == key]
                for key in parents
            }  # fmt: skip
            pairs = staging.parents_with_children("patients", "visits", "patientId", survivors=survivors)
            found = [(row.key, keys(c)) for row, c in pairs]
            assert [key for key, _ in found] == parents
            assert dict(found) == model
        assert {
            row.key: keys(staging.children(row, "visits", "patientId")) for row in staging.rows("patients")
        } == model
        lost = [v.key for v in visits if v.values["patientId"] and v.values["patientId"] not in parents]
        assert keys(staging.orphans("visits", "patientId")) == lost
