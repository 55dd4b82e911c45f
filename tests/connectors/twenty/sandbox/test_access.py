"""Keys and roles."""

import base64
import json

from .conftest import OpenPractice
from .practice import Practice, refusal

GONE = {"statusCode": 403, "messages": ["This API Key is revoked"], "error": "FORBIDDEN_EXCEPTION"}
MISSING = {"statusCode": 403, "messages": ["Missing authentication token"], "error": "FORBIDDEN_EXCEPTION"}
DENIED = "Entity performing the request does not have permission"


def test_a_missing_a_wrong_and_a_revoked_key_are_refused_in_their_own_forms(practice: Practice) -> None:
    """Behaviour 1."""
    wrong = practice.http.get("/rest/people", headers={"authorization": "Bearer nonsense"})
    assert (wrong.status_code, wrong.json()["messages"]) == (401, ["Token invalid."])
    basic = practice.http.get("/rest/people", headers={"authorization": "Basic abc"})
    assert (basic.status_code, basic.json()) == (403, MISSING)
    revoked = practice.rest("GET", "people", key="TWENTY_REVOKED_KEY")
    assert (revoked.status_code, revoked.json()) == (403, GONE)
    graphql = practice.http.post(
        "/graphql", json={"query": "{people{totalCount}}"}, headers={"authorization": "Bearer nonsense"}
    )
    assert graphql.status_code == 200
    assert graphql.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_without_a_key_the_graphql_schema_has_nothing_of_the_workspace(practice: Practice) -> None:
    request = practice.http.build_request("POST", "/graphql", json={"query": "{people{totalCount}}"})
    del request.headers["authorization"]
    answer = practice.http.send(request)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (
        200,
        'Cannot query field "people" on type "Query".',
    )


def test_a_key_says_itself_when_it_expires_and_is_refused_from_then_on(open_practice: OpenPractice) -> None:
    practice = open_practice(key_days=2)
    payload = practice.controls.env["TWENTY_API_KEY"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["type"] == "API_KEY"
    assert claims["workspaceId"] == claims["sub"] == practice.controls.state()["workspace"]["id"]
    assert claims["exp"] - claims["iat"] == 2 * 86_400
    practice.later(2 * 86_400 - 60)
    assert practice.rest("GET", "people").status_code == 200
    practice.later(120)
    assert practice.rest("GET", "people").status_code == 401


def test_a_limited_role_gets_400_on_records_and_403_on_metadata(practice: Practice) -> None:
    """Behaviour 35."""
    key = "TWENTY_LIMITED_KEY"
    person = practice.rest("POST", "people", {"jobTitle": "a"}, key).json()["data"]["createPerson"]["id"]
    assert practice.rest("PATCH", f"people/{person}", {"jobTitle": "b"}, key).status_code == 200
    for soft in ("true", "false"):
        answer = practice.rest("DELETE", f"people/{person}", key=key, soft_delete=soft)
        assert refusal(answer, 400, "PERMISSION_DENIED") == DENIED
    assert refusal(practice.rest("PATCH", "restore/people", key=key), 400, "PERMISSION_DENIED") == DENIED
    for method, path in (("GET", "objects"), ("POST", "objects"), ("GET", "fields"), ("POST", "fields")):
        assert refusal(practice.rest(method, f"metadata/{path}", {}, key), 403, "PERMISSION_DENIED") == DENIED
    read = practice.graphql("{objects(paging:{first:1}){edges{node{id}}}}", "/metadata", key)
    assert len(read["data"]["objects"]["edges"]) == 1
    assert practice.rest("GET", "open-api/core", key=key).status_code == 200
    assert practice.count("people", f"id[eq]:{person}") == 1


def test_a_person_may_take_the_migrations_rights_away(practice: Practice) -> None:
    person = practice.make("people")
    practice.controls.command("limit_key")
    assert practice.rest("DELETE", f"people/{person['id']}").status_code == 400
    practice.controls.command("revoke_key")
    assert practice.rest("GET", "people").json() == GONE


def test_a_key_cannot_make_keys(practice: Practice) -> None:
    query = 'mutation{createApiKey(input:{name:"x",expiresAt:"2036-01-01T00:00:00Z",roleId:"1"}){id}}'
    assert practice.graphql(query, "/metadata")["errors"][0]["extensions"]["code"] == "FORBIDDEN"
