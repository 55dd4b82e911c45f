import httpx
import pytest

from bridgework.sandbox import running

from .conftest import Served

GUARDED = [
    ("GET", "state"),
    ("GET", "faults"),
    ("POST", "faults"),
    ("DELETE", "faults"),
    ("GET", "clock"),
    ("POST", "clock"),
    ("POST", "edit"),
    ("POST", "command/rain"),
]


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize("headers", [{}, {"x-sandbox-token": "wrong"}, {"x-sandbox-token": ""}])
def test_controls_need_the_token(served: Served, method: str, path: str, headers: dict[str, str]) -> None:
    answer = served.http.request(method, f"/__sandbox__/{path}", headers=headers, content=b'{"advance": 1}')
    assert answer.status_code == 403
    assert served.controls.token not in answer.text


def test_a_sandbox_says_whether_a_token_is_its_own_and_never_tells_it(served: Served) -> None:
    for token, valid in ((None, False), ("wrong", False), (served.controls.token, True)):
        headers = {} if token is None else {"x-sandbox-token": token}
        answer = served.http.get("/__sandbox__/", headers=headers)
        assert answer.json() == {"sandbox": "toy", "valid": valid}
        assert served.controls.token not in str(answer.headers)


def test_every_start_has_its_own_token(served: Served) -> None:
    with running(served.toy) as other:
        assert other.token != served.controls.token


def test_time_can_be_read_and_skipped(served: Served) -> None:
    before = served.controls.now()
    assert served.controls.now() == before
    assert served.controls.advance(60) > before
    with pytest.raises(ValueError, match="refused"):
        served.controls.advance(-1)


def test_a_person_can_edit_and_delete(served: Served) -> None:
    served.http.post("/", content="a")
    assert served.controls.edit("item", 0, text="b") == {"text": "b"}
    served.controls.delete("item", 0)
    assert served.controls.state() == {"items": [""]}
    with pytest.raises(ValueError, match="no such item"):
        served.controls.delete("item", 5)


def test_a_person_can_merge(served: Served) -> None:
    for text in "ab":
        served.http.post("/", content=text)
    assert served.controls.merge("item", 0, into=1) == {"text": "ab"}
    assert served.controls.state() == {"items": ["", "ab"]}
    with pytest.raises(ValueError, match="no such item"):
        served.controls.merge("item", 0, into=7)


def test_a_simulator_has_commands_of_its_own(served: Served) -> None:
    assert served.controls.command("rain", hours=2) == {"did": "rain", "hours": 2}


def test_wrong_control_requests_are_refused_with_a_reason(served: Served) -> None:
    headers = {"x-sandbox-token": served.controls.token}
    for path, content in (("faults", b'[{"kind": "earthquake"}]'), ("faults", b"["), ("edit", b"{}"), ("clock", b"{}")):
        answer = served.http.post(f"/__sandbox__/{path}", headers=headers, content=content)
        assert answer.status_code == 422
        assert answer.json()["error"]


def test_an_unknown_control_path_is_not_the_simulators(served: Served) -> None:
    assert served.http.get("/__sandbox__/nothing").status_code == 404


def test_faults_are_shown_with_their_counts_and_cleared(served: Served) -> None:
    served.controls.faults({"kind": "status_503", "match": {"times": None}})
    assert served.http.get("/").text == "closed for repair"
    shown = served.controls.faults()[0]
    assert (shown["seen"], shown["fired"]) == (1, 1)
    served.controls.clear_faults()
    assert served.controls.faults() == []
    assert served.http.get("/").status_code == 200


def test_controls_are_never_hit_by_faults(served: Served) -> None:
    served.controls.faults({"kind": "drop_before", "match": {"times": None}})
    assert served.controls.state() == {"items": []}
    with pytest.raises(httpx.TransportError):
        served.http.get("/")
