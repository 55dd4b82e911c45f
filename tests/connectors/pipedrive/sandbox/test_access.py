"""Authorization and routing."""

import json
from pathlib import Path

import httpx
import pytest

from .account import Account, refusal
from .conftest import OpenAccount


def test_a_missing_or_wrong_token_is_refused_in_every_place_but_the_header(account: Account) -> None:
    """Behaviour 1."""
    token = account.controls.env["PIPEDRIVE_API_TOKEN"]
    for headers, query in (({}, {}), ({"x-api-token": "0" * 40}, {}), ({}, {"api_token": token})):
        answer = httpx.get(f"{account.controls.base_url}/api/v1/users/me", headers=headers, params=query)
        assert refusal(answer, 401) == "unauthorized access"
        assert answer.json()["errorCode"] == 401
        assert answer.headers["x-401-by-gw"] == "true"
    assert account.v1("GET", "users/me").status_code == 200


def test_v2_answers_under_one_prefix_and_v1_under_two(account: Account) -> None:
    """Behaviour 2."""
    assert account.http.get("/api/v2/persons").status_code == 200
    assert account.http.get("/v2/persons").status_code == 404
    for prefix in ("/v1", "/api/v1"):
        assert account.http.get(f"{prefix}/users").status_code == 200


def test_withdrawn_v1_records_are_gone_unless_legacy_is_on(open_account: OpenAccount) -> None:
    """Behaviour 2."""
    refusal(open_account().v1("GET", "persons"), 404)
    legacy = open_account(v1_legacy=True)
    made = legacy.v1("POST", "persons", {"name": "Ana Ruiz"}).json()["data"]
    assert legacy.v1("GET", f"persons/{made['id']}").json()["data"]["name"] == "Ana Ruiz"
    assert [person["id"] for person in legacy.v1("GET", "persons").json()["data"]] == [made["id"]]
    assert legacy.v1("PUT", f"persons/{made['id']}", {"name": "Ana R"}).json()["data"]["first_name"] == "Ana"
    assert legacy.v1("DELETE", f"persons/{made['id']}").status_code == 200
    assert "T" not in made["add_time"]


def test_the_token_owner_learns_company_time_zone_and_rights(account: Account) -> None:
    """Behaviour 3."""
    me = account.v1("GET", "users/me").json()["data"]
    assert me["company_domain"]
    assert me["timezone_name"]
    assert all(access["admin"] for access in me["access"])
    assert me["is_you"]


def test_the_user_list_has_no_pages_and_shows_deactivated_users(open_account: OpenAccount) -> None:
    """Behaviour 3."""
    account = open_account(
        users=[f"User {n} <user{n}@practice.example>" for n in range(120)] + ["Gone <g@x.example> inactive"]
    )
    users = account.v1("GET", "users").json()["data"]
    assert len(users) == 122
    assert [user["email"] for user in users if not user["active_flag"]] == ["g@x.example"]
    found = account.v1("GET", "users/find", term="USER7@", search_by_email=1).json()["data"]
    assert [user["name"] for user in found] == ["User 7"]


def test_a_known_path_refuses_other_methods(account: Account) -> None:
    """Bulk deletion by a list of ids is one of them (behaviour 39)."""
    refusal(account.v2("DELETE", "persons", ids="1,2"), 405)
    refusal(account.v2("PUT", "persons/1", {"name": "x"}), 405)


def test_the_practice_team_can_be_given_as_a_file(open_account: OpenAccount, tmp_path: Path) -> None:
    team = [
        {"name": "Ana Ruiz", "email": "ana@x.example", "admin": True},
        {"name": "Bea", "email": "b@x.example", "active": False},
    ]
    path = tmp_path / "team.json"
    path.write_text(json.dumps(team))
    account = open_account(users=[str(path), "Cyd <c@x.example>"])
    users = account.v1("GET", "users").json()["data"]
    assert [user["email"] for user in users][1:] == ["ana@x.example", "b@x.example", "c@x.example"]
    assert [user["active_flag"] for user in users] == [True, True, False, True]
    assert users[1]["access"][0]["admin"]


def test_a_user_that_cannot_be_read_is_refused(open_account: OpenAccount) -> None:
    with pytest.raises(ValueError, match="users"):
        open_account(users=["just a name"])
