"""What v2 refuses."""

from typing import Any

import pytest

from .account import RULE, SCHEMA, Account, refusal
from .conftest import OpenAccount

KEY = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize("name", ["nickname", KEY])
def test_an_unknown_property_at_the_root_is_refused_by_name(account: Account, name: str) -> None:
    """Behaviour 11."""
    error = refusal(account.v2("POST", "persons", {"name": "Ana", name: "x"}), code=SCHEMA)
    assert f"Parameter '{name}' is not allowed for this request" in error
    assert account.stored("persons") == []


def test_a_real_key_at_the_root_is_refused_too(account: Account) -> None:
    """Behaviour 11."""
    key = account.field("person", "varchar")["field_code"]
    refusal(account.v2("POST", "persons", {"name": "Ana", key: "x"}), code=SCHEMA)


def test_a_lenient_account_overlooks_unknown_properties(open_account: OpenAccount) -> None:
    account = open_account(unknown_properties="ignore")
    assert "nickname" not in account.make("persons", name="Ana", nickname="A")


def test_an_unknown_or_deleted_key_in_custom_fields_fails_the_whole_request(account: Account) -> None:
    """Behaviour 12."""
    kept, deleted = (account.field("person", "varchar")["field_code"] for _ in range(2))
    account.v2("DELETE", f"personFields/{deleted}")
    for wrong in (KEY, deleted):
        refusal(account.v2("POST", "persons", {"name": "Ana", "custom_fields": {kept: "x", wrong: "y"}}), code=SCHEMA)
    assert account.stored("persons") == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("persons", {"name": "Ana", "org_id": "1"}),
        ("persons", {"name": 1}),
        ("persons", {"name": "Ana", "emails": [{"value": "a@b.example", "primary": 1}]}),
        ("persons", {"name": "Ana", "emails": "a@b.example"}),
        ("persons", {"name": "Ana", "emails": [{"label": "work"}]}),
        ("persons", {"name": "Ana", "add_time": "2020-01-01 10:00:00"}),
        ("deals", {"title": "A", "expected_close_date": "2026-01-01T00:00:00Z"}),
        ("deals", {"title": "A", "expected_close_date": "2026-02-30"}),
        ("deals", {"title": "A", "value": "12"}),
        ("deals", {"title": "A" * 256}),
        ("deals", {"title": "A", "currency": "usd"}),
        ("deals", {"title": "A", "probability": 101}),
        ("activities", {"done": 1}),
        ("activities", {"done": 0}),
        ("activities", {"due_date": "2026-01-01T10:00:00Z"}),
        ("activities", {"due_time": "9:00"}),
        ("stages", {"name": "", "pipeline_id": 1}),
        ("stages", {"name": "New", "pipeline_id": 1, "deal_probability": 101}),
    ],
)
def test_a_value_of_the_wrong_form_is_refused(account: Account, path: str, body: dict[str, Any]) -> None:
    """Behaviour 13."""
    refusal(account.v2("POST", path, body), code=SCHEMA)


@pytest.mark.parametrize(
    ("field_type", "wrong"),
    [
        ("varchar", "x" * 256),
        ("varchar", 5),
        ("varchar_auto", ["x"]),
        ("text", "x" * 65_536),
        ("phone", "1" * 256),
        ("double", "5"),
        ("double", True),
        ("monetary", 5),
        ("monetary", {"currency": "USD"}),
        ("monetary", {"value": "5", "currency": "USD"}),
        ("date", "2026-01-01T00:00:00Z"),
        ("date", "2026-13-01"),
        ("daterange", {"value": "2026-01-01"}),
        ("daterange", "2026-01-01"),
        ("time", "10:00:00"),
        ("time", {"value": "25:00:00"}),
        ("timerange", {"value": "10:00:00"}),
        ("enum", "1"),
        ("enum", 999_999),
        ("set", []),
        ("set", [999_999]),
        ("set", 1),
        ("user", "1001"),
        ("user", 1),
        ("org", 77),
        ("people", 77),
        ("address", "Main Street 1"),
        ("address", {"locality": "Springfield"}),
        ("address", {"value": "Main Street 1", "planet": "Earth"}),
    ],
)
def test_a_custom_value_of_the_wrong_form_is_refused(account: Account, field_type: str, wrong: Any) -> None:
    """Behaviour 13."""
    labels = ("A", "B") if field_type in ("enum", "set") else ()
    key = account.field("person", field_type, *labels)["field_code"]
    error = refusal(account.v2("POST", "persons", {"name": "Ana", "custom_fields": {key: wrong}}), code=SCHEMA)
    assert key in error
    assert account.stored("persons") == []


