"""Depth, pages, filters, limits."""

import base64
import json
from typing import Any

import pytest

from .conftest import OpenPractice
from .practice import Practice, only, refusal


def test_depth_one_shows_relations_and_hides_the_ids_of_deleted_targets(practice: Practice) -> None:
    """Behaviour 15."""
    company = practice.make("companies", name="Co")["id"]
    person = practice.make("people", companyId=company)["id"]
    deep = practice.get("people", person, depth=1)
    assert (deep["company"]["name"], deep["companyId"], deep["noteTargets"]) == ("Co", company, [])
    assert [row["id"] for row in practice.get("companies", company, depth=1)["people"]] == [person]
    assert "company" not in practice.get("people", person)
    practice.rest("DELETE", f"companies/{company}", soft_delete="true")
    assert practice.get("people", person)["companyId"] == company
    hidden = practice.get("people", person, depth=1)
    assert (hidden["company"], hidden["companyId"]) == (None, None)
    assert "Allowed values are 0, 1" in refusal(practice.rest("GET", "people", depth=2))


def test_a_related_list_stops_at_sixty(practice: Practice) -> None:
    company = practice.make("companies")["id"]
    practice.batch("people", *[{"companyId": company}] * 70)
    assert len(practice.get("companies", company, depth=1)["people"]) == 60


def test_pages_have_a_default_a_ceiling_and_cursors_that_hold_the_order(practice: Practice) -> None:
    """Behaviour 16."""
    for _ in range(2):
        practice.batch("notes", *[{"title": "n"}] * 150)
    assert len(only(practice.rest("GET", "notes"))) == 60
    assert len(only(practice.rest("GET", "notes", limit=1000))) == 200
    empty = practice.rest("GET", "notes", limit=0).json()
    assert (only(practice.rest("GET", "notes", limit=0)), empty["totalCount"]) == ([], 300)
    assert empty["pageInfo"]["hasNextPage"] is True
    for wrong in ("-1", "x", "NaN"):
        assert (
            refusal(practice.rest("GET", "notes", limit=wrong)) == f"limit '{wrong}' is invalid. Should be an integer"
        )
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 200}
    while True:
        answer = practice.rest("GET", "notes", **query).json()
        seen += [row["id"] for row in answer["data"]["notes"]]
        if not answer["pageInfo"]["hasNextPage"]:
            break
        query["starting_after"] = answer["pageInfo"]["endCursor"]
    assert seen == sorted(seen)
    assert len(set(seen)) == 300
    back = practice.rest("GET", "notes", limit=2, ending_before=cursor(id=seen[5])).json()
    assert [row["id"] for row in back["data"]["notes"]] == seen[3:5]
    assert back["pageInfo"] == {
        "startCursor": cursor(id=seen[4]),
        "endCursor": cursor(id=seen[3]),
        "hasNextPage": False,
        "hasPreviousPage": True,
    }
    assert refusal(practice.rest("GET", "notes", starting_after="garbage")) == "Invalid cursor: garbage"
    other = practice.rest("GET", "notes", starting_after=cursor(id=seen[0]), order_by="createdAt")
    assert refusal(other, code="INVALID_CURSOR") == "Invalid cursor"


def cursor(**held: Any) -> str:
    return base64.b64encode(json.dumps(held, separators=(",", ":")).encode()).decode()


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ("title[AscNullsFirst]", ["", "", "a", "b"]),
        ("title[AscNullsLast]", ["a", "b", "", ""]),
        ("title[DescNullsFirst]", ["", "", "b", "a"]),
        ("title[DescNullsLast],id[DescNullsLast]", ["b", "a", "", ""]),
        ("id,title", None),
    ],
)
def test_an_order_holds_over_pages_in_both_directions(practice: Practice, terms: str, expected: list[str]) -> None:
    practice.batch("notes", *[{"title": title} for title in ("b", "", "a", "")])
    whole = only(practice.rest("GET", "notes", order_by=terms))
    if expected is None:
        assert [row["id"] for row in whole] == sorted(row["id"] for row in whole)
    else:
        assert [row["title"] for row in whole] == expected
    forwards, query = [], {"order_by": terms, "limit": 1}
    for _ in range(4):
        answer = practice.rest("GET", "notes", **query).json()
        forwards += answer["data"]["notes"]
        query["starting_after"] = answer["pageInfo"]["endCursor"]
    assert forwards == whole
    last = practice.rest("GET", "notes", order_by=terms, limit=4).json()["pageInfo"]["endCursor"]
    before = only(practice.rest("GET", "notes", order_by=terms, ending_before=last, limit=2))
    assert before == whole[1:3]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ("jobTitle[eq]:Dent", 1),
        ("jobTitle[neq]:Dent", 1),
        ("not(jobTitle[eq]:Dent)", 1),
        ('jobTitle[eq]:""', 1),
        ("jobTitle[is]:NULL", 1),
        ("jobTitle[ilike]:den%", 2),
        ("jobTitle[like]:den%", 0),
        ("or(jobTitle[eq]:Dent,jobTitle[is]:NULL)", 2),
        ("and(jobTitle[startsWith]:Den,jobTitle[endsWith]:ist)", 1),
        ('name.firstName[eq]:"O\'Brien, Jr"', 1),
        ('name.firstName[in]:["O\'Brien, Jr"]', 0),
        ("jobTitle[in]:[]", 0),
    ],
)
def test_the_filter_grammar_has_its_faults_and_three_valued_logic(practice: Practice, wanted: str, count: int) -> None:
    """Behaviour 17."""
    mine = "name.lastName[eq]:F"
    bodies = [("Ana", "Dent"), ("Bea", ""), ("O'Brien, Jr", "Dentist")]
    practice.batch("people", *[{"name": {"firstName": a, "lastName": "F"}, "jobTitle": b} for a, b in bodies])
    assert practice.count("people", f"and({mine},{wanted})") == count
    bracket = practice.rest("GET", "people", filter='jobTitle[eq]:"half (open"')
    assert refusal(bracket) == "'filter' invalid. 1 close bracket is missing in the query"


