"""Refusals: who is the culprit of a batch, what a limit says, keys and roles that do not do, large bodies."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bridgework.client import ApiClient, MemoryBudgetStore, unsent
from bridgework.clock import FakeClock
from bridgework.errors import AccessDenied, StopRun
from bridgework.model import BatchRejected, Because, Refused, Rejected, Throttle, Verb, Verdict, Written
from bridgework_twenty import Twenty, checks, keys, limits
from bridgework_twenty.batches import Ceiling, Prepared

from .conftest import Desk, Ledger, MakeDesk

TAKEN = "a record of the workspace holds the same unique value"


def person(desk: Desk, email: str, **values: Any) -> Any:
    verb = values.pop("verb", Verb.CREATE)
    return desk.operation("person", verb, body={"emails": [{"value": email, "primary": True}]}, **values)


def test_the_record_whose_address_is_taken_is_named_and_only_the_rest_is_halved(desk: Desk) -> None:
    [holder] = desk.written(person(desk, "taken@example.org"))
    good, bad, more = (person(desk, f"{name}@example.org") for name in ("a", "Taken", "b"))
    results = list(desk.connector.write([good, bad, more]))
    assert results[0] == Rejected(bad.number, TAKEN, "emails", Because.TAKEN, holder)
    assert isinstance(results[1], BatchRejected)
    assert results[1].operations == (good.number, more.number)


def test_two_of_one_request_with_one_address_are_told_apart(desk: Desk) -> None:
    first, second = person(desk, "twin@example.org"), person(desk, "TWIN@example.org")
    results = list(desk.connector.write([first, second]))
    assert results[0] == Rejected(
        second.number, "a record of the same load holds the same unique value", field="emails"
    )


def test_an_address_in_the_trash_is_taken_too_and_the_reason_says_so(desk: Desk) -> None:
    [gone] = desk.written(person(desk, "gone@example.org"))
    list(desk.connector.undo([desk.operation("person", Verb.DELETE, target_id=gone)]))
    [result] = desk.connector.write([person(desk, "gone@example.org")])
    assert isinstance(result, Rejected)
    assert "in the trash" in result.reason


def test_a_copy_of_an_earlier_generation_lets_go_of_the_address_alone_even_without_its_marker(desk: Desk) -> None:
    both = [{"value": "ana@example.org", "primary": True}, {"value": "more@example.org", "primary": False}]
    first = desk.operation("person", body={"emails": both})
    [gone] = desk.written(first)
    list(desk.connector.undo([desk.operation("person", Verb.DELETE, target_id=gone)]))
    again = person(desk, "ana@example.org", generation=2, earlier=(first.client_id,))
    desk.written(again)
    [copy] = [row for row in desk.running.state()["objects"]["person"] if row["id"] == gone]
    assert (copy["emails"]["primaryEmail"], copy["emails"]["additionalEmails"]) == ("", ["more@example.org"])


def test_a_copy_of_another_record_in_the_trash_keeps_its_address(desk: Desk) -> None:
    [gone] = desk.written(person(desk, "gone@example.org"))
    list(desk.connector.undo([desk.operation("person", Verb.DELETE, target_id=gone)]))
    other = person(desk, "gone@example.org", generation=2, earlier=(UUID(int=7),))
    [result] = desk.connector.write([other])
    assert isinstance(result, Rejected)


@pytest.mark.parametrize("address", ["o'brien@example.org", "a(b@example.org", '"ana"@example.org'])
def test_an_address_that_no_filter_can_spell_is_looked_for_all_the_same(desk: Desk, address: str) -> None:
    """Reference 3: commas, quotes and brackets; GraphQL takes them as variables."""
    first = person(desk, address)
    [holder] = desk.written(first)
    [taken] = desk.connector.write([person(desk, address)])
    assert isinstance(taken, Rejected)
    assert (taken.field, taken.holder) == ("emails", holder)
    list(desk.connector.undo([desk.operation("person", Verb.DELETE, target_id=holder)]))
    desk.written(person(desk, address, generation=2, earlier=(first.client_id,)))


def test_a_record_that_is_there_already_is_not_in_its_own_way(desk: Desk) -> None:
    first = person(desk, "ana@example.org")
    desk.written(first)
    twice = person(desk, "ana@example.org", client_id=first.client_id, marker=first.marker)
    twin = person(desk, "ana@example.org")
    results = list(desk.connector.write([twice, twin]))
    assert results[0] == Rejected(twin.number, TAKEN, "emails", Because.TAKEN, str(first.client_id))
    assert [each.operations for each in results[1:] if isinstance(each, BatchRejected)] == [(twice.number,)]


def change(desk: Desk, id_: str, email: str) -> Any:
    return person(desk, email, target_id=id_, verb=Verb.UPDATE)


def addresses(desk: Desk, ids: list[str]) -> list[str]:
    people = {row["id"]: row["emails"] for row in desk.running.state()["objects"]["person"]}
    return [people[id_]["primaryEmail"] for id_ in ids]


def test_addresses_that_move_from_one_person_to_the_next_move_in_the_order_that_is_possible(desk: Desk) -> None:
    ids = desk.written(*(person(desk, f"{name}@example.org") for name in "abc"))
    moves = [change(desk, id_, f"{name}@example.org") for id_, name in zip(ids, "bcd", strict=True)]
    desk.written(*moves)
    assert addresses(desk, ids) == ["b@example.org", "c@example.org", "d@example.org"]
    assert len([each for each in desk.sent if each.method == "PATCH"]) == 3


def test_people_who_exchange_their_addresses_all_get_them_and_keep_the_others(desk: Desk) -> None:
    ids = desk.written(*(person(desk, f"{name}@example.org") for name in "abc"))
    desk.written(*(change(desk, id_, f"{name}@example.org") for id_, name in zip(ids, "bca", strict=True)))
    assert addresses(desk, ids) == ["b@example.org", "c@example.org", "a@example.org"]


def test_an_update_to_an_address_that_somebody_keeps_names_field_and_holder(desk: Desk) -> None:
    ids = desk.written(*(person(desk, f"{name}@example.org") for name in "ab"))
    other = desk.operation("person", Verb.UPDATE, target_id=ids[1], body={"jobTitle": "x"})
    results = list(desk.connector.write([change(desk, ids[0], "b@example.org"), other]))
    assert [each.field for each in results if isinstance(each, Rejected)] == ["emails"]
    assert [(each.reason, each.holder) for each in results if isinstance(each, Rejected)] == [(TAKEN, ids[1])]
    assert addresses(desk, ids) == ["a@example.org", "b@example.org"]


def test_a_batch_refused_for_a_reason_that_names_nobody_is_refused_as_a_whole(desk: Desk) -> None:
    owner = {"accountOwner": "00000000-0000-4000-8000-00000000dead"}
    good, bad = desk.operation("company", body={"name": "A"}), desk.operation("company", body={"name": "B", **owner})
    [refused] = desk.connector.write([good, bad])
    assert isinstance(refused, BatchRejected)
    assert refused.operations == (good.number, bad.number)
    [alone] = desk.connector.write([desk.operation("company", body=owner)])
    assert isinstance(alone, Rejected)
    assert "refers to is not there" in alone.reason


def test_the_largest_batch_a_server_names_is_learned(make_desk: MakeDesk) -> None:
    desk = make_desk({"batch": 5}, max_batch=2)
    batch = [desk.operation("note", body={"title": f"{n}"}) for n in range(5)]
    [first] = desk.connector.write(batch)
    assert isinstance(first, BatchRejected)
    again = [desk.operation("note", body={"title": f"{n}"}) for n in range(5)]
    assert all(isinstance(each, Written) for each in desk.connector.write(again))
    assert [len(each.json) for each in desk.sent if each.method == "POST" and "batch" in each.path] == [5, 2, 2, 1]


def test_a_request_stays_below_ten_megabytes_and_a_record_above_is_refused_alone(desk: Desk) -> None:
    ceiling = Ceiling(200)
    records = [Prepared(desk.operation("note"), {"title": "x" * 4_000_000}) for _ in range(3)]
    taken, left = ceiling.cut(records)
    assert (len(taken), len(left)) == (2, 1)
    huge = Prepared(desk.operation("note"), {"title": "x" * 9_600_000})
    assert ceiling.cut([huge]) == ([], [huge])
    ceiling.learn(size=5_000_000)
    assert len(ceiling.cut(records)[0]) == 1


def test_a_role_that_may_not_remove_ends_the_run_and_leaves_nothing_in_doubt(make_desk: MakeDesk) -> None:
    desk = make_desk()
    [made] = desk.written(desk.operation("note", body={"title": "x"}))
    limited = make_desk_with(desk, "TWENTY_LIMITED_KEY")
    removal = desk.operation("note", Verb.DELETE, target_id=made)
    with pytest.raises(AccessDenied, match="removing notes") as denied:
        list(limited.undo([removal]))
    assert unsent(denied.value) == (removal.number,)


def make_desk_with(desk: Desk, key: str) -> Any:
    """The same client rights as another key has, over the same ledger."""
    settings = Twenty.Settings(base_url=desk.running.base_url, api_key=desk.running.env[key])
    api = ApiClient(Twenty.services(settings)[0], ledger=Ledger(), budgets=MemoryBudgetStore(), clock=FakeClock())
    desk.others.append(api)
    connector = Twenty(settings, api)
    connector._writer._catalogue = desk.connector._catalogue
    return connector


def lines(connector: Any) -> dict[str, Any]:
    return {each.name: each for each in connector.check_destination()}


def test_a_good_key_passes_every_check_and_the_samples_are_counted_apart(desk: Desk) -> None:
    found = lines(desk.connector)
    assert all(each.ok for each in found.values()), found
    assert "0 are there, and 5 samples" in found["people"].detail


def test_people_who_are_there_are_said_to_be_linked_only_on_request(desk: Desk) -> None:
    desk.written(person(desk, "here@example.org"))
    assert "linked only where the mapping says match" in lines(desk.connector)["people"].detail


def test_addresses_that_would_refuse_a_patient_are_counted_there_and_in_the_trash(desk: Desk) -> None:
    assert "e-mail addresses" not in lines(desk.connector)
    desk.written(person(desk, "here@example.org"), desk.operation("person", body={"name.firstName": "Ana"}))
    gone = desk.written(person(desk, "gone@example.org"), person(desk, "off@example.org"))
    list(desk.connector.undo([desk.operation("person", Verb.DELETE, target_id=id_) for id_ in gone]))
    found = lines(desk.connector)["e-mail addresses"]
    assert "1 people that are there and 2 in the trash" in found.detail
    assert "plan" in found.next_step


def test_a_key_without_the_data_model_is_told_what_it_lacks(desk: Desk) -> None:
    found = lines(make_desk_with(desk, "TWENTY_LIMITED_KEY"))
    assert (found["data model"].ok, "Roles" in found["data model"].next_step) == (False, True)


@pytest.mark.parametrize("key", ["not-a-token", "a.b.c"])
def test_a_wrong_key_is_one_line_with_the_way_to_a_new_one(make_desk: MakeDesk, key: str) -> None:
    desk = make_desk({"api_key": key})
    found = lines(desk.connector)
    assert [each.ok for each in found.values()] == [False]
    assert "API & Webhooks" in found["key"].next_step


def test_a_revoked_key_is_no_key(make_desk: MakeDesk) -> None:
    desk = make_desk()
    assert not any(each.ok for each in lines(make_desk_with(desk, "TWENTY_REVOKED_KEY")).values() if each.name == "key")


@pytest.mark.parametrize(("days", "ok"), [(-1, False), (2, False), (90, True)])
def test_a_key_that_expires_too_soon_is_said_without_asking(desk: Desk, days: int, ok: bool) -> None:
    expires = datetime.now(UTC) + timedelta(days=days)
    payload = {"workspaceId": "w", "exp": int(expires.timestamp())}
    token = f"x.{base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip('=')}.y"
    assert keys.facts(token).expires == expires.replace(microsecond=0)
    found = checks._expiry(keys.facts(token))
    assert found is not None
    assert found.ok is ok


def test_what_is_no_token_says_nothing() -> None:
    assert keys.facts("a.!.c") == keys.facts("x") == keys.KeyFacts()


LIMIT = "Limit reached (50 tokens per 60000 ms)"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, {"statusCode": 429, "error": "HttpException", "messages": [LIMIT]}),
        (200, {"data": None, "errors": [{"message": LIMIT, "extensions": {"subCode": "LIMIT_REACHED"}}]}),
    ],
)
def test_a_limit_is_heard_and_learned_in_either_form(status: int, body: Any) -> None:
    found = limits.judge(status, body)
    assert isinstance(found, Throttle)
    assert found.retry_after == pytest.approx(1.2)
    assert [(each.budget, each.limit, each.window) for each in found.learned] == [
        (limits.CALLS, 50, 60.0),
        (limits.PACE, 1, 1.2),
    ]


def test_a_429_without_words_throttles_all_the_same() -> None:
    assert limits.judge(429, {"message": "slow down"}) == Throttle(budget=limits.CALLS)


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (500, "request entity too large", Verdict.REJECTED),
        (500, {"statusCode": 500}, None),
        (200, {"errors": [{"message": "x"}], "data": None}, Verdict.REJECTED),
        (200, {"data": {"createPeople": []}}, None),
        (201, {"data": {}}, None),
        (400, {"messages": ["A duplicate entry was detected"]}, None),
    ],
)
def test_a_body_says_what_the_status_does_not(status: int, body: Any, verdict: Verdict | None) -> None:
    assert limits.judge(status, body) == verdict


def test_core_calls_cost_one_token_and_a_pause_and_the_rest_is_free() -> None:
    assert limits.charges("GET", "/rest/people?limit=1") == {limits.CALLS: 1, limits.PACE: 1}
    assert limits.charges("POST", "/graphql") == {limits.CALLS: 1, limits.PACE: 1}
    for path in ("/rest/metadata/objects", "/rest/open-api/core", "/metadata", "/healthz"):
        assert limits.charges("GET", path) == {}


UNCLEAR = (
    "canceling statement due to statement timeout",
    "connection terminated unexpectedly",
    "out of shared memory",
    "something nobody has seen before",
    "",
)


@pytest.mark.parametrize("said", UNCLEAR)
def test_a_refusal_in_no_known_words_may_be_a_fault_of_the_server(desk: Desk, said: str) -> None:
    """Reference 11: faults of the server are a 400, too."""
    [made] = desk.written(desk.operation("note", body={"title": "x"}))
    body = json.dumps({"statusCode": 400, "error": "QueryFailedError", "messages": [said]})
    desk.running.faults({"kind": "answer", "status": 400, "body": body, "match": {"path": "/rest/", "times": 2}})
    [refused] = desk.connector.write([desk.operation("note", body={"title": "x"})])
    assert isinstance(refused, Rejected)
    assert refused.because is Because.UNCLEAR
    [kept] = desk.connector.undo([desk.operation("note", Verb.DELETE, target_id=made)])
    assert isinstance(kept, Refused)
    assert kept.because is Because.UNCLEAR


@pytest.mark.parametrize("values", [{"accountOwner": "00000000-0000-4000-8000-00000000dead"}, {"domainName": "a b"}])
def test_a_refusal_in_known_words_is_final(desk: Desk, values: dict[str, Any]) -> None:
    [refused] = desk.connector.write([desk.operation("company", body=values)])
    assert isinstance(refused, Rejected)
    assert refused.because is Because.RECORD


@pytest.mark.parametrize("whole", [False, True])
def test_records_that_are_given_in_part_end_the_run_and_are_not_taken_for_empty(desk: Desk, whole: bool) -> None:
    """Reference 16: later releases give 200 fields of an object at most, and say so in a header."""
    [made] = desk.written(desk.operation("note", body={"title": "x"}))
    [row] = [each for each in desk.running.state()["objects"]["note"] if each["id"] == made]
    row = row if whole else {"id": made, "title": "x"}
    body = json.dumps({"data": {"notes": [row]}, "totalCount": 1, "pageInfo": {"hasNextPage": False}})
    headers = {"content-type": "application/json", "X-Twenty-Fields-Capped": "true"}
    match = {"method": "GET", "path": "/rest/notes"}
    desk.running.faults({"kind": "answer", "status": 200, "body": body, "headers": headers, "match": match})
    if whole:
        assert [each.values["title"] for each in desk.connector.read("note", [made])] == ["x"]
    else:
        with pytest.raises(StopRun, match="only a part of the fields of notes"):
            list(desk.connector.read("note", [made]))
