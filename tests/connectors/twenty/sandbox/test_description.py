"""The simulator serves what the workspace's own OpenAPI documents say, where they are right."""

from ..openapi import document, route, violations
from .conftest import OpenPractice
from .practice import Practice


def test_every_object_of_the_documents_is_served_with_its_attributes(practice: Practice) -> None:
    kinds = [path[1:] for path in document("core")["paths"] if path.count("/") == 1]
    assert len(kinds) == 28
    for plural in kinds:
        assert practice.rest("GET", plural, depth=1).status_code == 200
        if plural != "workspaceMembers":
            described = document("core")["paths"][f"/{plural}"]["get"]["200"]["properties"]["data"]["properties"]
            name = described[plural]["items"]["$ref"].rpartition("/")[2]
            wanted = document("core")["schemas"][name]["properties"]
            made = practice.rest("POST", plural, {}, depth=0)
            assert made.status_code == 201, made.text
            record = practice.get(plural, practice.made_id(made), depth=1)
            assert record.keys() - {"searchVector"} == wanted.keys(), plural


def test_a_wrong_answer_is_noticed() -> None:
    good = {"data": {"people": []}, "totalCount": 0, "pageInfo": {"hasNextPage": False}}
    assert route("GET", "/rest/people/duplicates") is None
    assert list(violations("GET", "/rest/people", 200, good)) == []
    wrong = {**good, "totalCount": "0", "extra": 1, "data": {"people": [{"jobTitle": 5}]}}
    assert len(list(violations("GET", "/rest/people", 200, wrong))) == 3
    assert len(list(violations("GET", "/rest/people", 418, good))) == 1


def test_answers_are_watched(open_practice: OpenPractice) -> None:
    practice = open_practice()
    practice.make("people")
    assert practice.watcher is not None
    assert practice.watcher.seen == 1
