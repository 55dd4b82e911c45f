"""The schema: both shapes of the answers, names that are taken, options, objects, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from bridgework.errors import UsageError
from bridgework.model import Created, FieldType, Kept, Present, SchemaOperation, WantedField, WantedObject

from .conftest import Desk, MakeDesk

T = FieldType


def carry_out(desk: Desk, operation: SchemaOperation) -> Any:
    desk.api.permit(operation, 50_000 + len(desk.sent))
    return desk.connector.create_schema(operation)


def on_person(name: str, type_: FieldType = T.TEXT, **more: Any) -> SchemaOperation:
    return SchemaOperation(kind="field", object="person", name=name, type=type_, **more)


@pytest.mark.parametrize("shape", ["new", "legacy"])
def test_both_shapes_of_the_metadata_are_read(make_desk: MakeDesk, shape: str) -> None:
    desk = make_desk(metadata_shape=shape)
    assert isinstance(carry_out(desk, on_person("Date of birth", T.DATE)), Created)
    assert isinstance(carry_out(desk, on_person("Date of birth", T.DATE)), Present)
    visit = SchemaOperation(kind="object", object="visit", name="Visit", details={"plural": "Visits"})
    assert isinstance(carry_out(desk, visit), Created)
    assert isinstance(carry_out(desk, visit), Present)
    described = desk.connector.describe_destination()
    assert {"person", "company", "note", "noteTarget", "visit"} <= {each.name for each in described.objects}
    assert any(field.label == "Date of birth" and field.custom for field in described.object("person").fields)
    assert described.limits.custom_fields_used == 1


def test_a_field_of_the_same_label_and_another_type_is_left_alone(desk: Desk) -> None:
    carry_out(desk, on_person("Balance"))
    made = carry_out(desk, on_person("Balance", T.MONEY))
    assert isinstance(made, Created)
    assert made.receipt.key == "balance2"
    present = desk.connector.describe_destination()
    wanted = [WantedField(object="person", label="Balance", type=T.MONEY)]
    assert [each.name for each in desk.connector.plan_schema(wanted, present, ())] == ["Source id"]


APART, LONG = "Smith\N{SINGLE LOW-9 QUOTATION MARK} John", "x" * 70


def test_options_keep_their_ids_and_a_comma_costs_nobody_a_record(desk: Desk) -> None:
    made = carry_out(desk, on_person("Source", T.CHOICE, options=("Radio", "Smith, John")))
    assert made.receipt.options == {"Radio": "RADIO", APART: "SMITH_JOHN", "Smith, John": "SMITH_JOHN"}
    added = carry_out(desk, SchemaOperation(kind="option", object="person", name="Web", field="Source"))
    assert isinstance(added, Created)
    [field] = [each for each in desk.connector.describe_destination().object("person").fields if each.label == "Source"]
    assert [(option.key, option.label) for option in field.options] == [
        ("RADIO", "Radio"), ("SMITH_JOHN", APART), ("WEB", "Web"),
    ]  # fmt: skip
    again = desk.connector.plan_schema(
        [WantedField(object="person", label="Source", type=T.CHOICE, options=("Smith, John", LONG))],
        desk.connector.describe_destination(),
        (),
    )
    assert [each.name for each in again] == ["Source id", LONG]
    longer = carry_out(desk, again[1]).receipt
    assert carry_out(desk, again[1]).receipt.options == longer.options == {LONG: longer.key}


def test_two_relations_to_one_object_get_reverse_fields_of_their_own(desk: Desk) -> None:
    for label in ("Referred by", "Primary carrier"):
        assert isinstance(carry_out(desk, on_person(label, T.REFERENCE, reference="company")), Created)
    assert isinstance(carry_out(desk, on_person("Patient owner", T.OWNER)), Created)
    described = {each.label: each for each in desk.connector.describe_destination().object("person").fields}
    assert described["Primary carrier"].type is T.REFERENCE


def test_an_object_name_that_is_reserved_is_refused_with_one_that_is_free(desk: Desk) -> None:
    with pytest.raises(UsageError) as refused:
        carry_out(desk, SchemaOperation(kind="object", object="plan", name="Plan", details={"plural": "Plans"}))
    assert "planRecord" in refused.value.next_step


def test_an_object_that_is_there_but_switched_off_is_said(desk: Desk) -> None:
    visit = SchemaOperation(kind="object", object="visit", name="Visit", details={"plural": "Visits"})
    receipt = carry_out(desk, visit).receipt
    desk.api.send("PATCH", f"/rest/metadata/objects/{receipt.key}", json={"isActive": False}, prepares=True)
    with pytest.raises(UsageError, match="deactivated"):
        carry_out(desk, visit)


def test_fields_that_come_with_a_new_object_are_not_asked_for(desk: Desk) -> None:
    wanted = [
        WantedField(object="visit", label=label, type=T.TEXT) for label in ("name", "createdAt", "createdBy", "Codes")
    ] + [WantedField(object="noteTarget", label="targetVisit", type=T.REFERENCE, reference="visit")]
    planned = desk.connector.plan_schema(
        wanted,
        desk.connector.describe_destination(),
        [WantedObject(name="visit", label="Visit", plural="Visits")],
    )
    assert [(each.kind, each.object, each.name) for each in planned] == [
        ("object", "visit", "Visit"),
        ("field", "visit", "Source id"),
        ("field", "visit", "Codes"),
    ]


def test_an_option_and_an_object_with_records_stay(desk: Desk) -> None:
    visit = SchemaOperation(kind="object", object="visit", name="Visit", details={"plural": "Visits"})
    receipt = carry_out(desk, visit).receipt
    desk.written(desk.operation("visit", body={"name": "somebody's"}))
    assert isinstance(desk.connector.drop_schema(receipt), Kept)
    made = carry_out(desk, on_person("Tags", T.CHOICE, options=("One",)))
    option = carry_out(desk, SchemaOperation(kind="option", object="person", name="Two", field="Tags"))
    assert isinstance(desk.connector.drop_schema(option.receipt), Kept)
    assert made.receipt.key == "tags"


def test_the_version_of_the_data_model_marks_every_change_and_costs_no_call(desk: Desk) -> None:
    mark = desk.connector.schema_mark()
    assert mark == desk.connector.schema_mark() == desk.connector.describe_destination().mark != ""
    desk.sent.clear()
    desk.connector.schema_mark()
    assert [each.path for each in desk.sent] == ["/metadata"]
    desk.written(desk.operation("note", body={"title": "x"}))
    assert desk.connector.schema_mark() == mark
    [person] = [row for row in desk.running.state()["metadata"]["objects"] if row["nameSingular"] == "person"]
    made = {"objectMetadataId": person["id"], "type": "TEXT", "name": "colour", "label": "Colour"}
    desk.api.send("POST", "/rest/metadata/fields", json=made, prepares=True)
    assert desk.connector.schema_mark() != mark
