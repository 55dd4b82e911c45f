"""Notes, files, links between organizations."""

import hashlib

import pytest

from .account import SCHEMA, Account, refusal
from .conftest import OpenAccount


def test_note_content_is_cleaned(account: Account) -> None:
    """Behaviour 36."""
    account.make("persons", name="Ana")
    sent = (
        '<p onclick="x()" class="y">Pain <b>left</b> &amp; right</p>'
        "<!-- marker --><script>alert(1)</script><blink>a < b</blink>"
    )
    note = account.make_v1("notes", content=sent, person_id=1)
    assert note["content"] == "<p>Pain <b>left</b> &amp; right</p>a &lt; b"
    assert account.v1("GET", "notes/1").json()["data"]["content"] == note["content"]


def test_a_note_has_a_length_limit(account: Account) -> None:
    """Behaviour 36."""
    account.make("persons", name="Ana")
    assert account.v1("POST", "notes", {"content": "x" * 100_000, "person_id": 1}).status_code == 200
    refusal(account.v1("POST", "notes", {"content": "x" * 100_001, "person_id": 1}))
    refusal(account.v1("POST", "notes", {"content": " ", "person_id": 1}))


def test_an_activity_note_has_a_limit_in_bytes_and_is_cleaned_or_not(open_account: OpenAccount) -> None:
    """Behaviour 36."""
    account = open_account()
    assert account.v2("POST", "activities", {"note": "x" * 100_000}).status_code == 200
    refusal(account.v2("POST", "activities", {"note": "é" * 50_001}), code=SCHEMA)
    assert account.make("activities", note="a<!-- b --> & c")["note"] == "a &amp; c"
    assert open_account(activity_note="text").make("activities", note="a<!-- b --> & c")["note"] == "a<!-- b --> & c"


def test_a_note_takes_its_time_and_an_administrator_its_author(open_account: OpenAccount) -> None:
    """Behaviour 37."""
    account = open_account()
    account.make("persons", name="Ana")
    author = account.v1("GET", "users").json()["data"][1]["id"]
    note = account.make_v1("notes", content="A", person_id=1, add_time="2019-01-02 03:04:05", user_id=author)
    assert (note["add_time"], note["user_id"]) == ("2019-01-02 03:04:05", author)
    refusal(account.v1("POST", "notes", {"content": "A", "person_id": 1, "add_time": "2019-01-02T03:04:05Z"}))
    refusal(account.v1("POST", "notes", {"content": "A", "person_id": 1, "user_id": 5}))
    plain = open_account(admin=False)
    plain.make("persons", name="Ana")
    refusal(plain.v1("POST", "notes", {"content": "A", "person_id": 1, "user_id": author}), 403)


def test_a_note_needs_a_living_parent_and_a_pin_its_parent(account: Account) -> None:
    """Behaviour 15."""
    account.make("persons", name="Ana")
    refusal(account.v1("POST", "notes", {"content": "A", "person_id": 9}))
    refusal(account.v1("POST", "notes", {"content": "A", "person_id": "1"}))
    refusal(account.v1("POST", "notes", {"content": "A", "person_id": 1, "pinned_to_deal_flag": 1}))
    refusal(account.v1("POST", "notes", {"content": "A", "person_id": 1, "colour": "red"}))
    note = account.make_v1("notes", content="A", person_id=1, pinned_to_person_flag=1)
    assert note["pinned_to_person_flag"] is True
    refusal(account.v1("PUT", f"notes/{note['id']}", {"person_id": None}))


def test_notes_are_listed_by_parent_in_pages_and_changed_ones_by_time(account: Account) -> None:
    for name in "AB":
        account.make("persons", name=name)
    for number in range(5):
        account.make_v1("notes", content=str(number), person_id=1 + number % 2)
        account.later(1)
    first = account.v1("GET", "notes", person_id=1, limit=2, sort="id DESC").json()
    assert [note["id"] for note in first["data"]] == [5, 3]
    paging = first["additional_data"]["pagination"]
    assert paging["more_items_in_collection"]
    second = account.v1("GET", "notes", person_id=1, limit=2, sort="id DESC", start=paging["next_start"]).json()
    assert [note["id"] for note in second["data"]] == [1]
    assert not second["additional_data"]["pagination"]["more_items_in_collection"]
    changed = account.v1("PUT", "notes/2", {"content": "new"}).json()["data"]
    since = changed["update_time"].replace(" ", "T") + "Z"
    assert [note["id"] for note in account.v1("GET", "notes", updated_since=since).json()["data"]] == [2]


