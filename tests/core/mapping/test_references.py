"""References: paths through them, merged and missing parents, shared values, order and circles."""

from __future__ import annotations

import pytest

from bridgework.errors import MappingError
from bridgework.mapping import Decisions, Mapped, Outcome, Plan, Skipped, compile_mapping, load_mapping
from bridgework.model import Before

from .conftest import CLIENT_RULE, DESCRIPTION, bodies, client, compiled, endings, field_value, reasons, run, settings

VISIT_RULE = """
  visits:
    from: visits
    to: activity
    fields:
      subject: {text: "Visit of {client.first}"}
      who: {ref: clients, by: client, required: true}
      where: {ref: offices, by: client.office}
"""
OFFICE_RULE = "  offices: {from: offices, to: organization, fields: {name: name}}\n"
ALL = CLIENT_RULE + OFFICE_RULE + VISIT_RULE


def visits(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id": key, "client": client_key} for key, client_key in pairs]


def test_paths_follow_references_through_several_rows() -> None:
    rows = {"clients": [client(office="o1", parent="c2"), client("c2", office="o2")],
            "offices": [{"id": "o1", "name": "North"}, {"id": "o2", "name": "South"}]}  # fmt: skip
    assert field_value("office.name", rows) == "North"
    assert field_value("parent.office.name", rows) == "South"
    assert field_value("parent.parent.office.name", rows) is None


def test_references_name_the_rule_and_the_key() -> None:
    rows = {
        "clients": [client(office="o1")],
        "offices": [{"id": "o1", "name": "North"}],
        "visits": visits(("v1", "c1")),
    }
    assert bodies(compiled(ALL), "visits", rows)["v1"] == {
        "subject": "Visit of Ana", "who": {"rule": "clients", "key": "c1"}, "where": {"rule": "offices", "key": "o1"},
    }  # fmt: skip


def test_children_of_absent_deleted_and_merged_parents() -> None:
    rows = {
        "clients": [
            client("c1", first="Ana"),
            client("gone", deletedAt="2026-01-01T00:00:00Z"),
            client("twin", mergedInto="c1", first="Anna"),
            client("lost", mergedInto="nobody"),
            client("a", mergedInto="b"),
            client("b", mergedInto="a"),
        ],
        "visits": visits(
            ("v1", "c1"), ("v2", "gone"), ("v3", "twin"), ("v4", "nobody"), ("v5", ""), ("v6", "lost"), ("v7", "a")
        ),
    }  # fmt: skip
    plan = compiled(ALL)
    assert reasons(run(plan, "clients", rows)) == {
        "gone": "deleted", "twin": "merged into c1", "lost": "orphan", "a": "orphan", "b": "orphan",
    }  # fmt: skip
    made = run(plan, "visits", rows)
    assert reasons(made) == {
        "v2": "parent skipped", "v4": "orphan", "v5": "orphan", "v6": "orphan", "v7": "orphan",
    }  # fmt: skip
    assert {each.key: each.body["subject"] for each in made if isinstance(each, Mapped)} == {
        "v1": "Visit of Ana", "v3": "Visit of Ana",
    }  # fmt: skip


def test_decisions_merge_and_exclude_rows_and_their_children_follow() -> None:
    rows = {
        "clients": [client("c1"), client("c2"), client("c3")],
        "visits": visits(("v1", "c2"), ("v2", "c3"), ("v3", "c1")),
    }
    decisions = Decisions.of(
        [("clients", "c2", "merge into c1"), ("clients", "c3", "exclude"), ("visits", "v3", "exclude")]
    )
    plan = compiled(ALL, decisions=decisions)
    assert reasons(run(plan, "clients", rows)) == {"c2": "merged into c1", "c3": "excluded by decision"}
    made = run(plan, "visits", rows)
    assert reasons(made) == {"v2": "parent skipped", "v3": "excluded by decision"}
    assert [each.body["who"]["key"] for each in made if isinstance(each, Mapped)] == ["c1"]


def test_children_of_a_shared_number_go_by_the_printed_name_or_nowhere() -> None:
    text = (
        CLIENT_RULE
        + "      Sum: {rollup: entries, take: amount, sum: true, type: money}\n"
        + """
  entries: {from: entries, requires: {number: clients}, archive: kept}
"""
    )
    rows = {
        "clients": [
            client("c1", number="7", first="Ana"),
            client("c2", number="7", first="Bob"),
            client("c3", number="8"),
        ],
        "entries": [
            {"id": "e1", "number": "7", "printed": "Ruiz, Ana", "amount": "1.00"},
            {"id": "e2", "number": "7", "printed": "Ruiz, Bob", "amount": "2.00"},
            {"id": "e3", "number": "7", "printed": "Somebody Else", "amount": "4.00"},
            {"id": "e4", "number": "8", "printed": "Whatever", "amount": "8.00"},
            {"id": "e5", "number": "7", "printed": "Ruiz, Ana", "amount": "16.00"},
        ],
    }
    plan = compiled(text)
    sums = {key: body.get("Sum", {}).get("amount") for key, body in bodies(plan, "clients", rows).items()}
    assert sums == {"c1": "17.00", "c2": "2.00", "c3": "8.00"}
    assert reasons(run(plan, "entries", rows)) == {"e3": "orphan"}


def test_a_reference_to_a_row_that_takes_no_part_is_left_out() -> None:
    text = (
        CLIENT_RULE
        + "      Office: {ref: offices, by: office}\n"
        + "  offices: {from: offices, when: {active: true}, to: organization, fields: {name: name}}\n"
    )
    rows = {"clients": [client(office="o1")], "offices": [{"id": "o1", "name": "Closed", "active": False}]}
    assert "Office" not in bodies(compiled(text), "clients", rows)["c1"]


def test_a_reference_to_a_group_names_the_groups_record() -> None:
    text = (
        CLIENT_RULE
        + "      Brand: {ref: brands, by: office}\n"
        + "  brands: {from: offices, group: [brand, name], to: organization, "
        + "fields: {name: {first: [brand, name]}}}\n"
    )
    offices = [
        {"id": "o1", "name": "N", "brand": "Big"},
        {"id": "o2", "name": "S", "brand": " Big "},
        {"id": "o3", "name": "W"},
    ]
    rows = {
        "clients": [client("c1", office="o1"), client("c2", office="o2"), client("c3", office="o3")],
        "offices": offices,
    }
    plan = compiled(text)
    groups = {each.body["name"]: each.key for each in run(plan, "brands", rows) if isinstance(each, Mapped)}
    made = bodies(plan, "clients", rows)
    assert made["c1"]["Brand"]["key"] == made["c2"]["Brand"]["key"] == groups["Big"]
    assert made["c3"]["Brand"]["key"] == groups["W"]


def test_groups_list_their_members_and_keep_them_as_sources() -> None:
    text = """
rules:
  brands:
    from: offices
    group: {brand: or name}
    to: organization
    fields: {name: {first: [brand, name]}, Offices: {rollup: members, take: name, join: ", "}, Active: active}
"""
    rows = {
        "offices": [
            {"id": "o1", "name": "N", "brand": "B"},
            {"id": "o2", "name": "S", "brand": "B", "active": True},
            {"id": "o3"},
        ]
    }
    made = run(compiled(text), "brands", rows)
    group = next(each for each in made if isinstance(each, Mapped))
    assert group.body == {"name": "B", "Offices": "N, S", "Active": True}
    assert [(row.key, row.kind) for row in group.sources] == [("o1", "target"), ("o2", "merged")]
    assert reasons(made) == {"o3": "nothing to group by"}


def test_rows_of_the_same_rule_come_parents_first_and_circles_wait() -> None:
    text = CLIENT_RULE + "      Parent: {ref: clients, by: parent}\n"
    rows = {"clients": [client("c1", parent="c2"), client("c2", parent="c3"), client("c3"), client("x", parent="y"),
                        client("y", parent="x"), client("z", parent="z")]}  # fmt: skip
    made = [each for each in run(compiled(text), "clients", rows) if isinstance(each, Mapped)]
    order = [each.key for each in made]
    assert order.index("c3") < order.index("c2") < order.index("c1")
    assert sorted(order) == ["c1", "c2", "c3", "x", "y", "z"]
    found = {each.key: each for each in made}
    assert found["c1"].body["Parent"]["key"] == "c2"
    assert found["x"].deferred["Parent"]["key"] == "y" and found["y"].deferred["Parent"]["key"] == "x"
    assert "Parent" not in {**found["z"].body, **found["z"].deferred}
    assert found["z"].warnings == ("Parent: the record would point to itself",)


def test_a_required_circle_ends_instead_of_running_for_ever() -> None:
    text = CLIENT_RULE + "      Parent: {ref: clients, by: parent, required: true}\n"
    rows = {"clients": [client("x", parent="y"), client("y", parent="x")]}
    assert set(reasons(run(compiled(text), "clients", rows))) == {"x", "y"}


def order(text: str, hints: tuple[Before, ...] = ()) -> Plan:
    return compile_mapping(load_mapping([("m", text)]), DESCRIPTION, settings=settings(), hints=hints)


def test_rules_are_ordered_by_what_they_point_to() -> None:
    assert list(order("rules:\n" + VISIT_RULE + CLIENT_RULE.replace("\nrules:\n", "") + OFFICE_RULE).rules) == [
        "clients", "offices", "visits",
    ]  # fmt: skip


def test_hints_are_added_to_the_order() -> None:
    plan = order(ALL, (Before("offices", "clients", "offices own clients"),))
    assert list(plan.rules) == ["offices", "clients", "visits"]


def test_a_circle_of_rules_is_cut_at_a_field_that_can_wait() -> None:
    text = (
        CLIENT_RULE
        + """      Last: {ref: visits, by: {rollup: visits, take: id, pick: last}}
  visits: {from: visits, to: activity, fields: {who: {ref: clients, by: client, required: true}}}
"""
    )
    plan = order(text)
    assert list(plan.rules) == ["clients", "visits"]
    assert [field.label for field in plan.rules["clients"].fields if field.deferred] == ["Last"]
    made = run(plan, "clients", {"clients": [client()], "visits": visits(("v1", "c1"), ("v2", "c1"))})[0]
    assert isinstance(made, Mapped)
    assert made.deferred == {"Last": {"rule": "visits", "key": "v2"}}


def test_a_circle_that_cannot_be_cut_names_its_reasons() -> None:
    with pytest.raises(MappingError) as refusal:
        order(ALL, (Before("visits", "clients", "a whim"),))
    assert (
        "visits, clients wait for each other" in refusal.value.problems[0]
        or "clients, visits" in refusal.value.problems[0]
    )
    assert "a whim" in refusal.value.problems[0]


def test_an_unknown_rule_in_a_hint_is_refused() -> None:
    with pytest.raises(MappingError, match="clinets"):
        order(ALL, (Before("clinets", "visits", "typing"),))


def test_rows_go_into_the_record_of_another_rule() -> None:
    text = CLIENT_RULE + "  visits: {from: visits, into: clients, by: client}\n"
    rows = {
        "clients": [client(), client("gone", deletedAt="2026-01-01T00:00:00Z")],
        "visits": visits(("v1", "c1"), ("v2", "gone")),
    }
    made = run(compiled(text), "visits", rows)
    assert endings(made)["v1"].into == ("clients", "c1")
    assert reasons(made) == {"v2": "parent skipped"}


def test_a_decision_may_name_the_same_person_in_another_object() -> None:
    text = CLIENT_RULE + VISIT_RULE + OFFICE_RULE + "same_person: {visits: client}\n"
    plan = compiled(text, decisions=Decisions.of([("visits", "v1", "merge into c2")]))
    made = run(plan, "visits", {"clients": [client("c1"), client("c2")], "visits": visits(("v1", "c1"))})
    assert [each.body["who"]["key"] for each in made if isinstance(each, Mapped)] == ["c2"]


def test_a_rule_waits_for_enough_rows() -> None:
    text = "rules:\n  offices: {from: offices, at_least_rows: {clients: 2}, to: organization, fields: {name: name}}\n"
    plan = compiled(text)
    offices = [{"id": "o1", "name": "N"}]
    one: list[Outcome] = run(plan, "offices", {"offices": offices, "clients": [client()]})
    assert isinstance(one[0], Skipped) and not one[0].selected
    assert len(bodies(plan, "offices", {"offices": offices, "clients": [client(), client("c2")]})) == 1


def test_a_row_without_the_children_it_needs_is_left_to_other_rules() -> None:
    text = "rules:\n  clients: {from: clients, with_children: [visits], to: activity, fields: {name: first}}\n"
    made = run(compiled(text), "clients", {"clients": [client("c1"), client("c2")], "visits": visits(("v1", "c2"))})
    assert [(each.key, each.selected) for each in made if isinstance(each, Skipped)] == [("c1", False)]
    assert [each.key for each in made if isinstance(each, Mapped)] == ["c2"]
