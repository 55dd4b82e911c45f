"""From wanted fields to schema operations."""

from __future__ import annotations

import pytest

from bridgework.errors import UsageError
from bridgework.model import (
    Capabilities,
    DestinationSchema,
    FieldType,
    Identity,
    ObjectCapability,
    Option,
    Receipt,
    TargetField,
    TargetObject,
    WantedField,
    WantedObject,
)
from bridgework.schema import check_objects, clashes, default_schema_plan
from bridgework.stages.load.resolving import FieldBook


def wanted(label: str, type_: FieldType = FieldType.TEXT, *options: str, **more: object) -> WantedField:
    return WantedField(object="person", label=label, type=type_, options=options, **more)


def present(*fields: TargetField) -> DestinationSchema:
    objects = (TargetObject(name="person", label="Person", fields=fields),)
    return DestinationSchema(account="1", account_label="Practice", objects=objects)


def test_one_operation_per_missing_field_with_all_its_options() -> None:
    [made] = default_schema_plan([wanted("Status", FieldType.CHOICE, "Active", "Inactive")], present())
    assert (made.kind, made.object, made.name, made.options) == ("field", "person", "Status", ("Active", "Inactive"))


def test_one_operation_per_missing_option_of_a_field_that_is_there() -> None:
    there = TargetField(
        key="f1", label="Status", type=FieldType.CHOICE, custom=True, options=(Option(key="1", label="Active"),)
    )
    [made] = default_schema_plan([wanted("Status", FieldType.CHOICE, "Active", "Inactive")], present(there))
    assert (made.kind, made.field, made.name) == ("option", "Status", "Inactive")


def test_two_rules_that_want_the_same_field_make_it_once_with_the_options_of_both() -> None:
    fields = [wanted("Status", FieldType.CHOICE, "Active"), wanted("Status", FieldType.CHOICE, "Closed", "Active")]
    [made] = default_schema_plan(fields, present())
    assert made.options == ("Active", "Closed")


def test_a_choice_for_which_no_record_has_a_value_is_not_made() -> None:
    assert (
        default_schema_plan([wanted("Gender", FieldType.CHOICE), wanted("Labels", FieldType.CHOICES)], present()) == []
    )


def test_a_field_of_the_same_name_and_another_type_is_listed_and_does_not_stop_ours() -> None:
    there = TargetField(key="f1", label="Balance", type=FieldType.TEXT, custom=True)
    field = wanted("Balance", FieldType.MONEY)
    assert [made.name for made in default_schema_plan([field], present(there))] == ["Balance"]
    assert list(clashes([field], present(there))) == [(field, there)]


def test_a_text_may_be_kept_in_a_longer_text_that_is_there() -> None:
    there = TargetField(key="f1", label="Notes", type=FieldType.LONG_TEXT, custom=True)
    assert default_schema_plan([wanted("Notes")], present(there)) == []


PLANS = WantedObject(name="treatmentPlan", label="Treatment plan", plural="Treatment plans", reason="no object fits")
CLIENT_ID = Identity(kind="client-id")


def capabilities(*, new: bool) -> Capabilities:
    return Capabilities(
        objects=(ObjectCapability(name="person", identity=CLIENT_ID),),
        new_objects=ObjectCapability(name="*", identity=CLIENT_ID, batch_size=60) if new else None,
        field_types=frozenset(FieldType),
        costs={("person", "create"): {"calls": 2}, ("*", "create"): {"calls": 1}},
    )


def test_an_object_that_is_missing_is_made_before_the_fields_of_all_objects() -> None:
    fields = [wanted("Plan", FieldType.REFERENCE, reference="treatmentPlan"), on_plans("Fee")]
    made = default_schema_plan(fields, present(), [PLANS])
    assert [(each.kind, each.object, each.name) for each in made] == [
        ("object", "treatmentPlan", "Treatment plan"),
        ("field", "person", "Plan"),
        ("field", "treatmentPlan", "Fee"),
    ]
    assert made[0].details == {"plural": "Treatment plans"}


def test_an_object_that_is_there_already_is_used_with_its_fields() -> None:
    there = TargetObject(name="treatmentPlan", label="Plans", fields=(TargetField(key="f", label="Fee", type=MONEY),))
    schema = DestinationSchema(account="1", account_label="Practice", objects=(there,))
    assert default_schema_plan([on_plans("Fee")], schema, [PLANS]) == []


def test_an_object_can_be_made_only_where_the_destination_can_make_objects() -> None:
    check_objects(present(), capabilities(new=True), [on_plans("Fee")], [PLANS])
    with pytest.raises(UsageError, match="no object can be made"):
        check_objects(present(), capabilities(new=False), [on_plans("Fee")], [PLANS])


def test_a_mapping_that_writes_to_an_object_nobody_described_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="writes to treatmentPlan") as refused:
        check_objects(present(), capabilities(new=True), [on_plans("Fee")], [])
    assert "person" in refused.value.next_step


def test_what_can_be_done_with_new_objects_and_what_that_costs_is_said_once_for_all() -> None:
    said = capabilities(new=True)
    assert (said.object("treatmentPlan").name, said.object("treatmentPlan").batch_size) == ("treatmentPlan", 60)
    assert said.cost("treatmentPlan", "create") == {"calls": 1}
    assert said.cost("person", "create") == {"calls": 2}
    assert said.cost("person", "read") is None
    with pytest.raises(KeyError):
        capabilities(new=False).object("treatmentPlan")


def test_an_option_is_found_by_the_label_we_asked_for_though_the_destination_spells_it_otherwise() -> None:
    there = TargetField(key="s", label="Source", type=FieldType.CHOICE, options=(Option("LEE", "Lee DDS"),))
    receipt = Receipt(
        kind="option", object="person", name="Lee, DDS", key="LEE", field="Source", options={"Lee, DDS": "LEE"}
    )
    book = FieldBook(present(there), [receipt])
    field = book.field("person", "Source")
    assert book.option(field, "Lee, DDS", {}) == book.option(field, "Lee DDS", {}) == "LEE"


MONEY = FieldType.MONEY


def on_plans(label: str) -> WantedField:
    return WantedField(object="treatmentPlan", label=label, type=MONEY)


def test_a_reference_to_records_of_several_objects_is_no_field_that_can_be_made() -> None:
    about = wanted("About", FieldType.REFERENCE, reference="person", also=("company",))
    can = Capabilities(objects=(), field_types=frozenset())
    with pytest.raises(UsageError, match="person: About leads to records of person, company; a field that is made"):
        check_objects(present(), can, [about], [])
    there = TargetField(key="about", label="About", type=FieldType.REFERENCE)
    check_objects(present(there), can, [about], [])
