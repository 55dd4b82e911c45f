"""A running Twenty server, given by TWENTY_BASE_URL and TWENTY_API_KEY; without them every test here is skipped.

The workspace may hold anything, other migrations among it: what is there when the tests begin is never touched. What is
new then and carries an identity of ours, or a name that begins with Kit, is destroyed at the end, the trash included.
TWENTY_CALLS_PER_MINUTE says how many calls the server allows (100). The suite makes some 1,500 calls and takes all of
that allowance, so it says at each step where it is.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

RECORDS = ("company", "person", "opportunity", "note", "task")
LINKS = ("attachment", "noteTarget", "taskTarget")
OURS = ("kit.", "sensei.")  # how identities of ours begin
# Where the addresses stand that the kit's records are given: known still when their identity went with its field.
ADDRESSES = {"company": "domainName.primaryLinkUrl", "person": "emails.primaryEmail"}
FIELDS = ("Source id", "Kit ")  # labels of fields the kit makes begin so
ANY = "or(deletedAt[is]:NULL,deletedAt[is]:NOT_NULL)"
# What a key brought in and somebody has removed since: the kit takes its records out by itself, into the trash.
REMOVED = "and(deletedAt[is]:NOT_NULL,updatedBy.source[eq]:API)"
_TOGETHER = 40
_AGAIN = (429, 502, 503, 504)


@dataclass
class Live:
    """The server, as somebody beside the migration sees it."""

    base_url: str
    key: str
    calls_per_minute: str
    say: Callable[[str], None]  # to the person who waits
    token: str = field(default_factory=lambda: secrets.token_hex(4))  # makes addresses of this run its own
    made: dict[str, set[str]] = field(default_factory=dict)  # ids by object, known before their field was removed
    before: dict[str, set[str]] = field(default_factory=dict)  # ids by object when the tests began
    _http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"authorization": f"Bearer {self.key}"}
        self._http = httpx.Client(base_url=self.base_url, headers=headers, timeout=90, trust_env=False)

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """A request; again after a pause when the limit of calls is reached or a proxy has no server behind it."""
        for _ in range(100):
            answer = self._http.request(method, path, **arguments)
            if answer.status_code not in _AGAIN:
                if answer.is_error:
                    self.say(f"live: {method} {path} was answered with {answer.status_code}")
                return answer.json() if answer.content else None
            time.sleep(60 / float(self.calls_per_minute))
        raise AssertionError("the server turns every call away")

    def objects(self) -> dict[str, dict[str, Any]]:
        """The objects of the workspace by name, in either shape of the answer."""
        found: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"limit": 100}
        while True:
            body = self.call("GET", "/rest/metadata/objects", params=asked)
            found += body["data"]["objects"] if isinstance(body["data"], dict) else body["data"]
            page = body.get("pageInfo") or {}
            if not page.get("hasNextPage"):
                return {each["nameSingular"]: each for each in found}
            asked["starting_after"] = page["endCursor"]

    def ours(self, kind: dict[str, Any]) -> list[str]:
        """Ids of the records that carry an identity of ours, those of the trash included."""
        if not any(each["name"] == "sourceId" for each in kind["fields"]):
            return []
        return sorted(id_ for start in OURS for id_ in self.ids(kind, f"and(sourceId[startsWith]:{start},{ANY})"))

    def ids(self, kind: dict[str, Any], filter_: str) -> set[str]:
        """Ids of the records that fit."""
        return {row["id"] for row in self.rows(kind["namePlural"], filter_)}

    def rows(self, plural: str, filter_: str) -> Iterator[dict[str, Any]]:
        """The records that fit, page after page."""
        asked = {"filter": filter_, "limit": 200}
        while True:
            body = self.call("GET", f"/rest/{plural}", params=asked)
            yield from body["data"][plural]
            if not body["pageInfo"]["hasNextPage"]:
                return
            asked["starting_after"] = body["pageInfo"]["endCursor"]

    def remember(self) -> None:
        """Note what is ours and new while the field that says so is there: other migrations may have filled it."""
        objects = self.objects()
        for name in RECORDS:
            self.made.setdefault(name, set()).update(set(self.ours(objects[name])) - self.before[name])

    def clear(self, fields_before: set[str]) -> None:
        """Destroy what is new and carries an identity of ours, then the fields that are new and named as ours."""
        self.remember()
        objects = self.objects()
        for name, column in ADDRESSES.items():
            ours = self.ids(objects[name], f"and({column}[like]:%kit-{self.token}-%,{ANY})")
            self.made[name] |= ours - self.before[name]
        for name in RECORDS:
            ids = sorted(self.made[name])
            for start in range(0, len(ids), _TOGETHER):
                wanted = ",".join(ids[start : start + _TOGETHER])
                self._clear_links(objects, name, wanted)
                asked = {"filter": f"and(id[in]:[{wanted}],{ANY})"}
                self.call("DELETE", f"/rest/{objects[name]['namePlural']}", params=asked)
        for name in (*LINKS, *RECORDS):
            ids = sorted(self.ids(objects[name], REMOVED) - self.before.get(name, set()))
            for start in range(0, len(ids), _TOGETHER):
                asked = {"filter": f"and(id[in]:[{','.join(ids[start : start + _TOGETHER])}],{ANY})"}
                self.call("DELETE", f"/rest/{objects[name]['namePlural']}", params=asked)
        for name in RECORDS:
            for each in objects[name]["fields"]:
                if each["id"] not in fields_before and each["label"].startswith(FIELDS):
                    self.call("DELETE", f"/rest/metadata/fields/{each['id']}")

    def _clear_links(self, objects: dict[str, dict[str, Any]], name: str, wanted: str) -> None:
        """Destroy what hangs on these records, in the trash too: not every server takes that along."""
        for link in LINKS:
            fields = {each["name"] for each in objects[link]["fields"]}
            for column in (f"target{name[0].upper()}{name[1:]}", name):
                if column in fields:
                    asked = {"filter": f"and({column}Id[in]:[{wanted}],{ANY})"}
                    self.call("DELETE", f"/rest/{objects[link]['namePlural']}", params=asked)

    def close(self) -> None:
        self._http.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Waiting for a real server's limits takes its time."""
    for item in items:
        if Path(__file__).parent in Path(str(item.fspath)).parents:
            item.add_marker(pytest.mark.timeout(1800))


