"""What is written reads back as it was predicted, for every object and every type of field."""

from __future__ import annotations

from typing import Any

import pytest

from bridgework.model import FieldType, StoredRecord, Verb, Written

from .conftest import Account, Make, file_content

MARKER = "sensei.patients.P-12a/abc123"


def stored(account: Account, object_name: str, id_: str) -> StoredRecord:
    [record] = account.connector.read(object_name, [id_])
    return record


def comes_back(account: Account, object_name: str, body: dict[str, Any], marker: str = MARKER) -> StoredRecord:
    """Write the body, read the record, compare with the prediction."""
    record = stored(account, object_name, account.create(object_name, marker, **body))
    [predicted] = account.connector.normalise(object_name, [body])
    assert {key: record.values.get(key) for key in predicted} == predicted
    return record


def test_a_person_with_all_built_in_fields(account: Account) -> None:
    organization = account.create("organization", name="Main Street Dental")
    body = {
        "name": "  Ana Ruiz Jr ",
        "emails": [{"value": "ana@example.org"}, {"value": " Ana.Home@example.org", "label": "home"}],
        "phones": [
            {"value": "+13035550101", "label": "mobile", "primary": False},
            {"value": "+13035550102", "label": "guardian", "primary": True},
        ],
        "organization": organization,
        "owner": account.connector.list_owners()[0].id,
        "add_time": "2011-05-03T14:22:07.000Z",
    }
    record = comes_back(account, "person", body)
    assert record.marker == MARKER
    assert record.values["add_time"] == "2011-05-03T14:22:07Z"
    assert record.created_at is not None
    assert record.created_at.year == 2011
    assert record.version
    assert [email["primary"] for email in record.values["emails"]] == [True, False]
    assert MARKER not in str(record.values)


CUSTOM: list[tuple[FieldType, Any, Any]] = [
    (FieldType.TEXT, " P-0012 ", "P-0012"),
    (FieldType.LONG_TEXT, "line one\r\nline two  ", "line one\nline two"),
    (FieldType.INTEGER, 6, 6),
    (FieldType.NUMBER, "12.50", "12.5"),
    (FieldType.NUMBER, "12.00", 12),
    (FieldType.MONEY, {"amount": "1234.50", "currency": "USD"}, {"amount": "1234.50", "currency": "USD"}),
    (FieldType.MONEY, {"amount": "-7", "currency": "EUR"}, {"amount": "-7.00", "currency": "EUR"}),
    (FieldType.MONEY, {"amount": "0.00", "currency": "USD"}, {"amount": "0.00", "currency": "USD"}),
    (FieldType.DATE, "2011-02-28", "2011-02-28"),
    (FieldType.TIME, "08:30", "08:30:00"),
    (FieldType.PHONE, "+13035550103", "+13035550103"),
    (
        FieldType.ADDRESS,
        {"street": "1 Main St", "city": "Denver", "state": "CO", "postal_code": "80202", "country": ""},
        {
            "value": "1 Main St, Denver, CO, 80202",
            "street": "1 Main St",
            "city": "Denver",
            "state": "CO",
            "postal_code": "80202",
        },
    ),
]


@pytest.mark.parametrize(("type_", "given", "expected"), CUSTOM, ids=lambda value: str(value)[:24])
def test_a_custom_field_of_each_type(account: Account, type_: FieldType, given: Any, expected: Any) -> None:
    key = account.field("person", "The field", type_).key
    record = comes_back(account, "person", {"name": "Ana", key: given})
    assert record.values[key] == expected


