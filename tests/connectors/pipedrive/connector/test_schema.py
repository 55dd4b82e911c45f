"""Schema: get or create, and take away again."""

from __future__ import annotations

import pytest

from bridgework.errors import AccessDenied, UsageError
from bridgework.model import Created, Dropped, FieldType, Kept, Present, Receipt, SchemaOperation, WantedField

from .conftest import Account, Make

TYPES = [
    (FieldType.TEXT, ""),
    (FieldType.LONG_TEXT, ""),
    (FieldType.INTEGER, ""),
    (FieldType.NUMBER, ""),
    (FieldType.MONEY, ""),
    (FieldType.DATE, ""),
    (FieldType.TIME, ""),
    (FieldType.PHONE, ""),
    (FieldType.ADDRESS, ""),
    (FieldType.OWNER, ""),
    (FieldType.REFERENCE, "person"),
    (FieldType.REFERENCE, "organization"),
]


def test_a_field_of_every_type_is_made_once_and_found_by_the_next_run(account: Account) -> None:
    for index, (type_, reference) in enumerate(TYPES):
        operation = SchemaOperation(
            kind="field", object="person", name=f"Field {index}", type=type_, reference=reference
        )
        made = account.schema(operation)
        assert isinstance(made, Created)
        assert made.receipt.created
        account.connector = account.again()
        found = account.schema(operation)
        assert isinstance(found, Present)
        assert found.receipt.key == made.receipt.key
        assert not found.receipt.created


def test_choice_fields_are_made_with_all_their_options_in_one_request(account: Account) -> None:
    account.requests.taken()
    receipt = account.field("person", "Gender", FieldType.CHOICE, "Female", "Male", "Other")
    assert set(receipt.options) == {"Female", "Male", "Other"}
    assert account.requests.taken() == ["POST /api/v2/personFields"]


def test_a_field_of_the_same_name_and_another_type_is_not_taken(account: Account) -> None:
    text = account.field("person", "Birth", FieldType.TEXT)
    date = account.field("person", "Birth", FieldType.DATE)
    assert text.key != date.key


def test_fields_cost_one_listing_for_all_of_them(account: Account) -> None:
    account.connector = account.again()
    account.requests.taken()
    for index in range(5):
        account.field("deal", f"Field {index}", FieldType.TEXT)
    assert account.requests.taken() == ["GET /api/v2/dealFields", *["POST /api/v2/dealFields"] * 5]


def test_options_are_added_to_a_field_that_is_there(account: Account) -> None:
    account.field("person", "Status", FieldType.CHOICE, "Active")
    added = account.option("person", "Status", "Inactive")
    assert added.created
    assert account.option("person", "Status", "Inactive").key == added.key
    described = account.again().describe_destination().object("person")
    [field] = [field for field in described.fields if field.label == "Status"]
    assert [(option.key, option.label) for option in field.options][1] == (added.key, "Inactive")


def test_stages_are_made_in_order_under_their_pipeline(account: Account) -> None:
    account.option("deal", "pipeline", "Treatment plans")
    for name in ("Consultation", "Pre-Op", "Surgery"):
        assert account.option("deal", "stage", name, "Treatment plans").created
    described = account.again().describe_destination().object("deal")
    stages = next(field for field in described.fields if field.key == "stage")
    ours = [option.label for option in stages.options if option.under == "Treatment plans"]
    assert ours == ["Consultation", "Pre-Op", "Surgery"]
    assert not account.option("deal", "stage", "Surgery", "Treatment plans").created


def test_default_stages_of_a_new_pipeline_are_used_when_their_name_is_wanted(account_with: Make) -> None:
    account = account_with(new_pipeline_stages="defaults")
    account.option("deal", "pipeline", "Lab cases")
    described = account.connector.describe_destination().object("deal")
    stages = next(field for field in described.fields if field.key == "stage")
    default = next(option for option in stages.options if option.under == "Lab cases")
    receipt = account.option("deal", "stage", default.label, "Lab cases")
    assert (receipt.key, receipt.created) == (default.key, False)


