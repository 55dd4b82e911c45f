"""The simulator serves what the official description says, and the checker of requests notices slips."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bridgework_pipedrive_sandbox.operations import Operations
from bridgework_pipedrive_sandbox.routes import handlers

from ..openapi import DATA, ERROR_FORMS, ValidatingApp, description
from .account import Account

JSON = {"content-type": "application/json"}


def described() -> Iterator[tuple[str, str, str]]:
    for version, paths in json.loads((DATA / "openapi.json").read_text())["paths"].items():
        for template, methods in paths.items():
            for method in methods:
                yield version, method.upper(), template


def test_every_described_operation_is_served() -> None:
    operations, served = Operations(legacy=False), handlers()
    for version, method, template in described():
        path = template.replace("{id}", "1").replace("{field_code}", "name")
        found = operations.find(f"/api/{version}{path}")
        assert found is not None, path
        operation = found[0][method]
        assert (operation.version, operation.template) == (version, template)
        assert operation.cost > 0
        assert operation.key in served


def test_costs_are_those_of_the_official_documents() -> None:
    operations = Operations(legacy=False)
    for method, path, cost in (
        ("POST", "/api/v2/persons", 5),
        ("PATCH", "/api/v2/deals/1", 5),
        ("DELETE", "/api/v2/activities/1", 3),
        ("GET", "/api/v2/persons", 10),
        ("GET", "/api/v2/persons/1", 1),
        ("GET", "/api/v2/pipelines", 5),
        ("GET", "/api/v2/persons/search", 20),
        ("POST", "/v1/notes", 10),
        ("DELETE", "/v1/files/1", 6),
        ("GET", "/v1/users", 20),
        ("GET", "/v1/users/me", 2),
        ("GET", "/v1/users/find", 40),
        ("GET", "/v1/files/1/download", 20),
    ):
        found = operations.find(path)
        assert found is not None
        assert found[0][method].cost == cost


def problems(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> list[str]:
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return description().request_problems(method, url, JSON if headers is None and content else headers or {}, content)


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", "/api/v2/persons?ids=1,2&limit=100&sort_by=id&custom_fields=a,b", None),
        ("GET", "/api/v2/deals?status=open,deleted&include_fields=notes_count,files_count", None),
        (
            "POST",
            "/api/v2/persons",
            {"name": "Ana", "emails": [{"value": "a@b.example"}], "custom_fields": {"k": 1}},
        ),
        ("PATCH", "/api/v2/persons/1", {"org_id": None}),
        ("POST", "/v1/notes", {"content": "a", "person_id": 1, "add_time": "2020-01-01 00:00:00"}),
        ("DELETE", "/api/v2/personFields/abc/options", [{"id": 1}]),
        ("GET", "/api/v1/users/me", None),
    ],
)
def test_a_proper_request_passes(method: str, url: str, body: Any) -> None:
    assert problems(method, url, body) == []


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", "/v2/persons", None),
        ("PUT", "/api/v2/persons/1", {"name": "Ana"}),
        ("GET", "/api/v2/persons?type=a", None),
        ("GET", "/api/v2/persons?limit=many", None),
        ("GET", "/api/v2/persons/abc", None),
        ("GET", "/v1/organizationRelationships", None),
        ("GET", "/api/v2/persons?include_fields=nonsense", None),
        ("POST", "/api/v2/persons", {}),
        ("POST", "/api/v2/persons", {"name": "Ana", "nickname": "A"}),
        ("POST", "/api/v2/persons", {"name": "Ana", "org_id": "1"}),
        ("POST", "/api/v2/persons", {"name": "Ana", "org_id": None}),
        ("POST", "/api/v2/persons", {"name": "Ana", "emails": [{"value": "a", "kind": "work"}]}),
        ("PATCH", "/api/v2/persons/1", {"add_time": "2020-01-01T00:00:00Z"}),
        ("POST", "/api/v2/activities", {"subject": "A", "person_id": 1}),
        ("POST", "/api/v2/deals", {"title": "A", "add_time": "2020-01-01T00:00:00Z"}),
        ("POST", "/api/v2/organizations", {"address": {"value": "a"}}),
        ("POST", "/v1/notes", {"content": "a", "person_id": 1, "colour": "red"}),
        ("POST", "/v1/activityTypes", {"name": "A", "icon_key": "tooth"}),
        ("GET", "/api/v2/persons", {"name": "Ana"}),
        ("POST", "/api/v2/persons", b"{"),
    ],
)
def test_a_slip_in_a_request_is_noticed(method: str, url: str, body: Any) -> None:
    assert problems(method, url, body)


def multipart(disposition: str) -> tuple[bytes, dict[str, str]]:
    body = (
        f"--b\r\ncontent-disposition: form-data; {disposition}\r\n\r\nx\r\n"
        '--b\r\ncontent-disposition: form-data; name="person_id"\r\n\r\n1\r\n--b--\r\n'
    )
    return body.encode(), {"content-type": "multipart/form-data; boundary=b"}


def test_an_upload_is_checked_part_by_part() -> None:
    for disposition, proper in (
        ('name="file"; filename="a.pdf"', True),
        ('name="file"', False),
        ('name="document"; filename="a.pdf"', False),
    ):
        body, headers = multipart(disposition)
        assert (problems("POST", "/v1/files", body, headers) == []) == proper
    assert problems("POST", "/v1/files", {"file": "x"})
    assert problems("PUT", "/v1/files/1", {"name": "a"})
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert problems("PUT", "/v1/files/1", b"name=a", form) == []


def answers(url: str, status: int, body: Any, media: str = "application/json") -> list[str]:
    return description().answer_problems("GET", url, status, {"content-type": media}, json.dumps(body).encode())


def test_an_answer_with_unknown_or_mistyped_attributes_is_noticed() -> None:
    proper = {"success": True, "data": {"id": 1, "name": "Ana", "org_id": None}}
    assert answers("/api/v2/persons/1", 200, proper) == []
    for data in ({"id": "1"}, {"id": 1, "nickname": "A"}, {"id": 1, "emails": [{"value": 1}]}):
        assert answers("/api/v2/persons/1", 200, {"success": True, "data": data})
    assert answers("/api/v2/persons/1", 201, proper)
    assert answers("/api/v2/persons/1", 200, "x", "text/plain")


def test_an_error_has_the_form_of_its_version() -> None:
    assert answers("/api/v2/persons/1", 404, {"success": False, "error": "not found", "code": "X"}) == []
    assert answers("/api/v2/persons/1", 404, {"success": False, "error": "not found", "data": None})
    assert answers("/api/v2/persons/1", 404, {"error": "not found"})
    assert answers("/v1/notes/1", 404, {"success": False, "error": "not found", "data": None}) == []
    assert set(ERROR_FORMS) == {"v1", "v2"}


def test_no_violation_repeats_a_value() -> None:
    found = problems("POST", "/api/v2/persons", {"name": 5, "org_id": "Ana Ruiz", "emails": [{"value": 77}]})
    assert found
    assert not any("Ana Ruiz" in problem or "77" in problem for problem in found)


def test_every_deviation_names_its_source() -> None:
    deviations = json.loads((DATA / "deviations.json").read_text())
    for name, entries in deviations.items():
        if name != "about":
            assert all(entry["instead"] and entry["source"] for entry in entries)


@pytest.mark.parametrize("path", ["persons", "organizations", "deals", "activities"])
def test_everything_that_can_be_asked_for_is_answered(account: Account, path: str) -> None:
    account.make(
        path, **{"persons": {"name": "A"}, "organizations": {"name": "A"}, "deals": {"title": "A"}}.get(path, {})
    )
    facts = json.loads((DATA / "openapi.json").read_text())["paths"]["v2"][f"/{path}"]["get"]["parameters"]
    [names] = [each["schema"]["enum"] for each in facts if each["name"] == "include_fields"]
    assert set(names) <= account.get(f"{path}/1", include_fields=",".join(names)).keys()


def test_a_watcher_fails_loudly() -> None:
    watcher = ValidatingApp(app=None, violations=["v2 POST /persons: a slip"])
    with pytest.raises(AssertionError, match="a slip"):
        watcher.require_clean()
