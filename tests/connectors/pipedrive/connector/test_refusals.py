"""Refused records become values: a reason without any value of the record, and the field where it is known."""

from __future__ import annotations

from typing import Any

import pytest

from bridgework.errors import AccessDenied, SchemaDrift
from bridgework.model import Because, FieldType, Rejected, WriteResult

from .conftest import Account, Make

SECRET = "Zaphod Beeblebrox"


def refused(result: WriteResult) -> Rejected:
    assert isinstance(result, Rejected), result
    assert SECRET not in result.reason
    assert result.reason
    return result


def test_a_text_that_is_too_long_names_its_field(account: Account) -> None:
    field = account.field("person", "Text", FieldType.TEXT)
    [result] = account.write(account.operation("person", **{"name": SECRET, field.key: SECRET * 30}))
    assert refused(result).field == field.key
    assert refused(result).because is Because.RECORD


def test_an_option_that_is_not_there_names_its_field(account: Account) -> None:
    field = account.field("person", "Gender", FieldType.CHOICE, "Female")
    [result] = account.write(account.operation("person", **{"name": SECRET, field.key: "999999"}))
    assert refused(result).field == field.key


def test_a_field_that_was_deleted_behind_our_back_is_named(account: Account) -> None:
    field = account.field("person", "Text", FieldType.TEXT)
    other = account.again()
    account.api.permit(field, next(account.numbers))
    other.drop_schema(field)
    [result] = account.write(account.operation("person", **{"name": SECRET, field.key: SECRET}))
    assert refused(result).field == field.key
    assert "does not know this field" in refused(result).reason


@pytest.mark.parametrize(
    ("object_name", "body", "field"),
    [
        ("person", {"name": SECRET, "organization": SECRET}, "organization"),
        ("person", {"name": SECRET, "add_time": SECRET}, "add_time"),
        ("person", {"name": SECRET, "0" * 40: SECRET}, "0" * 40),
        ("person", {"name": 7}, "name"),
        ("deal", {"title": SECRET, "value": {"amount": SECRET, "currency": "USD"}}, "value"),
        ("deal", {"title": SECRET, "value": {"amount": "1", "currency": ""}}, "value"),
        ("deal", {"title": SECRET, "value": {"amount": "1234567890123456.78", "currency": "USD"}}, "value"),
        ("deal", {"title": SECRET, "status": "open", "won_time": "2020-01-01T00:00:00Z"}, "won_time"),
        ("activity", {"subject": SECRET, "type": "call", "due_time": SECRET}, "due_time"),
    ],
)
def test_a_value_that_cannot_fit_is_refused_before_it_is_sent(
    account: Account, object_name: str, body: dict[str, Any], field: str
) -> None:
    account.connector.describe_destination()
    account.requests.taken()
    [result] = account.write(account.operation(object_name, **body))
    assert refused(result).field == field
    assert account.requests.taken() == []


@pytest.mark.parametrize(
    ("object_name", "body"),
    [
        ("person", {"emails": [{"value": "a@example.org"}]}),
        ("deal", {"value": {"amount": "1", "currency": "USD"}}),
        ("note", {"content": SECRET}),
        ("activity", {"subject": SECRET, "type": "no_such_type"}),
        ("deal", {"title": SECRET, "person": "999999"}),
    ],
)
def test_what_the_server_refuses_is_rejected_and_the_batch_goes_on(
    account: Account, object_name: str, body: dict[str, Any]
) -> None:
    good = {"person": {"name": "Ana"}, "deal": {"title": "Plan"}, "activity": {"subject": "x", "type": "call"}}
    second = good.get(object_name) or {"content": "x", "person": account.create("person", name="Ana")}
    results = account.write(account.operation(object_name, **body), account.operation(object_name, **second))
    refused(results[0])
    assert not isinstance(results[1], Rejected)
    account.requests.forgive()


@pytest.mark.parametrize(
    "body",
    [
        '{"success": false, "error": "You cannot add more deals", "code": "feature_capping_deals_limit"}',
        '{"success": false, "error": "Couldn\'t add deal. You\'ve reached your limit of 100"}',
        '{"success": false, "error": "Couldn\'t add deal. You\'ve reached the usage limit"}',
    ],
)
def test_a_limit_of_the_plan_is_told_from_other_refusals(account: Account, body: str) -> None:
    answer = {"kind": "answer", "status": 403, "headers": {"content-type": "application/json"}, "body": body}
    account.sandbox.faults({**answer, "match": {"method": "POST"}})
    [result] = account.write(account.operation("deal", title="Plan"))
    assert refused(result).because is Because.LIMIT


def test_a_missing_right_is_no_limit(account: Account) -> None:
    body = '{"success": false, "error": "You do not have permission to add this"}'
    answer = {"kind": "answer", "status": 403, "headers": {"content-type": "application/json"}, "body": body}
    account.sandbox.faults({**answer, "match": {"method": "POST"}})
    [result] = account.write(account.operation("deal", title="Plan"))
    assert refused(result).because is Because.RECORD
    assert "right" in refused(result).reason


def test_the_servers_words_never_reach_the_reason(account: Account) -> None:
    body = f'{{"success": false, "error": "{SECRET} is wrong", "code": "{SECRET}", "error_info": "{SECRET}"}}'
    answer = {"kind": "answer", "status": 400, "headers": {"content-type": "application/json"}, "body": body}
    account.sandbox.faults({**answer, "match": {"method": "POST"}})
    [result] = account.write(account.operation("deal", title=SECRET))
    assert "Zaphod" not in str(refused(result))


def test_an_update_of_a_record_that_is_gone_says_so(account: Account) -> None:
    result = account.update("person", "424242", name="Ana")
    assert "not there any more" in refused(result).reason


def test_without_the_field_for_identities_nothing_is_created(account_with: Make) -> None:
    account = account_with()
    with pytest.raises(SchemaDrift):
        account.write(account.operation("person", name="Ana"))
    assert [line for line in account.requests.taken() if line.startswith("POST")] == []


def test_a_wrong_token_is_denied(account_with: Make) -> None:
    account = account_with(settings={"api_token": "0" * 40})
    [token] = [check for check in account.connector.check_destination() if check.name == "token"]
    assert not token.ok
    with pytest.raises(AccessDenied):
        account.connector.list_owners()