def test_custom_choices_owners_and_references(account: Account) -> None:
    one = account.field("person", "Gender", FieldType.CHOICE, "Female", "Male")
    many = account.field("person", "Interests", FieldType.CHOICES, "Implants", "Whitening", "Aligners")
    owner = account.field("person", "Hygienist", FieldType.OWNER)
    guardian = account.field("person", "Guardian", FieldType.REFERENCE, reference="person")
    carrier = account.field("person", "Carrier", FieldType.REFERENCE, reference="organization")
    parent = account.create("person", name="Parent")
    company = account.create("organization", name="Carrier")
    body = {
        "name": "Child",
        one.key: one.options["Male"],
        many.key: [many.options["Aligners"], many.options["Implants"]],
        owner.key: account.connector.list_owners()[0].id,
        guardian.key: parent,
        carrier.key: company,
    }
    record = comes_back(account, "person", body)
    assert record.values[many.key] == sorted((many.options["Aligners"], many.options["Implants"]))
    assert record.values[guardian.key] == parent


def test_every_kind_of_value_can_be_cleared(account: Account) -> None:
    text = account.field("person", "Text", FieldType.TEXT)
    many = account.field("person", "Set", FieldType.CHOICES, "A", "B")
    money = account.field("person", "Money", FieldType.MONEY)
    id_ = account.create(
        "person",
        **{
            "name": "Ana",
            "emails": [{"value": "ana@example.org"}],
            text.key: "x",
            many.key: [many.options["A"]],
            money.key: {"amount": "1", "currency": "USD"},
        },
    )
    result = account.update("person", id_, **{"emails": None, text.key: None, many.key: None, money.key: None})
    assert isinstance(result, Written), result
    values = stored(account, "person", id_).values
    assert set(values) & {"emails", text.key, many.key, money.key} == set()
    assert values["name"] == "Ana"


def test_an_update_leaves_the_identity_and_other_fields_alone(account: Account) -> None:
    text = account.field("person", "Text", FieldType.TEXT)
    id_ = account.create("person", MARKER, **{"name": "Ana", text.key: "kept"})
    assert isinstance(account.update("person", id_, name="Ana Ruiz"), Written)
    record = stored(account, "person", id_)
    assert (record.marker, record.values["name"], record.values[text.key]) == (MARKER, "Ana Ruiz", "kept")


def test_an_organization_with_its_address(account: Account) -> None:
    address = {"value": "1 Main St, Denver", "street": "1 Main St", "city": "Denver"}
    record = comes_back(account, "organization", {"name": "Main Street Dental", "address": address})
    assert record.values["address"] == address
    assert record.marker == MARKER


def test_a_deal_in_a_stage_with_its_value(account: Account) -> None:
    pipeline = account.option("deal", "pipeline", "Treatment plans").key
    stage = account.option("deal", "stage", "Surgery", "Treatment plans").key
    person = account.create("person", name="Ana")
    body = {
        "title": "Ana - D6010 +2",
        "value": {"amount": "1999.90", "currency": "USD"},
        "person": person,
        "pipeline": pipeline,
        "stage": stage,
        "expected_close_date": "2026-05-01",
        "probability": 40,
    }
    record = comes_back(account, "deal", body)
    assert record.values["status"] == "open"
    assert record.marker == MARKER


def test_a_deal_that_was_won_keeps_its_date(account: Account) -> None:
    body = {"title": "Plan", "status": "won", "won_time": "2019-03-04T10:00:00Z"}
    assert comes_back(account, "deal", body).values["won_time"] == "2019-03-04T10:00:00Z"
    body = {"title": "Plan", "status": "lost", "lost_time": "2019-03-04T10:00:00Z", "lost_reason": "moved away"}
    assert comes_back(account, "deal", body).values["lost_reason"] == "moved away"


def test_a_deal_without_a_value_is_predicted_as_such(account: Account) -> None:
    record = comes_back(account, "deal", {"title": "Plan", "value": {"amount": "0.00", "currency": "USD"}})
    assert "value" not in record.values


ACTIVITY = {
    "subject": "Cleaning - Ana Ruiz",
    "type": "meeting",
    "due_date": "2024-06-03",
    "due_time": "15:30:00",
    "duration": "00:45:00",
    "done": True,
    "note": "Local time: 09:30\nCodes: D1110 <adult> & D0120",
    "location": {"value": "1 Main St, Denver"},
}


