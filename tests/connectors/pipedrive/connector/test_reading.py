"""Reading by id, walking over everything, removing, and what the account says about itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bridgework.model import AlreadyGone, FieldType, Operation, Undone, Verb, Written

from .conftest import Account, Make


def test_a_hundred_records_are_read_with_one_request(account: Account) -> None:
    ids = [account.create("person", name=f"Person {index}") for index in range(120)]
    account.requests.taken()
    records = list(account.connector.read("person", [*ids, "999999"]))
    assert {record.id for record in records} == set(ids)
    assert account.requests.taken() == ["GET /api/v2/persons"] * 2


def test_creating_a_record_takes_exactly_one_request(account: Account) -> None:
    account.create("person", name="first")
    account.requests.taken()
    for index in range(5):
        account.create("person", name=f"Person {index}")
    account.create("activity", subject="Visit", type="call")
    assert account.requests.taken() == [*["POST /api/v2/persons"] * 5, "POST /api/v2/activities"]


@pytest.mark.parametrize("object_name", ["person", "organization", "deal"])
def test_new_records_are_visible_to_whom_the_settings_say(account_with: Make, object_name: str) -> None:
    account = account_with(settings={"visible_to": 1})
    account.field(object_name, "Source id", FieldType.TEXT)
    id_ = account.create(object_name, **{"title" if object_name == "deal" else "name": "x"})
    path = f"/api/v2/{object_name}s/{id_}"
    assert account.api.get(path).json["data"]["visible_to"] == 1
    account.sandbox.edit(object_name, id_, visible_to=3)
    account.update(object_name, id_, **{"title" if object_name == "deal" else "name": "y"})
    assert account.api.get(path).json["data"]["visible_to"] == 3


def test_archived_deals_are_read_too(account: Account) -> None:
    ids = [account.create("deal", title=f"Plan {index}") for index in range(3)]
    account.sandbox.edit("deal", ids[1], is_archived=True)
    account.requests.taken()
    assert {record.id for record in account.connector.read("deal", ids)} == set(ids)
    assert account.requests.taken() == ["GET /api/v2/deals", "GET /api/v2/deals/archived"]
    account.requests.taken()
    assert len(list(account.connector.read("deal", [ids[0], ids[2]]))) == 2
    assert account.requests.taken() == ["GET /api/v2/deals"]
    assert {record.id for record in account.connector.scan("deal", (), None)} == set(ids)


def test_an_edit_of_a_person_shows_and_the_identity_stays(account: Account) -> None:
    person = account.create("person", name="Ours")
    account.sandbox.edit("person", person, name="Edited")
    [record] = account.connector.read("person", [person])
    assert record.values["name"] == "Edited"
    ours = {record.id: record.marker for record in account.connector.scan("person", (), None)}
    assert ours[person]


def test_a_scan_streams_everything_in_ascending_order(account: Account) -> None:
    ids = [account.create("person", name=f"Person {index}") for index in range(30)]
    account.requests.taken()
    scanned = [record.id for record in account.connector.scan("person", (), None)]
    assert scanned == sorted(scanned, key=int)
    assert set(ids) <= set(scanned)
    assert account.requests.taken() == ["GET /api/v2/persons"]


def test_a_scan_for_some_fields_asks_for_those_and_still_sees_the_identity(account: Account) -> None:
    wanted = account.field("person", "Wanted", FieldType.TEXT).key
    other = account.field("person", "Other", FieldType.TEXT).key
    id_ = account.create("person", "src.rule.1/abc123", **{"name": "Ana", wanted: "yes", other: "no"})
    [record] = [record for record in account.connector.scan("person", [wanted], None) if record.id == id_]
    assert (record.values.get(wanted), record.values.get(other), record.marker) == ("yes", None, "src.rule.1/abc123")


@pytest.mark.parametrize("object_name", ["person", "activity", "note", "file"])
def test_a_scan_since_an_instant_sees_only_what_changed(account: Account, object_name: str) -> None:
    person = account.create("person", name="Ana")
    bodies = {
        "person": {"name": "Ben"},
        "activity": {"subject": "Visit", "type": "call"},
        "note": {"content": "x", "person": person},
    }
    if object_name == "file":
        from dataclasses import replace

        from .conftest import file_content

        def make() -> str:
            made = account.operation("file", verb=Verb.UPLOAD, person=person)
            [written] = account.connector.upload([replace(made, file=file_content())])
            assert isinstance(written, Written)
            return written.id
    else:

        def make() -> str:
            return account.create(object_name, **bodies[object_name])

    old = make()
    account.sandbox.advance(3600)
    since = datetime.fromisoformat(account.sandbox.now()) - timedelta(seconds=30, microseconds=5)
    new = make()
    seen = {record.id for record in account.connector.scan(object_name, (), since)}
    assert new in seen
    assert old not in seen


def test_relationships_are_walked_once_each(account: Account) -> None:
    group, one, two = (account.create("organization", name=name) for name in ("Group", "One", "Two"))
    made = [
        account.create("organization_relationship", type="parent", parent=group, child=child) for child in (one, two)
    ]
    assert sorted(record.id for record in account.connector.scan("organization_relationship", (), None)) == sorted(made)


def undo(account: Account, object_name: str, id_: str) -> object:
    made = account.operation(object_name)
    operation = Operation(
        number=made.number,
        verb=Verb.DELETE,
        object=object_name,
        marker=made.marker,
        client_id=made.client_id,
        body={},
        target_id=id_,
    )
    [result] = account.connector.undo([operation])
    return result


@pytest.mark.parametrize("status", ["404", "410"])
def test_removing_twice_is_already_gone(account_with: Make, status: str) -> None:
    account = account_with(second_delete=status)
    for name in ("organization", "person", "deal"):
        account.field(name, "Source id", FieldType.TEXT)
    one, two = account.create("organization", name="One"), account.create("organization", name="Two")
    person = account.create("person", name="Ana")
    made = [
        (
            "organization_relationship",
            account.create("organization_relationship", type="parent", parent=one, child=two),
        ),
        ("note", account.create("note", content="x", person=person)),
        ("activity", account.create("activity", subject="Visit", type="call")),
        ("deal", account.create("deal", title="Plan")),
        ("person", person),
        ("organization", one),
    ]
    for object_name, id_ in made:
        account.requests.taken()
        assert isinstance(undo(account, object_name, id_), Undone), object_name
        assert len(account.requests.taken()) == 1
        assert isinstance(undo(account, object_name, id_), AlreadyGone), object_name
        left = [record for record in account.connector.read(object_name, [id_]) if not record.deleted]
        assert left == []


def test_the_users_are_listed_with_one_request(account: Account) -> None:
    owners = account.connector.list_owners()
    assert account.requests.taken() == ["GET /api/v1/users"]
    assert any(not owner.active for owner in owners)
    assert all(owner.id.isdigit() and "@" in owner.email for owner in owners)


def test_the_account_describes_itself(account_with: Make) -> None:
    account = account_with(plan="lite", seats=2)
    described = account.connector.describe_destination()
    assert described.account
    assert [target.name for target in described.objects] == [
        "organization",
        "person",
        "deal",
        "activity",
        "note",
        "file",
        "organization_relationship",
    ]
    assert (described.limits.tier, described.limits.custom_fields) == ("lite", 30)
    assert described.limits.records == {"deal": 5_000}
    assert described.limits.custom_fields_used == 0
    account.field("deal", "Teeth", FieldType.TEXT)
    assert account.connector.describe_destination().limits.custom_fields_used == 1
    types = next(field for field in described.object("activity").fields if field.key == "type")
    assert {"call", "meeting", "task"} <= {option.key for option in types.options}
    assert not described.object("activity").custom_fields_possible


def test_the_check_names_what_is_missing(account_with: Make) -> None:
    assert all(check.ok for check in account_with().connector.check_destination())
    checks = {check.name: check for check in account_with(admin=False).connector.check_destination()}
    assert checks["token"].ok
    assert not checks["rights"].ok
    assert checks["rights"].next_step
