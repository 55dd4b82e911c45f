"""T5: what becomes of a write, by everything that can come back; and that it is sent once, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bridgework.client import Answer, ApiClient, MemoryBudgetStore, unsent
from bridgework.clock import FakeClock
from bridgework.errors import (
    AccessDenied,
    BridgeworkError,
    ContractBroken,
    InDoubt,
    NotSent,
    Paused,
    SettingsError,
    StopRun,
)
from bridgework.model import Budget, Learned, Operation, Receipt, SchemaOperation, Throttle, Verdict

Make = Callable[..., ApiClient]
MakeOperation = Callable[..., Operation]

RECORD = {"id": 1}


class Answers:
    """Answers in order, the last one for ever; counts."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def reply(status: int, body: Any = RECORD, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else None
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=names, content=content, json=None if content is not None else body)


ACCEPTED, REJECTED = "accepted", "rejected"


@pytest.mark.parametrize(
    ("back", "verdict"),
    [
        (reply(200), ACCEPTED),
        (reply(201), ACCEPTED),
        (reply(204, b""), ACCEPTED),
        *[(reply(status), REJECTED) for status in (400, 403, 404, 405, 409, 410, 412, 413, 415, 422)],
        (reply(400, b"<html>"), REJECTED),
        (reply(301, location="https://evil.test/"), REJECTED),
        (reply(307, location="/elsewhere"), REJECTED),
        (reply(429), NotSent),
        (reply(429, b"<html>slow down</html>"), NotSent),
        *[(reply(status), InDoubt) for status in (408, 500, 501, 502, 503, 504, 520, 524)],
        (reply(200, b""), InDoubt),
        (reply(201, b'{"id": 1'), InDoubt),
        (reply(200, b"<html>login</html>"), InDoubt),
        (reply(200, b'{"id": 1, "id": 2}'), InDoubt),
        (httpx.ConnectError("refused"), NotSent),
        (httpx.ConnectTimeout("slow"), NotSent),
        (httpx.PoolTimeout("full"), NotSent),
        *[
            (kind("broken"), InDoubt)
            for kind in (
                httpx.WriteError,
                httpx.WriteTimeout,
                httpx.ReadError,
                httpx.ReadTimeout,
                httpx.CloseError,
                httpx.RemoteProtocolError,
                httpx.LocalProtocolError,
                httpx.ProxyError,
                httpx.DecodingError,
                OSError,
            )
        ],
    ],
)
def test_each_thing_that_can_come_back_has_one_meaning(
    back: httpx.Response | Exception, verdict: Any, make_client: Make, operation: MakeOperation, ledger: Any
) -> None:
    service = Answers(back)
    client = make_client(service)
    if verdict in (ACCEPTED, REJECTED):
        answer = client.send("POST", "/persons", json={"a": 1}, for_=operation(7))
        assert answer.ok is (verdict == ACCEPTED)
    else:
        with pytest.raises(verdict) as raised:
            client.send("POST", "/persons", json={"a": 1}, for_=[operation(7), operation(8)])
        assert raised.value.operations == (7, 8)
    assert len(service.requests) == 1
    assert 7 in ledger.sent
    expected = verdict if isinstance(verdict, str) else verdict.cause
    assert client.counts.verdicts == {expected: 1}


@pytest.mark.parametrize(
    ("back", "kind", "cause"),
    [
        (reply(401), AccessDenied, "access_denied"),
        (reply(402), StopRun, "account_closed"),
        (reply(403, b"<html>blocked</html>"), StopRun, "blocked"),
    ],
)
def test_an_answer_that_ends_the_run_says_that_nothing_was_done_and_lets_nothing_follow(
    back: httpx.Response,
    kind: type[BridgeworkError],
    cause: str,
    make_client: Make,
    operation: MakeOperation,
    ledger: Any,
) -> None:
    service = Answers(back)
    client = make_client(service)
    with pytest.raises(kind) as raised:
        client.send("POST", "/persons", json={}, for_=operation(1))
    assert (raised.value.cause, unsent(raised.value)) == (cause, (1,))
    with pytest.raises(kind):
        client.send("POST", "/persons", json={}, for_=operation(2))
    with pytest.raises(kind):
        client.get("/persons")
    assert (len(service.requests), ledger.sent) == (1, [1])
    assert unsent(InDoubt("x", operations=[1])) == ()


