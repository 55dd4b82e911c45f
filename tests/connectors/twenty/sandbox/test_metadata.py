"""Custom objects and fields."""

from typing import Any

import pytest

from .conftest import OpenPractice
from .practice import Practice, problems, refusal

OPTIONS = [{"label": value.title(), "value": value, "color": "red", "position": n} for n, value in enumerate("AB")]


def field(practice: Practice, owner: str, **given: Any) -> Any:
    body = {"objectMetadataId": owner, "type": "TEXT", "name": "extra", "label": "Extra", **given}
    return practice.rest("POST", "metadata/fields", body)


def test_metadata_has_two_shapes_error_trees_and_target_columns(
    practice: Practice, open_practice: OpenPractice
) -> None:
    """Behaviour 30."""
    visit = practice.object("visit", "visits")
    assert len(visit["fields"]) == 13
    target = practice.make("visits")["id"]
    note = practice.make("notes")["id"]
    made = practice.make("noteTargets", noteId=note, targetVisitId=target)
    assert made["targetVisitId"] == target
    assert practice.make("attachments", targetVisitId=target)["targetVisitId"] == target
    assert practice.make("taskTargets", targetVisitId=target)["targetVisitId"] == target
    again = practice.rest(
        "POST",
        "metadata/objects",
        {"nameSingular": "visit", "namePlural": "visits", "labelSingular": "V", "labelPlural": "Vs"},
    )
    assert ("OBJECT_ALREADY_EXISTS", "Object already exists") in problems(again)
    missing = practice.rest("POST", "metadata/objects", {"nameSingular": "x", "namePlural": "xs"})
    assert missing.json()["message"][0] == "labelSingular should not be empty"
    assert practice.rest("DELETE", f"metadata/objects/{visit['id']}").status_code == 200
    assert refusal(practice.rest("DELETE", f"metadata/objects/{visit['id']}"), 404, "ENTITY_NOT_FOUND")
    assert refusal(practice.rest("GET", "visits")) == "object 'visits' not found. eg: companies"
    assert "targetVisitId" not in practice.get("noteTargets", made["id"])
    legacy = open_practice(metadata_shape="legacy")
    assert len(legacy.rest("GET", "metadata/objects", limit=100).json()["data"]["objects"]) == 28


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"name": "type"}, "INVALID_FIELD_INPUT", "This name is reserved."),
        ({"name": "Extra"}, "INVALID_FIELD_INPUT", "Name is not valid"),
        ({"name": "a" * 64}, "INVALID_FIELD_INPUT", "Name is too long"),
        ({"label": "L" * 64}, "INVALID_FIELD_INPUT", "Label is too long"),
        ({"name": "name"}, "NOT_AVAILABLE", 'Name "name" is not available'),
        ({"name": "createdBySource"}, "RESERVED_KEYWORD", "reserved composite field name"),
        ({"type": "SELECT"}, "INVALID_FIELD_INPUT", "Options are required"),
        ({"type": "SELECT", "options": [{**OPTIONS[0], "label": "a,b"}]}, "INVALID_FIELD_INPUT", "a comma"),
        ({"type": "SELECT", "options": [{**OPTIONS[0], "value": "a b"}]}, "INVALID_FIELD_INPUT", "UPPER_CASE"),
        ({"type": "SELECT", "options": [OPTIONS[0], OPTIONS[0]]}, "INVALID_FIELD_INPUT", "Duplicated option value"),
        ({"type": "SELECT", "options": OPTIONS, "defaultValue": "A"}, "INVALID_FIELD_INPUT", "quoted string"),
        ({"type": "SELECT", "options": OPTIONS, "defaultValue": "'C'"}, "INVALID_FIELD_INPUT", "one of the option"),
        ({"defaultValue": "none"}, "INVALID_FIELD_INPUT", "quoted string"),
        ({"type": "NUMERIC"}, "INVALID_FIELD_INPUT", "Use NUMBER instead"),
    ],
)
def test_names_labels_options_and_defaults_follow_rules(
    practice: Practice, given: Any, code: str, message: str
) -> None:
    """Behaviour 31."""
    owner = practice.object("visit", "visits")["id"]
    version = practice.controls.state()["workspace"]["metadataVersion"]
    found = problems(field(practice, owner, **given))
    assert any(each[0] == code and message in each[1] for each in found), found
    assert practice.controls.state()["workspace"]["metadataVersion"] == version
    assert "extra" not in practice.make("visits")


@pytest.mark.parametrize(
    "names", [("plan", "plans"), ("foo_bar", "fooBars"), ("Foo", "foos"), ("same", "SAME"), ("a" * 64, "b")]
)
def test_object_names_follow_rules(practice: Practice, names: tuple[str, str]) -> None:
    body = {"nameSingular": names[0], "namePlural": names[1], "labelSingular": "L", "labelPlural": "Ls"}
    answer = practice.rest("POST", "metadata/objects", body)
    assert problems(answer)
    assert answer.json()["summary"]["totalErrors"] == 35


