"""OAuth in the place of the API token."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bridgework.errors import AccessDenied, NotSent
from bridgework.model import FieldType, Written
from bridgework_pipedrive import Pipedrive, Settings, checks, limits

from .conftest import Account, Make

ACCOUNT = {"base_url": "https://practice.pipedrive.com", "plan": "lite", "visible_to": 3}
APP = {"oauth_client_id": "app", "oauth_client_secret": "s3cret", "oauth_refresh_token": "r3fresh"}
TOKENS = "POST /oauth/token"


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in APP.items() if key != name}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give api_token, or for OAuth oauth_client_id, oauth_client_secret, oauth_refresh_token"),
        ({"api_token": "t", **APP}, "not both"),
        ({"api_token": "t", "oauth_client_id": "app"}, "not both"),
        (without("oauth_client_secret"), "oauth_client_secret is missing"),
        ({"oauth_client_id": "app"}, "oauth_client_secret and oauth_refresh_token is missing"),
    ],
    ids=["none", "both", "a part beside the token", "no secret", "the id alone"],
)
def test_exactly_one_way_to_sign_in_is_given(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as refused:
        Settings.model_validate({**ACCOUNT, **given})
    assert not {"s3cret", "r3fresh"} & set(str(refused.value).split())


def test_secrets_go_to_the_oauth_server_of_pipedrive_and_are_never_shown() -> None:
    settings = Settings.model_validate({**ACCOUNT, **APP})
    [service] = Pipedrive.services(settings)
    assert service.sign_in is not None
    assert (service.sign_in.url, dict(service.headers)) == ("https://oauth.pipedrive.com/oauth/token", {})
    assert service.sign_in.headers == {"authorization": "Basic YXBwOnMzY3JldA=="}
    assert not [secret for secret in (*APP.values(), "YXBwOnMzY3JldA==") if secret in repr(service) + repr(settings)]


def test_an_app_has_a_larger_window_and_no_cap_of_posts() -> None:
    for plan, burst in (("lite", 80), ("growth", 160), ("premium", 400), ("ultimate", 480)):
        [service] = Pipedrive.services(Settings.model_validate({**ACCOUNT, **APP, "plan": plan}))
        assert {each.name: each.limit for each in service.budgets}[limits.BURST] == burst
        assert limits.POSTS not in {each.name for each in service.budgets}
        assert service.charges is not None
        assert service.charges("POST", "/api/v2/persons") == {limits.BURST: 1, limits.TOKENS: 5}


@pytest.fixture
def account(account_with: Make) -> Account:
    """Signed in, with the field for identities."""
    made = account_with(oauth=True)
    for name in ("organization", "person"):
        made.field(name, "Source id", FieldType.TEXT)
    made.requests.taken()
    return made


def lines(account: Account) -> dict[str, Any]:
    return {line.name: line for line in checks.run(account.api, account.connector.settings)}


def test_check_says_how_we_sign_in_and_until_when(account: Account, account_with: Make) -> None:
    found = lines(account)
    assert {line.ok for line in found.values()} == {True}
    access, refresh = (account.clock.now() + each for each in (timedelta(hours=1), timedelta(days=60)))
    assert f"OAuth, access token until {access:%Y-%m-%d %H:%M} UTC, renewed by itself" in found["token"].detail
    assert f"refresh token until {refresh:%Y-%m-%d}" in found["token"].detail
    assert found["scopes"].detail == "the consent has all that is needed"
    assert "API token" in lines(account_with())["token"].detail


def test_check_says_who_has_to_do_something_when_the_consent_is_gone(account: Account) -> None:
    account.sandbox.command("revoke_consent")
    assert [name for name, line in lines(account).items() if not line.ok] == ["token"]
    line = lines(account)["token"]
    assert "refresh token was revoked" in line.detail
    assert "consent again" in line.next_step


def test_wrong_credentials_of_the_app_are_told_from_a_revoked_consent(account_with: Make) -> None:
    line = lines(account_with(settings={"oauth_client_secret": "wrong"}, oauth=True))["token"]
    assert (line.ok, "consent" in line.next_step, "credentials" in line.next_step) == (False, False, True)


def test_a_write_with_a_token_that_ran_out_is_not_sent_and_the_next_one_is(account: Account) -> None:
    account.create("organization", name="Clinic")
    account.sandbox.command("expire_access")
    with pytest.raises(NotSent):
        account.write(account.operation("person", name="Ana"))
    [written] = account.write(account.operation("person", name="Ana"))
    assert isinstance(written, Written)
    assert [row["name"] for row in account.sandbox.state()["objects"]["persons"]] == ["Ana"]
    assert account.requests.lines.count(TOKENS) == 1


def test_an_hour_passes_without_a_call_that_is_turned_away(account: Account) -> None:
    for number in range(3):
        account.create("organization", name=f"Clinic {number}")
        account.clock.sleep(3590)
    assert account.requests.lines.count(TOKENS) == 2


def test_a_refresh_that_answers_500_is_repeated_and_a_revoked_one_is_not(account: Account) -> None:
    fault = {"kind": "error_500_before", "match": {"method": "POST", "path": "/oauth/token", "times": 2}}
    account.sandbox.faults(fault)
    account.sandbox.command("expire_access")
    assert account.connector.list_owners()
    assert [each["fired"] for each in account.sandbox.faults()] == [2]
    assert account.requests.taken().count(TOKENS) == 1
    account.sandbox.command("revoke_consent")
    with pytest.raises(NotSent):
        account.write(account.operation("person", name="Ana"))
    with pytest.raises(AccessDenied) as denied:
        account.write(account.operation("person", name="Ana"))
    assert "consent again" in denied.value.next_step
    assert account.requests.lines.count(TOKENS) == 1
    assert not account.sandbox.state()["objects"]["persons"]
