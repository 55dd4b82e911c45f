"""Fields, options, pipelines, stages, activity types."""

from dataclasses import replace
from typing import Any

import pytest

from bridgework_pipedrive_sandbox.plans import PLANS

from .account import RULE, SCHEMA, Account, refusal
from .conftest import OpenAccount


def test_a_field_has_the_wanted_type_and_its_options_have_ids(account: Account) -> None:
    """Behaviour 32."""
    made = account.field("person", "enum", "Adult", "Child", name="Age group")
    assert made["is_custom_field"]
    assert (made["field_name"], made["field_type"]) == ("Age group", "enum")
    assert [option["label"] for option in made["options"]] == ["Adult", "Child"]
    listed = {field["field_code"]: field for field in account.get("personFields", limit=500)}
    assert listed[made["field_code"]] == made
    assert account.get(f"personFields/{made['field_code']}") == made
    assert not listed["name"]["is_custom_field"]
    assert made["field_code"] not in {field["field_code"] for field in account.get("dealFields")}


def test_the_same_name_twice_yields_two_keys(account: Account) -> None:
    """Behaviour 32."""
    keys = {account.field("person", "varchar", name="Source id")["field_code"] for _ in range(2)}
    assert len(keys) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"field_name": "A"},
        {"field_type": "varchar"},
        {"field_name": "", "field_type": "varchar"},
        {"field_name": "A" * 256, "field_type": "varchar"},
        {"field_name": "A", "field_type": "boolean"},
        {"field_name": "A", "field_type": "enum"},
        {"field_name": "A", "field_type": "set", "options": []},
        {"field_name": "A", "field_type": "enum", "options": ["a"]},
        {"field_name": "A", "field_type": "varchar", "options": [{"label": "a"}]},
        {"field_name": "A", "field_type": "varchar", "field_code": "a"},
        {"field_name": "A", "field_type": "varchar", "description": "a"},
    ],
)
def test_a_field_that_makes_no_sense_is_refused(account: Account, body: dict[str, Any]) -> None:
    """Behaviour 32."""
    refusal(account.v2("POST", "personFields", body), code=SCHEMA)


def test_the_cap_of_the_plan_counts_custom_fields_of_all_objects(open_account: OpenAccount) -> None:
    """Behaviour 32."""
    account = open_account(plan="lite")
    for number in range(30):
        account.field(("person", "organization", "deal")[number % 3], "varchar")
        account.later(0.2)
    assert "code" in account.v2("POST", "dealFields", {"field_name": "A", "field_type": "varchar"}).json()
    refusal(account.v2("POST", "personFields", {"field_name": "A", "field_type": "varchar"}), 403)
    spare = next(field for field in account.get("personFields") if field["is_custom_field"])
    account.v2("DELETE", f"personFields/{spare['field_code']}")
    account.field("person", "varchar")


def test_adding_options_is_atomic_and_answers_the_new_ones_only(account: Account) -> None:
    """Behaviour 33."""
    field = account.field("person", "set", "A")
    path = f"personFields/{field['field_code']}/options"
    refusal(account.v2("POST", path, [{"label": "B"}, {"label": ""}]), code=SCHEMA)
    added = account.v2("POST", path, [{"label": "B"}, {"label": "C"}]).json()["data"]
    assert [option["label"] for option in added] == ["B", "C"]
    options = account.get(f"personFields/{field['field_code']}")["options"]
    assert [option["label"] for option in options] == ["A", "B", "C"]


def test_one_unknown_option_fails_a_deletion_or_renaming_as_a_whole(account: Account) -> None:
    """Behaviour 33."""
    field = account.field("person", "enum", "A", "B")
    first, second = (option["id"] for option in field["options"])
    path = f"personFields/{field['field_code']}/options"
    person = account.make("persons", name="Ana", custom_fields={field["field_code"]: first})["id"]
    refusal(account.http.request("DELETE", f"/api/v2/{path}", json=[{"id": first}, {"id": 99_999}]), code=RULE)
    refusal(account.v2("PATCH", path, [{"id": first, "label": "X"}, {"id": 99_999, "label": "Y"}]), code=RULE)
    assert account.get(f"personFields/{field['field_code']}") == field
    renamed = account.v2("PATCH", path, [{"id": second, "label": "Z"}]).json()["data"]
    assert renamed == [{"id": second, "label": "Z"}]
    gone = account.http.request("DELETE", f"/api/v2/{path}", json=[{"id": first}]).json()["data"]
    assert gone == [{"id": first, "label": "A"}]
    assert account.get(f"persons/{person}")["custom_fields"][field["field_code"]] is None


