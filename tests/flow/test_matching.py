"""Records that were in the account before: linked to by a rule that says so, filled where empty, and put back."""

from __future__ import annotations

import httpx
import pytest

from bridgework.sandbox import Running

from .conftest import MakeBench, StartSandbox
from .exports import base, patient

MATCH_BY_EMAIL = """
rules:
  patients:
    match: [emails]
"""


def there_before(sandbox: Running, name: str, email: str) -> int:
    """Somebody typed this person into the CRM."""
    answer = httpx.post(
        f"{sandbox.base_url}/api/v2/persons",
        headers={"x-api-token": sandbox.env["PIPEDRIVE_API_TOKEN"]},
        json={"name": name, "emails": [{"value": email, "label": "work", "primary": True}]},
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    identity: int = answer.json()["data"]["id"]
    return identity


@pytest.mark.slow
def test_a_matched_record_is_linked_filled_and_put_back(start_sandbox: StartSandbox, make_bench: MakeBench) -> None:
    sandbox = start_sandbox()
    known = there_before(sandbox, "Known Before", "known@patients.example")
    export = base()
    export.add("patients", patient("p-known", "9001", "Known", "Person", email="Known@patients.example"))
    export.add("patients", patient("p-new", "9002", "New", "Person", email="new@patients.example"))
    bench = make_bench(export, sandbox=sandbox)
    (bench.folder / "mapping.yaml").write_text(MATCH_BY_EMAIL, "utf-8")
    bench.ready_to_load()
    bench.call("load", code=(0, 1))
    account = bench.account
    person = account.one("persons", id=known)
    assert person["name"] == "Known Before"  # what somebody typed is kept
    assert account.custom("person", person)["Patient number"] == "9001"  # what was empty is filled
    assert len([row for row in account.rows("persons") if "Known" in row["name"]]) == 1
    assert account.named("persons", "New Person")

    bench.call("rollback", code=(0, 1))
    account = bench.account
    assert [row["id"] for row in account.rows("persons")] == [known]
    assert account.custom("person", account.one("persons", id=known)) == {}
    assert account.one("persons", id=known)["name"] == "Known Before"


@pytest.mark.slow
def test_two_existing_records_that_agree_are_never_chosen_between(
    start_sandbox: StartSandbox, make_bench: MakeBench
) -> None:
    sandbox = start_sandbox()
    for name in ("First Known", "Second Known"):
        there_before(sandbox, name, "shared@patients.example")
    export = base()
    export.add("patients", patient("p-shared", "9003", "Shared", "Person", email="shared@patients.example"))
    bench = make_bench(export, sandbox=sandbox)
    (bench.folder / "mapping.yaml").write_text(MATCH_BY_EMAIL, "utf-8")
    bench.ready_to_load()
    bench.call("load", code=1)
    groups = bench.call("failures", code=1)["groups"]
    assert [(group["rule"], group["reason"]) for group in groups] == [
        ("patients", "several existing records agree in emails")
    ]
    assert not [row for row in bench.account.rows("persons") if row["name"] == "Shared Person"]
