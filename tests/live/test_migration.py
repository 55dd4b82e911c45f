"""A whole migration from Sensei Cloud into a running server, and out again."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bridgework.cli import main

from .conftest import Live
from .practice import LATER, little_practice

PEOPLE = 5
APPROVER = "Dana Weiss <dana@practice.example>"
# An object of this run's own, whatever the workspace calls its treatment plans and an earlier run left there.
MAPPING = """
objects:
  bridgeworkPlan{token}: {{label: Bridgework plan {token}, plural: Bridgework plans {token}}}
rules:
  treatment-plans:
    to: bridgeworkPlan{token}
  plan-note-plan-links:
    fields:
      targetTreatmentPlan: null
      targetBridgeworkPlan{token}: {{ref: treatment-plans, by: id, required: true}}
"""


class Migration:
    """A migration folder, driven as an operator drives it."""

    def __init__(self, folder: Path, live: Live) -> None:
        self.folder, self._live = folder, live

    def call(self, *arguments: str, code: tuple[int, ...] = (0,)) -> dict[str, Any]:
        self._live.say(f"live: bridgework {' '.join(arguments[:2])}")
        result = CliRunner().invoke(main, ["-C", str(self.folder), "--json", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code in code, f"{arguments}: exit {result.exit_code}: {result.output[-2000:]}"
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    def approve(self, gate: str) -> None:
        self.call("approve", gate, "--by", APPROVER)


@pytest.fixture
def export(live: Live) -> Any:
    """A little practice whose addresses nobody else has; two patients share one."""
    export = little_practice(PEOPLE)
    for row in export.rows["patients"]:
        row["email"] = row["email"].replace("@", f"-{live.token}@")
    export.rows["patients"][1]["email"] = export.rows["patients"][0]["email"]
    export.document("doc-1", "pat-1", "documents/letter.pdf", b"%PDF-1.4 a letter\n")
    return export


def test_a_practice_arrives_is_changed_and_goes_out_again(live: Live, export: Any, tmp_path: Path) -> None:
    objects_before = set(live.objects())
    migration = started(live, export, tmp_path)
    try:
        loaded(migration)
        assert migration.call("reconcile", code=(0, 1))["differences"] == []
        arrived(live, migration)
        changed(migration, export, tmp_path)
        taken_back(live, migration)
    finally:
        live.remember()
        answer = migration.call("rollback", "--schema", code=(0, 1))
    made = f"bridgeworkPlan{live.token}"
    assert [line for line in answer["schema"] if line["object"] == made and line["outcome"] == "kept"] == []
    assert answer["kept"] == []
    assert set(live.objects()) == objects_before


def started(live: Live, export: Any, tmp_path: Path) -> Migration:
    source = export.write(tmp_path / "export")
    members = live.call("GET", "/rest/workspaceMembers")["data"]["workspaceMembers"]
    given = {
        "source.path": str(source),
        "migration.currency": "USD",
        "destination.base_url": live.base_url,
        "destination.allow_http": str(live.base_url.startswith("http://")).lower(),
        "destination.api_key": "env:TWENTY_API_KEY",
        "destination.calls_per_minute": live.calls_per_minute,
        "destination.share": "1",
        "owners.fallback": members[0]["userEmail"],
    }
    folder = tmp_path / "migration"
    arguments = ["--json", "init", str(folder), "--source", "sensei", "--destination", "twenty"]
    for key, value in given.items():
        arguments += ["--set", f"{key}={value}"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    (folder / "mapping.yaml").write_text(MAPPING.format(token=live.token), "utf-8")
    return Migration(folder, live)


def loaded(migration: Migration) -> None:
    """Every stage up to a complete load, each gate approved."""
    migration.call("check", code=(0, 1))
    migration.call("extract", code=(0, 1))
    migration.call("audit", code=(0, 1))
    decide(migration)
    migration.call("plan", code=(0, 1))
    migration.approve("mapping")
    migration.call("schema", code=(0, 1))
    migration.approve("schema")
    migration.call("schema", "--apply")
    migration.call("owners", code=(0, 1))
    migration.approve("owners")
    migration.call("sample", "--size", "2", code=(0, 1))
    assert migration.call("diff")["state"] == "done"
    migration.approve("sample")
    migration.call("load")


def decide(migration: Migration) -> None:
    path = migration.folder / "private" / "decisions.csv"
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    for row in rows:
        row["decision"] = row["decision"] or "accept"
    if rows:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        migration.call("audit", "--decide", str(path), code=(0, 1))


def arrived(live: Live, migration: Migration) -> None:
    """What stands in the workspace, read past the connector."""
    people = live.rows("people", "sourceId[startsWith]:sensei.patients.pat-")
    ours = [row for row in people if live.token in json.dumps(row["emails"])]
    assert len(ours) == PEOPLE
    primary = [row["emails"]["primaryEmail"] for row in ours if row["emails"]["primaryEmail"]]
    assert len(primary) == len(set(primary)) == PEOPLE - 1
    assert {row["phones"]["primaryPhoneCallingCode"] for row in ours} == {"+1"}
    first = next(row for row in ours if str(row["sourceId"]).startswith("sensei.patients.pat-1/"))
    files = live.call("GET", "/rest/attachments", params={"filter": f"targetPersonId[eq]:{first['id']}"})
    assert [each["name"] for each in files["data"]["attachments"]] == ["letter.pdf"]
    assert migration.call("load")["outcomes"]["patients"] == {"unchanged": PEOPLE}


def changed(migration: Migration, export: Any, tmp_path: Path) -> None:
    """A delta brings what changed, once."""
    for row in export.rows["patients"]:
        row["phones"] = [{"type": "Mobile", "number": "303-555-9999", "preferred": True}]
    export.generated_at = LATER
    export.write(tmp_path / "export")
    assert migration.call("delta", code=(0, 1))["outcomes"]["patients"] == {"updated": PEOPLE}
    assert migration.call("load")["outcomes"]["patients"] == {"unchanged": PEOPLE}


def taken_back(live: Live, migration: Migration) -> None:
    """A rollback is taken back: the same records are there again, as they were."""
    asked = {"filter": "sourceId[startsWith]:sensei.patients.pat-", "limit": 200}

    def people() -> dict[str, Any]:
        rows = live.call("GET", "/rest/people", params=asked)["data"]["people"]
        return {row["id"]: row["emails"] for row in rows if live.token in json.dumps(row["emails"])}

    before = people()
    migration.call("rollback")
    assert people() == {}
    assert migration.call("rollback", "--undo")["state"] == "done"
    assert people() == before
    assert migration.call("load")["outcomes"]["patients"] == {"unchanged": PEOPLE}
