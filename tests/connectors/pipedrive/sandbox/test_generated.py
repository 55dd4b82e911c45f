"""Whatever the official description allows, and much that it does not: no request breaks the simulated account."""

import json
import os
from collections import Counter
from typing import Any

import httpx
import pytest
from requests import Request

from .account import Account
from .conftest import OpenAccount
from .generated import KINDS, Kind, Known, requests
from .invariants import broken, disagreements


@pytest.fixture
def lively(open_account: OpenAccount) -> Account:
    """An account with a dozen of everything, whose windows and budgets never fill."""
    account = open_account(speed=1000, plan="ultimate", seats=1000, post_cap=False, search_lag=0)
    for number in range(12):
        account.make("organizations", name=f"Clinic {number}")
        account.make("persons", name=f"Ana {number}", org_id=1, emails=[{"value": f"ana{number}@x.example"}])
        account.make("deals", title=f"Crown {number}", person_id=number + 1)
        account.make("activities", subject="Recall", participants=[{"person_id": number + 1}])
        account.make_v1("notes", content="Seen", person_id=number + 1)
        account.make_v1("leads", title="Asked", person_id=number + 1)
    for linked in range(2, 6):
        account.make_v1("organizationRelationships", type="parent", rel_owner_org_id=1, rel_linked_org_id=linked)
        account.http.post("/v1/files", files={"file": ("a.txt", b"a")}, data={"person_id": str(linked)})
        account.make_v1("leadLabels", name="Hot", color="red")
        account.make("stages", name=f"Stage {linked}", pipeline_id=1)
    return account


def known(account: Account) -> Known:
    """Makes custom fields of each object and tells the keys that requests may name."""
    fields: dict[str, dict[str, Any]] = {}
    options: list[int] = []
    for name in ("person", "organization", "deal"):
        several = account.field(name, "set", "Gold", "Basic")
        options += [option["id"] for option in several["options"]]
        fields[name] = {
            several["field_code"]: [several["options"][0]["id"]],
            account.field(name, "varchar")["field_code"]: "P-1",
            account.field(name, "monetary")["field_code"]: {"value": 1.5, "currency": "USD"},
            account.field(name, "people")["field_code"]: 3,
        }
    leads = [row["uuid"] for row in account.stored("leads")]
    return Known(fields, options, leads, [row["uuid"] for row in account.stored("lead_labels")])


def send(account: Account, case: Any) -> httpx.Response:
    """Send a case exactly as it was made, malformed or not, with the account's token."""
    made = Request(**case.as_transport_kwargs(base_url=account.controls.base_url)).prepare()
    body = made.body.encode() if isinstance(made.body, str) else made.body
    kept = {name: value for name, value in made.headers.items() if name.lower() in ("content-type", "accept")}
    headers = {**kept, "x-api-token": account.http.headers["x-api-token"]}
    return account.http.request(str(made.method), str(made.url), content=body, headers=headers)


def is_listed(answer: httpx.Response) -> bool:
    """Whether a 5xx is the one of the description of errors: custom fields nested one level too deep."""
    if answer.status_code < 500:
        return True
    nested = json.loads(answer.request.content).get("custom_fields", {}).get("custom_fields")
    return answer.json().get("code") == "ERR_UNKNOWN" and isinstance(nested, dict)


def endure(account: Account, kind: Kind, examples: int, number: int) -> Counter[bool]:
    """Send them all; how many were accepted and refused."""
    accepted: Counter[bool] = Counter()
    for count, case in enumerate(requests(kind, examples, number, known(account)), start=1):
        answer = send(account, case)
        accepted[answer.is_success] += 1
        assert is_listed(answer), f"{case.method} {case.path}: {answer.status_code}"
        if count % 250 == 0:
            assert broken(account.controls.state()) == [], f"after {case.method} {case.path}"
    assert broken(account.controls.state()) == []
    assert disagreements(account) == []
    return accepted


@pytest.mark.parametrize("kind", KINDS)
def test_no_request_breaks_the_account(lively: Account, kind: Kind) -> None:
    accepted = endure(lively, kind, examples=3, number=1)
    assert accepted[False] > 50
    assert accepted[True] > {"described": 50, "likely": 100, "broken": 5}[kind]


@pytest.mark.torture
@pytest.mark.parametrize("number", range(int(os.environ.get("BRIDGEWORK_TORTURE_SEEDS", "20"))))
@pytest.mark.parametrize("kind", KINDS)
def test_no_number_of_requests_breaks_the_account(lively: Account, kind: Kind, number: int) -> None:
    sent = endure(lively, kind, examples=40, number=number).total()
    if table := os.environ.get("BRIDGEWORK_TORTURE"):  # the table of the long run
        with open(table, "a", encoding="utf-8") as stream:
            stream.write(json.dumps(["requests generated from the official description", sent]) + "\n")