def test_a_403_right_after_a_429_halts_the_run(make_client: Make, operation: MakeOperation) -> None:
    client = make_client(Answers(reply(429), reply(403)))
    with pytest.raises(NotSent) as throttled:
        client.send("POST", "/persons", json={}, for_=operation(1))
    assert throttled.value.cause == "throttled"
    with pytest.raises(StopRun) as halted:
        client.send("POST", "/persons", json={}, for_=operation(2))
    assert (halted.value.cause, unsent(halted.value)) == ("blocked", (2,))


def test_a_403_after_a_clean_answer_is_a_refusal_again(make_client: Make, operation: MakeOperation) -> None:
    client = make_client(Answers(reply(429), reply(200), reply(403)))
    with pytest.raises(NotSent):
        client.send("POST", "/persons", json={}, for_=operation(1))
    assert client.send("POST", "/persons", json={}, for_=operation(2)).ok
    assert client.send("POST", "/persons", json={}, for_=operation(3)).status == 403


def test_what_the_connector_calls_a_throttle_was_not_carried_out(make_client: Make, operation: MakeOperation) -> None:
    def throttle(status: int, headers: Any) -> Throttle | None:
        return Throttle(budget="", retry_after=3.0) if "retry-after" in headers else None

    client = make_client(Answers(reply(503, retry_after="9"), reply(503)), throttle=throttle)
    with pytest.raises(NotSent):
        client.send("POST", "/persons", json={}, for_=operation(1))
    with pytest.raises(InDoubt):
        client.send("POST", "/persons", json={}, for_=operation(2))


def test_where_the_connector_says_stop_the_run_stops_with_its_sentence(
    make_client: Make, operation: MakeOperation
) -> None:
    client = make_client(Answers(reply(403, b"<html>")), throttle=lambda *_: Throttle(budget="", stop="Wait an hour."))
    with pytest.raises(StopRun, match=r"^Wait an hour\.$") as stopped:
        client.send("POST", "/persons", json={}, for_=operation(1))
    assert unsent(stopped.value) == (1,)


# ------------------------------------------------------------------------------------------ permission


@pytest.fixture
def service() -> Answers:
    return Answers(reply(200))


def test_a_write_must_name_an_operation(make_client: Make, service: Answers) -> None:
    client = make_client(service)
    for nothing in ((), []):
        with pytest.raises(ContractBroken):
            client.send("POST", "/persons", json={}, for_=nothing)
    assert service.requests == []


def test_an_operation_is_sent_once(make_client: Make, service: Answers, operation: MakeOperation) -> None:
    client = make_client(service)
    client.send("POST", "/persons", json={}, for_=operation(1))
    for again in (operation(1), [operation(2), operation(1)]):
        with pytest.raises(ContractBroken):
            client.send("POST", "/persons", json={}, for_=again)
    assert len(service.requests) == 1


def test_an_operation_without_an_intent_is_not_sent(
    make_client: Make, service: Answers, operation: MakeOperation
) -> None:
    with pytest.raises(ContractBroken):
        make_client(service).send("POST", "/persons", json={}, for_=operation(100_001))
    assert service.requests == []


def test_one_operation_stands_once_in_a_batch(make_client: Make, service: Answers, operation: MakeOperation) -> None:
    with pytest.raises(ContractBroken):
        make_client(service).send("POST", "/batch", json={}, for_=[operation(1), operation(1)])


@pytest.mark.parametrize("verb", ["GET", "post", "TRACE", ""])
def test_only_writing_verbs_write(verb: str, make_client: Make, service: Answers, operation: MakeOperation) -> None:
    with pytest.raises(ContractBroken):
        make_client(service).send(verb, "/persons", for_=operation(1))
    assert service.requests == []


def test_a_client_without_a_ledger_cannot_write_at_all(
    make_client: Make, service: Answers, operation: MakeOperation
) -> None:
    client = make_client(service, ledger=None)
    with pytest.raises(ContractBroken):
        client.send("POST", "/persons", json={}, for_=operation(1))
    with pytest.raises(ContractBroken):
        client.send("POST", "/sessions", json={}, prepares=True)
    assert service.requests == []


def test_schema_operations_and_receipts_count_as_the_number_that_was_bound_to_them(
    make_client: Make, service: Answers, ledger: Any
) -> None:
    client = make_client(service)
    field = SchemaOperation(kind="field", object="person", name="Recall")
    receipt = Receipt(kind="field", object="person", name="Recall", key="abc")
    with pytest.raises(ContractBroken):
        client.send("POST", "/fields", json={}, for_=field)
    client.permit(field, 41)
    client.send("POST", "/fields", json={}, for_=field)
    client.permit(receipt, 42)
    client.send("DELETE", "/fields/abc", for_=receipt)
    client.permit(field.identity, 43)
    client.send("POST", "/fields", json={}, for_=field)
    assert ledger.sent == [41, 42, 43]


