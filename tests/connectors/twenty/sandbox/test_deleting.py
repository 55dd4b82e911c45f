"""Soft delete, restore, destroy."""

import pytest

from .conftest import OpenPractice
from .practice import Practice, only, refusal

BOTH = "or(deletedAt[is]:NULL,deletedAt[is]:NOT_NULL)"


def softly(practice: Practice, plural: str, record_id: str) -> None:
    assert practice.rest("DELETE", f"{plural}/{record_id}", soft_delete="true").status_code == 200


def test_delete_destroys_unless_it_is_asked_to_be_soft(practice: Practice) -> None:
    """Behaviour 9."""
    one, other = practice.make("people"), practice.make("people")
    deleted = only(practice.rest("DELETE", f"people/{one['id']}", soft_delete="true"))
    assert deleted["deletedAt"] == deleted["updatedAt"] == practice.controls.now()[:23] + "Z"
    gone = practice.rest("DELETE", f"people/{other['id']}")
    assert gone.json() == {"data": {"deletePerson": {"id": other["id"]}}}
    assert practice.count("people", f"and(id[eq]:{other['id']},{BOTH})") == 0
    for soft, word in (("true", "delete"), ("false", "destroy")):
        told = refusal(practice.rest("DELETE", "people", soft_delete=soft))
        assert told.startswith(f"Filters are mandatory for bulk {word} operations.")
    assert refusal(practice.rest("DELETE", f"people/{other['id']}"), 404) == "Record not found"


def test_bulk_operations_reach_deleted_rows_and_updates_stop_at_200(practice: Practice) -> None:
    """Behaviour 10."""
    notes = [note["id"] for note in practice.batch("notes", *[{"title": "a"}] * 150)]
    softly(practice, "notes", notes[0])
    practice.batch("notes", *[{"title": "b"}] * 50)
    changed = only(practice.rest("PATCH", "notes", {"title": "all"}))
    assert len(changed) == 200
    assert next(note for note in changed if note["id"] == notes[0])["deletedAt"]
    practice.make("notes", title="one more")
    over = practice.rest("PATCH", "notes", {"title": "x"})
    assert refusal(over, code="TOO_MANY_RECORDS_TO_UPDATE") == "Cannot update more than 200 records at once"
    hit = only(practice.rest("DELETE", "notes", filter=f"id[in]:[{notes[0]},{notes[1]}]"))
    assert {row["id"] for row in hit} == {notes[0], notes[1]}
    assert len(only(practice.rest("DELETE", "notes", filter="id[is]:NOT_NULL", soft_delete="true"))) == 199


def test_a_deleted_record_cannot_be_read_but_can_be_changed(practice: Practice) -> None:
    """Behaviour 11."""
    person = practice.make("people", jobTitle="a")["id"]
    softly(practice, "people", person)
    assert refusal(practice.rest("GET", f"people/{person}"), 404) == "Record not found"
    changed = practice.change("people", person, jobTitle="b")
    assert (changed["jobTitle"], changed["deletedAt"] is None) == ("b", False)
    assert practice.count("people", f"id[eq]:{person}") == 0
    assert practice.change("people", person, deletedAt=None)["deletedAt"] is None
    assert practice.get("people", person)["jobTitle"] == "b"


def test_a_filter_that_speaks_of_deletion_shows_deleted_rows(practice: Practice) -> None:
    """Behaviour 12."""
    ids = [practice.make("people", jobTitle="x")["id"] for _ in range(3)]
    softly(practice, "people", ids[0])
    assert practice.count("people", "jobTitle[eq]:x") == 2
    shown = practice.found("people", "and(jobTitle[eq]:x,deletedAt[is]:NOT_NULL)")
    assert [row["id"] for row in shown] == [ids[0]]
    assert practice.count("people", f"and(jobTitle[eq]:x,{BOTH})") == 3


def test_rest_restores_many_and_not_one(practice: Practice, open_practice: OpenPractice) -> None:
    """Behaviour 13."""
    person = practice.make("people")["id"]
    softly(practice, "people", person)
    assert "invalid" in refusal(practice.rest("PATCH", f"restore/people/{person}"))
    refusal(practice.rest("PATCH", f"people/{person}/restore"))
    restored = only(practice.rest("PATCH", "restore/people", filter=f"id[eq]:{person}"))
    assert [row["deletedAt"] for row in restored] == [None]
    later = open_practice(restore_routes="later")
    person = later.make("people")["id"]
    softly(later, "people", person)
    assert only(later.rest("PATCH", f"people/{person}/restore"))["deletedAt"] is None
    assert len(only(later.rest("PATCH", "people/restore", filter=f"id[eq]:{person}"))) == 1
    refusal(later.rest("PATCH", "restore/people", filter=f"id[eq]:{person}"))
    paths = [each.rest("GET", "open-api/core").json()["paths"] for each in (practice, later)]
    assert ["/restore/people" in listed for listed in paths] == [True, False]


@pytest.mark.parametrize(("owner", "target"), [("note", "noteTargets"), ("task", "taskTargets")])
def test_targets_follow_their_owner_and_a_destroy_cuts_or_cascades(practice: Practice, owner: str, target: str) -> None:
    """Behaviour 14."""
    company = practice.make("companies")["id"]
    person = practice.make("people", companyId=company)["id"]
    text = practice.make(f"{owner}s")["id"]
    practice.make(target, **{f"{owner}Id": text, "targetPersonId": person})
    practice.make(target, **{f"{owner}Id": text, "targetCompanyId": company})
    softly(practice, f"{owner}s", text)
    assert practice.count(target) == 0
    practice.rest("PATCH", f"restore/{owner}s", filter=f"id[eq]:{text}")
    assert practice.count(target) == 2
    softly(practice, "people", person)
    assert practice.count(target) == 2
    practice.rest("DELETE", f"companies/{company}")
    assert practice.count(target) == 1
    assert practice.change("people", person, deletedAt=None)["companyId"] is None
    practice.rest("DELETE", f"{owner}s/{text}")
    assert practice.count(target, f"and(id[is]:NOT_NULL,{BOTH})") == 0


def test_graphql_deletes_softly_and_destroys_by_name(practice: Practice) -> None:
    person = practice.make("people")["id"]
    deleted = practice.graphql("mutation($i:UUID!){deletePerson(id:$i){id deletedAt}}", i=person)
    assert deleted["data"]["deletePerson"]["deletedAt"]
    restored = practice.graphql("mutation($i:UUID!){restorePerson(id:$i){deletedAt}}", i=person)
    assert restored == {"data": {"restorePerson": {"deletedAt": None}}}
    practice.graphql("mutation($i:UUID!){destroyPerson(id:$i){id}}", i=person)
    assert practice.count("people", f"and(id[eq]:{person},{BOTH})") == 0


def test_the_trash_is_emptied_one_day(practice: Practice) -> None:
    person = practice.make("people")["id"]
    softly(practice, "people", person)
    assert practice.controls.command("empty_trash")["destroyed"] == 1
    assert only(practice.rest("PATCH", "restore/people", filter=f"id[eq]:{person}")) == []
