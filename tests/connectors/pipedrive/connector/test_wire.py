"""What goes over the wire, to the letter."""

from __future__ import annotations

from typing import Any

import pytest

from bridgework.model import FieldType, TargetField
from bridgework_pipedrive import wire
from bridgework_pipedrive.objects import OBJECTS

KEYS = {type_: f"{index:040x}" for index, type_ in enumerate(FieldType)}
CUSTOM = {key: TargetField(key=key, label=str(type_), type=type_, custom=True) for type_, key in KEYS.items()}


def body(object_name: str, given: dict[str, Any], **options: Any) -> dict[str, Any]:
    return wire.request_body(OBJECTS[object_name], given, CUSTOM, **options)


def test_relations_are_plain_integers_and_contacts_are_lists() -> None:
    given = {"name": "Ana", "organization": "7", "owner": "3", "labels": ["5", "2"], "phones": [{"value": "+1303"}]}
    assert body("person", given) == {
        "name": "Ana",
        "org_id": 7,
        "owner_id": 3,
        "label_ids": [2, 5],
        "phones": [{"value": "+1303", "label": "work", "primary": True}],
    }


@pytest.mark.parametrize(
    ("type_", "given", "expected"),
    [
        (FieldType.CHOICE, "12", 12),
        (FieldType.CHOICES, ["12", "3"], [3, 12]),
        (FieldType.CHOICES, [], None),
        (FieldType.CHOICES, None, None),
        (FieldType.MONEY, {"amount": "500.00", "currency": "USD"}, {"value": 500, "currency": "USD"}),
        (FieldType.MONEY, {"amount": "0.10", "currency": "usd"}, {"value": 0.1, "currency": "USD"}),
        (FieldType.NUMBER, "12.50", 12.5),
        (FieldType.INTEGER, "6", 6),
        (FieldType.TIME, "08:30", {"value": "08:30:00"}),
        (FieldType.DATE, "2011-02-28T00:00:00", "2011-02-28"),
        (FieldType.REFERENCE, "9", 9),
        (FieldType.TEXT, "", None),
        (
            FieldType.ADDRESS,
            {"street": "1 Main St", "city": "Denver", "state": "CO", "postal_code": "80202", "country": "US"},
            {
                "value": "1 Main St, Denver, CO, 80202, US",
                "route": "1 Main St",
                "locality": "Denver",
                "admin_area_level_1": "CO",
                "postal_code": "80202",
                "country": "US",
            },
        ),
    ],
)
def test_custom_values_stand_under_custom_fields(type_: FieldType, given: Any, expected: Any) -> None:
    assert body("person", {KEYS[type_]: given}) == {"custom_fields": {KEYS[type_]: expected}}


def test_an_empty_custom_fields_object_is_never_sent() -> None:
    assert body("organization", {"name": "Main Street"}) == {"name": "Main Street"}


def test_a_deals_value_is_split_into_value_and_currency() -> None:
    assert body("deal", {"value": {"amount": "12.30", "currency": "EUR"}}) == {"value": 12.3, "currency": "EUR"}
    assert body("deal", {"value": {"amount": "12.30", "currency": ""}}, currency="USD")["currency"] == "USD"


@pytest.mark.parametrize(
    ("form", "time", "duration"), [("HH:MM", "08:05", "00:45"), ("HH:MM:SS", "08:05:00", "00:45:00")]
)
def test_an_activity_names_participants_and_never_a_person(form: str, time: str, duration: str) -> None:
    given = {
        "subject": "Visit",
        "type": "call",
        "participant": "7",
        "due_date": "2024-06-03",
        "due_time": "08:05:00",
        "duration": "00:45",
        "done": True,
        "note": "a < b\nc",
    }
    assert body("activity", given, marker="s.r.1/abc123", time_format=form) == {
        "subject": "Visit",
        "type": "call",
        "participants": [{"person_id": 7, "primary": True}],
        "due_date": "2024-06-03",
        "due_time": time,
        "duration": duration,
        "done": True,
        "note": "a &lt; b<br>c<br>[source: s.r.1/abc123]",
    }


def test_notes_have_their_times_with_a_blank_and_the_marker_as_last_paragraph() -> None:
    given = {"content": "<p onclick='x'>Seen</p>", "person": "7", "add_time": "2015-01-02T03:04:05Z", "author": "3"}
    assert body("note", given, marker="s.r.1/abc123") == {
        "content": "<p>Seen</p><p>[source: s.r.1/abc123]</p>",
        "person_id": 7,
        "add_time": "2015-01-02 03:04:05",
        "user_id": 3,
    }


def test_an_update_carries_the_marker_only_where_it_replaces_the_text() -> None:
    assert body("activity", {"subject": "x"}, marker="s.r.1/abc123", creating=False) == {"subject": "x"}
    assert "s.r.1" in body("activity", {"note": "x"}, marker="s.r.1/abc123", creating=False)["note"]


def test_clearing_sends_what_the_server_takes_for_empty() -> None:
    given = {"emails": None, "phones": None, "labels": None, "organization": None}
    assert body("person", given) == {"emails": [], "phones": [], "label_ids": [], "org_id": None}
    assert body("activity", {"participant": None, "due_time": None}) == {"participants": [], "due_time": None}
    assert body("deal", {"value": None, "expected_close_date": None}) == {"value": 0, "expected_close_date": None}


def test_a_relationship_names_owner_and_linked_organization() -> None:
    given = {"type": "parent", "parent": "1", "child": "2"}
    assert body("organization_relationship", given) == {"type": "parent", "rel_owner_org_id": 1, "rel_linked_org_id": 2}
