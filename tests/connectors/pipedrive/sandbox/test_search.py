"""Searches (behaviour 31)."""

import pytest

from bridgework_pipedrive_sandbox import searching

from .account import Account, refusal
from .conftest import OpenAccount


def found(account: Account, path: str, **query: object) -> list[int]:
    return [hit["item"]["id"] for hit in account.get(path, **query)["items"]]


def test_a_write_shows_in_searches_after_the_lag(open_account: OpenAccount) -> None:
    """Behaviour 31."""
    account = open_account(search_lag=30)
    account.make("persons", name="Ana Ruiz")
    assert found(account, "persons/search", term="ana") == []
    account.later(30)
    assert found(account, "persons/search", term="ana") == [1]
    account.v2("PATCH", "persons/1", {"name": "Bea Ruiz"})
    assert found(account, "persons/search", term="ana") == [1]
    account.v2("DELETE", "persons/1")
    account.later(30)
    assert found(account, "persons/search", term="ruiz") == []


def test_an_exact_match_ignores_case_and_wants_the_whole_value(open_account: OpenAccount) -> None:
    """Behaviour 31."""
    account = open_account(search_lag=0)
    account.make("persons", name="Ana Ruiz", emails=[{"value": "ana@x.example"}])
    assert found(account, "persons/search", term="ANA RUIZ", exact_match="true") == [1]
    assert found(account, "persons/search", term="ana", exact_match="true") == []
    assert found(account, "persons/search", term="ana@x.example", fields="email", exact_match="true") == [1]
    assert found(account, "persons/search", term="ana", fields="phone,notes") == []


def test_a_search_by_field_minds_the_case(open_account: OpenAccount) -> None:
    """Behaviour 31."""
    account = open_account(search_lag=0)
    key = account.field("person", "varchar")["field_code"]
    for value in ("P-1", "P-12"):
        account.make("persons", name="Ana", custom_fields={key: value})

    def ids(term: str, match: str) -> list[int]:
        hits = account.get("itemSearch/field", entity_type="person", field=key, term=term, match=match)
        return [hit["id"] for hit in hits]

    assert ids("P-1", "exact") == [1]
    assert ids("p-1", "exact") == []
    assert ids("P-1", "beginning") == [1, 2]
    assert ids("-12", "middle") == [2]


def test_only_the_searchable_types_can_be_searched(open_account: OpenAccount) -> None:
    """Behaviour 31."""
    account = open_account(search_lag=0)
    for field_type, searchable in {
        "varchar": True,
        "text": True,
        "varchar_auto": True,
        "double": True,
        "monetary": True,
        "phone": True,
        "address": True,
        "date": False,
        "user": False,
        "people": False,
        "org": False,
        "time": False,
    }.items():
        key = account.field("person", field_type)["field_code"]
        answer = account.v2("GET", "itemSearch/field", entity_type="person", field=key, term="x")
        if searchable:
            assert answer.status_code == 200
        else:
            assert "ERR_INVALID_INPUT" in refusal(answer)
        account.later(2)


def test_terms_have_two_characters_at_least_one_when_exact(account: Account) -> None:
    assert "ERR_INVALID_INPUT" in refusal(account.v2("GET", "persons/search", term="a"))
    assert account.v2("GET", "persons/search", term="a", exact_match="true").status_code == 200
    assert "ERR_INVALID_INPUT" in refusal(account.v2("GET", "persons/search", term="ana", fields="title"))


def test_several_objects_are_searched_at_once_in_pages(open_account: OpenAccount) -> None:
    account = open_account(search_lag=0)
    person = account.make("persons", name="Ruiz")["id"]
    account.make("organizations", name="Ruiz Clinic")
    account.make("deals", title="Ruiz crown", person_id=person)
    account.make_v1("leads", title="Ruiz lead", person_id=person)
    first = account.v2("GET", "itemSearch", term="ruiz", limit=3).json()
    kinds = [hit["item"]["type"] for hit in first["data"]["items"]]
    cursor = first["additional_data"]["next_cursor"]
    second = account.v2("GET", "itemSearch", term="ruiz", limit=3, cursor=cursor).json()
    kinds += [hit["item"]["type"] for hit in second["data"]["items"]]
    assert kinds == ["person", "organization", "deal", "lead"]
    assert second["additional_data"]["next_cursor"] is None
    assert found(account, "itemSearch", term="ruiz", item_types="deal,organization") == [1, 1]
    assert found(account, "deals/search", term="ruiz", person_id=person, status="open") == [1]
    assert found(account, "deals/search", term="ruiz", status="won") == []


def test_notes_are_searchable(open_account: OpenAccount) -> None:
    account = open_account(search_lag=0)
    account.make("persons", name="Ana")
    account.make_v1("notes", content="Allergic to latex", person_id=1)
    assert found(account, "persons/search", term="latex", fields="notes") == [1]


def test_a_search_for_types_or_states_that_do_not_exist_is_refused(open_account: OpenAccount) -> None:
    account = open_account(search_lag=0)
    account.make("deals", title="Crown", status="won")
    assert found(account, "itemSearch", term="crown", item_types="deal,product") == [1]
    assert "ERR_INVALID_INPUT" in refusal(account.v2("GET", "itemSearch", term="crown", item_types="deal,tooth"))
    assert found(account, "deals/search", term="crown", status="won") == [1]
    assert found(account, "deals/search", term="crown", status="open") == []
    assert "ERR_INVALID_INPUT" in refusal(account.v2("GET", "deals/search", term="crown", status="deleted"))


def test_conditions_of_a_search_see_two_thousand_hits_at_most(
    open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_FILTERED", 2)
    account = open_account(search_lag=0)
    for status in ("open", "open", "won"):
        account.make("deals", title="Crown", status=status)
    assert found(account, "deals/search", term="crown") == [1, 2, 3]
    assert found(account, "deals/search", term="crown", status="won") == []
