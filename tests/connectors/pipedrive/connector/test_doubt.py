"""A create whose answer was lost is found again, exactly, with one listing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bridgework.errors import InDoubt, NotSent
from bridgework.model import FoundRecord, Operation, Verb, Written

from .conftest import Account, Make, file_content

BODIES: dict[str, dict[str, Any]] = {
    "organization": {"name": "Main Street Dental"},
    "person": {"name": "Ana", "add_time": "2009-01-01T00:00:00Z"},
    "deal": {"title": "Implant"},
    "activity": {"subject": "Cleaning", "type": "meeting", "note": "two\nlines"},
    "note": {"content": "<p>Seen</p>", "add_time": "2009-01-01T00:00:00Z"},
}
PATHS = {"organization": "organizations", "person": "persons", "deal": "deals", "activity": "activities"}


def prepared(account: Account, object_name: str, marker: str) -> Operation:
    body = dict(BODIES[object_name])
    if object_name == "note":
        body["person"] = account.create("person", name="Ana")
    return account.operation(object_name, marker, **body)


def found(account: Account, *operations: Operation) -> list[tuple[FoundRecord, ...]]:
    return [each.records for each in account.connector.find(list(operations))]


@pytest.mark.parametrize("kind", ["drop_after", "error_500_after", "empty_200_after", "truncated", "html_524"])
@pytest.mark.parametrize("object_name", BODIES)
def test_a_committed_create_with_a_lost_answer_is_found(account: Account, object_name: str, kind: str) -> None:
    operation = prepared(account, object_name, "src.rule.K1/abc123")
    account.sandbox.faults({"kind": kind, "match": {"method": "POST"}})
    with pytest.raises(InDoubt):
        account.write(operation)
    other = prepared(account, object_name, "src.rule.k1/abc123")  # differs by case only
    account.requests.taken()
    [[record], absent] = found(account, operation, other)
    assert len(account.requests.taken()) == (2 if object_name == "deal" else 1)
    assert absent == ()
    [again] = account.connector.read(object_name, [record.id])
    assert again.marker == operation.marker
    assert again.version == record.version


@pytest.mark.parametrize("object_name", BODIES)
def test_a_create_that_never_happened_is_not_found(account: Account, object_name: str) -> None:
    operation = prepared(account, object_name, "src.rule.K1/abc123")
    account.sandbox.faults({"kind": "drop_before", "match": {"method": "POST"}})
    with pytest.raises(InDoubt):
        account.write(operation)
    assert found(account, operation) == [()]


def test_another_generation_is_another_record(account: Account) -> None:
    account.create("person", "src.rule.K1/abc123", name="Ana")
    assert found(account, account.operation("person", "src.rule.K1/abc123.g2")) == [()]


def test_a_duplicate_is_shown_as_two_records(account: Account) -> None:
    operation = account.operation("person", name="Ana")
    account.sandbox.faults({"kind": "duplicate", "match": {"method": "POST"}})
    assert isinstance(account.write(operation)[0], Written)
    [records] = found(account, operation)
    assert len(records) == 2


def test_deleted_deals_are_found_and_marked(account: Account) -> None:
    operation = account.operation("deal", title="Implant")
    [written] = account.write(operation)
    assert isinstance(written, Written)
    account.sandbox.delete("deal", written.id)
    [[record]] = found(account, operation)
    assert (record.id, record.deleted) == (written.id, True)


def test_archived_deals_are_found_too(account: Account) -> None:
    operation = account.operation("deal", title="Implant")
    [written] = account.write(operation)
    assert isinstance(written, Written)
    account.sandbox.edit("deal", written.id, is_archived=True)
    [[record]] = found(account, operation)
    assert record.id == written.id


def test_many_doubts_are_settled_with_one_listing(account: Account) -> None:
    operations = [account.operation("person", name=f"Person {index}") for index in range(30)]
    account.sandbox.faults({"kind": "drop_after", "match": {"method": "POST", "times": 30}})
    for operation in operations:
        with pytest.raises(InDoubt):
            account.write(operation)
    account.requests.taken()
    assert all(len(records) == 1 for records in found(account, *operations))
    assert account.requests.taken() == ["GET /api/v2/persons"]


def test_an_upload_with_a_lost_answer_is_found_among_the_files_of_its_person(account: Account) -> None:
    person = account.create("person", name="Ana")
    made = account.operation("file", "src.documents.d1/abc123", verb=Verb.UPLOAD, person=person)
    operation = replace(made, file=file_content())
    account.sandbox.faults({"kind": "drop_after", "match": {"method": "POST", "path": "files"}})
    with pytest.raises(InDoubt):
        list(account.connector.upload([operation]))
    account.requests.taken()
    [[record]] = found(account, operation)
    assert record.id
    assert account.requests.taken() == [f"GET /api/v1/persons/{person}/files"]


def test_relationships_are_found_by_what_they_say(account: Account) -> None:
    group, one, two = (account.create("organization", name=name) for name in ("Group", "One", "Two"))
    first = account.operation("organization_relationship", type="parent", parent=group, child=one)
    second = account.operation("organization_relationship", type="parent", parent=group, child=two)
    account.sandbox.faults({"kind": "drop_after", "match": {"method": "POST"}})
    with pytest.raises(InDoubt):
        account.write(first)
    account.requests.taken()
    [[record], absent] = found(account, first, second)
    assert record.id
    assert absent == ()
    assert account.requests.taken() == ["GET /api/v1/organizationRelationships"]


def test_a_refused_connection_is_not_sent(account: Account) -> None:
    account.sandbox.faults({"kind": "storm_429", "seconds": 1, "match": {"method": "POST"}})
    with pytest.raises(NotSent):
        account.write(account.operation("person", name="Ana"))


def test_an_acceptance_that_names_no_record_is_a_doubt(account: Account) -> None:
    answer = {"kind": "answer", "status": 200, "headers": {"content-type": "application/json"}}
    account.sandbox.faults({**answer, "body": '{"success": true, "data": {}}', "match": {"method": "POST"}})
    operation = account.operation("person", name="Ana")
    with pytest.raises(InDoubt) as doubt:
        account.write(operation)
    assert doubt.value.operations == (operation.number,)


def test_the_answer_to_somebody_elses_request_shows_another_identity(account: Account) -> None:
    carrier = next(
        field.key
        for field in account.connector.describe_destination().object("person").fields
        if field.label == "Source id"
    )
    body = f'{{"success": true, "data": {{"id": 7, "custom_fields": {{"{carrier}": "src.other.1/abc123"}}}}}}'
    answer = {"kind": "answer", "status": 200, "headers": {"content-type": "application/json"}, "body": body}
    account.sandbox.faults({**answer, "match": {"method": "POST"}})
    [written] = account.write(account.operation("person", name="Ana"))
    assert isinstance(written, Written) and written.marker == "src.other.1/abc123"


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_field_whose_answer_was_lost_is_made_once(account_with: Make, kind: str) -> None:
    from bridgework.model import FieldType, SchemaOperation

    account = account_with()
    operation = SchemaOperation(kind="field", object="person", name="Source id", type=FieldType.TEXT)
    account.sandbox.faults({"kind": kind, "match": {"method": "POST"}})
    with pytest.raises(InDoubt):
        account.schema(operation)
    account.schema(operation)
    described = account.again().describe_destination().object("person")
    assert [field.label for field in described.fields].count("Source id") == 1