def test_a_removed_option_falls_back_a_new_type_is_ignored_and_deactivated_things_are_served(
    practice: Practice,
) -> None:
    """Behaviour 32."""
    owner = practice.object("visit", "visits")["id"]
    kept = practice.field(owner, "SELECT", "kept", options=OPTIONS, defaultValue="'A'")
    bare = practice.field(owner, "SELECT", "bare", options=OPTIONS)
    several = practice.field(owner, "MULTI_SELECT", "several", options=OPTIONS)
    visit = practice.make("visits", kept="B", bare="B", several=["A", "B"])["id"]
    for each in (kept, bare, several):
        first = each["options"][:1]
        assert practice.rest("PATCH", f"metadata/fields/{each['id']}", {"options": first}).status_code == 200
    read = practice.get("visits", visit)
    assert (read["kept"], read["bare"], read["several"]) == ("A", None, ["A"])
    unchanged = practice.rest("PATCH", f"metadata/fields/{kept['id']}", {"type": "TEXT"}).json()
    assert unchanged["type"] == "SELECT"
    practice.rest("PATCH", f"metadata/fields/{kept['id']}", {"isActive": False})
    practice.rest("PATCH", f"metadata/objects/{owner}", {"isActive": False})
    assert practice.change("visits", visit, kept=None)["kept"] is None


def test_a_renamed_option_takes_its_rows_along(practice: Practice) -> None:
    owner = practice.object("visit", "visits")["id"]
    made = practice.field(owner, "SELECT", "kind", options=OPTIONS)
    visit = practice.make("visits", kind="A")["id"]
    renamed = [{**made["options"][0], "value": "Z"}, made["options"][1]]
    practice.rest("PATCH", f"metadata/fields/{made['id']}", {"options": renamed})
    assert practice.get("visits", visit)["kind"] == "Z"


def test_a_field_can_be_renamed_and_made_unique(practice: Practice) -> None:
    owner = practice.object("visit", "visits")["id"]
    made = practice.field(owner, "TEXT", "code")["id"]
    one, other = practice.make("visits", code="x")["id"], practice.make("visits", code="x")["id"]
    failed = practice.rest("PATCH", f"metadata/fields/{made}", {"isUnique": True})
    assert failed.status_code == 500
    assert failed.text.startswith("Migration action 'create' for 'index'")
    practice.change("visits", other, code="y")
    assert practice.rest("PATCH", f"metadata/fields/{made}", {"isUnique": True}).json()["isUnique"] is True
    assert "duplicate" in refusal(practice.rest("PATCH", f"visits/{other}", {"code": "x"}))
    practice.rest("PATCH", f"metadata/fields/{made}", {"name": "sourceKey"})
    assert practice.get("visits", one)["sourceKey"] == "x"
    assert "duplicate" in refusal(practice.rest("POST", "visits", {"sourceKey": "x"}))


def test_a_required_field_needs_an_empty_object_or_a_default(practice: Practice) -> None:
    owner = practice.object("visit", "visits")["id"]
    company = practice.metadata("company")["id"]
    rows = field(practice, company, isNullable=False)
    assert (rows.status_code, rows.text.split(" (")[0]) == (500, "Migration action 'create' for 'fieldMetadata'")
    assert field(practice, company, isNullable=False, defaultValue="'x'").status_code == 201
    assert practice.found("companies", "id[is]:NOT_NULL")[0]["extra"] == "x"
    assert field(practice, owner, isNullable=False).status_code == 201
    told = refusal(practice.rest("POST", "visits", {"extra": ""}))
    assert told == 'null value in column "extra" of relation "_visit" violates not-null constraint'


def test_relations_come_in_pairs_and_bundles(practice: Practice) -> None:
    owner = practice.object("visit", "visits")["id"]
    person, company = practice.metadata("person")["id"], practice.metadata("company")["id"]
    payload = {"type": "MANY_TO_ONE", "targetObjectMetadataId": person, "targetFieldLabel": "Dental visits"}
    made = practice.field(owner, "RELATION", "patient", relationCreationPayload=payload)
    assert made["settings"]["joinColumnName"] == "patientId"
    taken = field(practice, owner, type="RELATION", name="other", relationCreationPayload=payload)
    assert problems(taken)[0][0] == "NOT_AVAILABLE"
    bundle = [{**payload, "targetObjectMetadataId": each, "targetFieldLabel": "About"} for each in (person, company)]
    practice.field(owner, "MORPH_RELATION", "about", morphRelationsCreationPayload=bundle)
    ana = practice.make("people")["id"]
    visit = practice.make("visits", patientId=ana, aboutPersonId=ana)
    assert visit["aboutCompanyId"] is None
    shown = practice.get("people", ana, depth=1)
    assert [row["id"] for row in shown["dentalVisits"]] == [row["id"] for row in shown["about"]] == [visit["id"]]
    seen = practice.graphql(
        f'{{field(id:"{made["id"]}"){{relation{{targetObjectMetadata{{nameSingular}}}}}}}}', "/metadata"
    )
    assert seen["data"]["field"]["relation"]["targetObjectMetadata"]["nameSingular"] == "person"
    practice.rest("DELETE", f"people/{ana}")
    assert practice.get("visits", visit["id"])["patientId"] is None
    assert practice.rest("DELETE", f"metadata/fields/{made['id']}").status_code == 200
    assert "patientId" not in practice.get("visits", visit["id"])
    assert "dentalVisits" not in practice.get("people", practice.make("people")["id"], depth=1)