def test_graphql_filters_carry_what_the_grammar_cannot(practice: Practice) -> None:
    practice.make("people", jobTitle="half (open, quoted")
    query = "query($f:PersonFilterInput){people(filter:$f){totalCount}}"
    found = practice.graphql(query, f={"jobTitle": {"in": ["half (open, quoted"]}})
    assert found == {"data": {"people": {"totalCount": 1}}}


def test_calls_cost_tokens_of_two_buckets_and_the_rest_of_a_refill_is_lost(open_practice: OpenPractice) -> None:
    """Behaviour 18."""
    practice = open_practice(limits="shipped", per_minute=50)
    for _ in range(30):
        assert practice.rest("GET", "people", limit="x").status_code == 400
    for _ in range(49):
        practice.rest("GET", "people", limit=0)
    assert practice.rest("POST", "people", {"jobTitle": 5}).status_code == 400
    limit = "Limit reached (50 tokens per 60000 ms)"
    refused = practice.rest("POST", "people", {"foo": 1})
    assert refused.json() == {"statusCode": 429, "error": "HttpException", "messages": [limit]}
    assert "retry-after" not in refused.headers
    graphql = practice.graphql("{people{totalCount}}")
    assert graphql["data"] == {"people": None}
    assert graphql["errors"][0]["extensions"]["subCode"] == "LIMIT_REACHED"
    assert practice.rest("GET", "metadata/objects").status_code == 200
    practice.later(1.1)
    assert practice.rest("GET", "people", limit=0).status_code == 429
    practice.later(0.9)
    assert practice.rest("GET", "people", limit=0).status_code == 200
    practice.later(1.199)
    assert practice.rest("GET", "people", limit=0).status_code == 429


def test_a_second_has_its_own_bucket(open_practice: OpenPractice) -> None:
    practice = open_practice(limits="shipped", per_minute=1000)
    answers = [practice.rest("GET", "people", limit=0) for _ in range(101)]
    assert [answer.status_code for answer in answers] == [200] * 100 + [429]
    assert answers[-1].json()["messages"] == ["Limit reached (100 tokens per 1000 ms)"]


def test_another_program_can_use_up_the_minute(open_practice: OpenPractice) -> None:
    practice = open_practice(limits="shipped")
    practice.controls.command("use_up_limit")
    assert practice.rest("GET", "people").status_code == 429


@pytest.mark.parametrize(
    ("kind", "sent", "wanted"),
    [
        ("NUMBER", 5, "5"),
        ("DATE_TIME", "2024-01-01T00:00:00Z", "2024-01-01"),
        ("DATE", "2024-01-01", "01/01/2024"),
        ("UUID", "5c000000-0000-4000-8000-00000000000a", "5C000000-0000-4000-8000-00000000000A"),
        ("TEXT", "Key", "Key"),
        ("BOOLEAN", True, "true"),
    ],
)
def test_a_unique_field_of_any_type_is_found_by_its_value(
    practice: Practice, kind: str, sent: Any, wanted: str
) -> None:
    owner = practice.object("visit", "visits")["id"]
    practice.field(owner, kind, "key", isUnique=True)
    visit = practice.make("visits", key=sent)["id"]
    practice.make("visits")
    assert [row["id"] for row in practice.found("visits", f"key[eq]:{wanted}")] == [visit]
    assert "duplicate" in refusal(practice.rest("POST", "visits", {"key": sent}))
