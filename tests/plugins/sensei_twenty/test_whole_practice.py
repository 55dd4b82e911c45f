"""The pair over a generated practice with every planted defect, against the truth about it."""

from __future__ import annotations

from collections import Counter

from bridgework.mapping import Outcome, Plan
from bridgework_sensei_twenty.findings import pair_findings

from ..practice import Practice, disposed, mapped, not_chosen, require_one_outcome_each

Outcomes = dict[str, list[Outcome]]


def test_every_source_field_is_accounted_for(plan: Plan) -> None:
    assert [(each.object, each.field) for each in plan.unaccounted] == []
    assert plan.unruled == ()


def test_every_source_field_is_accounted_for_whatever_the_options_say(practice: Practice) -> None:
    for options in ({"treatment_plans": "notes"}, {"clinical_text": True}, {"policy_number": True}):
        assert [(each.object, each.field) for each in practice.plan(**options).unaccounted] == [], options


def test_every_row_has_exactly_one_outcome_in_every_rule(practice: Practice, plan: Plan, outcomes: Outcomes) -> None:
    require_one_outcome_each(practice, plan, outcomes)


def test_every_row_is_chosen_by_a_rule_or_skipped_for_a_reason(plan: Plan, outcomes: Outcomes) -> None:
    assert not_chosen(plan, outcomes) == []


def test_patients_who_take_part_become_people(practice: Practice, outcomes: Outcomes) -> None:
    assert len(mapped(outcomes["patients"])) == practice.truth.expected["patients"]["takePart"]


def test_no_address_is_the_primary_one_of_two_people(outcomes: Outcomes) -> None:
    primary = Counter(
        item["value"].lower()
        for each in mapped(outcomes["patients"])
        for item in each.body.get("emails") or ()
        if item["primary"]
    )
    assert primary
    assert max(primary.values()) == 1


def test_every_shared_address_is_a_finding_with_the_same_keeper_as_in_the_mapping(
    practice: Practice, outcomes: Outcomes
) -> None:
    marked = {each.key for each in mapped(outcomes["patients"]) if each.body.get("Shared e-mail")}
    findings = list(pair_findings(practice.staging))
    assert marked
    assert {key for each in findings for key in each.others} == marked
    assert {each.key for each in findings}.isdisjoint(marked)


def test_every_treatment_plan_is_a_record_and_a_note_with_its_link(practice: Practice, outcomes: Outcomes) -> None:
    expected = practice.truth.expected["treatmentPlans"]
    plans = {each.key for each in mapped(outcomes["treatment-plans"])}
    assert len(plans) == expected["open"] + expected["closed"]
    assert {each.key for each in mapped(outcomes["plan-notes"])} == plans
    assert {each.key for each in mapped(outcomes["plan-note-links"])} == plans


def test_plans_may_be_notes_alone(practice: Practice) -> None:
    plan = practice.plan(treatment_plans="notes")
    assert "treatment-plans" not in plan.rules
    assert plan.wanted_objects == ()
    assert "plan-notes" in plan.rules


def test_clinical_text_stays_in_the_archive_until_it_is_asked_for(practice: Practice, outcomes: Outcomes) -> None:
    expected = practice.truth.expected["clinicalNotes"]["takePart"]
    assert len(disposed(outcomes["clinical-notes-archived"])) == expected
    asked = practice.plan(clinical_text=True)
    assert any(each.object == "clinicalNotes" and each.field == "bodyHtml" for each in asked.sensitive)
    assert len(mapped(practice.outcomes(asked)["clinical-notes"])) == expected


def test_no_subscriber_number_leaves_the_source(outcomes: Outcomes, practice: Practice) -> None:
    numbers = {str(row.get("subscriberId")) for row in practice.staging.rows("policies") if row.get("subscriberId")}
    written = " ".join(str(each.body) for made in outcomes.values() for each in mapped(made))
    assert numbers
    assert [number for number in numbers if number in written] == []