def test_every_type_reads_back_what_was_written(account: Account) -> None:
    """Behaviours 13 and 28."""
    org, person = account.make("organizations", name="Clinic"), account.make("persons", name="Bea")
    user = account.v1("GET", "users/me").json()["data"]["id"]
    choice, choices = account.field("person", "enum", "A", "B"), account.field("person", "set", "A", "B")
    written: dict[str, tuple[Any, Any]] = {
        "varchar": ("x" * 255, None),
        "varchar_auto": ("x", None),
        "text": ("a\nb", None),
        "phone": ("+1 555 0100", None),
        "double": (12.5, None),
        "monetary": ({"value": 12.5}, {"value": 12.5, "currency": "USD"}),
        "date": ("2026-01-31", None),
        "daterange": ({"value": "2026-01-01", "until": "2026-01-31"}, None),
        "time": ({"value": "10:30:00"}, {"value": "10:30:00", "timezone_name": "America/New_York"}),
        "timerange": ({"value": "10:30:00", "until": "11:00:00", "timezone_name": "Europe/London"}, None),
        "user": (user, None),
        "org": (org["id"], None),
        "people": (person["id"], None),
    }
    keys = {kind: account.field("person", kind)["field_code"] for kind in written}
    values = {keys[kind]: value for kind, (value, _) in written.items()}
    values[choice["field_code"]] = choice["options"][1]["id"]
    values[choices["field_code"]] = [option["id"] for option in choices["options"]]
    made = account.make("persons", name="Ana", custom_fields=values)
    read = account.get(f"persons/{made['id']}")["custom_fields"]
    assert read == made["custom_fields"]
    for kind, (value, stored) in written.items():
        assert read[keys[kind]] == (stored or value), kind
    assert read[choice["field_code"]] == choice["options"][1]["id"]
    labelled = account.get(f"persons/{made['id']}", include_option_labels="true")["custom_fields"]
    assert labelled[choice["field_code"]] == choice["options"][1]
    assert labelled[choices["field_code"]] == choices["options"]


@pytest.mark.parametrize(
    ("path", "name", "on_create"),
    [
        ("persons", "update_time", True),
        ("persons", "add_time", False),
        ("organizations", "update_time", True),
        ("organizations", "add_time", False),
        ("deals", "add_time", True),
        ("deals", "update_time", True),
        ("deals", "stage_change_time", True),
        ("activities", "add_time", True),
        ("activities", "update_time", True),
        ("activities", "marked_as_done_time", True),
    ],
)
def test_times_that_cannot_be_set_are_refused_or_ignored(
    open_account: OpenAccount, path: str, name: str, on_create: bool
) -> None:
    """Behaviour 14."""
    body = {"title": "A"} if path == "deals" else {} if path == "activities" else {"name": "A"}
    for reaction in ("refuse", "ignore"):
        account = open_account(readonly_properties=reaction)
        made = account.make(path, **body)
        sent = {**body, name: "2020-01-01T00:00:00Z"}
        answer = account.v2("POST", path, sent) if on_create else account.v2("PATCH", f"{path}/{made['id']}", sent)
        if reaction == "refuse":
            assert name in refusal(answer, code=SCHEMA)
        else:
            assert answer.json()["data"][name] == made[name]


def test_required_attributes_are_required(account: Account) -> None:
    """Behaviour 15."""
    assert "name" in refusal(account.v2("POST", "persons", {}), code=SCHEMA)
    assert "name" in refusal(account.v2("POST", "organizations", {"address": {"value": "x"}}), code=SCHEMA)
    assert "title" in refusal(account.v2("POST", "deals", {}), code=SCHEMA)
    refusal(account.v2("POST", "persons", {"name": None}), code=SCHEMA)
    refusal(account.v2("POST", "persons", {"name": "  "}), code=SCHEMA)
    refusal(account.v1("POST", "leads", {"title": "A"}))
    refusal(account.v1("POST", "notes", {"content": "A"}))


def test_an_activity_takes_participants_and_never_person_id(account: Account) -> None:
    """Behaviour 16."""
    first, second = (account.make("persons", name=name)["id"] for name in ("Ana", "Bea"))
    refusal(account.v2("POST", "activities", {"subject": "A", "person_id": first}), code=RULE)
    made = account.make(
        "activities",
        subject="A",
        participants=[{"person_id": first}, {"person_id": second, "primary": True}],
    )
    assert made["person_id"] == second
    refusal(account.v2("PATCH", f"activities/{made['id']}", {"person_id": first}), code=RULE)
    changed = account.v2("PATCH", f"activities/{made['id']}", {"participants": [{"person_id": first}]}).json()["data"]
    assert changed["participants"] == [{"person_id": first, "primary": True}]
    assert changed["person_id"] == first
    refusal(account.v2("POST", "activities", {"participants": [{"person_id": 99}]}), code=RULE)