@pytest.mark.parametrize("form", ["HH:MM", "HH:MM:SS"])
@pytest.mark.parametrize("kept", ["html", "text"])
def test_an_activity_with_its_note_and_participant(account_with: Make, form: str, kept: str) -> None:
    sandbox_form = {"HH:MM": "short", "HH:MM:SS": "long"}[form]
    account = account_with(settings={"due_time_format": form}, due_time=sandbox_form, activity_note=kept)
    account.field("person", "Source id", FieldType.TEXT)
    account.field("organization", "Source id", FieldType.TEXT)
    person, company = account.create("person", name="Ana"), account.create("organization", name="Main Street")
    record = comes_back(account, "activity", {**ACTIVITY, "participant": person, "organization": company})
    assert record.marker == MARKER
    assert record.values["note"] == ACTIVITY["note"]


def test_an_activity_without_a_note_still_carries_its_identity(account: Account) -> None:
    record = comes_back(account, "activity", {"subject": "Recall", "type": "task", "due_date": "2026-09-01"})
    assert record.marker == MARKER
    assert "note" not in record.values
    assert "done" in record.values


def test_replacing_the_note_of_an_activity_keeps_its_identity(account: Account) -> None:
    id_ = account.create("activity", MARKER, **ACTIVITY)
    assert isinstance(account.update("activity", id_, MARKER, note="Changed"), Written)
    record = stored(account, "activity", id_)
    assert (record.marker, record.values["note"]) == (MARKER, "Changed")
    assert isinstance(account.update("activity", id_, MARKER, subject="Other"), Written)
    assert stored(account, "activity", id_).marker == MARKER


def test_a_note_with_formatting_author_and_date(account: Account) -> None:
    person = account.create("person", name="Ana")
    author = account.connector.list_owners()[1].id
    content = (
        "<p>Tooth <b>14</b> &amp; 15</p>\n<script>alert(1)</script><ul><li onclick='x()'>crown</li></ul><!-- x -->"
    )
    body = {"content": content, "person": person, "author": author, "add_time": "2015-01-02T03:04:05Z"}
    record = comes_back(account, "note", body)
    assert record.marker == MARKER
    assert record.values["content"] == "<p>Tooth <b>14</b> &amp; 15</p><ul><li>crown</li></ul>"
    assert isinstance(account.update("note", record.id, MARKER, add_time="2016-01-02T03:04:05Z"), Written)
    again = stored(account, "note", record.id)
    assert (again.values["add_time"], again.marker) == ("2016-01-02T03:04:05Z", MARKER)


def test_a_file_is_readable_by_name_and_carries_its_identity(account: Account) -> None:
    person = account.create("person", name="Ana")
    made = account.operation("file", MARKER, verb=Verb.UPLOAD, person=person)
    from dataclasses import replace

    [written] = account.connector.upload([replace(made, file=file_content("X-ray 2024.pdf"))])
    assert isinstance(written, Written)
    record = stored(account, "file", written.id)
    assert (record.marker, record.values["name"], record.values["person"]) == (MARKER, "X-ray 2024.pdf", person)


def test_an_organization_relationship(account: Account) -> None:
    parent, child = account.create("organization", name="Group"), account.create("organization", name="Location")
    record = comes_back(account, "organization_relationship", {"type": "parent", "parent": parent, "child": child})
    assert record.values == {"type": "parent", "parent": parent, "child": child}


@pytest.mark.parametrize("style", ["null", "absent"])
def test_absent_and_null_are_the_same(account_with: Make, style: str) -> None:
    account = account_with(null_style=style)
    account.field("person", "Source id", FieldType.TEXT)
    account.field("person", "Other", FieldType.DATE)
    record = comes_back(account, "person", {"name": "Ana"})
    assert set(record.values) == {"name", "owner", "add_time"}
