"""T15, F13, F14: tokens that run out, between any two requests and in the middle of a batch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from bridgework.client import ApiClient, unsent
from bridgework.clock import FakeClock
from bridgework.errors import AccessDenied, NotSent, StopRun
from bridgework.model import Operation, SignedIn, SignIn

Make = Callable[..., ApiClient]
MakeOperation = Callable[..., Operation]


class Guarded:
    """A service with a token endpoint. `script` holds statuses of the endpoint, which come before it grants."""

    def __init__(self, *, expires_in: int | None = None, rotates: bool = False) -> None:
        self.valid: set[str] = set()
        self.script: list[int] = []
        self.granted = 0
        self.forms: list[dict[str, str]] = []
        self.signed: list[str] = []
        self.error = "invalid_grant"
        self.calls: list[tuple[str, int]] = []
        self.useless = False  # grants tokens that the service does not take
        self._expires_in = expires_in
        self._rotates = rotates
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            if request.url.path == "/token":
                return self._grant(request)
            status = 200 if request.headers.get("authorization", "").removeprefix("Bearer ") in self.valid else 401
            self.calls.append((request.method, status))
            return httpx.Response(status, json={"id": 1})

    def _grant(self, request: httpx.Request) -> httpx.Response:
        self.forms.append({name: values[0] for name, values in parse_qs(request.content.decode()).items()})
        self.signed.append(request.headers.get("authorization", ""))
        if self.script and (status := self.script.pop(0)) != 200:
            return httpx.Response(status, json={"error": self.error})
        self.granted += 1
        token = f"t{self.granted}"
        self.valid = set() if self.useless else {token}
        answer: dict[str, Any] = {"access_token": token, "token_type": "bearer", "scope": "base"}
        if self._expires_in is not None:
            answer["expires_in"] = self._expires_in
        if self._rotates:
            answer["refresh_token"] = f"r{self.granted}"
        return httpx.Response(200, json=answer)


def signing_in(**more: Any) -> SignIn:
    form = {"grant_type": "refresh_token", "refresh_token": "r0", "client_secret": "s3cret"}
    return SignIn(url="https://login.example/token", form=form, **more)


@pytest.fixture
def guarded() -> Guarded:
    return Guarded()


@pytest.fixture
def client(make_client: Make, guarded: Guarded) -> ApiClient:
    return make_client(guarded, sign_in=signing_in())


def test_a_token_is_fetched_when_it_is_needed_and_used_for_all_calls(client: ApiClient, guarded: Guarded) -> None:
    assert guarded.granted == 0
    for _ in range(3):
        assert client.get("/persons").ok
    assert (guarded.granted, guarded.forms[0]["client_secret"]) == (1, "s3cret")


def test_a_read_with_a_token_that_ran_out_is_repeated_with_a_new_one(client: ApiClient, guarded: Guarded) -> None:
    client.get("/persons")
    guarded.valid.clear()
    assert client.get("/persons").ok
    assert guarded.granted == 2


def test_a_write_with_a_token_that_ran_out_was_not_sent_and_the_next_attempt_succeeds(
    client: ApiClient, guarded: Guarded, operation: MakeOperation, ledger: Any
) -> None:
    """F13: rejected, none applied; refresh once, new attempt."""
    client.send("POST", "/persons", json={}, for_=operation(1))
    guarded.valid.clear()
    with pytest.raises(NotSent) as turned_away:
        client.send("POST", "/batch", json=[], for_=[operation(2), operation(3)])
    assert (turned_away.value.operations, turned_away.value.cause) == ((2, 3), "expired")
    assert client.send("POST", "/batch", json=[], for_=[operation(4), operation(5)]).ok
    assert ledger.sent == [1, 2, 3, 4, 5]
    assert guarded.granted == 2


def test_a_new_token_that_is_refused_as_well_ends_the_run(
    client: ApiClient, guarded: Guarded, operation: MakeOperation
) -> None:
    """F14: resumable, and said who has to do something."""
    client.get("/persons")
    guarded.valid.clear()
    guarded.useless = True
    with pytest.raises(NotSent):
        client.send("POST", "/persons", json={}, for_=operation(1))
    with pytest.raises(AccessDenied) as denied:
        client.send("POST", "/persons", json={}, for_=operation(2))
    assert unsent(denied.value) == (2,)
    with pytest.raises(AccessDenied):
        client.get("/persons")
    assert guarded.granted == 2, "refreshed once, not for ever"


def test_a_token_that_runs_out_again_and_again_is_renewed_each_time(client: ApiClient, guarded: Guarded) -> None:
    """T15: between any two requests."""
    for _ in range(10):
        assert client.get("/persons").ok
        guarded.valid.clear()
    assert guarded.granted == 10


def test_a_token_endpoint_that_fails_is_asked_again(client: ApiClient, guarded: Guarded, clock: FakeClock) -> None:
    """T15: refresh answers 500."""
    client.get("/persons")
    guarded.valid.clear()
    guarded.script = [500, 503]
    assert client.get("/persons").ok
    assert clock.sleeps == [2.0, 4.0]


def test_a_token_endpoint_that_never_answers_stops_the_run_with_nothing_sent(
    client: ApiClient, guarded: Guarded, operation: MakeOperation, ledger: Any
) -> None:
    guarded.script = [500] * 99
    with pytest.raises(StopRun, match="gives no token"):
        client.send("POST", "/persons", json={}, for_=operation(1))
    assert (ledger.sent, guarded.calls) == ([], [])


def test_a_token_endpoint_that_refuses_us_is_the_operators_to_fix(client: ApiClient, guarded: Guarded) -> None:
    guarded.script = [400]
    with pytest.raises(AccessDenied) as denied:
        client.get("/persons")
    assert "s3cret" not in str(denied.value)


@pytest.mark.parametrize(("error", "who"), [("invalid_grant", "consent again"), ("invalid_client", "credentials")])
def test_a_refusal_says_whether_the_consent_or_the_app_is_at_fault(
    client: ApiClient, guarded: Guarded, error: str, who: str
) -> None:
    guarded.script, guarded.error = [400], error
    with pytest.raises(AccessDenied) as denied:
        client.get("/persons")
    assert who in denied.value.next_step


def test_an_app_may_sign_in_by_a_header_which_is_sent_nowhere_else(make_client: Make, guarded: Guarded) -> None:
    client = make_client(guarded, sign_in=signing_in(headers={"authorization": "Basic czNjcmV0"}))
    assert client.get("/persons").ok
    assert guarded.signed == ["Basic czNjcmV0"]


@pytest.mark.parametrize(("lasts", "until"), [(3600, timedelta(hours=1)), (None, None)])
def test_the_client_says_since_when_it_is_signed_in_and_until_when(
    make_client: Make, clock: FakeClock, lasts: int | None, until: timedelta | None
) -> None:
    client = make_client(Guarded(expires_in=lasts), sign_in=signing_in(shows=("scope", "missing")))
    assert client.signed_in is None
    client.get("/persons")
    ends = None if until is None else clock.now() + until
    assert client.signed_in == SignedIn(since=clock.now(), until=ends, shown={"scope": "base"})


def test_a_refresh_token_that_rotates_is_used_from_then_on_and_told(make_client: Make) -> None:
    """T15: refresh rotates the token."""
    guarded, told = Guarded(rotates=True), list[str]()
    client = make_client(guarded, sign_in=signing_in(rotated=told.append))
    for _ in range(3):
        client.get("/persons")
        guarded.valid.clear()
    assert [form["refresh_token"] for form in guarded.forms] == ["r0", "r1", "r2"]
    assert told == ["r1", "r2", "r3"]


def test_a_token_that_says_when_it_ends_is_renewed_before_that(make_client: Make, clock: FakeClock) -> None:
    guarded = Guarded(expires_in=3600)
    client = make_client(guarded, sign_in=signing_in())
    client.get("/persons")
    clock.advance(3500)
    client.get("/persons")
    clock.advance(50)
    client.get("/persons")
    assert guarded.granted == 2
    assert all(status == 200 for _, status in guarded.calls)


def test_many_threads_that_meet_an_expired_token_renew_it_once(make_client: Make) -> None:
    """T15: single flight."""
    guarded = Guarded()
    client = make_client(guarded, sign_in=signing_in(), workers=8)
    client.get("/persons")
    guarded.valid.clear()
    threads = [threading.Thread(target=lambda: client.get("/persons")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert guarded.granted == 2


@pytest.mark.parametrize("url", ["http://login.example/token", "https://evil.example/token"])
def test_secrets_go_to_the_token_endpoint_only_and_never_in_the_clear(url: str, make_client: Make) -> None:
    from bridgework.errors import SettingsError

    with pytest.raises(SettingsError):
        make_client(Guarded(), sign_in=SignIn(url=url, form={}, hosts=("login.example",)))
