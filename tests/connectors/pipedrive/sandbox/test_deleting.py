"""Deleting, archiving, and what stays."""

import pytest

from .account import RULE, Account, refusal
from .conftest import OpenAccount

DAY = 86_400
MAKE = {
    "persons": {"name": "A"},
    "organizations": {"name": "A"},
    "deals": {"title": "A"},
    "activities": {"subject": "A"},
}


@pytest.mark.parametrize("path", MAKE)
def test_a_deleted_record_is_kept_for_thirty_days(account: Account, path: str) -> None:
    """Behaviour 38."""
    account.make(path, **MAKE[path])
    account.later(1)
    assert account.v2("DELETE", f"{path}/1").json() == {"success": True, "data": {"id": 1}}
    deleted = account.get(f"{path}/1")
    assert deleted["is_deleted"]
    assert deleted["update_time"] == account.controls.now()[:19] + "Z"
    assert account.ids(path) == []
    refusal(account.v2("PATCH", f"{path}/1", MAKE[path]), 404)
    account.later(30 * DAY - 1)
    assert account.get(f"{path}/1")["is_deleted"]
    account.later(1)
    refusal(account.v2("GET", f"{path}/1"), 404)
    assert account.stored(path) == []


@pytest.mark.parametrize("status", ["404", "410"])
def test_the_second_delete_is_answered_by_choice(open_account: OpenAccount, status: str) -> None:
    """Behaviour 38."""
    account = open_account(second_delete=status)
    account.make("persons", name="A")
    account.v2("DELETE", "persons/1")
    assert account.v2("DELETE", "persons/1").status_code == int(status)
    assert account.v2("DELETE", "persons/2").status_code == 404


def test_reading_a_deleted_record_by_id_is_a_switch(open_account: OpenAccount) -> None:
    account = open_account(deleted_read="404")
    account.make("persons", name="A")
    account.v2("DELETE", "persons/1")
    refusal(account.v2("GET", "persons/1"), 404)


def test_deleted_deals_are_listed_on_request(account: Account) -> None:
    """Behaviour 38."""
    for status in ("open", "won", "lost"):
        account.make("deals", title="A", status=status)
    account.v2("DELETE", "deals/1")
    assert account.ids("deals") == [2, 3]
    assert account.ids("deals", status="deleted") == [1]
    assert account.ids("deals", status="won,deleted") == [1, 2]


def test_a_deal_is_neither_deleted_nor_brought_back_by_a_change(open_account: OpenAccount) -> None:
    account = open_account()
    refusal(account.v2("POST", "deals", {"title": "A", "is_deleted": True}), code=RULE)
    account.make("deals", title="A")
    refusal(account.v2("PATCH", "deals/1", {"is_deleted": True}), code=RULE)
    account.v2("DELETE", "deals/1")
    refusal(account.v2("PATCH", "deals/1", {"is_deleted": False}), 404)
    kind = open_account(undelete=True)
    kind.make("deals", title="A")
    kind.v2("DELETE", "deals/1")
    assert not kind.v2("PATCH", "deals/1", {"is_deleted": False}).json()["data"]["is_deleted"]


def test_children_of_a_deleted_person_stay(account: Account) -> None:
    """Behaviour 39."""
    org = account.make("organizations", name="A")["id"]
    person = account.make("persons", name="A", org_id=org)["id"]
    account.make("deals", title="A", person_id=person)
    account.make("activities", participants=[{"person_id": person}])
    account.make_v1("notes", content="A", person_id=person)
    account.v2("DELETE", f"persons/{person}")
    account.v2("DELETE", f"organizations/{org}")
    assert account.get("deals/1")["person_id"] == person
    assert account.get("activities/1")["person_id"] == person
    assert account.v1("GET", "notes/1").json()["data"]["person_id"] == person
    refusal(account.v2("POST", "deals", {"title": "B", "person_id": person}), code=RULE)


def test_an_archived_deal_leaves_the_list_and_cannot_be_changed(account: Account) -> None:
    """Behaviour 41."""
    account.make("deals", title="A", is_archived=True)
    account.make("deals", title="B")
    assert account.ids("deals") == [2]
    assert account.ids("deals/archived") == [1]
    refusal(account.v2("PATCH", "deals/1", {"title": "C"}), code=RULE)
    assert account.v2("PATCH", "deals/1", {"is_archived": False}).json()["data"]["archive_time"] is None
    assert account.ids("deals") == [1, 2]
