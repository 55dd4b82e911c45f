"""Reads: repeated by the client's clock, never endless, and a refusal is never an empty list."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bridgework.client import ApiClient
from bridgework.clock import FakeClock
from bridgework.errors import AccessDenied, ContractBroken, Paused, StopRun
from bridgework.model import Budget, Learned, Throttle

Make = Callable[..., ApiClient]


def ok(body: Any = None) -> httpx.Response:
    return httpx.Response(200, json=body if body is not None else {"data": []})


class Service:
    """Fails in chosen ways until an instant of the clock; counts requests and their times."""

    def __init__(self, clock: FakeClock, until: float, failure: Callable[[], httpx.Response]) -> None:
        self._clock, self._until, self._failure = clock, until, failure
        self.times: list[float] = []

    def __call__(self, _: httpx.Request) -> httpx.Response:
        self.times.append(self._clock.monotonic())
        return self._failure() if self._clock.monotonic() < self._until else ok()


def drop() -> httpx.Response:
    raise httpx.ReadError("gone")


@pytest.mark.parametrize(
    "failure",
    [
        lambda: httpx.Response(500),
        lambda: httpx.Response(408),
        lambda: httpx.Response(503, content=b"<html>maintenance</html>"),
        lambda: httpx.Response(200, content=b""),
        lambda: httpx.Response(200, content=b'{"data": ['),
        lambda: httpx.Response(200, content=b"<html>login</html>"),
        drop,
    ],
)
def test_a_burst_of_two_minutes_is_sat_out(
    failure: Callable[[], httpx.Response], make_client: Make, clock: FakeClock
) -> None:
    service = Service(clock, 120.0, failure)
    assert make_client(service).get("/persons").ok
    assert len(service.times) <= 10


def test_a_storm_of_429_for_ten_minutes_is_sat_out_without_a_herd(make_client: Make, clock: FakeClock) -> None:
    service = Service(clock, 600.0, lambda: httpx.Response(429))
    client = make_client(service)
    assert client.get("/persons").ok
    assert len(service.times) <= 20
    assert clock.monotonic() < 700
    assert client.counts.throttled == len(service.times) - 1


def test_many_threads_meet_a_storm_with_one_probe_at_a_time(make_client: Make, clock: FakeClock) -> None:
    service = Service(clock, 600.0, lambda: httpx.Response(429))
    client = make_client(service, workers=8)
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(client.get("/persons").status)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [200] * 8
    assert len(service.times) <= 8 + 25


def test_retry_after_is_waited_for(make_client: Make, clock: FakeClock) -> None:
    service = Service(clock, 1.0, lambda: httpx.Response(429, headers={"retry-after": "90"}))
    assert make_client(service).get("/persons").ok
    assert service.times[1] == pytest.approx(90 * 1.125)


def test_the_connectors_reading_of_a_throttle_comes_before_the_header(make_client: Make, clock: FakeClock) -> None:
    service = Service(clock, 1.0, lambda: httpx.Response(429, headers={"retry-after": "90"}))
    client = make_client(service, throttle=lambda *_: Throttle(budget="burst", retry_after=2.0))
    assert client.get("/persons").ok
    assert service.times[1] == pytest.approx(2 * 1.125)


def test_more_than_an_hour_is_a_pause(make_client: Make, clock: FakeClock) -> None:
    client = make_client(Service(clock, 9e9, lambda: httpx.Response(429, headers={"retry-after": "7200"})))
    with pytest.raises(Paused) as paused:
        client.get("/persons")
    assert (paused.value.until - clock.now()).total_seconds() == pytest.approx(7200)


def test_patience_ends(make_client: Make, clock: FakeClock) -> None:
    service = Service(clock, 9e9, lambda: httpx.Response(500))
    with pytest.raises(StopRun) as stopped:
        make_client(service).get("/persons")
    assert (stopped.value.cause, len(service.times)) == ("unreachable", 10)
    endless = Service(clock, 9e9, lambda: httpx.Response(429))
    with pytest.raises(StopRun):
        make_client(endless).get("/persons")


def test_a_wrong_token_is_said_at_once(make_client: Make, clock: FakeClock) -> None:
    service = Service(clock, 9e9, lambda: httpx.Response(401))
    with pytest.raises(AccessDenied) as denied:
        make_client(service).get("/persons")
    assert len(service.times) == 1
    assert denied.value.exit_code == 2


@pytest.mark.parametrize(("status", "kind"), [(400, StopRun), (403, AccessDenied), (404, StopRun), (302, StopRun)])
def test_a_refused_read_is_never_taken_for_an_empty_list(status: int, kind: type[Exception], make_client: Make) -> None:
    body = {"success": False, "data": None, "error": "Ana Ruiz: ana@example.org", "code": "E_X"}
    answer = make_client(lambda _: httpx.Response(status, json=body)).get("/persons")
    assert (answer.ok, answer.status, answer.refusal["code"]) == (False, status, "E_X")
    with pytest.raises(kind) as refused:
        _ = answer.json
    assert "ana@" not in str(refused.value)


def test_a_refusal_the_caller_expects_can_be_looked_at(make_client: Make) -> None:
    answer = make_client(lambda _: httpx.Response(404, json={"data": None})).get("/persons/1", accept=(404, 410))
    assert (answer.ok, answer.json) == (False, {"data": None})


def test_a_redirect_is_not_followed(make_client: Make) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"location": "https://evil.test/"})

    assert make_client(answer).get("/persons").status == 302
    assert asked == ["https://example.test/api/persons"]


def test_a_query_is_a_read_with_a_body(make_client: Make) -> None:
    client = make_client(lambda request: ok({"got": request.content.decode(), "verb": request.method}), ledger=None)
    assert client.query("/graphql", {"query": "{ a }"}).json == {"got": '{"query":"{ a }"}', "verb": "POST"}


# ------------------------------------------------------------------------------------------ pages


def pages_service(pages: dict[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: ok(pages[request.url.params.get("cursor", "")])


def cursor(answer: Any) -> dict[str, Any] | None:
    return {"cursor": answer.json["next"]} if answer.json["next"] else None


def test_pages_follow_the_cursor_to_its_end(make_client: Make) -> None:
    service = pages_service({"": {"n": 1, "next": "b"}, "b": {"n": 2, "next": "c"}, "c": {"n": 3, "next": None}})
    found = [answer.json["n"] for answer in make_client(service).pages("/persons", {"limit": 500}, cursor)]
    assert found == [1, 2, 3]


def test_parameters_of_the_first_page_stay(make_client: Make) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query.decode())
        return ok({"next": "b" if len(asked) == 1 else None})

    list(make_client(answer).pages("/persons", {"limit": 500}, cursor))
    assert asked == ["limit=500", "limit=500&cursor=b"]


def test_a_cursor_that_turns_in_a_circle_ends_the_run(make_client: Make) -> None:
    service = pages_service({"": {"next": "b"}, "b": {"next": "c"}, "c": {"next": "b"}})
    with pytest.raises(StopRun) as stopped:
        list(make_client(service).pages("/persons", None, cursor))
    assert stopped.value.cause == "endless_pages"


def test_a_refused_page_does_not_look_like_the_last_one(make_client: Make) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"next": None}) if request.url.params else ok({"next": "b"})

    with pytest.raises(StopRun) as stopped:
        list(make_client(answer).pages("/persons", None, cursor))
    assert stopped.value.cause == "read_refused"


def test_next_links_are_followed_at_the_same_origin_only(make_client: Make) -> None:
    links = iter(["https://example.test/api/persons?skip=2", "https://evil.test/api/persons?skip=4", None])
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return ok({})

    with pytest.raises(StopRun) as stopped:
        list(make_client(answer, headers={"x-api-token": "s"}).pages("/persons", None, lambda _: next(links)))
    assert stopped.value.cause == "foreign_link"
    assert asked == ["https://example.test/api/persons", "https://example.test/api/persons?skip=2"]


def test_a_single_page_needs_no_way_on(make_client: Make) -> None:
    assert len(list(make_client(lambda _: ok()).pages("/persons"))) == 1


# ------------------------------------------------------------------------------------------ files


def test_a_download_that_breaks_begins_again_from_the_start(make_client: Make) -> None:
    contents = iter([httpx.Response(503, content=b"half"), httpx.Response(200, content=b"%PDF whole")])
    sink = io.BytesIO(b"old rubbish that is longer than the file")
    assert make_client(lambda _: next(contents)).download("/files/1", sink).ok
    assert sink.getvalue() == b"%PDF whole"


def test_a_download_larger_than_allowed_is_given_up(make_client: Make) -> None:
    client = make_client(lambda _: httpx.Response(200, content=b"x" * 101))
    with pytest.raises(StopRun, match="too large"):
        client.download("/files/1", io.BytesIO(), max_bytes=100)


# ------------------------------------------------------------------------------------------ budgets in use


def test_calls_are_charged_by_verb_and_path_below_the_base_url(make_client: Make) -> None:
    asked: list[tuple[str, str]] = []

    def charges(verb: str, path: str) -> dict[str, int]:
        asked.append((verb, path))
        return {"tokens": 7}

    limits = (Budget(name="tokens", label="tokens", limit=1000, window=None),)
    client = make_client(lambda _: ok(), limits=limits, charges=charges)
    client.get("/persons?x=1", {"limit": 5})
    client.get("https://example.test/api/deals?cursor=x")
    assert asked == [("GET", "/persons"), ("GET", "/deals")]
    assert client.counts.tokens == {"tokens": 14}


def test_a_charge_of_an_unknown_budget_breaks_the_contract(make_client: Make) -> None:
    with pytest.raises(ContractBroken):
        make_client(lambda _: ok(), charges=lambda *_: {"tokens": 1}).get("/persons")


def test_headers_teach_the_budgets(make_client: Make) -> None:
    limits = (Budget(name="tokens", label="tokens", limit=1000, window=None),)

    def learn(headers: Any) -> tuple[Learned, ...]:
        return (Learned(budget="tokens", remaining=int(headers["x-left"])),)

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={}, headers={"X-Left": "100"})

    client = make_client(answer, limits=limits, learn=learn)
    client.get("/persons")
    with pytest.raises(Paused):
        client.get("/persons")
    with client.reserve_allowed():
        assert client.get("/persons").ok


def test_waiting_is_said_while_it_lasts(make_client: Make, clock: FakeClock) -> None:
    said: list[str | None] = []

    class Listening(FakeClock):
        def sleep(self, seconds: float) -> None:
            said.append(client.waiting)
            super().sleep(seconds)

    limits = (Budget(name="burst", label="requests", limit=2, window=2.0),)
    client = make_client(lambda _: ok(), limits=limits, clock=Listening(), share=0.5)
    client.get("/a")
    assert client.waiting is None
    client.get("/b")
    assert said == ["for the 2-second window (requests) until 09:00:02 UTC"]
    assert client.waiting is None
    assert client.counts.waited["the 2-second window (requests)"] == pytest.approx(2.0, abs=0.1)


# ------------------------------------------------------------------------------------------ what the service works at


def test_a_job_of_the_service_is_asked_for_until_it_is_done(make_client: Make, clock: FakeClock) -> None:
    client = make_client(lambda _: ok({"state": "done" if clock.monotonic() >= 30 else "running"}))
    found = client.wait_for("/jobs/7", lambda answer: answer.json["state"] == "done", every=4, within=60)
    assert found.json["state"] == "done"
    assert clock.sleeps == [4] * 8


def test_a_job_that_takes_too_long_is_given_back_as_it_is(make_client: Make, clock: FakeClock) -> None:
    client = make_client(lambda _: ok({"state": "running"}))
    found = client.wait_for("/jobs/7", lambda answer: answer.json["state"] == "done", every=4, within=60)
    assert found.json["state"] == "running"
    assert sum(clock.sleeps) <= 60


def test_a_job_that_is_not_known_ends_the_waiting(make_client: Make, clock: FakeClock) -> None:
    client = make_client(lambda _: httpx.Response(404, json={"error": "no job"}))
    with pytest.raises(StopRun):
        client.wait_for("/jobs/7", lambda answer: answer.json["state"] == "done", every=4, within=60)
    assert clock.sleeps == []