def test_a_deleted_note_is_gone_for_good(account: Account) -> None:
    account.make("persons", name="Ana")
    account.make_v1("notes", content="A", person_id=1)
    assert account.v1("DELETE", "notes/1").json()["data"] is True
    for method in ("GET", "DELETE"):
        refusal(account.v1(method, "notes/1"), 404)
    assert account.stored("notes") == []


def upload(account: Account, name: str = "x-ray.png", **links: str) -> dict[str, object]:
    answer = account.http.post("/api/v1/files", files={"file": (name, b"\x89PNG content")}, data=links)
    assert answer.status_code == 200, answer.text
    made: dict[str, object] = answer.json()["data"]
    return made


def test_an_uploaded_file_comes_back_byte_for_byte(account: Account) -> None:
    account.make("persons", name="Ana")
    made = upload(account, person_id="1")
    assert (made["name"], made["file_size"], made["person_id"]) == ("x-ray.png", 12, 1)
    assert made["file_name"] != "x-ray.png"
    assert account.v1("GET", f"files/{made['id']}/download").content == b"\x89PNG content"
    stored = account.stored("files")[0]
    assert stored["sha256"] == hashlib.sha256(b"\x89PNG content").hexdigest()


def test_an_upload_needs_a_named_file_part_and_living_links(account: Account) -> None:
    for files, data in (
        ({"other": ("a", b"x")}, {}),
        ({"file": ("a", b"x")}, {"person_id": "1"}),
        ({"file": ("a", b"x")}, {"person_id": "Ana"}),
        ({"file": ("a", b"x")}, {"colour": "red"}),
    ):
        refusal(account.http.post("/api/v1/files", files=files, data=data))
    refusal(account.v1("POST", "files", {"file": "x"}))


def test_file_names_are_changed_by_form_only(account: Account) -> None:
    upload(account)
    refusal(account.v1("PUT", "files/1", {"name": "a"}))
    changed = account.http.put("/api/v1/files/1", data={"name": "a.png", "description": "marker"}).json()["data"]
    assert (changed["name"], changed["description"]) == ("a.png", "marker")


def test_files_are_listed_by_parent(account: Account) -> None:
    for name in "AB":
        account.make("persons", name=name)
    account.make("organizations", name="C")
    for links in ({"person_id": "1"}, {"person_id": "2", "org_id": "1"}, {"person_id": "1"}):
        upload(account, **links)
    assert [file["id"] for file in account.v1("GET", "persons/1/files", sort="id DESC").json()["data"]] == [3, 1]
    assert [file["id"] for file in account.v1("GET", "organizations/1/files").json()["data"]] == [2]
    assert [file["id"] for file in account.v1("GET", "files", limit=2).json()["data"]] == [1, 2]


def test_a_deleted_file_leaves_the_lists_and_cannot_be_downloaded(account: Account) -> None:
    account.make("persons", name="Ana")
    upload(account, person_id="1")
    assert account.v1("DELETE", "files/1").json()["data"] == {"id": 1}
    assert account.v1("GET", "persons/1/files").json()["data"] == []
    refusal(account.v1("GET", "files/1/download"), 404)
    refusal(account.v1("DELETE", "files/1"), 404)


def test_organizations_are_linked_and_seen_from_either_end(account: Account) -> None:
    parent, daughter = (account.make("organizations", name=name)["id"] for name in ("Group", "Branch"))
    body = {"type": "parent", "rel_owner_org_id": parent, "rel_linked_org_id": daughter}
    made = account.make_v1("organizationRelationships", **body)
    assert made["rel_owner_org_id"]["value"] == parent
    assert made["active_flag"] == "true"
    for org, kind, other in ((parent, "daughter", "Branch"), (daughter, "parent", "Group")):
        seen = account.v1("GET", "organizationRelationships", org_id=org).json()["data"][0]
        assert (seen["calculated_type"], seen["related_organization_name"]) == (kind, other)
    refusal(account.v1("GET", "organizationRelationships"))
    assert account.v1("DELETE", f"organizationRelationships/{made['id']}").status_code == 200
    refusal(account.v1("GET", f"organizationRelationships/{made['id']}"), 404)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "parent", "rel_owner_org_id": 1},
        {"type": "friend", "rel_owner_org_id": 1, "rel_linked_org_id": 2},
        {"type": "parent", "rel_owner_org_id": 1, "rel_linked_org_id": 1},
        {"type": "parent", "rel_owner_org_id": 1, "rel_linked_org_id": 9},
        {"type": "parent", "rel_owner_org_id": {"value": 1}, "rel_linked_org_id": 2},
    ],
)
def test_a_link_that_makes_no_sense_is_refused(account: Account, body: dict[str, object]) -> None:
    for name in "AB":
        account.make("organizations", name=name)
    refusal(account.v1("POST", "organizationRelationships", body))
