"""Whatever arrives is answered; nothing breaks the simulator."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridgework_pipedrive_sandbox.activities import ACTIVITY
from bridgework_pipedrive_sandbox.contacts import ORGANIZATION, PERSON
from bridgework_pipedrive_sandbox.deals import DEAL
from bridgework_pipedrive_sandbox.pipelines import PIPELINE, STAGE

from .account import Account
from .conftest import OpenAccount

PARTS = ["value", "until", "label", "primary", "person_id", "id", "amount"]
"""Names inside values."""

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-5, 1100)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["2026-01-01", "2026-01-01T00:00:00Z", "10:00:00", "USD", "open", "call", "parent"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PARTS), inner, max_size=3),
    max_leaves=6,
)
KINDS = (PERSON, ORGANIZATION, DEAL, ACTIVITY, PIPELINE, STAGE)
NAMES: dict[str, list[str]] = {kind.table: [*kind.body.attributes, "custom_fields"] for kind in KINDS}
V1_NAMES = {
    "notes": [
        "content",
        "person_id",
        "deal_id",
        "lead_id",
        "user_id",
        "add_time",
        "pinned_to_person_flag",
        "project_id",
    ],
    "leads": ["title", "person_id", "organization_id", "owner_id", "value", "visible_to", "expected_close_date"],
    "activityTypes": ["name", "icon_key", "color", "order_nr"],
    "organizationRelationships": ["type", "rel_owner_org_id", "rel_linked_org_id"],
}
RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def lively(open_account: OpenAccount) -> Account:
    """An account with one of everything, whose windows never fill."""
    account = open_account(speed=1_000_000, plan="ultimate", seats=1000, post_cap=False, reset_hour=0)
    account.make("organizations", name="A")
    account.make("persons", name="B")
    account.make("deals", title="C")
    account.make("activities", subject="D")
    account.make_v1("notes", content="E", person_id=1)
    return account


def bodies(names: list[str]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from([*names, "surprise"]), values, max_size=6) | values


@pytest.mark.parametrize("path", NAMES)
def test_any_v2_body_is_answered(lively: Account, path: str) -> None:
    @RELAXED
    @given(bodies(NAMES[path]))
    def answered(body: Any) -> None:
        for method, address in (("POST", path), ("PATCH", f"{path}/1")):
            assert lively.v2(method, address, body).status_code < 500

    answered()


@pytest.mark.parametrize("path", V1_NAMES)
def test_any_v1_body_is_answered(lively: Account, path: str) -> None:
    @RELAXED
    @given(bodies(V1_NAMES[path]))
    def answered(body: Any) -> None:
        for method, address in (("POST", path), ("PUT", f"{path}/1")):
            assert lively.v1(method, address, body).status_code < 500

    answered()


def test_any_field_and_any_value_is_answered(lively: Account) -> None:
    kinds = ("varchar", "double", "monetary", "date", "daterange", "time", "address", "enum", "set", "user", "people")
    fields = [lively.field("person", kind, *(("A",) if kind in ("enum", "set") else ())) for kind in kinds]
    keys = [field["field_code"] for field in fields]

    @RELAXED
    @given(st.dictionaries(st.sampled_from(keys), values, max_size=4))
    def answered(custom: Any) -> None:
        assert lively.v2("POST", "persons", {"name": "Ana", "custom_fields": custom}).status_code in (200, 400)

    answered()

    @RELAXED
    @given(bodies(["field_name", "field_type", "options", "ui_visibility", "important_fields"]))
    def field_answered(body: Any) -> None:
        for method, address in (("POST", "personFields"), ("PATCH", f"personFields/{keys[0]}")):
            assert lively.v2(method, address, body).status_code < 500
        for method in ("POST", "PATCH"):
            assert lively.v2(method, f"personFields/{keys[7]}/options", body).status_code < 500

    field_answered()


def test_any_query_is_answered(lively: Account) -> None:
    names = [
        "ids",
        "limit",
        "cursor",
        "sort_by",
        "sort",
        "updated_since",
        "status",
        "term",
        "start",
        "person_id",
        "fields",
    ]
    paths = [
        "/api/v2/persons",
        "/api/v2/deals",
        "/api/v2/persons/search",
        "/api/v1/notes",
        "/api/v1/files",
        "/v1/leads",
    ]

    @RELAXED
    @given(st.sampled_from(paths), st.dictionaries(st.sampled_from(names), st.text(max_size=12), max_size=3))
    def answered(path: str, query: dict[str, str]) -> None:
        assert lively.http.get(path, params=query).status_code < 500

    answered()
