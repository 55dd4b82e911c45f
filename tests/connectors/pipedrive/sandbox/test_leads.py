"""Leads and their labels."""

import pytest

from .account import Account, refusal
from .conftest import OpenAccount


@pytest.fixture
def inbox(open_account: OpenAccount) -> Account:
    """Two persons, and a lead of the first one."""
    account = open_account(search_lag=0)
    account.make("persons", name="Ana Ruiz", emails=[{"value": "ana@x.example"}])
    account.make("persons", name="Bea")
    account.make_v1("leads", title="Implant consultation", person_id=1, value={"amount": 100, "currency": "USD"})
    return account


def test_labels_are_objects_with_a_name_and_one_of_ten_colours(account: Account) -> None:
    made = account.make_v1("leadLabels", name="Hot", color="dark-gray")
    assert account.v1("GET", "leadLabels").json()["data"] == [made]
    for body in ({"name": "Hot"}, {"name": "Hot", "color": "black"}, {"name": "", "color": "red"}, {"size": 1}):
        refusal(account.v1("POST", "leadLabels", body))
    changed = account.v1("PATCH", f"leadLabels/{made['id']}", {"color": "red"}).json()["data"]
    assert (changed["name"], changed["color"]) == ("Hot", "red")
    assert account.v1("DELETE", f"leadLabels/{made['id']}").json()["data"] == {"id": made["id"]}
    refusal(account.v1("DELETE", f"leadLabels/{made['id']}"), 404)


def test_a_lead_carries_labels_that_exist_and_loses_those_that_are_deleted(inbox: Account) -> None:
    hot, cold = (inbox.make_v1("leadLabels", name=name, color="red")["id"] for name in ("Hot", "Cold"))
    lead = inbox.make_v1("leads", title="A", person_id=2, label_ids=[hot, cold])
    assert lead["label_ids"] == [hot, cold]
    refusal(inbox.v1("PATCH", f"leads/{lead['id']}", {"label_ids": ["nobody"]}))
    refusal(inbox.v1("PATCH", f"leads/{lead['id']}", {"label_ids": hot}))
    inbox.v1("DELETE", f"leadLabels/{hot}")
    assert inbox.v1("GET", f"leads/{lead['id']}").json()["data"]["label_ids"] == [cold]


def test_archived_leads_have_a_list_of_their_own(inbox: Account) -> None:
    [lead] = inbox.v1("GET", "leads").json()["data"]
    refusal(inbox.v1("POST", "leads", {"title": "A", "person_id": 1, "is_archived": True}))
    inbox.v1("PATCH", f"leads/{lead['id']}", {"is_archived": True})
    assert inbox.v1("GET", "leads").json()["data"] == []
    assert [each["id"] for each in inbox.v1("GET", "leads/archived").json()["data"]] == [lead["id"]]


def test_leads_are_found_by_title_and_person(inbox: Account) -> None:
    [hit] = inbox.get("leads/search", term="implant")["items"]
    assert hit["item"]["person"] == {"id": 1, "name": "Ana Ruiz"}
    assert hit["item"]["emails"] == ["ana@x.example"]
    assert inbox.get("leads/search", term="implant", person_id=2)["items"] == []


def test_the_source_id_of_a_lead_is_written_once(inbox: Account) -> None:
    lead = inbox.make_v1("leads", title="A", person_id=2, origin_id="sensei:lead:7")
    assert inbox.v1("GET", f"leads/{lead['id']}").json()["data"]["origin_id"] == "sensei:lead:7"
    refusal(inbox.v1("PATCH", f"leads/{lead['id']}", {"origin_id": "other"}))


def test_a_lead_without_anybody_is_refused_before_and_after(inbox: Account) -> None:
    refusal(inbox.v1("POST", "leads", {"title": "A"}))
    lead = inbox.make_v1("leads", title="A", person_id=2)["id"]
    refusal(inbox.v1("PATCH", f"leads/{lead}", {"person_id": None}))


@pytest.mark.parametrize("text", ["2026-01-01T10:20:00.000Z", "yesterday"])
def test_v1_lists_want_whole_seconds_too(account: Account, text: str) -> None:
    for path in ("leads", "notes"):
        refusal(account.v1("GET", path, updated_since=text))
        assert account.v1("GET", path, updated_since="2026-01-01T10:20:00Z").status_code == 200
