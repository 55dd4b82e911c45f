"""The pair over a generated practice with every planted defect, against the truth about it."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from bridgework.mapping import Decisions, Disposed, Mapped, MemoryStaging, Outcome, Plan, canonical, running

from ..practice import Practice, disposed, mapped, not_chosen, require_one_outcome_each, skipped

Outcomes = dict[str, list[Outcome]]


def test_every_source_field_is_accounted_for(plan: Plan) -> None:
    assert plan.unaccounted == ()
    assert plan.unruled == ()


def test_every_row_has_exactly_one_outcome_in_every_rule(practice: Practice, plan: Plan, outcomes: Outcomes) -> None:
    require_one_outcome_each(practice, plan, outcomes)


def test_every_row_is_chosen_by_a_rule_or_skipped_for_a_reason(plan: Plan, outcomes: Outcomes) -> None:
    assert not_chosen(plan, outcomes) == []


def test_patients_who_take_part_become_persons(practice: Practice, outcomes: Outcomes) -> None:
    expected = practice.truth.expected["patients"]
    assert len(mapped(outcomes["patients"])) == expected["takePart"]
    reasons = Counter(each.reason.partition(" into ")[0] for each in skipped(outcomes["patients"]))
    assert reasons["deleted"] == expected["deleted"]
    assert reasons["merged"] + reasons["orphan"] == expected["merged"]


def test_appointments_are_split_at_the_cutover(practice: Practice, outcomes: Outcomes) -> None:
    expected = practice.truth.expected["appointments"]
    assert len(mapped(outcomes["appointments"])) == expected["past"]
    assert len(disposed(outcomes["appointments-future"])) == expected["future"]
    assert _lost(outcomes["appointments"], outcomes["appointments-future"]) == expected["orphan"]


def test_open_plans_become_deals_and_closed_ones_are_archived(practice: Practice, outcomes: Outcomes) -> None:
    expected = practice.truth.expected["treatmentPlans"]
    assert len(mapped(outcomes["treatment-plans"])) == expected["open"]
    assert len(disposed(outcomes["treatment-plans-closed"])) == expected["closed"]
    assert _lost(outcomes["treatment-plans"], outcomes["treatment-plans-closed"]) == expected["orphan"]


def test_claims_and_notes_of_nobody_are_skipped(practice: Practice, outcomes: Outcomes) -> None:
    expected = practice.truth.expected
    assert len(disposed(outcomes["claims"])) == expected["claims"]["takePart"]
    assert len(disposed(outcomes["clinical-notes"])) == expected["clinicalNotes"]["takePart"]


def test_recalls_of_active_patients_are_activities(practice: Practice, outcomes: Outcomes) -> None:
    expected = practice.truth.expected["recare"]
    made = mapped(outcomes["recalls"])
    assert len(made) >= expected["active"]
    assert all(each.body["done"] is False and each.body["type"] == "Recall" for each in made)


def test_ledger_sums_agree_to_the_cent(practice: Practice, outcomes: Outcomes) -> None:
    truth = {line["patient"]: line for line in practice.truth.lines("ledger")}
    persons = {each.key: each.body for each in mapped(outcomes["patients"])}
    summaries = {each.key: each.body for each in mapped(outcomes["ledger"])}
    assert set(summaries) == set(truth)
    for key, line in truth.items():
        assert persons[key]["Outstanding balance"] == {"amount": line["balance"], "currency": "USD"}
        if Decimal(line["payments"]):
            assert persons[key]["Total payments"]["amount"] == line["payments"]
        note = summaries[key]["note"]
        for label, name in (
            ("Total charges", "charges"),
            ("Adjustments", "adjustments"),
            ("Outstanding balance", "balance"),
        ):
            assert f"{label}: USD {line[name]}" in note.splitlines()
    total = sum(
        Decimal(each["Outstanding balance"]["amount"]) for each in persons.values() if "Outstanding balance" in each
    )
    assert str(total) == practice.truth.expected["ledger"]["balance"]


def test_all_references_lead_to_records_that_are_made(outcomes: Outcomes) -> None:
    keys = {name: {each.key for each in mapped(made)} for name, made in outcomes.items()}
    for made in outcomes.values():
        for each in made:
            bodies = {**each.body, **each.deferred} if isinstance(each, Mapped) else {}
            for value in bodies.values():
                if isinstance(value, dict) and "rule" in value:
                    assert value["key"] in keys[value["rule"]]
            if isinstance(each, Disposed) and each.into is not None:
                assert each.into[1] in keys[each.into[0]]


def test_a_second_run_gives_the_same_bytes(practice: Practice, plan: Plan, outcomes: Outcomes) -> None:
    for name in plan.rules:
        again = [_bytes(each) for each in plan.run(name, practice.staging)]
        assert again == [_bytes(each) for each in outcomes[name]]


def _bytes(each: Outcome) -> bytes:
    if isinstance(each, Mapped):
        return canonical([each.key, each.body, each.deferred])
    return canonical([each.key, getattr(each, "reason", "")])


def test_joining_by_parents_and_looking_them_up_give_the_same(
    practice: Practice, plan: Plan, outcomes: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "KEPT_ROWS", 0)
    for name in ("appointments", "treatment-plans", "transactions", "claims", "recalls", "referrals", "clinical-notes"):
        joined = sorted(_bytes(each) for each in plan.run(name, practice.staging))
        assert joined == sorted(_bytes(each) for each in outcomes[name]), name


def test_the_content_hash_follows_the_mapping_and_nothing_else(practice: Practice, plan: Plan) -> None:
    assert practice.plan().content_hash == plan.content_hash
    assert practice.plan(guardians="persons").content_hash != plan.content_hash
    changed = practice.plan(override="rules: {patients: {fields: {Gender: null}}, }\n")
    assert changed.content_hash != plan.content_hash
    assert practice.plan(override="# only a remark\nrules: {}\n").content_hash == plan.content_hash


def test_the_fields_fit_the_growth_plan_and_the_optional_ones_have_distinct_ranks(
    plan: Plan, practice: Practice
) -> None:
    wanted = plan.wanted_fields(practice.staging)
    ranks = {each.label: each.optional for each in wanted if each.optional is not None}
    assert sorted(ranks.values()) == list(range(1, 18))
    assert min(ranks, key=lambda label: ranks[label]) == "Original modified"


def _lost(*several: list[Outcome]) -> int:
    lost = {each.key for made in several for each in skipped(made) if each.reason in ("orphan", "parent skipped")}
    return len(lost)


def test_owners_are_counted_once_per_record_that_has_one(practice: Practice, plan: Plan, outcomes: Outcomes) -> None:
    counted = {person.value: number for person, number in plan.owner_people(practice.staging)}
    bodies = [each.body for made in outcomes.values() for each in mapped(made)]
    assert counted == Counter(body["owner"]["owner"] for body in bodies if "owner" in body)


def test_providers_written_as_text_are_resolved_or_left_to_a_person(practice: Practice, plan: Plan) -> None:
    team = {row["id"]: row for row in practice.truth.team}
    people = {person.value: person for person, _ in plan.owner_people(practice.staging)}
    assert all(team[key]["name"] == people[key].name for key in team if key in people)
    assert not people["Dr Visiting Locum"].key
    texts = [person for value, person in people.items() if ", " in value and person.key]
    assert texts and all(", ".join(reversed(team[each.key]["name"].split(" ", 1))) == each.value for each in texts)


def test_decisions_merge_exclude_and_link(practice: Practice) -> None:
    with practice.truth.decisions.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    plan = practice.plan(decisions=Decisions.of((row["object"], row["key"], row["decision"]) for row in rows))
    made = practice.outcomes(plan)
    reasons = {each.key: each.reason for each in skipped(made["patients"])}
    merged = {row["key"]: row["decision"] for row in rows if row["object"] == "patients" and "merge" in row["decision"]}
    assert merged and all(reasons[key] == f"merged{decision[5:]}" for key, decision in merged.items())
    links = [row for row in rows if row["check"] == "DUP-03"]
    into = {each.key: each.into for each in disposed(made["guardians"])}
    assert links and all(into[row["key"]] == ("patients", row["decision"].removeprefix("merge into ")) for row in links)
    guardians = {each.deferred["Guardian"]["key"] for each in mapped(made["patients"]) if "Guardian" in each.deferred}
    assert guardians & {row["decision"].removeprefix("merge into ") for row in links}
    assert all(each.deferred.get("Guardian", {}).get("key") != each.key for each in mapped(made["patients"]))
    practice.outcomes(practice.plan())  # puts back the merges of the export itself


def test_an_export_without_most_objects_still_gives_persons(practice: Practice, plan: Plan) -> None:
    present = {"practice", "locations", "patients", "patients.responsibleParties", "patients.referrals"}
    description = practice.staging.description
    objects = tuple(
        item if item.name in present else replace(item, absent="not exported") for item in description.objects
    )
    partial = replace(description, objects=objects)
    rows = {name: [dict(row.values) for row in practice.staging.rows(name)] for name in present}
    staging = MemoryStaging(partial, rows)
    small = replace(practice, staging=staging).plan()
    small.prepare(staging)
    assert len(mapped(small.run("patients", staging))) == practice.truth.expected["patients"]["takePart"]
    assert small.unaccounted == () and small.unruled == ()
    labels = {each.label for each in small.wanted_fields(staging)}
    assert "Patient number" in labels
    assert not labels & {"Outstanding balance", "Primary carrier", "Recall type", "Plan status"}


def test_the_pair_needs_about_forty_five_fields_of_its_own(practice: Practice, plan: Plan) -> None:
    built_in = {
        "name", "emails", "phones", "organization", "owner", "add_time", "address", "title", "value", "person",
        "pipeline", "stage", "status",
    }  # fmt: skip
    own = {
        (rule.target, field.label)
        for rule in plan.rules.values()
        if rule.target in ("person", "organization", "deal")
        for field in rule.fields
        if not field.custom and field.label not in built_in
    }
    assert 40 <= len(own) + 3 <= 50  # and the three that carry the source id
