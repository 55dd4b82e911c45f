"""Creating, batches, upsert."""

from typing import Any
from uuid import uuid4

import pytest

from .conftest import OpenPractice
from .practice import Practice, only, refusal

DUPLICATE = "A duplicate entry was detected"


def mail(address: str) -> dict[str, Any]:
    return {"emails": {"primaryEmail": address}}


def test_ids_instants_author_and_position_of_the_client_are_honoured(practice: Practice) -> None:
    """Behaviour 2."""
    sent = {
        "id": str(uuid4()),
        "createdAt": "2019-05-06T07:08:09.000Z",
        "updatedAt": "2020-01-01T00:00:00.000Z",
        "createdBy": {"source": "IMPORT", "name": "Dr. Old", "workspaceMemberId": None, "context": {"x": 1}},
        "position": 7.5,
    }
    made = practice.make("people", **sent, updatedBy={"source": "IMPORT", "name": "Somebody"})
    assert {name: made[name] for name in sent} == sent
    assert made["updatedBy"] == {
        "source": "API",
        "workspaceMemberId": None,
        "name": "migration-engine",
        "context": {},
    }
    assert practice.get("people", sent["id"]) == made


def test_an_id_is_only_taken_once_and_must_be_one(practice: Practice) -> None:
    made = practice.make("people")
    assert refusal(practice.rest("POST", "people", {"id": made["id"].upper()})) == DUPLICATE
    assert "not a valid UUID" in refusal(practice.rest("POST", "people", {"id": "7"}), code="INVALID_QUERY_INPUT")
    assert "not-null" in refusal(practice.rest("POST", "people", {"id": None}))
    assert "foreign key" in refusal(practice.rest("PATCH", f"people/{made['id']}", {"id": str(uuid4())}))


def test_without_an_author_the_key_is_the_author(open_practice: OpenPractice) -> None:
    """Behaviour 3."""
    practice = open_practice(key_name="mover")
    key = {"source": "API", "workspaceMemberId": None, "name": "mover", "context": {}}
    assert practice.make("people")["createdBy"] == key
    half = practice.make("people", createdBy={"name": "Old"})["createdBy"]
    assert half == {"source": "MANUAL", "workspaceMemberId": None, "name": "Old", "context": None}


def test_a_batch_has_at_most_200_records(practice: Practice, open_practice: OpenPractice) -> None:
    """Behaviour 4."""
    assert len(practice.batch("notes", *[{"title": "n"}] * 200)) == 200
    over = practice.rest("POST", "batch/notes", [{"title": "n"}] * 201)
    assert refusal(over) == "Maximum number of records to upsert is 200."
    documented = open_practice(max_batch=60)
    assert refusal(documented.rest("POST", "batch/notes", [{}] * 61)) == "Maximum number of records to upsert is 60."
    assert practice.count("notes") == 200


@pytest.mark.parametrize(
    ("poison", "message"),
    [
        ({"jobTitle": 5}, 'Invalid string value 5 for text field "jobTitle"'),
        (mail("Taken@practice.example"), DUPLICATE),
        ({"companyId": "00000000-0000-4000-8000-000000000000"}, "violates foreign key constraint"),
        ({"foo": 1}, 'Object person doesn\'t have any "foo" field.'),
    ],
)
def test_a_batch_is_all_or_nothing_and_nobody_is_named(practice: Practice, poison: Any, message: str) -> None:
    """Behaviour 5."""
    practice.make("people", **mail("taken@practice.example"))
    before = practice.stored("person")
    told = refusal(practice.rest("POST", "batch/people", [{"jobTitle": "a"}, poison, {"jobTitle": "b"}]))
    assert message in told
    assert practice.stored("person") == before


def test_a_value_that_is_twice_in_a_batch_is_a_duplicate(practice: Practice) -> None:
    assert refusal(practice.rest("POST", "batch/people", [mail("a@x.example"), mail("A@X.example")])) == DUPLICATE
    same = str(uuid4())
    assert refusal(practice.rest("POST", "batch/people", [{"id": same}, {"id": same}])) == DUPLICATE


