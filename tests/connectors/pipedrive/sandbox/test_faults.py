"""Lost answers, broken answers, and people who edit meanwhile."""

from typing import Any

import httpx
import pytest

from .account import Account, refusal
from .conftest import OpenAccount

BODY = {"name": "Ana"}


def names(account: Account) -> list[str]:
    return [person["name"] for person in account.stored("persons")]


def hit(account: Account, kind: str, **more: Any) -> None:
    account.controls.faults({"kind": kind, "match": {"method": "POST", "path": "/persons$"}, **more})


@pytest.mark.parametrize(("kind", "stored"), [("drop_before", []), ("drop_after", ["Ana"]), ("truncated", ["Ana"])])
def test_a_connection_can_be_lost_before_or_after_the_record_is_stored(
    account: Account, kind: str, stored: list[str]
) -> None:
    """Behaviour 42."""
    hit(account, kind)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        account.v2("POST", "persons", BODY)
    assert names(account) == stored
    assert account.v2("POST", "persons", BODY).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "stored"),
    [
        ("error_500_before", 500, []),
        ("error_500_after", 500, ["Ana"]),
        ("empty_200_after", 200, ["Ana"]),
        ("html_524", 524, ["Ana"]),
        ("status_503", 503, []),
        ("storm_429", 429, []),
        ("expired_token", 401, []),
    ],
)
def test_an_answer_may_say_nothing_about_what_was_stored(
    account: Account, kind: str, status: int, stored: list[str]
) -> None:
    """Behaviours 42 and 43."""
    hit(account, kind)
    answer = account.v2("POST", "persons", BODY)
    assert answer.status_code == status
    assert names(account) == stored
    if status == 500:
        refusal(answer, 500, "ERR_UNKNOWN")
    if status == 200:
        assert answer.content == b""
    if kind in ("html_524", "status_503"):
        assert answer.headers["content-type"].startswith("text/html")


def test_the_same_symptoms_can_come_without_a_stored_record(account: Account) -> None:
    """Behaviour 42."""
    for kind in ("drop_after", "empty_200_after", "html_524"):
        hit(account, kind, commits=False)
        try:
            account.v2("POST", "persons", BODY)
        except httpx.TransportError:
            assert kind == "drop_after"
    assert names(account) == []


def test_a_lost_create_may_take_effect_later(account: Account) -> None:
    """Behaviour 42: within the horizon, after the client has already looked."""
    hit(account, "late_commit", seconds=300)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        account.v2("POST", "persons", BODY)
    assert account.ids("persons") == []
    account.later(299)
    assert account.ids("persons") == []
    account.later(1)
    assert account.ids("persons") == [1]


def test_a_proxy_may_repeat_a_request(account: Account) -> None:
    """Behaviour 45."""
    hit(account, "duplicate")
    assert account.v2("POST", "persons", BODY).json()["data"]["id"] == 1
    assert names(account) == ["Ana", "Ana"]


def test_faults_hit_the_wanted_requests_only(account: Account) -> None:
    account.controls.faults({"kind": "status_503", "match": {"method": "POST", "nth": 2, "every": 2, "times": 2}})
    statuses = [account.v2("POST", "persons", BODY).status_code for _ in range(7)]
    assert statuses == [200, 503, 200, 503, 200, 200, 200]
    assert account.v2("GET", "persons").status_code == 200
    assert account.controls.faults()[0]["fired"] == 2


def test_a_person_edits_between_load_and_verification(account: Account) -> None:
    """Behaviour 44."""
    key = account.field("person", "varchar")["field_code"]
    before = account.make("persons", name="Ana", custom_fields={key: "x"})
    account.later(60)
    account.controls.edit("person", 1, phones=[{"value": "+1 555 0100"}], custom_fields={key: "y"})
    after = account.get("persons/1")
    assert after["phones"] == [{"value": "+1 555 0100", "primary": True, "label": "work"}]
    assert after["custom_fields"] == {key: "y"}
    assert after["update_time"] > before["update_time"]


def test_a_person_deletes_between_load_and_verification(account: Account) -> None:
    """Behaviour 44."""
    account.make("persons", name="Ana")
    account.make_v1("notes", content="A", person_id=1)
    account.controls.delete("note", 1)
    account.controls.delete("person", 1)
    assert account.get("persons/1")["is_deleted"]
    refusal(account.v1("GET", "notes/1"), 404)


def test_edits_cost_no_tokens_and_impossible_ones_are_refused(account: Account) -> None:
    account.make("persons", name="Ana")
    used = account.controls.state()["meters"]
    account.controls.edit("person", 1, name="Bea")
    assert account.controls.state()["meters"] == used
    for object_name, record_id, fields in (("person", 9, {}), ("robot", 1, {}), ("person", 1, {"nickname": "A"})):
        with pytest.raises(ValueError, match="refused the control request"):
            account.controls.edit(object_name, record_id, **fields)


def test_a_dump_is_equal_after_everything_was_undone(account: Account) -> None:
    """Apart from stubs of deleted records, counters and meters."""
    before = account.controls.state()
    account.make("persons", name="Ana")
    account.make_v1("notes", content="A", person_id=1)
    field = account.field("person", "varchar")["field_code"]
    account.v1("DELETE", "notes/1")
    account.v2("DELETE", "persons/1")
    account.v2("DELETE", f"personFields/{field}")
    after = account.controls.state()
    assert living(after) == living(before)
    assert after != before


def living(state: dict[str, Any]) -> dict[str, Any]:
    def lives(row: dict[str, Any]) -> bool:
        return not row.get("is_deleted") and not row.get("deleted")

    return {table: [row for row in rows if lives(row)] for table, rows in state["objects"].items()}


def test_time_runs_as_fast_as_asked(open_account: OpenAccount) -> None:
    account = open_account(speed=10_000_000)
    account.make("persons", name="Ana")
    account.v2("DELETE", "persons/1")
    while account.stored("persons"):  # thirty simulated days pass in a quarter of a second
        pass
    assert "run.speed=10000000" in account.controls.set
