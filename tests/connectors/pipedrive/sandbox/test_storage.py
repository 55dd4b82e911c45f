"""What is stored, and how it is read back."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridgework.sandbox import SimulatedClock, running
from bridgework_pipedrive_sandbox import Options, PipedriveSandbox

from .account import SCHEMA, Account, refusal
from .conftest import OpenAccount

V2_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
V1_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def test_ids_ascend_per_entity_leads_have_uuids_and_keys_differ_between_companies(open_account: OpenAccount) -> None:
    """Behaviour 25."""
    one, other = open_account(), open_account()
    assert [one.make("persons", name="Ana")["id"] for _ in range(3)] == [1, 2, 3]
    assert one.make("organizations", name="A")["id"] == 1
    lead = one.make_v1("leads", title="A", person_id=1)["id"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", lead)
    keys = {account.field("person", "varchar")["field_code"] for account in (one, other)}
    assert len(keys) == 2
    assert all(re.fullmatch("[0-9a-f]{40}", key) for key in keys)


def test_a_deleted_id_is_never_given_again(account: Account) -> None:
    """Behaviour 25."""
    account.make("persons", name="Ana")
    account.v2("DELETE", "persons/1")
    assert account.make("persons", name="Bea")["id"] == 2


@pytest.mark.parametrize("path", ["persons", "organizations"])
def test_a_creation_time_in_the_past_is_honoured_exactly(account: Account, path: str) -> None:
    """Behaviour 26."""
    made = account.make(path, name="Ana", add_time="2009-03-04T05:06:07Z")
    assert made["add_time"] == "2009-03-04T05:06:07Z"
    assert made["update_time"] == account.controls.now()[:19] + "Z"


def test_deals_and_activities_are_born_now(account: Account) -> None:
    """Behaviour 26."""
    now = account.controls.now()[:19] + "Z"
    deal, activity = account.make("deals", title="A"), account.make("activities", done=True)
    assert {deal["add_time"], deal["stage_change_time"], activity["add_time"], activity["marked_as_done_time"]} == {now}


def test_times_have_the_form_of_their_version(account: Account) -> None:
    """Behaviour 27."""
    person = account.make("persons", name="Ana")
    note = account.make_v1("notes", content="A", person_id=person["id"])
    assert V2_INSTANT.fullmatch(person["update_time"])
    assert V1_INSTANT.fullmatch(note["update_time"])
    lead = account.v1("POST", "leads", {"title": "A", "person_id": person["id"]})
    assert lead.status_code == 201
    assert lead.json()["data"]["add_time"].endswith(".000Z")


def test_every_defined_key_is_shown_with_null_for_empty_ones(account: Account) -> None:
    """Behaviour 28."""
    keys = [account.field("deal", "varchar")["field_code"] for _ in range(3)]
    deal = account.make("deals", title="A", custom_fields={keys[1]: "x"})
    assert deal["custom_fields"] == {keys[0]: None, keys[1]: "x", keys[2]: None}
    assert account.get("deals/1", custom_fields=keys[1])["custom_fields"] == {keys[1]: "x"}
    refusal(account.v2("GET", "deals", custom_fields=",".join(["a"] * 16)), code=SCHEMA)


def test_empty_attributes_are_null_or_absent(open_account: OpenAccount) -> None:
    """Behaviour 28."""
    shown = open_account().make("deals", title="A")
    assert shown["won_time"] is None
    account = open_account(null_style="absent")
    key = account.field("deal", "varchar")["field_code"]
    hidden = account.make("deals", title="A")
    assert "won_time" not in hidden
    assert hidden["custom_fields"] == {key: None}


def test_ids_finds_at_most_a_hundred_and_leaves_unknown_ones_out(account: Account) -> None:
    """Behaviour 29."""
    for name in "ABC":
        account.make("persons", name=name)
    account.v2("DELETE", "persons/2")
    assert account.ids("persons", ids="3,77,1,2,1") == [1, 3]
    assert account.ids("persons", ids="1,3", sort_direction="desc") == [3, 1]
    refusal(account.v2("GET", "persons", ids=",".join(str(n) for n in range(1, 102))), code=SCHEMA)


def test_ids_is_ignored_beside_a_filter(account: Account) -> None:
    """Behaviour 29."""
    for name in "ABC":
        account.make("persons", name=name)
    assert account.ids("persons", ids="2", filter_id=1) == [1, 2, 3]


def test_a_walk_by_cursor_sees_what_is_added_behind_it_and_misses_what_is_deleted(account: Account) -> None:
    """Behaviour 30."""
    for name in "ABCDE":
        account.make("persons", name=name)
    first = account.v2("GET", "persons", limit=2).json()
    assert [person["id"] for person in first["data"]] == [1, 2]
    account.v2("DELETE", "persons/3")
    account.make("persons", name="F")
    cursor = first["additional_data"]["next_cursor"]
    second = account.v2("GET", "persons", limit=2, cursor=cursor).json()
    assert [person["id"] for person in second["data"]] == [4, 5]
    third = account.v2("GET", "persons", limit=2, cursor=second["additional_data"]["next_cursor"]).json()
    assert [person["id"] for person in third["data"]] == [6]
    assert third["additional_data"]["next_cursor"] is None


def test_a_full_page_may_be_the_last_one(account: Account) -> None:
    """Behaviour 30."""
    for name in "AB":
        account.make("persons", name=name)
    page = account.v2("GET", "persons", limit=2).json()
    assert len(page["data"]) == 2
    assert page["additional_data"]["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "e30", "bnVsbA", "WzEsMiwzXQ"])
def test_a_forged_cursor_is_refused(account: Account, cursor: str) -> None:
    refusal(account.v2("GET", "persons", cursor=cursor), code=SCHEMA)
    refusal(account.v2("GET", "persons/search", term="ana", cursor=cursor), code=SCHEMA)


@pytest.mark.parametrize("by", ["id", "update_time", "add_time"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_every_order_walks_through_everything_once(account: Account, by: str, direction: str) -> None:
    for number in range(7):
        account.make("persons", name="Ana", add_time=f"20{20 - number}-01-01T00:00:00Z")
        if number % 2:
            account.later(1)
    seen: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 3, "sort_by": by, "sort_direction": direction}
    while True:
        page = account.v2("GET", "persons", **query).json()
        seen += page["data"]
        if page["additional_data"]["next_cursor"] is None:
            break
        query["cursor"] = page["additional_data"]["next_cursor"]
    assert sorted(person["id"] for person in seen) == list(range(1, 8))
    values = [person[by] for person in seen]
    assert values == sorted(values, reverse=direction == "desc")


def test_changes_are_found_by_time_from_inclusive_to_exclusive(account: Account) -> None:
    times = []
    for name in "ABC":
        times.append(account.make("persons", name=name)["update_time"])
        account.later(10)
    assert account.ids("persons", updated_since=times[1]) == [2, 3]
    assert account.ids("persons", updated_since=times[1], updated_until=times[2]) == [2]
    account.v2("PATCH", "persons/1", {"name": "D"})
    assert account.ids("persons", updated_since=times[1], sort_direction="desc") == [3, 2, 1]


def test_lists_are_filtered_by_what_they_point_to(account: Account) -> None:
    org = account.make("organizations", name="A")["id"]
    inside, outside = account.make("persons", name="B", org_id=org)["id"], account.make("persons", name="C")["id"]
    deal = account.make("deals", title="D", person_id=inside, org_id=org)["id"]
    account.make("deals", title="E", person_id=outside)
    done = account.make("activities", deal_id=deal, done=True, participants=[{"person_id": inside}])["id"]
    account.make("activities", subject="F")
    assert account.ids("persons", org_id=org) == [inside]
    assert account.ids("persons", deal_id=deal) == [inside]
    assert account.ids("deals", person_id=inside) == [deal]
    assert account.ids("activities", person_id=inside) == account.ids("activities", done="true") == [done]
    person = account.get(f"persons/{inside}", include_fields="open_deals_count,activities_count")
    assert (person["open_deals_count"], person["activities_count"]) == (1, 1)


def test_a_change_moves_update_time_and_keeps_custom_values_that_are_not_named(account: Account) -> None:
    one, other = (account.field("person", "varchar")["field_code"] for _ in range(2))
    made = account.make("persons", name="Ana", custom_fields={one: "1", other: "2"})
    account.later(5)
    changed = account.v2("PATCH", "persons/1", {"custom_fields": {other: "3"}}).json()["data"]
    assert changed["custom_fields"] == {one: "1", other: "3"}
    assert changed["update_time"] > made["update_time"]
    assert changed["add_time"] == made["add_time"]


def test_names_are_split_for_reading(account: Account) -> None:
    made = account.make("persons", name="Ana Maria Ruiz")
    assert (made["first_name"], made["last_name"]) == ("Ana", "Maria Ruiz")
    assert account.make("persons", name="Ana")["last_name"] is None


def test_two_equal_posts_make_two_records(account: Account) -> None:
    """Behaviour 45."""
    ids = {account.make("persons", name="Ana", emails=[{"value": "a@x.example"}])["id"] for _ in range(2)}
    assert len(ids) == 2


def test_a_restart_with_the_state_file_goes_on_exactly(open_account: OpenAccount, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with running(PipedriveSandbox(Options(), SimulatedClock(0), path)) as before:
        headers = {"x-api-token": before.env["PIPEDRIVE_API_TOKEN"]}
        with httpx.Client(base_url=before.base_url, headers=headers) as http:
            http.post("/api/v2/persons", json={"name": "Ana"})
            http.post("/api/v2/persons", json={"name": "Bea"})
            http.delete("/api/v2/persons/2")
            http.post("/api/v1/files", files={"file": ("a.pdf", b"content")}, data={"person_id": "1"})
        before.advance(100)
        state, now = before.state(), before.now()
    assert path.stat().st_mode & 0o777 == 0o600
    again = open_account(state=path)
    assert again.controls.state() == state
    assert again.controls.now() >= now
    assert again.make("persons", name="Cyd")["id"] == 3
    assert again.v1("GET", "files/1/download").content == b"content"
