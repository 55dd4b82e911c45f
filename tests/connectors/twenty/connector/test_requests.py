"""Every request the connector sends is one that the workspace's own OpenAPI documents describe."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator

from bridgework.model import (
    Created,
    Dropped,
    FieldType,
    FileContent,
    Operation,
    Receipt,
    SchemaOperation,
    Undone,
    Verb,
    WantedField,
    WantedObject,
    Written,
)

from .conftest import Desk, Sent, desk_of

DESCRIBED = json.loads((Path(__file__).parents[1] / "data" / "requests-2.21.0.json").read_text("utf-8"))
_UUID = r"[0-9a-f]{8}-[0-9a-f-]{27}"
T = FieldType

# Where the documents are wrong or silent, with the recorded exchange that shows it.
DEVIATIONS = {
    "id": "client ids are taken on create (create-person)",
    "createdAt": "creation times are taken on create (create-person)",
    "createdBy.name": "authors have a name (create-person)",
    "createdBy.source": "APPLICATION and IMPORT are sources, too (create-person)",
    "isUnique": "a field may be unique (metadata-fields)",
    "relationCreationPayload": "relations are made with it (metadata-relations)",
    "options.id": "options that stay are sent with their ids (metadata-changes)",
    "options.value": "any value in capitals is taken, not only one with an underscore (metadata-fields)",
    "null": "a relation, date or choice is cleared by null (relations, select-stage)",
}
ONE_OF_EACH = {
    T.TEXT: "x", T.LONG_TEXT: "x\ny", T.TIME: "10:00:00", T.INTEGER: 3, T.NUMBER: "1.5",
    T.MONEY: {"amount": "12.50", "currency": "USD"}, T.BOOLEAN: True, T.DATE: "2026-03-01",
    T.INSTANT: "2026-03-01T10:00:00Z", T.CHOICE: "RED_ONE", T.CHOICES: ["RED_ONE"],
    T.EMAILS: [{"value": "a@example.org", "primary": True}], T.PHONES: [{"value": "+13035550100", "primary": True}],
    T.ADDRESS: {"street": "1 Main St", "city": "Denver"},
}  # fmt: skip


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """Everything the connector can do, once."""
    with desk_of({}, {"batch": 2}) as desk:
        _everything(desk)
        yield desk


def _everything(desk: Desk) -> None:
    connector = desk.connector
    connector.check_destination()
    present = connector.describe_destination()
    wanted = [
        *(
            WantedField(
                object="visit", label=f"Own {kind}", type=kind, options=("Red one",) if "choice" in kind else ()
            )
            for kind in ONE_OF_EACH
        ),
        WantedField(object="visit", label="Patient", type=T.REFERENCE, reference="person"),
        WantedField(object="visit", label="Owner", type=T.OWNER),
        WantedField(object="person", label="Tags", type=T.CHOICES, options=("One",)),
    ]
    objects = [WantedObject(name="visit", label="Visit", plural="Visits")]
    receipts = [_made(desk, each) for each in connector.plan_schema(wanted, present, objects)]
    _made(desk, SchemaOperation(kind="option", object="person", name="Two", field="Tags"))
    member = connector.list_owners()[0].id
    people = desk.written(
        *(
            desk.operation(
                "person",
                body={
                    "name.firstName": "Ana",
                    "name.lastName": "Ruiz",
                    "emails": [{"value": f"a{n}@example.org", "primary": True}],
                    "phones": [{"value": "303-555-0100", "primary": True}, {"value": "303-555-0101", "primary": False}],
                    "linkedinLink": "https://social.example/ana",
                    "createdAt": "2020-01-01T10:00:00Z",
                    "createdBy": "Dr. Fox",
                },
            )
            for n in range(3)
        )
    )
    keys = {field.label: field.key for field in connector.describe_destination().object("visit").fields}
    values = {keys[f"Own {kind}"]: value for kind, value in ONE_OF_EACH.items()}
    linked = {keys["Patient"]: people[0], keys["Owner"]: member}
    [visit] = desk.written(desk.operation("visit", body={"name": "Cleaning", **values, **linked}))
    cleared = dict.fromkeys([*values, *linked])
    desk.written(desk.operation("visit", Verb.UPDATE, body={**cleared, "name": "x"}, target_id=visit))
    desk.written(
        desk.operation("person", Verb.UPDATE, body={"linkedinLink": None, "emails": None}, target_id=people[0])
    )
    [note] = desk.written(desk.operation("note", body={"title": "N", "bodyV2": "*text*"}))
    desk.written(desk.operation("noteTarget", body={"note": note, "targetPerson": people[0]}))
    [uploaded] = connector.upload(
        [desk.operation("attachment", Verb.UPLOAD, body={"targetPerson": people[0]}, file=FILE)]
    )
    assert isinstance(uploaded, Written)
    list(connector.scan("person", (), None))
    again = desk.operation("person", key=1, generation=2, body={"name.firstName": "Ana"})
    removed = list(connector.undo([_delete(desk, "person", id_) for id_ in people]))
    assert all(isinstance(each, Undone) for each in removed)
    back = list(connector.restore([desk.operation("person", Verb.RESTORE, target_id=id_) for id_ in people]))
    assert all(isinstance(each, Written) for each in back)
    list(connector.undo([_delete(desk, "person", id_) for id_ in people]))
    assert again.generation == 2
    list(connector.undo([_delete(desk, "visit", visit)]))
    for receipt in reversed(receipts):
        desk.api.permit(receipt, 10_000 + len(desk.sent))
        assert isinstance(connector.drop_schema(receipt), Dropped), receipt.name


FILE = FileContent(name="letter.pdf", size=3, sha256="", media_type="application/pdf", open=lambda: io.BytesIO(b"%PDF"))


def _made(desk: Desk, operation: SchemaOperation) -> Receipt:
    desk.api.permit(operation, 20_000 + len(desk.sent))
    result = desk.connector.create_schema(operation)
    assert isinstance(result, Created), operation
    return result.receipt


def _delete(desk: Desk, name: str, id_: str) -> Operation:
    return desk.operation(name, Verb.DELETE, target_id=id_)


def test_every_request_goes_to_a_path_that_is_described(desk: Desk) -> None:
    own = ("/rest/visits", "/rest/batch/visits", "/metadata")
    unknown = {
        f"{each.method} {each.path}" for each in desk.sent if not each.path.startswith(own) and not _described(each)
    }
    assert unknown == set()
    assert len(desk.sent) > 40


def test_every_query_parameter_is_described(desk: Desk) -> None:
    for each in desk.sent:
        if found := _described(each):
            names = {name for name, _ in parse_qsl(each.query)}
            assert names <= set(found["query"]), f"{each.method} {each.path}: {names}"


def test_every_body_is_described_apart_from_known_deviations(desk: Desk) -> None:
    made = {each.json["name"] for each in desk.sent if each.path == "/rest/metadata/fields" and each.method == "POST"}
    for each in desk.sent:
        found = _described(each)
        if found and found["body"] and each.body:
            schema = _closed(found["body"], made | {f"{name}Id" for name in made})
            problems = [
                f"{each.method} {each.path} {list(problem.path)}: {problem.message[:160]}"
                for problem in Draft202012Validator(schema).iter_errors(each.json)
            ]
            assert problems == []


def test_nothing_is_ever_sent_as_an_upsert_or_destroyed(desk: Desk) -> None:
    assert [each for each in desk.sent if "upsert" in each.query] == []
    records = [each for each in desk.sent if each.method == "DELETE" and not each.path.startswith("/rest/metadata/")]
    assert records
    assert all("soft_delete=true" in each.query and "filter=" in each.query for each in records)


def test_graphql_is_used_for_the_workspace_and_for_files_only_where_rest_does_the_rest(desk: Desk) -> None:
    asked = {re.search(r"(currentWorkspace|uploadFilesFieldFile)", each.body.decode("latin-1")) is not None
             for each in desk.sent if each.path == "/metadata"}  # fmt: skip
    assert asked == {True}
    assert [each for each in desk.sent if each.path == "/graphql"] == []


def _described(sent: Sent) -> dict[str, Any] | None:
    kind, path = (
        ("metadata", sent.path.removeprefix("/rest/metadata"))
        if "/metadata/" in sent.path
        else ("core", sent.path.removeprefix("/rest"))
    )
    found: dict[str, Any] | None = DESCRIBED[kind].get(f"{sent.method} {re.sub(_UUID, '{id}', path)}")
    return found


def _closed(schema: dict[str, Any], custom: set[str]) -> dict[str, Any]:
    """The schema with unknown properties refused and the deviations in it."""
    closed = deepcopy(schema)
    record = closed.get("items", closed)
    named = record["properties"]
    for name in ("id", "createdAt", "isUnique", "relationCreationPayload", *custom):
        named.setdefault(name, {})
    if "createdBy" in named:
        named["createdBy"] = {"type": "object", "properties": {"name": {}, "source": {}}, "additionalProperties": False}
    if "options" in named:
        named["options"]["items"]["properties"] |= {"id": {}, "value": {"pattern": "^[A-Z][A-Z0-9_]{0,62}$"}}
    for value in named.values():
        if isinstance(value.get("type"), str):
            value["type"] = [value["type"], "null"]
        if "properties" in value:
            value["additionalProperties"] = False
    record["additionalProperties"] = False
    return closed