def test_upsert_matches_on_every_unique_field_and_revives_the_deleted(practice: Practice) -> None:
    """Behaviour 6."""
    one = practice.make("people", **mail("one@x.example"), jobTitle="first")
    other = practice.make("people", **mail("two@x.example"))
    merged = only(
        practice.rest("POST", "people", {"id": str(uuid4()), **mail("ONE@x.example"), "jobTitle": "b"}, upsert="true")
    )
    assert (merged["id"], merged["jobTitle"]) == (one["id"], "b")
    conflict = practice.rest("POST", "people", {"id": other["id"], **mail("one@x.example")}, upsert="true")
    assert refusal(conflict) == (
        f"Multiple records found with the same unique field values for id (id: {other['id']}); emails "
        "(emails.primaryEmail: one@x.example). Cannot determine which record to update."
    )
    practice.rest("DELETE", f"people/{one['id']}", soft_delete="true")
    assert refusal(practice.rest("POST", "people", mail("one@x.example"))) == DUPLICATE
    revived = only(practice.rest("POST", "people", mail("one@x.example"), upsert="true"))
    assert (revived["id"], revived["deletedAt"]) == (one["id"], None)
    twice = practice.rest("POST", "batch/people", [mail("new@x.example"), mail("new@x.example")], upsert="true")
    assert refusal(twice) == DUPLICATE


def test_upsert_answers_updates_first_and_always_created(practice: Practice) -> None:
    """Behaviour 7."""
    old = [practice.make("people", **mail(f"old{number}@x.example"))["id"] for number in range(2)]
    new = [str(uuid4()), str(uuid4())]
    bodies: list[Any] = [{"id": new[0]}, {"id": old[0]}, {"id": new[1]}, {"id": old[1]}, {"id": old[1]}]
    answer = practice.rest("POST", "batch/people", bodies, upsert="true")
    assert (answer.status_code, [row["id"] for row in only(answer)]) == (201, [*old, *new])


def test_upsert_leaves_the_author_and_patch_changes_it(practice: Practice) -> None:
    """Behaviour 8."""
    author = {"source": "IMPORT", "workspaceMemberId": None, "name": "Dr. Old", "context": None}
    person = practice.make("people", createdBy=author)
    body = {"id": person["id"], "createdBy": {"name": "New"}, "createdAt": "2001-01-01T00:00:00Z"}
    upserted = only(practice.rest("POST", "people", body, upsert="true"))
    assert (upserted["createdBy"], upserted["createdAt"]) == (author, "2001-01-01T00:00:00.000Z")
    assert practice.change("people", person["id"], createdBy={"name": "New"})["createdBy"]["name"] == "New"


def test_unknown_names_are_told_in_fixed_words(practice: Practice) -> None:
    """Behaviour 29."""
    assert refusal(practice.rest("POST", "people", {"foo": 1})) == 'Object person doesn\'t have any "foo" field.'
    assert refusal(practice.rest("GET", "person")) == "object 'person' not found. Did you mean 'people'?"
    assert refusal(practice.rest("POST", "batch/nothings", [])) == "object 'nothings' not found. eg: companies"
    invalid = practice.rest("GET", "people/a/b/c")
    assert refusal(invalid).startswith("Query path '/rest/people/a/b/c' invalid.")
    body = practice.rest("POST", "batch/people", {"jobTitle": "no list"}).json()
    assert (body["error"], body["messages"]) == ("TypeError", ["args.data.forEach is not a function"])


def test_positions_go_before_the_first_and_batches_appear_in_reverse(practice: Practice) -> None:
    first = practice.make("notes")["position"]
    assert first == 0
    assert [note["position"] for note in practice.batch("notes", {}, {}, {})] == [-1, -2, -3]
    assert practice.make("notes", position="last")["position"] == 1
    assert practice.make("notes", position="first")["position"] == -4