def test_an_activity_type_is_known_by_the_key_the_server_made(account: Account) -> None:
    receipt = account.option("activity", "type", "Ledger summary")
    assert receipt.key == "ledger_summary"
    assert account.option("activity", "type", "ledger_summary").key == receipt.key
    assert account.option("activity", "type", "call").created is False


def test_the_plan_puts_the_field_for_identities_first_on_each_object_concerned(account_with: Make) -> None:
    account = account_with()
    wanted = [
        WantedField(object="person", label="Patient number", type=FieldType.TEXT),
        WantedField(object="deal", label="stage", type=FieldType.CHOICE, options=("Surgery",), under="Plans"),
        WantedField(object="activity", label="subject", type=FieldType.TEXT),
    ]
    planned = account.connector.plan_schema(wanted, account.connector.describe_destination())
    assert [(each.kind, each.object, each.name) for each in planned] == [
        ("field", "person", "Source id"),
        ("field", "deal", "Source id"),
        ("field", "person", "Patient number"),
        ("option", "deal", "Surgery"),
    ]


def test_fields_on_activities_are_refused_before_anything_is_sent(account: Account) -> None:
    with pytest.raises(UsageError):
        account.field("activity", "Operatory", FieldType.TEXT)
    assert account.requests.taken() == []


def test_an_option_for_a_field_whose_options_are_fixed_is_refused_with_those_it_has(account: Account) -> None:
    with pytest.raises(UsageError, match="takes no new option; it has open, won, lost"):
        account.option("deal", "status", "opne")


def test_the_plans_cap_on_custom_fields_is_named(account_with: Make) -> None:
    account = account_with(plan="lite")
    with pytest.raises(AccessDenied) as refused:
        for index in range(31):
            account.field("person", f"Field {index}", FieldType.TEXT)
    assert refused.value.cause == "plan_limit"


def test_labels_are_added_only_where_the_settings_and_the_account_allow_it(account_with: Make) -> None:
    with pytest.raises(UsageError):
        account_with().option("organization", "labels", "Referring practice")
    willing = account_with(settings={"labels": True}, builtin_options="accept")
    assert willing.option("organization", "labels", "Referring practice").created
    unwilling = account_with(settings={"labels": True}, builtin_options="refuse")
    with pytest.raises(AccessDenied):
        unwilling.option("organization", "labels", "Referring practice")


def drop(account: Account, receipt: Receipt) -> Dropped | Kept:
    account.api.permit(receipt, next(account.numbers))
    return account.connector.drop_schema(receipt)


def test_everything_that_was_made_can_be_dropped_twice(account: Account) -> None:
    field = account.field("person", "Status", FieldType.CHOICE, "Active")
    made = [
        field,
        account.option("person", "Status", "Inactive"),
        account.option("deal", "pipeline", "Treatment plans"),
        account.option("deal", "stage", "Surgery", "Treatment plans"),
        account.option("activity", "type", "Recall"),
    ]
    before = account.again().describe_destination()
    for receipt in reversed(made):
        assert drop(account, receipt) == Dropped()
    for receipt in reversed(made):
        assert drop(account, receipt) == Dropped()
    after = account.again().describe_destination()
    labels = {field.label for field in after.object("person").fields}
    assert "Status" not in labels
    assert before.limits.custom_fields_used == after.limits.custom_fields_used + 1
    deal = after.object("deal")
    options = {option.label for field in deal.fields for option in field.options}
    assert options.isdisjoint({"Treatment plans", "Surgery"})
    types = next(field for field in after.object("activity").fields if field.key == "type")
    assert "Recall" not in {option.label for option in types.options}


def test_a_stage_that_holds_deals_stays(account: Account) -> None:
    pipeline = account.option("deal", "pipeline", "Treatment plans")
    stage = account.option("deal", "stage", "Surgery", "Treatment plans")
    account.create("deal", title="Implant", pipeline=pipeline.key, stage=stage.key)
    assert isinstance(drop(account, stage), Kept)
    assert isinstance(drop(account, pipeline), Kept)
