"""People who are in the workspace already: announced before anything is written, linked on request, and put back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridgework.sandbox import Running

from ..exports import Export, base, little_practice, patient
from .conftest import MakeBench, StartSandbox, TwentyBench, init
from .workspace import Record

MATCH = """
rules:
  patients:
    match: [emails, name.lastName]
"""
FAMILY = "family@patients.example"


@contextmanager
def api(sandbox: Running) -> Iterator[httpx.Client]:
    """The workspace as somebody else's program sees it."""
    headers = {"authorization": f"Bearer {sandbox.env['TWENTY_API_KEY']}"}
    with httpx.Client(base_url=sandbox.base_url, headers=headers, trust_env=False) as client:
        yield client


def there_before(sandbox: Running, first: str, last: str, email: str, **values: Any) -> str:
    """Somebody typed this person into the workspace."""
    body = {"name": {"firstName": first, "lastName": last}, "emails": {"primaryEmail": email}, **values}
    with api(sandbox) as client:
        answer = client.post("/rest/people", json=body)
    assert answer.status_code == 201, answer.text
    identity: str = answer.json()["data"]["createPerson"]["id"]
    return identity


def remove(sandbox: Running, identity: str, *, for_good: bool = False) -> None:
    """Somebody moves a person to the trash, or destroys it."""
    with api(sandbox) as client:
        answer = client.delete(f"/rest/people/{identity}", params={} if for_good else {"soft_delete": "true"})
    assert answer.status_code == 200, answer.text


def person(bench: TwentyBench, identity: str) -> Record:
    """A person as somebody can have changed it: what the server gives is left out."""
    [row] = [row for row in bench.workspace.state["objects"]["person"] if row["id"] == identity]
    return {key: value for key, value in row.items() if key not in ("updatedAt", "updatedBy", "searchVector")}


def listed(bench: TwentyBench) -> list[tuple[str, str]]:
    """Key and place of each line of private/taken.csv."""
    path = bench.folder / "private" / "taken.csv"
    assert path.stat().st_mode & 0o777 == 0o600
    return [(row["key"], row["where"]) for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))]


def practice() -> Export:
    """A child before the adult who keeps their address, one who is known, one whose address is in the trash, a new one,
    and one whose address somebody else has."""
    export = base()
    export.add("patients", patient("p-cal", "1", "Cal", "Fam", email=FAMILY, dateOfBirth="2015-01-01"))
    export.add("patients", patient("p-dee", "2", "Dee", "Fam", email=FAMILY.upper(), dateOfBirth="1985-01-01"))
    export.add("patients", patient("p-known", "3", "Known", "Person", email="known@patients.example"))
    export.add("patients", patient("p-gone", "4", "Gone", "Person", email="gone@patients.example"))
    export.add("patients", patient("p-new", "5", "New", "Person", email="new@patients.example"))
    export.add("patients", patient("p-other", "6", "Olga", "Other", email="desk@patients.example"))
    return export