def test_nothing_is_sent_when_the_ledger_cannot_note_it(
    make_client: Make, service: Answers, operation: MakeOperation, ledger: Any
) -> None:
    ledger.fails = True
    with pytest.raises(OSError, match="space"):
        make_client(service).send("POST", "/persons", json={}, for_=operation(1))
    assert service.requests == []


def test_an_operation_is_marked_after_the_budget_and_before_the_request(
    make_client: Make, operation: MakeOperation, ledger: Any, clock: FakeClock
) -> None:
    seen: list[list[int]] = []

    def answer(_: httpx.Request) -> httpx.Response:
        seen.append(list(ledger.sent))
        return reply(200)

    limits = (Budget(name="tokens", label="tokens", limit=10, window=None),)
    client = make_client(answer, limits=limits, charges=lambda *_: {"tokens": 5}, reserve=0.5)
    client.send("POST", "/persons", json={}, for_=operation(1))
    with pytest.raises(Paused) as paused:
        client.send("POST", "/persons", json={}, for_=operation(2))
    assert (seen, ledger.sent) == ([[1]], [1])
    assert paused.value.until > clock.now()


def test_a_call_that_never_arrived_costs_nothing(make_client: Make, operation: MakeOperation) -> None:
    limits = (Budget(name="tokens", label="tokens", limit=100, window=None),)
    store = MemoryBudgetStore()
    client = make_client(Answers(httpx.ConnectError("refused")), limits=limits, budgets=store, reserve=0.0)
    for number in range(1, 20):
        with pytest.raises(NotSent):
            client.send("POST", "/persons", json={}, for_=operation(number))
    client.close()
    assert client.budget_left()[0].left == 100


def test_a_refusal_that_was_expected_comes_back_like_any_other(make_client: Make, operation: MakeOperation) -> None:
    answer = make_client(Answers(reply(404))).send("DELETE", "/persons/1", for_=operation(1), accept=(404, 410))
    assert (answer.ok, answer.status, answer.json) == (False, 404, {"id": 1})


def test_a_body_that_json_cannot_carry_is_a_refusal_and_nothing_is_sent(
    make_client: Make, service: Answers, operation: MakeOperation, ledger: Any
) -> None:
    answer = make_client(service).send("POST", "/persons", json={"name": "\ud800"}, for_=operation(1))
    assert (answer.ok, answer.status, service.requests, ledger.sent) == (False, 0, [], [])
    assert "cannot be written" in answer.error_text


def test_a_preparing_request_needs_no_operation_and_is_repeated(make_client: Make, ledger: Any) -> None:
    service = Answers(reply(503), httpx.ReadTimeout("slow"), reply(202, b""))
    answer = make_client(service).send("PUT", "/blobs/1", content=b"abc", prepares=True)
    assert (answer.status, len(service.requests), ledger.sent) == (202, 3, [])
    assert all(request.content == b"abc" for request in service.requests)


def test_the_secret_travels_in_a_header_and_nothing_else_is_added(
    make_client: Make, service: Answers, operation: MakeOperation
) -> None:
    client = make_client(service, headers={"X-Api-Token": "s3cret"})
    client.send("PATCH", "/persons/1", json={"a": None}, params={"x": True, "y": [1, 2], "z": None}, for_=operation(1),
                headers={"If-Match": "*"})  # fmt: skip
    request = service.requests[0]
    assert str(request.url) == "https://example.test/api/persons/1?x=true&y=1&y=2"
    assert request.content == b'{"a":null}'
    assert dict(request.headers) == {
        "host": "example.test",
        "user-agent": "bridgework",
        "accept": "application/json",
        "accept-encoding": "gzip",
        "x-api-token": "s3cret",
        "content-type": "application/json",
        "if-match": "*",
        "content-length": "10",
    }


@pytest.mark.parametrize("secret", ["a\r\nx: y", "päss", " a", "a\n", "a\x00"])
def test_a_secret_that_no_header_can_carry_is_refused_without_being_quoted(secret: str, make_client: Make) -> None:
    with pytest.raises(SettingsError) as refused:
        make_client(lambda _: reply(200), headers={"x-api-token": secret})
    assert secret not in str(refused.value)


