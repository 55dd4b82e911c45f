"""Each kind of fault as a client meets it."""

import sys
import threading
from typing import Any

import httpx
import pytest

from bridgework.sandbox import SimulatedClock, running

from .conftest import Served
from .toy import Options, Toy

LOST = (httpx.RemoteProtocolError, httpx.ReadError)


def script(served: Served, kind: str, **more: Any) -> None:
    served.controls.faults({"kind": kind, **more})


@pytest.mark.parametrize(("kind", "items"), [("drop_before", []), ("drop_after", ["a"])])
def test_a_dropped_connection_is_really_closed(served: Served, kind: str, items: list[str]) -> None:
    script(served, kind)
    with pytest.raises(LOST):
        served.http.post("/", content="a")
    assert served.toy.items == items
    assert served.http.get("/").json() == items


def test_connections_are_dropped_with_the_slower_parser_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn.protocols.http.httptools_impl", None)
    with running(Toy(Options(), SimulatedClock(0))) as controls:
        controls.faults({"kind": "drop_after"}, {"kind": "truncated", "match": {"nth": 2}})
        for _ in range(2):
            with pytest.raises(LOST):
                httpx.post(controls.base_url, content="a")
        assert controls.state() == {"items": ["a", "a"]}


def test_a_truncated_answer_ends_in_the_middle(served: Served) -> None:
    script(served, "truncated")
    with pytest.raises(httpx.RemoteProtocolError, match="complete"):
        served.http.post("/", content="a" * 1000)
    assert len(served.toy.items) == 1


def test_an_answer_without_a_body_is_cut_off_altogether(served: Served) -> None:
    script(served, "truncated", commits=False)
    with pytest.raises(LOST, match="without sending"):
        served.http.post("/", content="a")
    assert served.toy.items == []


def test_other_connections_survive_the_loss_of_one(served: Served) -> None:
    script(served, "slow", seconds=60, match={"path": "slow"})
    answers: list[httpx.Response] = []
    waiting = threading.Thread(target=lambda: answers.append(httpx.get(f"{served.controls.base_url}/slow", timeout=60)))
    waiting.start()
    while not served.controls.faults()[0]["fired"]:
        pass
    script(served, "drop_before", match={"path": "fast"})
    with pytest.raises(LOST):
        served.http.get("/fast")
    served.controls.advance(60)
    waiting.join(60)
    assert answers[0].status_code == 200


def test_a_late_commit_happens_when_its_time_has_come(served: Served) -> None:
    script(served, "late_commit", seconds=30)
    with pytest.raises(LOST):
        served.http.post("/", content="a")
    served.controls.advance(29)
    assert served.controls.state() == {"items": []}
    served.controls.advance(1)
    assert served.controls.state() == {"items": ["a"]}


def test_late_commits_keep_their_order_and_come_before_what_follows(served: Served) -> None:
    for seconds, text in ((20, "second"), (10, "first"), (20, "third")):
        script(served, "late_commit", seconds=seconds)
        with pytest.raises(LOST):
            served.http.post("/", content=text)
    served.toy.clock.advance(20)
    assert served.http.post("/", content="last").json() == ["first", "second", "third", "last"]


@pytest.mark.parametrize(
    ("kind", "status", "items"),
    [
        ("error_500_before", 500, []),
        ("error_500_after", 500, ["a"]),
        ("empty_200_after", 200, ["a"]),
        ("html_524", 524, ["a"]),
        ("status_503", 503, []),
        ("storm_429", 429, []),
        ("expired_token", 401, []),
    ],
)
def test_a_fault_answers_instead_of_the_simulator(served: Served, kind: str, status: int, items: list[str]) -> None:
    script(served, kind)
    answer = served.http.post("/", content="a")
    assert answer.status_code == status
    assert answer.headers["date"]
    assert served.toy.items == items


def test_whether_a_fault_executes_can_be_chosen(served: Served) -> None:
    script(served, "html_524", commits=False)
    script(served, "status_503", commits=True, match={"nth": 2})
    assert [served.http.post("/", content=text).status_code for text in "ab"] == [524, 503]
    assert served.toy.items == ["b"]


def test_an_answer_can_be_spelled_out(served: Served) -> None:
    script(served, "answer", status=401, headers={"X-Reason": "expired"}, body="no")
    answer = served.http.get("/")
    assert (answer.status_code, answer.headers["x-reason"], answer.text) == (401, "expired", "no")


def test_a_storm_says_when_it_is_over(served: Served) -> None:
    script(served, "storm_429", seconds=3, match={"times": 2})
    answers = [served.http.get("/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "3"


def test_a_repeated_request_is_executed_twice_and_answered_once(served: Served) -> None:
    script(served, "duplicate")
    assert served.http.post("/", content="a").json() == ["a"]
    assert served.toy.items == ["a", "a"]


def test_the_repetition_may_come_later(served: Served) -> None:
    script(served, "duplicate", seconds=30)
    assert served.http.post("/", content="a").json() == ["a"]
    served.controls.advance(29)
    assert served.controls.state() == {"items": ["a"]}
    served.controls.advance(1)
    assert served.controls.state() == {"items": ["a", "a"]}


def test_a_proper_answer_can_be_called_something_else(served: Served) -> None:
    script(served, "wrong_content_type")
    script(served, "wrong_content_type", match={"nth": 2}, headers={"Content-Type": "text/plain", "x-via": "proxy"})
    html, plain = (served.http.post("/", content=text) for text in "ab")
    assert html.headers["content-type"].startswith("text/html")
    assert html.json() == ["a"]
    assert plain.headers.get_list("content-type") == ["text/plain"]
    assert plain.headers["x-via"] == "proxy"
    assert served.toy.items == ["a", "b"]


def test_a_page_of_somebody_else_can_come_instead_of_an_answer(served: Served) -> None:
    script(served, "wrong_content_type", commits=False)
    answer = served.http.post("/", content="a")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=UTF-8")
    assert served.toy.items == []


@pytest.mark.parametrize("commits", [True, None])
def test_a_slow_request_is_executed_before_or_after_the_wait(served: Served, commits: bool | None) -> None:
    script(served, "slow", seconds=60, commits=commits)
    sender = threading.Thread(target=lambda: served.http.post("/", content="a"))
    sender.start()
    while not served.controls.faults()[0]["fired"]:
        pass
    while commits and not served.controls.state()["items"]:
        pass
    served.controls.advance(60)
    sender.join(60)
    assert served.toy.items == ["a"]


def test_a_client_that_gives_up_on_a_slow_request_leaves_it_running(served: Served) -> None:
    script(served, "slow", seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        served.http.post("/", content="a", timeout=0.05)
    assert served.controls.state() == {"items": []}
    served.controls.advance(60)
    while not served.controls.state()["items"]:
        pass
    assert served.toy.items == ["a"]