def test_one_to_many_is_the_same_pair_from_the_other_side(practice: Practice) -> None:
    owner = practice.object("visit", "visits")["id"]
    person = practice.metadata("person")["id"]
    payload = {"type": "ONE_TO_MANY", "targetObjectMetadataId": person, "targetFieldLabel": "Last visit"}
    practice.field(owner, "RELATION", "patients", relationCreationPayload=payload)
    visit = practice.make("visits")["id"]
    ana = practice.make("people", lastVisitId=visit)
    assert [row["id"] for row in practice.get("visits", visit, depth=1)["patients"]] == [ana["id"]]


def test_standard_things_cannot_be_deleted(practice: Practice) -> None:
    person = practice.metadata("person")
    by_name = {each["name"]: each["id"] for each in person["fields"]}
    told = refusal(practice.rest("DELETE", f"metadata/fields/{by_name['jobTitle']}"), 403, "FIELD_MUTATION_NOT_ALLOWED")
    assert told == 'Cannot delete standard field "jobTitle"'
    answer = practice.rest("DELETE", f"metadata/objects/{person['id']}")
    assert ("INVALID_OBJECT_INPUT", "Standard objects cannot be deleted") in problems(answer)
    visit = practice.object("visit", "visits")
    for name in ("id", "name"):
        field_id = next(each["id"] for each in visit["fields"] if each["name"] == name)
        assert problems(practice.rest("DELETE", f"metadata/fields/{field_id}"))[0][0] == "FIELD_MUTATION_NOT_ALLOWED"


def test_a_renamed_object_keeps_its_rows_and_its_targets(practice: Practice) -> None:
    owner = practice.object("visit", "visits")["id"]
    visit = practice.make("visits", name="a")["id"]
    target = practice.make("noteTargets", targetVisitId=visit)["id"]
    names = {"nameSingular": "stay", "namePlural": "stays"}
    assert practice.rest("PATCH", f"metadata/objects/{owner}", names).status_code == 200
    assert practice.get("stays", visit)["name"] == "a"
    assert practice.get("noteTargets", target)["targetStayId"] == visit


def test_metadata_is_paged_by_plain_ids_and_its_version_rises(practice: Practice) -> None:
    version = practice.graphql("{currentWorkspace{metadataVersion}}", "/metadata")["data"]["currentWorkspace"]
    owner = practice.object("visit", "visits")["id"]
    practice.field(owner, "TEXT", "a")
    assert practice.controls.state()["workspace"]["metadataVersion"] == version["metadataVersion"] + 2
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 10}
    while True:
        answer = practice.rest("GET", "metadata/objects", **query).json()
        seen += [each["id"] for each in answer["data"]]
        if not answer["pageInfo"]["hasNextPage"]:
            break
        query["starting_after"] = answer["pageInfo"]["endCursor"]
    assert len(set(seen)) == len(seen) == answer["totalCount"] == 29
    assert seen == sorted(seen, reverse=True)


def test_workspaces_have_ids_of_their_own(open_practice: OpenPractice) -> None:
    one, other = open_practice(), open_practice()
    ids = [
        {each["id"] for each in each.rest("GET", "metadata/fields", limit=200).json()["data"]} for each in (one, other)
    ]
    assert not ids[0] & ids[1]


def test_indexes_follow_what_the_schema_does_to_values(practice: Practice) -> None:
    owner = practice.object("visit", "visits")["id"]
    made = practice.field(owner, "SELECT", "slot", options=OPTIONS, isUnique=True)
    visit = practice.make("visits", slot="B")["id"]
    practice.rest("PATCH", f"metadata/fields/{made['id']}", {"options": made["options"][:1]})
    assert practice.get("visits", visit)["slot"] is None
    assert practice.make("visits", slot="A")["slot"] == "A"
    practice.rest("PATCH", f"metadata/fields/{made['id']}", {"options": OPTIONS})
    assert practice.make("visits", slot="B")["slot"] == "B"
    doubled = field(practice, owner, isUnique=True, defaultValue="'same'")
    assert (doubled.status_code, doubled.text.split(" (")[0]) == (500, "Migration action 'create' for 'index'")
