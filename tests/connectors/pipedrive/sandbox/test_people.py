"""People of the company who work on while a migration runs (behaviour 44), and merging through the interface."""

from typing import Any

import pytest

from .account import Account, Record, refusal
from .conftest import OpenAccount


def filled(account: Account) -> Account:
    """One of everything; the clock has moved on since."""
    account.make("organizations", name="Smile")
    account.make("persons", name="Ana", org_id=1)
    account.make("deals", title="Crown", person_id=1)
    account.make("activities", subject="Recall", participants=[{"person_id": 1}])
    account.make_v1("notes", content="Allergic", person_id=1)
    account.make_v1("leads", title="Asked", person_id=1)
    account.make_v1("activityTypes", name="Recall", icon_key="call")
    account.http.post("/v1/files", files={"file": ("a.pdf", b"x")}, data={"person_id": "1"})
    account.field("person", "enum", "Gold", "Basic", name="Insurance")
    account.later(60)
    return account


@pytest.fixture
def practice(account: Account) -> Account:
    return filled(account)


EDITS: list[tuple[str, str, Record]] = [
    ("person", "persons", {"name": "Bea"}),
    ("organization", "organizations", {"name": "Bea"}),
    ("deal", "deals", {"title": "Bea"}),
    ("activity", "activities", {"subject": "Bea"}),
    ("pipeline", "pipelines", {"name": "Bea"}),
    ("stage", "stages", {"name": "Bea"}),
    ("note", "notes", {"content": "Bea"}),
    ("file", "files", {"name": "Bea"}),
    ("activity_type", "activity_types", {"name": "Bea"}),
    ("user", "users", {"name": "Bea"}),
]


def number(account: Account, table: str) -> int:
    """The id of the last row."""
    return int(account.stored(table)[-1]["id"])


@pytest.mark.parametrize(("name", "table", "fields"), EDITS)
def test_a_person_edits_any_object_and_its_time_of_change_moves(
    practice: Account, name: str, table: str, fields: Record
) -> None:
    """Behaviour 44."""
    before = practice.stored(table)[-1]
    practice.controls.edit(name, before["id"], **fields)
    after = practice.stored(table)[-1]
    assert {key: after[key] for key in fields} == fields
    assert after["update_time"] > before["update_time"]


@pytest.mark.parametrize("name", ["person", "organization", "deal", "activity", "stage", "pipeline", "file"])
def test_a_person_deletes_any_object_as_the_system_deletes(practice: Account, name: str) -> None:
    """Behaviour 44."""
    table = {"activity": "activities"}.get(name, name + "s")
    practice.controls.delete(name, number(practice, table))
    row = practice.stored(table)[-1]
    assert row.get("is_deleted") or row.get("active_flag") is False


def test_leads_and_fields_are_named_by_their_own_keys(practice: Account) -> None:
    lead = practice.stored("leads")[0]["uuid"]
    field = practice.stored("fields")[-1]
    practice.controls.edit("lead", lead, title="Called back")
    assert practice.stored("leads")[0]["title"] == "Called back"
    practice.controls.delete("lead", lead)
    assert practice.stored("leads")[0]["is_deleted"]
    practice.controls.edit("person_field", field["field_code"], field_name="Plan")
    assert practice.stored("fields")[-1]["field_name"] == "Plan"
    practice.controls.delete("note", 1)
    assert practice.stored("notes") == []


def test_a_person_changes_the_options_of_a_field(practice: Account) -> None:
    field = practice.stored("fields")[-1]
    code, [gold, basic] = field["field_code"], field["options"]
    practice.controls.act("person_field", code, "add_options", options=[{"label": "Silver"}])
    practice.controls.act("person_field", code, "rename_options", options=[{"id": gold["id"], "label": "Golden"}])
    practice.controls.act("person_field", code, "remove_options", options=[{"id": basic["id"]}])
    assert [option["label"] for option in practice.stored("fields")[-1]["options"]] == ["Golden", "Silver"]
    practice.controls.delete("person_field", code)
    assert practice.stored("fields")[-1]["deleted"]


def test_a_user_leaves_the_practice(practice: Account) -> None:
    front_desk = practice.v1("GET", "users").json()["data"][1]["id"]
    practice.controls.delete("user", front_desk)
    assert not practice.v1("GET", f"users/{front_desk}").json()["data"]["active_flag"]
    refusal(practice.v2("PATCH", "persons/1", {"owner_id": front_desk}))


def test_somebody_else_than_the_migration_is_seen_to_have_edited(practice: Account) -> None:
    practice.controls.edit("note", 1, content="No longer allergic")
    note = practice.stored("notes")[0]
    assert note["last_update_user_id"] not in (None, note["user_id"])


