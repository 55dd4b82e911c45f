"""From wanted fields to schema operations."""

from __future__ import annotations

from bridgework.model import DestinationSchema, FieldType, Option, TargetField, TargetObject, WantedField
from bridgework.schema import clashes, default_schema_plan


def wanted(label: str, type_: FieldType = FieldType.TEXT, *options: str, **more: object) -> WantedField:
    return WantedField(object="person", label=label, type=type_, options=options, **more)  # type: ignore[arg-type]


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