def test_an_upload_is_sent_as_a_form_with_its_file(
    make_client: Make, service: Answers, operation: MakeOperation, tmp_path: Any
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"%PDF-1.7")
    with path.open("rb") as stream:
        stream.read()
        make_client(service).send(
            "POST", "/files", data={"person_id": "7"}, files={"file": ('a"b.pdf', stream)}, for_=operation(1)
        )
    body = service.requests[0].content
    assert b"%PDF-1.7" in body and b'name="person_id"' in body and b'filename="a%22b.pdf"' in body


def test_the_day_is_over_when_the_service_says_so(
    make_client: Make, operation: MakeOperation, clock: FakeClock
) -> None:
    limits = (Budget(name="tokens", label="tokens", limit=1000, window=None),)
    service = Answers(reply(429, retry_after="1"))
    client = make_client(service, limits=limits, throttle=lambda *_: Throttle(budget="tokens"))
    with pytest.raises(NotSent):
        client.send("POST", "/persons", json={}, for_=operation(1))
    with pytest.raises(Paused) as paused, client.reserve_allowed():
        client.get("/persons")
    assert paused.value.until - clock.now() == timedelta(hours=15)
    assert len(service.requests) == 1


def test_an_answer_keeps_what_was_sent_out_of_its_reason(make_client: Make, operation: MakeOperation) -> None:
    service = Answers(reply(400, {"error": "Ruiz is not a name", "code": "ERR_BAD_REQUEST"}))
    answer: Answer = make_client(service).send("POST", "/persons", json={"name": "Ana Ruiz"}, for_=operation(1))
    assert answer.error_text == "400: ERR_BAD_REQUEST […] is not a name"


def test_a_connector_that_stumbles_over_headers_leaves_a_doubt_and_no_loss(
    make_client: Make, service: Answers, operation: MakeOperation
) -> None:
    client = make_client(service, learn=lambda headers: headers["x-not-there"])
    with pytest.raises(InDoubt) as doubt:
        client.send("POST", "/persons", json={}, for_=operation(1))
    assert doubt.value.operations == (1,)


def judge(status: int, body: Any) -> Throttle | Verdict | None:
    """A service that answers 200 whatever happens, and 500 for what it refuses."""
    if isinstance(body, dict) and body.get("limit"):
        return Throttle(budget="calls", learned=(Learned(budget="calls", limit=int(body["limit"]), window=30.0),))
    if (isinstance(body, dict) and body.get("errors")) or body == "too large":
        return Verdict.REJECTED
    return None


def test_a_refusal_inside_a_200_is_a_refusal(make_client: Make, operation: MakeOperation) -> None:
    api = make_client(Answers(reply(200, {"errors": ["no such field"]})), judge=judge)
    answer = api.send("POST", "/x", json={}, for_=operation())
    assert (answer.ok, answer.status) == (False, 200)
    with pytest.raises(StopRun):
        _ = api.get("/x").json


def test_a_500_that_surely_did_nothing_leaves_no_doubt(make_client: Make, operation: MakeOperation) -> None:
    api = make_client(Answers(reply(500, "too large"), reply(500, "oops")), judge=judge)
    assert not api.send("POST", "/x", json={}, for_=operation(1)).ok
    with pytest.raises(InDoubt):
        api.send("POST", "/x", json={}, for_=operation(2))


def test_a_limit_inside_a_200_turns_a_write_away_and_is_learned(make_client: Make, operation: MakeOperation) -> None:
    budget = Budget(name="calls", label="calls", limit=100, window=60.0)
    api = make_client(Answers(reply(200, {"limit": 10}), reply(200)), judge=judge, limits=(budget,), share=1.0)
    with pytest.raises(NotSent) as turned_away:
        api.send("POST", "/x", json={}, for_=operation(1))
    assert turned_away.value.cause == "throttled"
    assert [(each.limit, each.allowed) for each in api.budget_left()] == [(10, 10)]
    assert api.send("POST", "/x", json={}, for_=operation(2)).ok


def test_a_read_that_meets_a_limit_inside_a_200_is_repeated(make_client: Make) -> None:
    answers = Answers(reply(200, {"limit": 10}), reply(200, {"id": 7}))
    budget = Budget(name="calls", label="calls", limit=100, window=60.0)
    assert make_client(answers, judge=judge, limits=(budget,)).get("/x").json == {"id": 7}
    assert len(answers.requests) == 2
