"""Client and connector together: an empty day pauses, a block stops, a burst is waited out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bridgework.errors import NotSent, Paused, StopRun
from bridgework.model import Written

from .conftest import Account, Make


def answer(status: int, headers: dict[str, str], body: str = '{"error": "Too Many Requests"}') -> dict[str, Any]:
    given = {"content-type": "application/json", **headers}
    return {"kind": "answer", "status": status, "headers": given, "body": body}


def test_an_empty_day_pauses_until_the_reset(account: Account) -> None:
    empty = {"x-daily-ratelimit-token-remaining": "0", "retry-after": "1"}
    account.sandbox.faults({**answer(429, empty), "match": {"path": "users", "times": None}})
    with pytest.raises(Paused) as paused:
        account.connector.list_owners()
    assert (paused.value.until.hour, paused.value.until.minute) == (0, 0)
    assert paused.value.until > account.clock.now()


def test_a_burst_is_waited_out(account: Account) -> None:
    full = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "2"}
    account.sandbox.faults({**answer(429, full), "match": {"path": "users"}})
    before = account.clock.now()
    assert account.connector.list_owners()
    assert (account.clock.now() - before).total_seconds() >= 2


def test_bare_refusals_between_which_others_get_through_are_no_empty_day(account: Account) -> None:
    """A middle box that turns a request away now and then would else cost a day."""
    every_second = {"method": "GET", "path": "users", "nth": 1, "every": 2, "times": None}
    account.sandbox.faults({**answer(429, {}), "match": every_second})
    for _ in range(4):
        assert account.connector.list_owners()
        account.clock.sleep(5)


def test_a_minute_of_nothing_but_bare_refusals_is_waited_out(account: Account) -> None:
    began = account.clock.now()
    account.sandbox.faults({**answer(429, {}), "match": {"path": "users", "times": 6}})
    assert account.connector.list_owners()
    assert 60 <= (account.clock.now() - began).total_seconds() < 120


def test_bare_refusals_without_end_are_a_pause_after_which_it_is_tried_again(account: Account) -> None:
    began = account.clock.now()
    account.sandbox.faults({**answer(429, {}), "match": {"path": "users", "times": None}})
    with pytest.raises(Paused, match="asked again after") as paused:
        account.connector.list_owners()
    assert account.clock.now() - began < timedelta(minutes=5)
    assert paused.value.until - account.clock.now() > timedelta(hours=1)
    account.clock.sleep((paused.value.until - account.clock.now()).total_seconds())
    account.sandbox.clear_faults()
    assert account.connector.list_owners()


def test_a_throttled_create_is_not_sent_and_succeeds_afterwards(account: Account) -> None:
    account.sandbox.faults({**answer(429, {"x-ratelimit-remaining": "0"}), "match": {"method": "POST"}})
    with pytest.raises(NotSent):
        account.write(account.operation("person", name="Ana"))
    assert isinstance(account.write(account.operation("person", name="Ana"))[0], Written)


def test_a_block_by_the_guard_stops_the_run(account: Account) -> None:
    page = answer(403, {"content-type": "text/html; charset=UTF-8"}, "<html>Access denied</html>")
    account.sandbox.faults({**page, "match": {"method": "POST"}})
    with pytest.raises(StopRun):
        account.write(account.operation("person", name="Ana"))


def test_the_paces_of_the_plan_are_kept_without_a_single_refusal(account_with: Make) -> None:
    from bridgework.model import FieldType

    account = account_with(plan="lite")
    account.field("person", "Source id", FieldType.TEXT)
    for index in range(60):
        account.create("person", name=f"Person {index}")
    assert account.api.counts.throttled == 0
    assert account.clock.sleeps