@pytest.mark.parametrize(
    ("name", "record", "action", "fields"),
    [
        ("robot", 1, "edit", {}),
        ("fields", 1, "delete", {}),
        ("person", 9, "edit", {"name": "Bea"}),
        ("person", "one", "edit", {"name": "Bea"}),
        ("person", 1, "edit", {"nickname": "A"}),
        ("person", 1, "paint", {}),
        ("person", 1, "merge", {"into": 1}),
        ("person", 1, "merge", {"into": 9}),
        ("person", 1, "merge", {}),
        ("note", 1, "merge", {"into": 1}),
        ("person", 1, "add_options", {"options": []}),
        ("note", 1, "edit", {"person_id": 9}),
        ("user", 1, "edit", {"name": "Bea"}),
        ("user", 1001, "edit", {"active_flag": "no"}),
        ("user", 1001, "delete", {}),
        ("user", 1002, "merge", {"into": 1003}),
    ],
)
def test_what_nobody_can_do_is_refused_and_changes_nothing(
    practice: Account, name: str, record: Any, action: str, fields: Record
) -> None:
    before = practice.controls.state()
    with pytest.raises(ValueError, match="refused the control request"):
        practice.controls.act(name, record, action, **fields)
    assert practice.controls.state() == before


# ------------------------------------------------------------------------------------------ merging


def test_a_merge_keeps_the_survivors_values_and_fills_its_gaps(practice: Account) -> None:
    key = practice.field("person", "varchar")["field_code"]
    lost = practice.make("persons", name="Ana R", phones=[{"value": "1"}], custom_fields={key: "x"})["id"]
    answer = practice.v1("PUT", f"persons/{lost}/merge", {"merge_with_id": 1})
    assert answer.status_code == 200
    merged = answer.json()["data"]
    assert (merged["id"], merged["name"], merged["merge_what_id"]) == (1, "Ana", lost)
    assert merged["phone"][0]["value"] == "1"
    survivor = practice.get("persons/1")
    assert survivor["custom_fields"][key] == "x"
    assert practice.get(f"persons/{lost}")["is_deleted"]


def test_everything_of_a_merged_person_moves_to_the_survivor(practice: Account) -> None:
    survivor = practice.make("persons", name="Anna")["id"]
    practice.make("activities", participants=[{"person_id": survivor}, {"person_id": 1, "primary": True}])
    practice.controls.merge("person", 1, into=survivor)
    for table in ("deals", "leads", "notes", "files"):
        assert [row["person_id"] for row in practice.stored(table)] == [survivor]
    assert [row["person_id"] for row in practice.stored("activities")] == [survivor] * 2
    assert practice.get("activities/2")["participants"] == [{"person_id": survivor, "primary": True}]


def test_merged_organizations_lose_the_relationship_between_them(account: Account) -> None:
    for name in "ABC":
        account.make("organizations", name=name)
    account.make("persons", name="Ana", org_id=1)
    for linked in (2, 3):
        account.make_v1("organizationRelationships", type="parent", rel_owner_org_id=1, rel_linked_org_id=linked)
    assert account.v1("PUT", "organizations/1/merge", {"merge_with_id": 2}).json()["data"] == {"id": 2}
    assert [(row["rel_owner_org_id"], row["rel_linked_org_id"]) for row in account.stored("relationships")] == [(2, 3)]
    assert account.get("persons/1")["org_id"] == 2


def test_a_lost_deal_merged_into_an_open_one_leaves_it_open(account: Account) -> None:
    account.make("deals", title="A", status="lost", lost_reason="price", probability=10)
    account.make("deals", title="B")
    merged = account.v1("PUT", "deals/1/merge", {"merge_with_id": 2}).json()["data"]
    assert (merged["status"], merged["lost_time"], merged["lost_reason"]) == ("open", None, None)
    assert merged["probability"] == 10


def test_a_merge_needs_another_living_record(account: Account) -> None:
    for title in "AB":
        account.make("deals", title=title)
    account.make("deals", title="C", is_archived=True)
    for body, status in (({"merge_with_id": 1}, 400), ({"merge_with_id": 9}, 404), ({}, 400), ({"id": 2}, 400)):
        refusal(account.v1("PUT", "deals/1/merge", body), status)
    refusal(account.v1("PUT", "deals/1/merge", {"merge_with_id": 3}))
    refusal(account.v1("PUT", "deals/9/merge", {"merge_with_id": 1}), 404)
    account.v2("DELETE", "deals/2")
    refusal(account.v1("PUT", "deals/1/merge", {"merge_with_id": 2}), 404)


def test_a_merge_costs_forty_tokens_by_request_and_nothing_by_hand(open_account: OpenAccount) -> None:
    account = filled(open_account())
    account.make("persons", name="Anna")
    used = account.controls.state()["meters"]["tokens_used"]
    account.controls.merge("person", 1, into=2)
    assert account.controls.state()["meters"]["tokens_used"] == used
    account.make("persons", name="Anne")
    account.v1("PUT", "persons/3/merge", {"merge_with_id": 2})
    assert account.controls.state()["meters"]["tokens_used"] == used + 5 + 40
