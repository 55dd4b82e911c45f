"""The connector lives with every answer to what the published texts leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bridgework.errors import InDoubt, StopRun
from bridgework.model import AlreadyGone, FieldType, Operation, StoredRecord, Undone, Verb, Written
from bridgework_pipedrive_sandbox import Options

from .conftest import Account, Make, file_content

FACTS = {
    "plan", "seats", "users", "api_token", "admin", "contact_sync", "patience", "reset_hour", "v1_legacy", "oauth",
}  # fmt: skip
"""What an operator knows about an account, and figures whose size changes nothing but the pace."""

SWITCHES: dict[str, Sequence[Any]] = {
    "unproven": ("lenient", "odd"),
    "post_cap": (False,),
    "unknown_properties": ("ignore",),
    "readonly_properties": ("ignore",),
    "overlooked": (["persons.nickname"],),
    "refusal_status": ("422",),
    "add_time_form": ("both",),
    "name_parts": ("accept",),
    "inactive_owner": ("accept",),
    "empty_custom_fields": ("keep",),
    "custom_fields_update": ("replace",),
    "second_delete": ("410",),
    "deleted_read": ("404",),
    "deleted_links": ("hide",),
    "undelete": (True,),
    "page_over_limit": ("clamp",),
    "due_time": ("short", "long"),
    "activity_type": ("required",),
    "activity_note": ("text",),
    "deal_contact": ("required",),
    "null_style": ("absent",),
    "relationship_pages": ("nested",),
    "list_lag": (30,),
    "cursor_lifetime": (60,),
    "builtin_options": ("accept",),
    "new_pipeline_stages": ("defaults",),
    "pipeline_with_deals": ("refuse",),
    "field_rights": ("everybody",),
    "deal_cap": ("waiting_list",),
    "most_channels": (2,),
    "most_notes": (1,),
    "most_activity_types": (10,),
    "largest_file": (1000,),
    "search_lag": (0, 600),
    "daily_headers": (False,),
    "burst_headers": (False,),
    "reset_unit": ("milliseconds",),
    "searches_count_twice": (True,),
    "headers_warm_up": (0,),
    "failed_cost": (False,),
    "retry_after": (True,),
    "refresh_rotation": (True,),
}
CASES = [{name: value} for name, values in SWITCHES.items() for value in values]


def test_every_option_is_a_fact_or_a_switch_that_is_tried() -> None:
    assert FACTS | SWITCHES.keys() == set(Options.model_fields)
    assert not FACTS & SWITCHES.keys()


LONGEST_LAG = 60  # seconds; the horizon of the connector is ten minutes


@dataclass
class Practice:
    """One record of each object in an account, in the order they were made."""

    account: Account
    plan: str
    carriers: str
    records: list[Operation] = field(default_factory=list)

    def load(self, object_name: str, **body: Any) -> str:
        operation = self.account.operation(object_name, **body)
        [written] = self.account.write(operation)
        return self._keep(operation, written)

    def attach(self, person: str) -> None:
        made = self.account.operation("file", verb=Verb.UPLOAD, person=person)
        operation = replace(made, file=file_content("chart.pdf"))
        [written] = self.account.connector.upload([operation])
        self._keep(operation, written)

    def _keep(self, operation: Operation, written: object) -> str:
        assert isinstance(written, Written), written
        self.records.append(replace(operation, target_id=written.id))
        return written.id

    def read(self, operation: Operation) -> StoredRecord | None:
        return next(iter(self.account.connector.read(operation.object, [operation.target_id])), None)

    def one(self, object_name: str) -> Operation:
        return next(operation for operation in self.records if operation.object == object_name)


def loaded(account: Account) -> Practice:
    for name in ("organization", "person", "deal"):
        account.field(name, "Source id", FieldType.TEXT)
    plan = account.field("person", "Plan", FieldType.CHOICE, "Gold", "Basic")
    carriers = account.field("person", "Address", FieldType.ADDRESS)
    pipeline = account.option("deal", "pipeline", "Treatment").key
    stage = account.option("deal", "stage", "Planned", "Treatment").key
    account.option("activity", "type", "Recall visit")
    practice = Practice(account, plan.key, carriers.key)
    group = practice.load("organization", name="Group")
    clinic = practice.load("organization", name="Clinic")
    practice.load("organization_relationship", type="parent", parent=group, child=clinic)
    person = practice.load(
        "person",
        name="Ana Ruiz",
        organization=clinic,
        emails=[{"value": "ana@example.org"}, {"value": "ruiz@example.org"}],
        add_time="2009-03-04T05:06:07Z",
        **{plan.key: plan.options["Gold"], carriers.key: {"value": "1 Main St, Denver", "city": "Denver"}},
    )
    deal = practice.load(
        "deal",
        title="Crown",
        person=person,
        pipeline=pipeline,
        stage=stage,
        status="won",
        won_time="2019-03-04T10:00:00Z",
    )
    practice.load(
        "activity", subject="Recall", type="recall_visit", due_date="2026-09-01", due_time="15:30:00", done=False,
        note="call first\nthen write", participant=person, deal=deal,
    )  # fmt: skip
    practice.load("note", content="<p>Seen</p>", person=person, deal=deal, add_time="2009-01-01T00:00:00Z")
    practice.attach(person)
    return practice


@pytest.mark.parametrize("options", CASES, ids=str)
def test_what_is_loaded_reads_back_is_found_changes_and_leaves_again(
    account_with: Make, options: dict[str, Any]
) -> None:
    account = account_with(**options)
    practice = loaded(account)
    account.clock.sleep(LONGEST_LAG)
    for operation in practice.records:
        record = practice.read(operation)
        [predicted] = account.connector.normalise(operation.object, [operation.body])
        assert record is not None
        assert {key: record.values.get(key) for key in predicted} == predicted, operation.object
        [found] = account.connector.find([operation])
        assert [each.id for each in found.records] == [operation.target_id], operation.object
    person = practice.one("person")
    assert [record.id for record in account.connector.scan("person", [], None)] == [person.target_id]

    change(practice, person)

    for operation in reversed(practice.records):
        undo = replace(operation, number=next(account.numbers), verb=Verb.DELETE)
        assert list(account.connector.undo([undo])) == [Undone(undo.number)]
        again = replace(operation, number=next(account.numbers), verb=Verb.DELETE)
        assert list(account.connector.undo([again])) == [AlreadyGone(again.number)]
        left = practice.read(operation)
        assert left is None or left.deleted, operation.object


def change(practice: Practice, person: Operation) -> None:
    """Twice: what the first update of a run may look at, the second need not."""
    before = practice.read(person)
    assert before is not None
    for city in ("Boulder", "Aurora"):
        address = {"value": f"1 Main St, {city}", "city": city}
        result = practice.account.update("person", person.target_id, person.marker, **{practice.carriers: address})
        assert isinstance(result, Written), result
        after = practice.read(person)
        assert after is not None
        assert after.marker == person.marker
        assert after.values == {**before.values, practice.carriers: address}


@pytest.mark.parametrize("odd", ["odd", "strict"])
def test_a_create_whose_answer_was_lost_is_found_when_lists_lag(account_with: Make, odd: str) -> None:
    account = account_with(unproven=odd, list_lag=30)
    account.field("person", "Source id", FieldType.TEXT)
    operation = account.operation("person", name="Ana")
    account.sandbox.faults({"kind": "drop_after", "match": {"method": "POST", "path": "/persons$"}})
    with pytest.raises(InDoubt):
        account.write(operation)
    [hidden] = account.connector.find([operation])
    account.clock.sleep(30)
    [shown] = account.connector.find([operation])
    assert (len(hidden.records), len(shown.records)) == (0, 1)
    assert account.connector.capabilities.horizon.total_seconds() > 30


def test_an_account_that_empties_unnamed_fields_is_noticed_at_the_first_update(account_with: Make) -> None:
    account = account_with(settings={"custom_fields_update": "merge"}, custom_fields_update="replace")
    practice = loaded(account)
    with pytest.raises(StopRun, match="emptied custom fields") as stopped:
        change(practice, practice.one("person"))
    assert "custom_fields_update" in stopped.value.next_step


def test_where_fields_are_merged_only_the_first_update_reads_the_record(account_with: Make) -> None:
    account = account_with()
    practice = loaded(account)
    account.requests.taken()
    for city in ("Boulder", "Aurora"):
        value = {"value": city, "city": city}
        account.update("person", practice.one("person").target_id, **{practice.carriers: value})
    assert [line.split()[0] for line in account.requests.taken()] == ["GET", "PATCH", "PATCH"]


@pytest.mark.parametrize("pages", ["plain", "nested"])
def test_every_relationship_of_an_organization_is_seen(account_with: Make, pages: str) -> None:
    account = account_with(relationship_pages=pages, plan="ultimate")
    # no published parameter leads to the second page, though there is one
    account.requests.tolerated.add("v1 GET /organizationRelationships: query parameter start is unknown")
    account.field("organization", "Source id", FieldType.TEXT)
    group = account.create("organization", name="Group")
    for number in range(101):
        clinic = account.create("organization", name=f"Clinic {number}")
        account.create("organization_relationship", type="parent", parent=group, child=clinic)
    wanted = account.operation("organization_relationship", type="parent", parent=group, child=clinic)
    [found] = account.connector.find([wanted])
    assert len(found.records) == 1