@pytest.fixture(scope="session")
def live(request: pytest.FixtureRequest) -> Iterator[Live]:
    """The server. Skips, saying so, where none is named."""
    base_url, key = os.environ.get("TWENTY_BASE_URL", ""), os.environ.get("TWENTY_API_KEY", "")
    if not base_url or not key:
        pytest.skip("no running Twenty: set TWENTY_BASE_URL and TWENTY_API_KEY to test against one")
    say = aloud(request.config)
    server = Live(base_url.rstrip("/"), key, os.environ.get("TWENTY_CALLS_PER_MINUTE", "100"), say)
    objects = server.objects()
    fields = {each["id"] for name in RECORDS for each in objects[name]["fields"]}
    server.before = {name: server.ids(objects[name], ANY) for name in (*LINKS, *RECORDS)}
    try:
        yield server
    finally:
        say("live: removing what the tests made")
        server.clear(fields)
        server.close()


def aloud(config: pytest.Config) -> Callable[[str], None]:
    """Write a line at once, past what pytest keeps of a test's output."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    capturing = config.pluginmanager.get_plugin("capturemanager")

    def say(line: str) -> None:
        with capturing.global_and_fixture_disabled() if capturing is not None else nullcontext():
            if terminal is not None:
                terminal.write_line(line, flush=True)

    return say


@pytest.fixture(autouse=True)
def progress(live: Live, request: pytest.FixtureRequest) -> Iterator[None]:
    """Which test runs, the how manieth it is, and how long it took: the limit of calls makes them wait."""
    items = request.session.items
    began = time.monotonic()
    live.say(f"live: {items.index(request.node) + 1} of {len(items)}, {request.node.name}")
    yield
    live.say(f"live: {time.monotonic() - began:.0f} s")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of migrations lie in a folder of the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
