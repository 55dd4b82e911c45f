"""A new workspace, files, the timeline, people at work, restarts."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridgework.sandbox import SimulatedClock, running
from bridgework_twenty_sandbox import Options, TwentySandbox

from .conftest import OpenPractice
from .practice import Practice, Record, only, refusal

UPLOAD = "mutation($file:Upload!,$f:String!){uploadFilesFieldFile(file:$file,fieldMetadataId:$f){id path url}}"


def upload(practice: Practice, content: bytes, name: str = "xray.PDF", field: str | None = None) -> Record:
    """Upload for the file field of attachments, as the GraphQL multipart form says."""
    fields = practice.metadata("attachment")["fields"]
    wanted = field or next(each["id"] for each in fields if each["name"] == "file")
    operations = {"query": UPLOAD, "variables": {"file": None, "f": wanted}}
    form = {"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.file"]})}
    answer = practice.http.post("/metadata", data=form, files={"0": (name, content, "application/pdf")})
    assert answer.status_code == 200, answer.text
    made: Record = answer.json()
    return made


def test_a_new_workspace_has_demo_rows_and_members_that_nobody_can_add(
    practice: Practice, open_practice: OpenPractice
) -> None:
    """Behaviour 33."""
    counts = {plural: practice.count(plural) for plural in ("people", "companies", "opportunities", "notes")}
    assert counts == {"people": 5, "companies": 5, "opportunities": 6, "notes": 0}
    assert practice.count("people", "createdBy.source[eq]:SYSTEM") == 5
    members = only(practice.rest("GET", "workspaceMembers"))
    assert {each["userEmail"] for each in members} >= {"owner@practice.example", "front.desk@practice.example"}
    one = {"userEmail": "new@practice.example"}
    for answer in (
        practice.rest("POST", "workspaceMembers", one),
        practice.rest("POST", "batch/workspaceMembers", [one]),
        practice.rest("PATCH", f"workspaceMembers/{members[0]['id']}", one),
    ):
        refusal(answer, 400, "PERMISSION_DENIED")
    bare = open_practice(demo_rows=False, members=[], owner_email="Boss@Practice.example")
    assert bare.count("people") == 0
    assert [each["userEmail"] for each in only(bare.rest("GET", "workspaceMembers"))] == ["boss@practice.example"]


def test_too_large_a_body_and_a_nul_byte_get_500(practice: Practice) -> None:
    """Behaviour 34."""
    large = practice.rest("POST", "people", {"jobTitle": "x" * (10 * 1024 * 1024)})
    assert (large.status_code, large.json()) == (500, "request entity too large")
    nul = practice.rest("POST", "people", {"name": {"firstName": "a\x00b"}})
    assert refusal(nul, 500) == "Data validation error."
    assert practice.count("people") == 5


def test_a_file_belongs_to_one_attachment_and_its_link_changes(practice: Practice) -> None:
    """Behaviour 36."""
    made = upload(practice, b"%PDF-1.7")["data"]["uploadFilesFieldFile"]
    assert made["path"].endswith(f"/{made['id']}.PDF")
    file = [{"fileId": made["id"], "label": "xray.pdf"}]
    attachment = practice.make("attachments", name="xray.pdf", file=file)
    assert attachment["fileCategory"] == "OTHER"
    links = {attachment["file"][0].pop("url"), practice.get("attachments", attachment["id"])["file"][0]["url"]}
    assert attachment["file"] == [{"label": "xray.pdf", "fileId": made["id"], "extension": ".PDF"}]
    assert len(links) == 2
    for link in links:
        assert httpx.get(link, trust_env=False).content == b"%PDF-1.7"
        assert httpx.get(link + "0", trust_env=False).status_code == 403
    practice.later(86_401)
    assert {httpx.get(link, trust_env=False).status_code for link in links} == {403}
    again = practice.rest("POST", "attachments", {"file": file})
    assert refusal(again) == f"File {made['id']} is already associated with a permanent files field"
    unknown = [{"fileId": attachment["id"], "label": "x"}]
    assert refusal(practice.rest("POST", "attachments", {"file": unknown})) == f"File not found: {attachment['id']}"
    assert practice.change("attachments", attachment["id"], file=file)["file"][0]["fileId"] == made["id"]
    (stored,) = practice.controls.state()["uploads"]
    assert (stored["sha256"], stored["used"]) == (sha256(b"%PDF-1.7").hexdigest(), True)


def test_two_records_of_a_batch_cannot_share_a_file(practice: Practice) -> None:
    file = [{"fileId": upload(practice, b"x")["data"]["uploadFilesFieldFile"]["id"], "label": "x"}]
    assert "already associated" in refusal(practice.rest("POST", "batch/attachments", [{"file": file}, {"file": file}]))
    assert practice.count("attachments") == 0


def test_an_upload_needs_the_field_it_is_for(practice: Practice) -> None:
    answer = upload(practice, b"x", field=practice.metadata("person")["id"])
    assert (answer["data"], len(answer["errors"])) == (None, 1)


def test_timeline_activities_come_a_moment_later_and_go_with_their_record(open_practice: OpenPractice) -> None:
    """Behaviour 37."""
    practice = open_practice(timeline_lag=2)
    person = practice.make("people")["id"]
    mine = f"targetPersonId[eq]:{person}"
    assert practice.count("timelineActivities", mine) == 0
    practice.later(2)
    practice.change("people", person, jobTitle="new")
    practice.change("people", person)
    practice.later(2)
    rows = practice.found("timelineActivities", mine)
    assert sorted(row["name"] for row in rows) == ["person.created", "person.updated"]
    diffs = [row["properties"]["diff"] for row in rows if row["properties"]]
    assert diffs == [{"jobTitle": {"before": "", "after": "new"}}]
    practice.rest("DELETE", f"people/{person}")
    assert practice.count("timelineActivities", mine) == 0


def test_a_member_works_in_the_user_interface_without_using_up_calls(open_practice: OpenPractice) -> None:
    practice = open_practice(limits="shipped")
    person = practice.make("people", jobTitle="a")
    limits = practice.controls.state()["limits"]
    edited = practice.controls.edit("person", person["id"], jobTitle="b")
    assert (edited["jobTitle"], edited["updatedBy"]["source"]) == ("b", "MANUAL")
    phones = [{"number": "+34 699999999"}]
    practice.change("people", person["id"], phones={"primaryPhoneNumber": "+34 612345678", "additionalPhones": phones})
    limits = practice.controls.state()["limits"]
    parts = practice.controls.edit("person", person["id"], **{"phones.primaryPhoneNumber": "+34 611111111"})["phones"]
    assert (parts["primaryPhoneNumber"], parts["additionalPhones"][0]["number"]) == ("611111111", "699999999")
    assert practice.controls.delete("people", person["id"])["deletedAt"]
    assert practice.controls.act("person", person["id"], "restore")["deletedAt"] is None
    assert practice.controls.act("person", person["id"], "destroy") == {"id": person["id"]}
    assert practice.controls.state()["limits"] == limits
    for wrong in (("nothing", person["id"], "edit"), ("person", person["id"], "edit"), ("person", "x", "merge")):
        with pytest.raises(ValueError, match="refused the control request"):
            practice.controls.act(*wrong)


def snapshot(practice: Practice) -> Any:
    state = practice.controls.state()
    state.pop("limits")
    return state


def test_everything_survives_a_restart(open_practice: OpenPractice, tmp_path: Path) -> None:
    path, lag = tmp_path / "state", 3600  # longer than this machine takes from one start to the other
    options = Options(limits="shipped", timeline_lag=lag)
    with running(TwentySandbox(options, SimulatedClock(0), path)) as controls:
        http = httpx.Client(
            base_url=controls.base_url,
            headers={"authorization": f"Bearer {controls.env['TWENTY_API_KEY']}"},
            trust_env=False,
            timeout=60,
        )
        before = Practice(controls, http)
        owner = before.object("visit", "visits")["id"]
        before.field(owner, "TEXT", "code", isUnique=True)
        gone = before.field(owner, "TEXT", "gone")["id"]
        before.rest("DELETE", f"metadata/fields/{gone}")
        before.make("visits", code="x")
        upload(before, b"content")
        person = before.make("people", emails={"primaryEmail": "a@x.example"})["id"]
        before.rest("DELETE", f"people/{person}", soft_delete="true")
        before.later(3)
        kept, now, env = snapshot(before), controls.now(), controls.env
        for _ in range(100):
            before.rest("GET", "people", limit=0)
        http.close()
    after = open_practice(path, limits="shipped", timeline_lag=lag)
    assert after.controls.env == env
    assert snapshot(after) == kept
    assert after.controls.now() >= now
    assert after.rest("GET", "people").status_code == 429
    after.later(lag)
    assert "duplicate" in refusal(after.rest("POST", "visits", {"code": "x"}))
    assert "duplicate" in refusal(after.rest("POST", "people", {"emails": {"primaryEmail": "a@x.example"}}))
    assert after.count("timelineActivities", f"targetPersonId[eq]:{person}") == 1
    assert list(after.get("visits", after.stored("visit")[0]["id"]))[-1] == "code"


def test_the_command_line_gets_what_a_migration_needs(practice: Practice) -> None:
    assert practice.controls.env.keys() == {"TWENTY_API_KEY", "TWENTY_LIMITED_KEY", "TWENTY_REVOKED_KEY"}
    assert "destination.api_key=env:TWENTY_API_KEY" in practice.controls.set
    assert "owners.fallback=owner@practice.example" in practice.controls.set
    assert "migration.currency=USD" in practice.controls.set