def test_a_deal_wins_over_a_lead_in_an_activity(account: Account) -> None:
    """Behaviour 17."""
    person = account.make("persons", name="Ana")["id"]
    lead = account.make_v1("leads", title="A", person_id=person)["id"]
    deal = account.make("deals", title="A")["id"]
    both = account.make("activities", subject="A", deal_id=deal, lead_id=lead)
    assert (both["deal_id"], both["lead_id"]) == (deal, None)
    assert account.make("activities", subject="A", lead_id=lead, project_id=3)["lead_id"] == lead


def test_what_belongs_to_a_status_is_refused_without_it(account: Account) -> None:
    """Behaviour 18."""
    won, lost = "2025-05-01T10:00:00Z", "2025-06-01T10:00:00Z"
    refusal(account.v2("POST", "deals", {"title": "A", "won_time": won}), code=RULE)
    refusal(account.v2("POST", "deals", {"title": "A", "status": "won", "lost_time": lost}), code=RULE)
    refusal(account.v2("POST", "deals", {"title": "A", "status": "won", "lost_reason": "price"}), code=RULE)
    refusal(account.v2("POST", "deals", {"title": "A", "close_time": won}), code=RULE)
    deal = account.make("deals", title="A", status="won", won_time=won)
    assert (deal["won_time"], deal["close_time"], deal["lost_time"]) == (won, won, None)
    refusal(account.v2("PATCH", f"deals/{deal['id']}", {"lost_reason": "price"}), code=RULE)
    answer = account.v2("PATCH", f"deals/{deal['id']}", {"status": "lost", "lost_time": lost, "lost_reason": "price"})
    changed = answer.json()["data"]
    assert (changed["won_time"], changed["lost_time"], changed["lost_reason"]) == (None, lost, "price")
    reopened = account.v2("PATCH", f"deals/{deal['id']}", {"status": "open"}).json()["data"]
    assert (reopened["lost_time"], reopened["close_time"], reopened["lost_reason"]) == (None, None, None)
    refusal(account.v2("POST", "deals", {"title": "A", "status": "deleted"}), code=SCHEMA)


@pytest.mark.parametrize(
    "given",
    [
        {"postal_address": {"value": "Main Street 1"}},
        {"birthday": "1980-01-01"},
        {"job_title": "Dentist"},
        {"notes": "x"},
        {"im": [{"value": "x"}]},
    ],
)
def test_attributes_of_contact_sync_exist_only_with_it(open_account: OpenAccount, given: dict[str, Any]) -> None:
    """Behaviour 19."""
    without = open_account()
    refusal(without.v2("POST", "persons", {"name": "Ana", **given}), 403)
    assert "birthday" not in without.make("persons", name="Ana")
    name = next(iter(given))
    made = open_account(contact_sync=True).make("persons", name="Ana", **given)
    assert made[name] if name in ("postal_address", "im") else made[name] == given[name]


def test_channels_get_a_label_and_exactly_one_primary(account: Account) -> None:
    """Behaviour 20."""
    made = account.make(
        "persons", name="Ana", emails=[{"value": "a@x.example"}, {"value": "b@x.example", "label": "home"}]
    )
    assert made["emails"] == [
        {"value": "a@x.example", "primary": True, "label": "work"},
        {"value": "b@x.example", "primary": False, "label": "home"},
    ]
    twice = [{"value": "1", "primary": True}, {"value": "2", "primary": True}]
    refusal(account.v2("POST", "persons", {"name": "Ana", "phones": twice}), code=SCHEMA)
    changed = account.v2("PATCH", f"persons/{made['id']}", {"emails": [{"value": "c@x.example"}]}).json()["data"]
    assert [email["value"] for email in changed["emails"]] == ["c@x.example"]


def test_an_address_needs_its_value_and_forgets_omitted_parts(account: Account) -> None:
    """Behaviour 21."""
    refusal(account.v2("POST", "organizations", {"name": "A", "address": {"locality": "Springfield"}}), code=SCHEMA)
    refusal(account.v2("POST", "activities", {"location": "Main Street 1"}), code=SCHEMA)
    made = account.make("organizations", name="A", address={"value": "Main Street 1", "locality": "Springfield"})
    assert made["address"]["locality"] == "Springfield"
    assert made["address"]["country"] is None
    changed = account.v2("PATCH", f"organizations/{made['id']}", {"address": {"value": "Main Street 2"}}).json()["data"]
    assert changed["address"]["locality"] is None
    key = account.field("organization", "address")["field_code"]
    custom = account.make("organizations", name="B", custom_fields={key: {"value": "Main Street 1"}})
    assert custom["custom_fields"][key]["postal_code"] is None