def test_deleting_a_field_destroys_its_values_for_good(account: Account) -> None:
    """Behaviour 40."""
    field = account.field("person", "varchar", name="Recall")
    account.make("persons", name="Ana", custom_fields={field["field_code"]: "x"})
    account.v2("DELETE", f"personFields/{field['field_code']}")
    refusal(account.v2("GET", f"personFields/{field['field_code']}"), 404)
    refusal(account.v2("DELETE", f"personFields/{field['field_code']}"), 404)
    assert account.get("persons/1")["custom_fields"] == {}
    again = account.field("person", "varchar", name="Recall")
    assert again["field_code"] != field["field_code"]
    assert account.get("persons/1")["custom_fields"] == {again["field_code"]: None}


def test_a_field_changes_its_name_but_not_its_type(account: Account) -> None:
    path = f"personFields/{account.field('person', 'varchar')['field_code']}"
    assert account.v2("PATCH", path, {"field_name": "New"}).json()["data"]["field_name"] == "New"
    refusal(account.v2("PATCH", path, {"field_type": "text"}), code=SCHEMA)
    refusal(account.v2("PATCH", path, {}), code=SCHEMA)


def test_settings_of_a_field_are_answered_at_once_and_listed_on_request(account: Account) -> None:
    visible = {"add_visible_flag": True, "details_visible_flag": False}
    made = account.make("personFields", field_name="A", field_type="text", ui_visibility=visible)
    assert made["ui_visibility"] == visible
    path = f"personFields/{made['field_code']}"
    assert "ui_visibility" not in account.get(path)
    assert account.get(path, include_fields="ui_visibility")["ui_visibility"] == visible
    assert account.get("personFields", include_fields="ui_visibility,required_fields")[-1]["ui_visibility"] == visible
    refusal(account.v2("GET", path, include_fields="colour"), code=SCHEMA)


def test_refusals_of_v1_carry_no_code(account: Account) -> None:
    for answer in (account.v1("GET", "notes", limit=0), account.v1("POST", "notes", {"content": 1})):
        refusal(answer)
        assert "code" not in answer.json()


def test_built_in_fields_are_not_changed(open_account: OpenAccount) -> None:
    account = open_account()
    refusal(account.v2("DELETE", "personFields/name"), 403)
    refusal(account.v2("POST", "personFields/label_ids/options", [{"label": "Patient"}]), 403)
    lenient = open_account(builtin_options="accept")
    label = lenient.v2("POST", "personFields/label_ids/options", [{"label": "Patient"}]).json()["data"][0]["id"]
    assert lenient.make("persons", name="Ana", label_ids=[label])["label_ids"] == [label]
    refusal(lenient.v2("POST", "persons", {"name": "Ana", "label_ids": [77_777]}), code=SCHEMA)


def test_schema_needs_an_administrator(open_account: OpenAccount) -> None:
    account = open_account(admin=False)
    for path, body in (
        ("personFields", {"field_name": "A", "field_type": "varchar"}),
        ("pipelines", {"name": "A"}),
        ("stages", {"name": "A", "pipeline_id": 1}),
    ):
        refusal(account.v2("POST", path, body), 403)
    refusal(account.v1("POST", "activityTypes", {"name": "A", "icon_key": "call"}), 403)