@pytest.mark.slow
def test_people_who_are_there_are_announced_linked_on_request_and_put_back(
    start_sandbox: StartSandbox, make_bench: MakeBench
) -> None:
    sandbox = start_sandbox()
    dee = there_before(sandbox, "Deirdre", "Fam", FAMILY, jobTitle="Teacher")
    known = there_before(sandbox, "Known", "Person", "known@patients.example")
    desk = there_before(sandbox, "Front", "Desk", "desk@patients.example")
    gone = there_before(sandbox, "Gone", "Person", "gone@patients.example")
    remove(sandbox, gone)
    bench = make_bench(practice(), sandbox=sandbox)
    bench.audited()

    answer = bench.call("plan", code=1)
    assert {(each["rule"], each["field"], each["where"]): each["records"] for each in answer["taken"]} == {
        ("patients", "emails", "there"): 3,
        ("patients", "emails", "in the trash"): 1,
    }
    assert sorted(listed(bench)) == [
        ("p-dee", "there"), ("p-gone", "in the trash"), ("p-known", "there"), ("p-other", "there"),
    ]  # fmt: skip
    assert "patients.example" not in (bench.folder / "reports" / "plan.html").read_text("utf-8")

    mapping = bench.folder / "mapping.yaml"
    mapping.write_text(MATCH.replace("name.lastName", "Patient number"), "utf-8")
    bench.call("plan", code=1)
    assert len(listed(bench)) == 4  # the field is not made yet, so nobody there has a value in it

    mapping.write_text(MATCH, "utf-8")
    bench.call("plan", code=1)
    assert sorted(listed(bench)) == [("p-gone", "in the trash"), ("p-other", "there")]
    assert "2 of which would be refused" in bench.approve("mapping")["summary"]

    bench.call("schema", code=(0, 1))
    bench.approve("schema")
    bench.call("schema", "--apply")
    bench.call("owners", code=(0, 1))
    bench.approve("owners")
    before = {each: person(bench, each) for each in (dee, known, desk, gone)}
    bench.call("sample", "--size", "3", code=(0, 1))
    bench.call("diff", code=(0, 1))
    bench.approve("sample")
    bench.call("load", code=(0, 1))
    counts = bench.report("load")["rules"]["patients"]
    assert counts == {"planned": 6, "conflict": 1, "updated": 1, "created": 2, "rejected": 2}  # Deirdre is no Dee
    people = {row["id"]: row for row in bench.workspace.rows("person")}
    assert len(people) == 5
    assert people[dee]["name"] == {"firstName": "Deirdre", "lastName": "Fam"}  # what somebody typed is kept
    assert (people[dee]["jobTitle"], people[dee]["dateOfBirth"]) == (
        "Teacher",
        "1985-01-01",
    )  # what was empty is filled
    assert people[known]["patientNumber"] == "3"
    cal = bench.workspace.person("Cal", "Fam")
    assert cal["emails"] == {"primaryEmail": "", "additionalEmails": [FAMILY]}
    assert (cal["dateOfBirth"], cal["sharedEMail"]) == ("2015-01-01", True)
    assert person(bench, desk) == before[desk]
    reasons = [each["reason"] for each in bench.call("failures", code=1)["groups"] if each["rule"] == "patients"]
    assert sorted(each for each in reasons if "unique" in each) == [
        "a record in the trash holds the same unique value",
        "a record of the workspace holds the same unique value",
    ]

    remove(sandbox, gone, for_good=True)
    bench.call("replay", code=(0, 1))
    assert bench.workspace.person("Gone", "Person")["patientNumber"] == "4"
    bench.call("plan", code=1)
    assert listed(bench) == [("p-other", "there")]  # linked and loaded ones are in nobody's way

    bench.call("rollback", code=(0, 1))
    assert {row["id"] for row in bench.workspace.rows("person")} == {dee, known, desk}
    for each in (dee, known, desk):
        assert person(bench, each) == before[each]


@pytest.mark.slow
def test_a_new_folder_after_a_rollback_says_whose_addresses_the_trash_holds(
    tmp_path: Path, start_sandbox: StartSandbox, make_bench: MakeBench
) -> None:
    sandbox = start_sandbox()
    first = make_bench(little_practice(3), sandbox=sandbox)
    first.loaded()
    second = init(tmp_path / "second", tmp_path / "migration-export", sandbox, {})
    second.audited()
    assert _where(second) == {"there, from another migration": 3}

    first.call("rollback")
    assert _where(second) == {"in the trash, from another migration": 3}
    first.call("plan")  # what a rollback of one's own left lets go when it is loaded again
    assert not (first.folder / "private" / "taken.csv").exists()

    for row in second.workspace.trash("person"):
        remove(sandbox, row["id"], for_good=True)
    second.call("plan")
    assert not (second.folder / "private" / "taken.csv").exists()
    second.approve("mapping")
    second.approve("schema")
    second.call("owners", code=(0, 1))
    second.approve("owners")
    second.call("sample", "--size", "3", code=(0, 1))
    assert len(second.workspace.rows("person")) == 3


def _where(bench: TwentyBench) -> dict[str, int]:
    answer = bench.call("plan", code=1)
    assert len(listed(bench)) == sum(each["records"] for each in answer["taken"])
    return {each["where"]: each["records"] for each in answer["taken"]}


@pytest.mark.slow
def test_an_additional_number_is_nobodys_own(start_sandbox: StartSandbox, make_bench: MakeBench) -> None:
    sandbox = start_sandbox()
    numbers = {"phones": {"additionalPhones": [{"number": "+13035550100"}]}}
    husband = there_before(sandbox, "Max", "Ruiz", "max@patients.example", **numbers)
    wife = there_before(sandbox, "Ana", "Ruiz", "ana@patients.example", phones={"primaryPhoneNumber": "+13035550100"})
    export = base()
    export.add("patients", patient("p-ana", "1", "Ana", "Ruiz", phones=[{"type": "Home", "number": "303-555-0100"}]))
    bench = make_bench(export, sandbox=sandbox)
    (bench.folder / "mapping.yaml").write_text(MATCH.replace("emails, name.lastName", "phones"), "utf-8")
    untouched = person(bench, husband)
    bench.ready_to_load(size=1)
    bench.call("load")
    people = {row["id"]: row for row in bench.workspace.rows("person")}
    assert people.keys() == {husband, wife}
    assert people[wife]["patientNumber"] == "1"
    assert {key: value for key, value in person(bench, husband).items() if key in untouched} == untouched
