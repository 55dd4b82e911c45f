"""Back from the trash, by the way a server has: two REST routes of different releases, or GraphQL."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bridgework.errors import AccessDenied, NotSent
from bridgework.model import BatchRejected, Operation, Rejected, Verb, Written

from .conftest import Desk, MakeDesk
from .test_refusals import make_desk_with

PATHS = {"first": ["/rest/restore/notes"], "later": ["/rest/notes/restore"], "none": ["/graphql"]}
WAYS = pytest.mark.parametrize("restore_routes", list(PATHS))


def removed(desk: Desk, number: int = 2) -> list[str]:
    """Notes in the trash."""
    ids = desk.written(*(desk.operation("note", body={"title": f"n{each}"}) for each in range(number)))
    list(desk.connector.undo([desk.operation("note", Verb.DELETE, target_id=id_) for id_ in ids]))
    return ids


def restoring(desk: Desk, ids: list[str]) -> list[Operation]:
    return [desk.operation("note", Verb.RESTORE, target_id=id_) for id_ in ids]


def writes(desk: Desk) -> list[str]:
    return [each.path for each in desk.sent if each.method in ("POST", "PATCH") and each.path != "/metadata"]


def there(desk: Desk) -> set[str]:
    return {row["id"] for row in desk.running.state()["objects"]["note"] if not row["deletedAt"]}


@WAYS
def test_records_come_back_by_the_way_the_server_describes(make_desk: MakeDesk, restore_routes: str) -> None:
    desk = make_desk(restore_routes=restore_routes)
    first, second, stays = removed(desk, 3)
    desk.sent.clear()
    operations = restoring(desk, [first, second])
    results = list(desk.connector.restore(operations))
    assert [(each.operation, each.id) for each in results if isinstance(each, Written)] == [
        (operations[0].number, first),
        (operations[1].number, second),
    ]
    assert there(desk) == {first, second}
    assert stays not in there(desk)
    assert writes(desk) == PATHS[restore_routes]


@WAYS
def test_what_is_back_already_is_written_and_what_is_gone_for_good_is_refused(
    make_desk: MakeDesk, restore_routes: str
) -> None:
    desk = make_desk(restore_routes=restore_routes)
    back, gone = removed(desk)
    list(desk.connector.restore(restoring(desk, [back])))
    desk.running.act("note", gone, "destroy")
    results = list(desk.connector.restore(restoring(desk, [back, gone])))
    assert isinstance(results[0], Written)
    assert isinstance(results[1], Rejected)
    assert "not in the trash any more" in results[1].reason


def test_the_route_is_looked_up_once_and_a_request_holds_as_many_records_as_any_other(make_desk: MakeDesk) -> None:
    desk = make_desk({"batch": 2})
    ids = removed(desk, 3)
    desk.sent.clear()
    assert len(list(desk.connector.restore(restoring(desk, ids)))) == 3
    list(desk.connector.restore(restoring(desk, ids)))
    assert writes(desk) == PATHS["first"] * 4
    assert [each.path for each in desk.sent].count("/rest/open-api/core") == 1


def test_a_route_that_does_not_work_gives_way_to_graphql(desk: Desk) -> None:
    ids = removed(desk)
    said = {"statusCode": 400, "error": "BadRequestException", "messages": ["Query path '/rest/restore/notes' invalid"]}
    match = {"method": "PATCH", "path": "/rest/restore/", "times": None}
    desk.running.faults({"kind": "answer", "status": 400, "body": json.dumps(said), "match": match})
    desk.sent.clear()
    operations = restoring(desk, ids)
    with pytest.raises(NotSent) as turned_away:
        list(desk.connector.restore(operations))
    assert turned_away.value.operations == tuple(each.number for each in operations)
    assert all(isinstance(each, Written) for each in desk.connector.restore(restoring(desk, ids)))
    assert writes(desk) == ["/graphql"], "the fault stands before the server, and is asked once"


def graphql_error(message: str, **extensions: Any) -> str:
    return json.dumps({"data": {"restoreNotes": None}, "errors": [{"message": message, "extensions": extensions}]})


def test_an_error_of_graphql_inside_a_200_is_a_refusal(make_desk: MakeDesk) -> None:
    desk = make_desk(restore_routes="none")
    ids = removed(desk)
    body = graphql_error("A duplicate entry was detected", code="BAD_USER_INPUT")
    match = {"path": "/graphql", "times": 2}
    desk.running.faults({"kind": "answer", "status": 200, "body": body, "match": match})
    both = restoring(desk, ids)
    [refused] = desk.connector.restore(both)
    assert isinstance(refused, BatchRejected)
    assert refused.operations == tuple(each.number for each in both)
    [alone] = desk.connector.restore(restoring(desk, ids[:1]))
    assert isinstance(alone, Rejected)
    assert "unique value" in alone.reason


@WAYS
def test_a_role_that_may_not_restore_ends_the_run(make_desk: MakeDesk, restore_routes: str) -> None:
    desk = make_desk(restore_routes=restore_routes)
    ids = removed(desk)
    limited = make_desk_with(desk, "TWENTY_LIMITED_KEY")
    limited._writer._restorer._catalogue = desk.connector._catalogue
    with pytest.raises(AccessDenied, match="restoring notes"):
        list(limited.restore(restoring(desk, ids)))
    assert there(desk) == set()


WORDS = {"first": "REST (/rest/restore/people)", "later": "REST (/rest/people/restore)", "none": "GraphQL"}


@WAYS
def test_check_says_by_which_way_records_would_come_back(make_desk: MakeDesk, restore_routes: str) -> None:
    desk = make_desk(restore_routes=restore_routes)
    [line] = [each for each in desk.connector.check_destination() if each.name == "trash"]
    assert (line.ok, line.detail) == (True, f"rollback --undo brings records back by {WORDS[restore_routes]}")