def test_the_deal_cap_of_the_plan_counts_leads_too(open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behaviour 34. Only the deleted leave room."""
    monkeypatch.setitem(PLANS, "lite", replace(PLANS["lite"], deals=2))
    account = open_account(plan="lite", seats=2)
    account.make("persons", name="Ana")
    account.make_v1("leads", title="A", person_id=1)
    for _ in range(3):
        account.make("deals", title="A")
    refusal(account.v2("POST", "deals", {"title": "A"}), 403, "feature_capping_deals_limit")
    account.v2("DELETE", "deals/1")
    account.make("deals", title="A")


def test_the_deal_caps_are_those_of_the_plans() -> None:
    """Behaviour 34."""
    caps = {plan: limits.deal_cap(seats=20) for plan, limits in PLANS.items()}
    assert caps == {"lite": 50_000, "growth": 100_000, "premium": 300_000, "ultimate": 300_000}


def test_pipelines_append_and_stages_keep_the_order_of_creation(account: Account) -> None:
    """Behaviour 35."""
    made = [account.make("pipelines", name=name) for name in ("Treatment", "Referral")]
    assert [pipeline["order_nr"] for pipeline in account.get("pipelines")] == [1, 2, 3]
    assert account.get("stages", pipeline_id=made[0]["id"]) == []
    for name in ("Planned", "Accepted", "Done"):
        account.make("stages", name=name, pipeline_id=made[0]["id"])
    stages = account.get("stages", pipeline_id=made[0]["id"], sort_by="order_nr")
    assert [stage["name"] for stage in stages] == ["Planned", "Accepted", "Done"]
    refusal(account.v2("POST", "stages", {"name": "A", "pipeline_id": 99}), code=RULE)
    refusal(account.v2("POST", "pipelines", {"name": "A", "order_nr": 1}), code=SCHEMA)


def test_a_new_pipeline_may_come_with_stages(open_account: OpenAccount) -> None:
    account = open_account(new_pipeline_stages="defaults")
    pipeline = account.make("pipelines", name="Treatment")["id"]
    assert len(account.get("stages", pipeline_id=pipeline)) == 5


def test_deleted_pipelines_and_stages_leave_the_lists(account: Account) -> None:
    pipeline = account.make("pipelines", name="A")["id"]
    stage = account.make("stages", name="A", pipeline_id=pipeline)["id"]
    assert account.v2("DELETE", f"pipelines/{pipeline}").json()["data"] == {"id": pipeline}
    assert pipeline not in account.ids("pipelines")
    assert stage not in account.ids("stages")


def test_a_deal_lands_in_the_first_stage_and_its_stage_fits_its_pipeline(account: Account) -> None:
    other = account.make("pipelines", name="Other")["id"]
    refusal(account.v2("POST", "deals", {"title": "A", "pipeline_id": other}), code=RULE)
    stage = account.make("stages", name="Only", pipeline_id=other)["id"]
    plain = account.make("deals", title="A")
    assert (plain["pipeline_id"], plain["stage_id"]) == (1, 1)
    assert account.make("deals", title="A", pipeline_id=other)["stage_id"] == stage
    assert account.make("deals", title="A", stage_id=stage)["pipeline_id"] == other
    refusal(account.v2("POST", "deals", {"title": "A", "pipeline_id": 1, "stage_id": stage}), code=RULE)
    account.later(9)
    moved = account.v2("PATCH", f"deals/{plain['id']}", {"stage_id": 2}).json()["data"]
    assert moved["stage_change_time"] > plain["stage_change_time"]
    assert account.ids("deals", stage_id=stage) == [2, 3]


def test_the_key_of_an_activity_type_comes_from_its_name_and_stays(account: Account) -> None:
    """Behaviour 35."""
    made = account.make_v1("activityTypes", name="Recall visit", icon_key="calendar")
    assert made["key_string"] == "recall_visit"
    assert account.make("activities", type="recall_visit")["type"] == "recall_visit"
    renamed = account.v1("PUT", f"activityTypes/{made['id']}", {"name": "Hygiene"}).json()["data"]
    assert (renamed["name"], renamed["key_string"]) == ("Hygiene", "recall_visit")
    refusal(account.v1("PUT", f"activityTypes/{made['id']}", {"key_string": "x"}))
    assert account.make_v1("activityTypes", name="Recall Visit", icon_key="calendar")["key_string"] != "recall_visit"
    refusal(account.v1("POST", "activityTypes", {"name": "A", "icon_key": "tooth"}))
    refusal(account.v1("POST", "activityTypes", {"name": "A"}))


def test_an_unknown_or_retired_activity_type_is_refused(account: Account) -> None:
    """Behaviour 35."""
    refusal(account.v2("POST", "activities", {"type": "recall"}), code=SCHEMA)
    made = account.make_v1("activityTypes", name="Recall", icon_key="calendar")
    kept = account.make("activities", type="recall")["id"]
    assert not account.v1("DELETE", f"activityTypes/{made['id']}").json()["data"]["active_flag"]
    refusal(account.v2("POST", "activities", {"type": "recall"}), code=SCHEMA)
    assert account.get(f"activities/{kept}")["type"] == "recall"


def test_a_fresh_account_has_a_pipeline_activity_types_and_fields(account: Account) -> None:
    assert [pipeline["name"] for pipeline in account.get("pipelines")] == ["Pipeline"]
    assert len(account.get("stages")) == 5
    types = account.v1("GET", "activityTypes").json()["data"]
    assert [kind["key_string"] for kind in types] == ["call", "meeting", "task", "deadline", "email", "lunch"]
    assert "priority" in {field["field_code"] for field in account.get("activityFields")}
    assert "content" in {field["key"] for field in account.v1("GET", "noteFields").json()["data"]}


def test_activity_fields_cannot_be_made(account: Account) -> None:
    refusal(account.v2("POST", "activityFields", {"field_name": "A", "field_type": "varchar"}), 405)
