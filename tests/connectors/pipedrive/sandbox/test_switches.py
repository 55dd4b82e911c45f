"""What the published texts leave open: each switch both ways."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from bridgework_pipedrive_sandbox import Options
from bridgework_pipedrive_sandbox.options import PRESETS
from bridgework_pipedrive_sandbox.plans import PLANS

from .account import RULE, SCHEMA, Account, refusal
from .conftest import OpenAccount


def test_a_preset_answers_everything_that_no_option_answers_itself() -> None:
    odd = Options(unproven="odd", second_delete="404")
    assert (odd.null_style, odd.second_delete) == ("absent", "404")
    assert Options() == Options(unproven="strict")
    for values in PRESETS.values():
        assert all(getattr(Options(), name) != value for name, value in values.items())
    with pytest.raises(ValidationError):
        Options(unproven="wild")


def test_single_properties_can_be_overlooked(open_account: OpenAccount) -> None:
    account = open_account(overlooked=["deals.add_time", "activities.person_id", "notes.colour"])
    made = account.make("deals", title="A", add_time="2009-01-01T00:00:00Z")
    assert not made["add_time"].startswith("2009")
    assert account.make("activities", subject="A", person_id=77)["person_id"] is None
    account.make_v1("notes", content="A", deal_id=1, colour="red")
    refusal(account.v2("POST", "activities", {"subject": "A", "add_time": "2009-01-01T00:00:00Z"}), code=SCHEMA)
    refusal(account.v2("POST", "persons", {"name": "A", "person_id": 77}), code=SCHEMA)


def test_a_refused_body_may_have_another_status(open_account: OpenAccount) -> None:
    account = open_account(refusal_status="422")
    refusal(account.v2("POST", "persons", {}), 422, SCHEMA)
    refusal(account.v1("POST", "notes", {"content": "A"}), 422)
    refusal(account.v2("GET", "persons", limit=0), 400, SCHEMA)
    refusal(account.v2("PATCH", "persons/9", {"name": "A"}), 404)


def test_a_creation_time_with_a_blank_is_taken_or_refused(open_account: OpenAccount) -> None:
    strict, lenient = open_account(), open_account(add_time_form="both")
    refusal(strict.v2("POST", "persons", {"name": "A", "add_time": "2009-03-04 05:06:07"}), code=SCHEMA)
    for text in ("2009-03-04 05:06:07", "2009-03-04T05:06:07Z"):
        assert lenient.make("persons", name="A", add_time=text)["add_time"] == "2009-03-04T05:06:07Z"
    refusal(lenient.v2("POST", "persons", {"name": "A", "add_time": "yesterday at noon"}), code=SCHEMA)


def test_a_name_in_two_parts_is_taken_or_refused(open_account: OpenAccount) -> None:
    parts = {"first_name": "Ana", "last_name": "Ruiz"}
    error = refusal(open_account().v2("POST", "persons", parts), code=SCHEMA)
    assert "name: is required" in error
    account = open_account(name_parts="accept")
    assert account.make("persons", **parts)["name"] == "Ana Ruiz"
    assert account.v2("PATCH", "persons/1", {**parts, "last_name": "Diaz"}).json()["data"]["name"] == "Ana Diaz"
    refusal(account.v2("POST", "persons", {"first_name": "Ana"}), code=SCHEMA)


def test_an_update_may_empty_the_custom_fields_it_does_not_name(open_account: OpenAccount) -> None:
    for effect, left in (("merge", "1"), ("replace", None)):
        account = open_account(custom_fields_update=effect)
        one, other = (account.field("person", "varchar")["field_code"] for _ in range(2))
        account.make("persons", name="Ana", custom_fields={one: "1", other: "2"})
        account.v2("PATCH", "persons/1", {"custom_fields": {other: "3"}})
        assert account.get("persons/1")["custom_fields"] == {one: left, other: "3"}
        account.v2("PATCH", "persons/1", {"name": "Bea"})
        assert account.get("persons/1")["custom_fields"] == {one: left, other: "3"}


def test_links_to_what_was_deleted_are_kept_or_hidden(open_account: OpenAccount) -> None:
    for shown, wanted in (("keep", 1), ("hide", None)):
        account = open_account(deleted_links=shown)
        account.make("persons", name="A")
        account.make("deals", title="A", person_id=1)
        account.make_v1("notes", content="A", person_id=1)
        account.v2("DELETE", "persons/1")
        assert account.get("deals/1")["person_id"] == wanted
        assert account.v1("GET", "notes/1").json()["data"]["person_id"] == wanted


def test_subject_and_type_of_an_activity_may_be_required(open_account: OpenAccount) -> None:
    plain = open_account().make("activities", due_date="2026-01-01")
    assert (plain["type"], plain["subject"]) == ("call", "Call")
    account = open_account(activity_type="required")
    assert "type" in refusal(account.v2("POST", "activities", {"subject": "A"}), code=SCHEMA)
    account.make("activities", subject="A", type="call")
    assert account.v2("PATCH", "activities/1", {"done": True}).status_code == 200


def test_a_deal_may_need_a_person_or_an_organization(open_account: OpenAccount) -> None:
    assert open_account().v2("POST", "deals", {"title": "A"}).status_code == 200
    account = open_account(deal_contact="required")
    refusal(account.v2("POST", "deals", {"title": "A"}), code=SCHEMA)
    account.make("organizations", name="A")
    account.make("deals", title="A", org_id=1)


def test_new_records_may_show_late_in_lists_but_at_once_by_id(open_account: OpenAccount) -> None:
    account = open_account(list_lag=30)
    account.make("persons", name="A", add_time="2009-01-01T00:00:00Z")
    account.make_v1("notes", content="A", person_id=1)
    account.make_v1("leads", title="A", person_id=1)

    def listed() -> list[int]:
        return [
            len(answer.json()["data"])
            for answer in (
                account.v2("GET", "persons", ids="1"),
                account.v1("GET", "notes"),
                account.v1("GET", "leads"),
            )
        ]

    assert account.get("persons/1")["name"] == "A"
    assert listed() == [0, 0, 0]
    account.later(30)
    assert listed() == [1, 1, 1]


def test_a_cursor_may_expire(open_account: OpenAccount) -> None:
    for lifetime, status in ((60, 400), (0, 200)):
        account = open_account(cursor_lifetime=lifetime)
        for name in "ABC":
            account.make("persons", name=name)
        cursor = account.v2("GET", "persons", limit=1).json()["additional_data"]["next_cursor"]
        account.later(60)
        assert account.v2("GET", "persons", limit=1, cursor=cursor).status_code == 200
        account.later(1)
        assert account.v2("GET", "persons", limit=1, cursor=cursor).status_code == status


def test_a_pipeline_with_deals_is_deleted_or_kept(open_account: OpenAccount) -> None:
    kind, strict = open_account(), open_account(pipeline_with_deals="refuse")
    for account in (kind, strict):
        account.make("deals", title="A")
    assert kind.v2("DELETE", "pipelines/1").status_code == 200
    for path in ("pipelines/1", "stages/1"):
        refusal(strict.v2("DELETE", path), code=RULE)
    assert strict.v2("DELETE", "stages/2").status_code == 200
    strict.v2("DELETE", "deals/1")
    assert strict.v2("DELETE", "pipelines/1").status_code == 200


def test_fields_may_be_everybodys(open_account: OpenAccount) -> None:
    refusal(open_account(admin=False).v2("POST", "personFields", {"field_name": "A", "field_type": "text"}), 403)
    open_account(admin=False, field_rights="everybody").field("person", "text")


@pytest.mark.parametrize(("kept", "imported"), [("refuse", []), ("waiting_list", [3])])
def test_a_deal_refused_at_the_cap_may_come_back_later(
    open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch, kept: str, imported: list[int]
) -> None:
    monkeypatch.setitem(PLANS, "lite", replace(PLANS["lite"], deals=2))
    account = open_account(plan="lite", seats=1, deal_cap=kept)
    for title in "AB":
        account.make("deals", title=title)
    refusal(account.v2("POST", "deals", {"title": "C"}), 403, "feature_capping_deals_limit")
    assert account.controls.command("import_waiting") == {"imported": []}
    account.v2("DELETE", "deals/1")
    assert account.controls.command("import_waiting") == {"imported": imported}
    assert account.controls.command("import_waiting") == {"imported": []}


@pytest.mark.parametrize(
    ("option", "version", "path", "body", "status"),
    [
        ("most_channels", "v2", "persons", {"name": "A", "emails": [{"value": "a"}, {"value": "b"}]}, 400),
        ("most_notes", "v1", "notes", {"content": "A", "deal_id": 1}, 403),
        ("most_activity_types", "v1", "activityTypes", {"name": "A", "icon_key": "call"}, 403),
    ],
)
def test_numbers_nobody_knows_can_be_limited(
    open_account: OpenAccount, option: str, version: str, path: str, body: dict[str, Any], status: int
) -> None:
    def ask(account: Account) -> int:
        account.make("deals", title="A")
        account.make_v1("notes", content="A", deal_id=1)
        send = account.v2 if version == "v2" else account.v1
        return send("POST", path, body).status_code

    assert ask(open_account()) == 200
    assert ask(open_account(**{option: 1})) == status


def test_files_may_be_too_large(open_account: OpenAccount) -> None:
    account = open_account(largest_file=3)
    for content, status in ((b"abc", 200), (b"abcd", 400)):
        assert account.http.post("/v1/files", files={"file": ("a.txt", content)}).status_code == status


@pytest.mark.parametrize(("form", "nested"), [("plain", False), ("nested", True)])
def test_relationships_say_in_one_of_two_places_that_there_is_more(
    open_account: OpenAccount, form: str, nested: bool
) -> None:
    account = open_account(relationship_pages=form)
    for name in "ABC":
        account.make("organizations", name=name)
    for linked in (2, 3):
        account.make_v1("organizationRelationships", type="parent", rel_owner_org_id=1, rel_linked_org_id=linked)
    facts = account.v1("GET", "organizationRelationships", org_id=1, limit=1).json()["additional_data"]
    assert ("pagination" in facts) == nested
    assert facts.get("pagination", facts) == {"start": 0, "limit": 1, "more_items_in_collection": True}
    last = account.v1("GET", "organizationRelationships", org_id=1).json()["additional_data"]
    assert last.get("pagination", last)["more_items_in_collection"] is False


def test_the_headers_of_the_window_may_be_missing_or_in_another_unit(open_account: OpenAccount) -> None:
    assert open_account().v2("GET", "persons").headers["x-ratelimit-reset"] == "2"
    assert open_account(reset_unit="milliseconds").v2("GET", "persons").headers["x-ratelimit-reset"] == "2000"
    silent = open_account(burst_headers=False, plan="lite")
    answers = [silent.v2("GET", "pipelines") for _ in range(21)]
    assert answers[-1].status_code == 429
    assert not any("x-ratelimit-limit" in answer.headers for answer in answers)


@pytest.mark.parametrize(("twice", "left"), [(False, 0), (True, 9)])
def test_searches_may_use_up_the_general_window(open_account: OpenAccount, twice: bool, left: int) -> None:
    account = open_account(plan="lite", searches_count_twice=twice)
    for _ in range(9):
        assert account.v2("GET", "persons/search", term="ana").status_code == 200
    answers = [account.v2("GET", "pipelines").status_code for _ in range(20)]
    assert answers.count(429) == left


def test_what_a_probe_would_find_is_announced_to_the_connector(open_account: OpenAccount) -> None:
    odd = open_account(unproven="odd").controls.set
    assert {"destination.due_time_format=HH:MM:SS", "destination.custom_fields_update=replace"} <= set(odd)
    assert "destination.custom_fields_update=merge" in open_account().controls.set
