"""The connector as the core takes it in."""

from __future__ import annotations

from bridgework.plugins import Hooks, Registered, load_class
from bridgework.project import CORE_DESTINATION_KEYS
from bridgework_pipedrive import Pipedrive

from .conftest import Account


def test_the_entry_point_names_the_connector() -> None:
    assert load_class("destination", "pipedrive") is Pipedrive


def test_the_core_takes_the_connector_in_and_gets_typed_answers(account: Account) -> None:
    hooks = Hooks([Registered("destination", "pipedrive", "bridgework-pipedrive", account.connector)])
    assert hooks.describe_destination().account
    assert hooks.list_owners()
    assert all(check.ok for check in hooks.check_destination())
    operation = account.operation("person", name="Ana")
    [written] = hooks.write([operation])
    assert [record.marker for record in hooks.read("person", [written.id])] == [operation.marker]
    assert [found.records[0].id for found in hooks.find([operation])] == [written.id]
    assert hooks.normalise("person", [{"name": " Ana "}]) == [{"name": "Ana"}]


def test_what_the_sandbox_announces_is_all_that_the_settings_need(account: Account) -> None:
    items = dict(item.split("=", 1) for item in account.sandbox.set)
    given = {
        key.removeprefix("destination."): value
        for key, value in items.items()
        if key.startswith("destination.") and key.removeprefix("destination.") not in CORE_DESTINATION_KEYS
    }
    unknown = set(given) - set(Pipedrive.Settings.model_fields)
    assert unknown == set()
    needed = {name for name, field in Pipedrive.Settings.model_fields.items() if field.is_required()}
    assert needed - set(given) <= {"visible_to"}  # a decision of the operator; the sandbox may leave it open
    assert given["api_token"].startswith("env:")
    assert given["api_token"].removeprefix("env:") in account.sandbox.env