@pytest.mark.parametrize(("plan", "levels"), [("lite", {1, 3}), ("growth", {1, 3}), ("premium", {1, 3, 5, 7})])
def test_visibility_has_the_levels_of_the_plan(open_account: OpenAccount, plan: str, levels: set[int]) -> None:
    """Behaviour 22."""
    account = open_account(plan=plan)
    for level in (1, 3, 5, 7):
        answer = account.v2("POST", "persons", {"name": "Ana", "visible_to": level})
        assert answer.status_code == (200 if level in levels else 400)
    assert account.make("persons", name="Ana")["visible_to"] == max(levels)


@pytest.mark.parametrize("text", ["2026-01-01T10:20:00.000Z", "2026-01-01 10:20:00", "yesterday"])
def test_updated_since_wants_whole_seconds(account: Account, text: str) -> None:
    """Behaviour 23."""
    refusal(account.v2("GET", "persons", updated_since=text), code=SCHEMA)
    assert account.v2("GET", "persons", updated_since="2026-01-01T10:20:00Z").status_code == 200


@pytest.mark.parametrize(
    ("path", "most"), [("/api/v2/persons", 500), ("/api/v2/itemSearch?term=ana", 100), ("/api/v1/files", 100)]
)
def test_a_too_large_page_is_refused_or_cut(open_account: OpenAccount, path: str, most: int) -> None:
    """Behaviour 24."""
    strict, lenient = open_account(), open_account(page_over_limit="clamp")
    assert strict.http.get(path).status_code == 200
    join = "&" if "?" in path else "?"
    assert strict.http.get(f"{path}{join}limit={most}").status_code == 200
    assert strict.http.get(f"{path}{join}limit={most + 1}").status_code == 400
    assert lenient.http.get(f"{path}{join}limit={most + 1}").status_code == 200


def test_activities_refuse_a_filter_by_type(account: Account) -> None:
    assert "type" in refusal(account.v2("GET", "activities", type="call"), code=SCHEMA)


def test_over_nested_custom_fields_break_the_server(account: Account) -> None:
    """Behaviour 43."""
    body = {"name": "Ana", "custom_fields": {"custom_fields": {KEY: "x"}}}
    refusal(account.v2("POST", "persons", body), 500, "ERR_UNKNOWN")


def test_references_must_point_to_living_records_and_active_users(open_account: OpenAccount) -> None:
    account = open_account()
    inactive = next(user["id"] for user in account.v1("GET", "users").json()["data"] if not user["active_flag"])
    for body in ({"org_id": 9}, {"owner_id": 9}, {"owner_id": inactive}):
        refusal(account.v2("POST", "persons", {"name": "Ana", **body}), code=RULE)
    assert open_account(inactive_owner="accept").make("persons", name="Ana", owner_id=inactive)["owner_id"] == inactive


def test_null_clears_and_required_attributes_cannot_be_cleared(account: Account) -> None:
    org = account.make("organizations", name="A")["id"]
    key = account.field("person", "varchar")["field_code"]
    person = account.make("persons", name="Ana", org_id=org, custom_fields={key: "x"})
    cleared = account.v2("PATCH", f"persons/{person['id']}", {"org_id": None, "custom_fields": {key: None}}).json()[
        "data"
    ]
    assert (cleared["org_id"], cleared["custom_fields"][key]) == (None, None)
    refusal(account.v2("PATCH", f"persons/{person['id']}", {"name": None}), code=SCHEMA)
    refusal(account.v2("PATCH", f"persons/{person['id']}", {"owner_id": None}), code=SCHEMA)


def test_an_empty_custom_fields_object_clears_an_organization_or_nothing(open_account: OpenAccount) -> None:
    for effect, left in (("clear", None), ("keep", "x")):
        account = open_account(empty_custom_fields=effect)
        key = account.field("organization", "varchar")["field_code"]
        org = account.make("organizations", name="A", custom_fields={key: "x"})
        changed = account.v2("PATCH", f"organizations/{org['id']}", {"custom_fields": {}}).json()["data"]
        assert changed["custom_fields"][key] == left


@pytest.mark.parametrize(("form", "short", "long"), [("short", 200, 400), ("long", 400, 200), ("both", 200, 200)])
def test_the_accepted_form_of_times_is_a_switch(open_account: OpenAccount, form: str, short: int, long: int) -> None:
    account = open_account(due_time=form)
    for value, status in (("09:30", short), ("09:30:00", long)):
        answer = account.v2("POST", "activities", {"due_date": "2026-01-01", "due_time": value, "duration": value})
        assert answer.status_code == status
        if status == 200:
            assert answer.json()["data"]["due_time"] == "09:30:00"


@pytest.mark.parametrize("content", [b"{", b"[]", b"1", b'{"name": "a"} x'])
def test_a_body_that_is_no_object_is_refused(account: Account, content: bytes) -> None:
    answer = account.http.post("/api/v2/persons", content=content, headers={"content-type": "application/json"})
    refusal(answer, code=SCHEMA)
    refusal(account.http.post("/api/v2/persons", data={"name": "Ana"}), code=SCHEMA)
