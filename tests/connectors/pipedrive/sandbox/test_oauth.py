"""OAuth beside the API token."""

import base64
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from .account import Account, refusal
from .conftest import OpenAccount

HOUR, DAY = 3600, 86_400
BACK = "http://127.0.0.1:9/back?step=2"


@dataclass
class App:
    """The client side of an OAuth app."""

    account: Account

    @property
    def env(self) -> dict[str, str]:
        return dict(self.account.controls.env)

    def ask(self, path: str = "/oauth/token", secret: str | None = None, **form: str) -> httpx.Response:
        pair = f"{self.env['PIPEDRIVE_CLIENT_ID']}:{secret or self.env['PIPEDRIVE_CLIENT_SECRET']}"
        headers = {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        return httpx.post(f"{self.account.controls.base_url}{path}", data=form, headers=headers)

    def refresh(self, token: str = "") -> httpx.Response:
        return self.ask(grant_type="refresh_token", refresh_token=token or self.env["PIPEDRIVE_REFRESH_TOKEN"])

    def access(self) -> str:
        return str(self.refresh().json()["access_token"])

    def code(self, **query: str) -> str:
        asked = {"client_id": self.env["PIPEDRIVE_CLIENT_ID"], "redirect_uri": BACK, "state": "x1", **query}
        answer = httpx.get(f"{self.account.controls.base_url}/oauth/authorize", params=asked)
        assert answer.status_code == 302, answer.text
        back = parse_qs(urlsplit(answer.headers["location"]).query)
        assert (back["step"], back["state"]) == (["2"], ["x1"])
        return back["code"][0]

    def post(self, token: str, name: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        return httpx.post(f"{self.account.controls.base_url}/api/v2/persons", headers=headers, json={"name": name})


@pytest.fixture
def app(open_account: OpenAccount) -> App:
    return App(open_account(oauth=True))


def names(app: App) -> list[str]:
    return [person["name"] for person in app.account.stored("persons")]


def test_an_access_token_ends_after_an_hour_and_executes_nothing_from_then_on(app: App) -> None:
    """Behaviour 4."""
    token = app.access()
    app.account.later(HOUR - 1)
    assert app.post(token, "Ana").status_code == 200
    app.account.later(1)
    answer = app.post(token, "Bea")
    assert refusal(answer, 401) == "unauthorized access"
    assert app.post("0" * 40, "Cyd").status_code == 401
    assert names(app) == ["Ana"]


def test_the_same_refresh_token_comes_back_with_all_a_client_needs(app: App) -> None:
    """Behaviour 4."""
    granted = app.refresh().json()
    assert granted["refresh_token"] == app.env["PIPEDRIVE_REFRESH_TOKEN"]
    assert (granted["token_type"], granted["expires_in"]) == ("Bearer", HOUR)
    assert granted["api_domain"] == app.account.controls.base_url
    assert {"contacts:full", "deal-fields:full"} <= set(granted["scope"].split())
    first, second = granted["access_token"], app.access()
    assert first != second
    assert [app.post(token, "Ana").status_code for token in (first, second)] == [200, 200]


def test_a_refresh_token_may_change_with_every_use(open_account: OpenAccount) -> None:
    app = App(open_account(oauth=True, refresh_rotation=True))
    second = app.refresh().json()["refresh_token"]
    assert second != app.env["PIPEDRIVE_REFRESH_TOKEN"]
    refusal(app.refresh(), 400)
    assert app.refresh(second).status_code == 200


def test_a_refresh_token_dies_after_sixty_days_without_use(app: App) -> None:
    for _ in range(2):
        app.account.later(60 * DAY - 1)
        assert app.refresh().status_code == 200
    app.account.later(60 * DAY)
    assert refusal(app.refresh(), 400) == "invalid_grant"


def test_a_code_of_the_consent_page_is_good_once_and_for_five_minutes(app: App) -> None:
    code = app.code()
    granted = app.ask(grant_type="authorization_code", code=code, redirect_uri=BACK)
    assert app.post(granted.json()["access_token"], "Ana").status_code == 200
    refusal(app.ask(grant_type="authorization_code", code=code, redirect_uri=BACK), 400)
    late = app.code()
    app.account.later(300)
    refusal(app.ask(grant_type="authorization_code", code=late, redirect_uri=BACK), 400)
    refusal(app.ask(grant_type="authorization_code", code=app.code(), redirect_uri="http://127.0.0.1:9/other"), 400)


def test_only_the_app_itself_gets_tokens(app: App) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": app.env["PIPEDRIVE_REFRESH_TOKEN"]}
    assert refusal(app.ask(secret="wrong", **form), 401) == "invalid_client"
    assert httpx.post(f"{app.account.controls.base_url}/oauth/token", data=form).status_code == 401
    refusal(app.refresh("0" * 40), 400)
    refusal(app.ask(grant_type="password", username="a", password="b"), 400)
    wrong = httpx.get(
        f"{app.account.controls.base_url}/oauth/authorize", params={"client_id": "x", "redirect_uri": BACK}
    )
    refusal(wrong, 400)


def test_the_address_with_a_slash_at_its_end_loses_the_body(app: App) -> None:
    answer = app.ask("/oauth/token/", grant_type="refresh_token", refresh_token=app.env["PIPEDRIVE_REFRESH_TOKEN"])
    assert (answer.status_code, answer.headers["location"]) == (302, "/oauth/token")
    assert "access_token" not in answer.text


def test_an_app_has_a_larger_window_and_neither_the_old_cap_nor_the_block_of_tokens(open_account: OpenAccount) -> None:
    """Behaviours 5, 8 and 9 are about API tokens where they name them."""
    account = open_account(oauth=True, plan="lite", patience=5)
    app = App(account)
    headers = {"authorization": f"Bearer {app.access()}"}
    with httpx.Client(base_url=account.controls.base_url, headers=headers) as http:
        assert "x-daily-requests-left" not in http.post("/api/v2/persons", json={"name": "Ana"}).headers
        statuses = [http.get("/api/v2/pipelines").status_code for _ in range(100)]
    assert statuses == [200] * 79 + [429] * 21
    assert account.v2("GET", "pipelines").status_code == 200


def test_tokens_can_be_made_worthless_while_a_run_uses_them(app: App) -> None:
    token = app.access()
    app.account.controls.command("expire_access")
    assert app.post(token, "Ana").status_code == 401
    assert app.post(app.access(), "Ana").status_code == 200
    renewed = app.account.controls.command("new_api_token")["api_token"]
    refusal(app.account.v2("GET", "persons"), 401)
    app.account.http.headers["x-api-token"] = renewed
    assert app.account.v2("GET", "persons").status_code == 200


def test_without_an_app_there_is_no_oauth_server(account: Account) -> None:
    assert httpx.post(f"{account.controls.base_url}/oauth/token", data={}).status_code == 401
    assert "PIPEDRIVE_CLIENT_ID" not in account.controls.env
