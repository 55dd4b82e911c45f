"""What a run does when it cannot go on: it says why, until when and what to type, and goes on from there."""

from __future__ import annotations

import json
import signal
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as cipher

from bridgework.journal import migration_lock
from bridgework.project import load_keys

from .bench import LONG, Bench
from .conftest import MakeBench, StartSandbox
from .exports import LATER, little_practice

REFUSAL = json.dumps(
    {"success": False, "error": "Parameter name is not allowed", "code": "ERR_SCHEMA_VALIDATION_FAILED"}
)


def refuse(bench: Bench, path: str, times: int) -> None:
    """Let the account refuse writes to a path."""
    match = {"method": "POST", "path": path, "times": times}
    body = {"status": 400, "body": REFUSAL, "headers": {"content-type": "application/json"}}
    bench.running.faults({"kind": "answer", "match": match, **body})


# ---------------------------------------------------------------------------------------------- dead letters


def test_a_refused_record_is_a_dead_letter_that_holds_up_nothing_but_what_depends_on_it(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(4))
    bench.ready_to_load(size=1)
    refuse(bench, "/persons$", 1)
    answer = bench.call("load", code=1)
    assert answer["next"] == "bridgework failures"
    assert answer["rules"]["patients"]["rejected"] == 1
    assert len(bench.account.rows("persons")) == 3
    groups = bench.call("failures", code=1)["groups"]
    assert ("patients", "rejected", 1) in {(each["rule"], each["state"], each["records"]) for each in groups}
    assert "Ana" not in str(groups)


def test_a_replay_brings_dead_letters_and_what_waited_for_them_and_leaves_the_rest_alone(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(4))
    bench.ready_to_load(size=1)
    refuse(bench, "/persons$", 1)
    bench.call("load", code=1)
    again = bench.call("load", code=1)
    assert again["usage"]["verdicts"] == {}, "a dead letter is not sent again unless somebody asks"
    answer = bench.call("replay")
    assert answer["outcomes"]["patients"] == {"unchanged": 3, "created": 1}
    assert len(bench.account.rows("persons")) == 4
    assert max(bench.account.markers().values()) == 1
    assert bench.call("failures")["groups"] == []
    assert bench.call("reconcile")["differences"] == []


def test_after_a_rollback_dead_letters_keep_nobody_from_reading_a_corrected_export(
    make_bench: MakeBench, tmp_path: Path
) -> None:
    export = little_practice(4)
    bench = make_bench(export)
    bench.ready_to_load(size=1)
    refuse(bench, "/persons$", 1)
    bench.call("load", code=1)
    bench.call("extract", code=2)
    bench.call("rollback")
    assert bench.call("status", code=1)["next"] == "bridgework load"
    for row in export.rows["patients"]:
        row["firstName"] = "Anna"
    export.write(tmp_path / "migration-export")
    bench.call("extract")
    assert bench.loaded(size=1)["rules"]["patients"] == {"planned": 4, "created": 4}


def test_a_record_that_was_corrected_at_the_source_comes_with_the_delta(make_bench: MakeBench, tmp_path: Path) -> None:
    export = little_practice(3)
    bench = make_bench(export)
    bench.ready_to_load(size=1)
    refuse(bench, "/api/v2/persons", 1)
    assert bench.call("load", code=1)["rules"]["patients"]["rejected"] == 1
    for row in export.rows["patients"]:
        row["firstName"] = "Anna"
    export.generated_at = LATER
    export.write(tmp_path / "migration-export")
    bench.call("delta", code=(0, 1))
    assert [each["first_name"] for each in bench.account.rows("persons")] == ["Anna"] * 3
    assert bench.call("failures")["groups"] == []


def test_no_text_too_long_for_its_field_costs_a_record_and_each_stands_whole_in_the_archive(
    make_bench: MakeBench, tmp_path: Path
) -> None:
    export = little_practice(2)
    long, longer = "Long" * 80, "Remark" * 11_000
    export.row("patients", "pat-1").update(
        lastName=long, patientNumber=long, customFields={"remark": longer}, email="ask Bo"
    )
    export.rows["locations"][0].update(taxId=long, phone=long)
    export.add("fieldDefinitions", {"object": "patients", "name": "remark", "label": "Remark", "type": "text"})
    export.add("payers", {"id": "pay-1", "name": long, "payerId": long})
    export.add("plans", {"id": "ins-1", "payerId": "pay-1", "name": long, "groupNumber": long})
    export.add("policies", {"id": "pol-1", "patientId": "pat-1", "planId": "ins-1", "coverage": "Primary"})
    bench = make_bench(export)
    bench.ready_to_load(size=1)
    assert bench.report("plan")["surveyed"]["patients"]["warnings"] == {
        f"{label}: longer than {length} characters, ends with … and stands whole in the archive": 1
        for label, length in {"name": 255, "Patient number": 255, "Group number": 255, "Plan name": 255,
                              "Remark": 65_000}.items()
    } | {"emails: what has no place there stands in the archive": 1}  # fmt: skip
    checklist = (bench.folder / "private" / "checklist.csv").read_text("utf-8")
    assert "Remark ends with … and stands whole in the archive" in checklist
    bench.call("load")
    assert bench.call("reconcile")["differences"] == []
    [person] = [each for each in bench.account.rows("persons") if each["name"].endswith("…")]
    held = bench.account.custom("person", person)
    lengths = {label: len(held[label]) for label in ("Patient number", "Group number", "Plan name", "Remark")}
    assert lengths == {"Patient number": 255, "Group number": 255, "Plan name": 255, "Remark": 65_000}
    bench.call("deliver", "--accept-open-window", code=(0, 1))
    kept: dict[str, Any] = {}
    for name in ("patients", "locations", "payers"):
        bench.call("deliver", "--open-archive", name, "--to", str(tmp_path / f"{name}.ndjson"))
        lines = (tmp_path / f"{name}.ndjson").read_text("utf-8").splitlines()
        [line] = [each for each in map(json.loads, lines) if each["kind"] == "texts"]
        kept |= {f"{name}: {label}": len(text) for label, text in line["values"].items()}
    assert kept == {
        "patients: name": len(f"Ana {long}"), "patients: Patient number": 320, "patients: Group number": 320,
        "patients: Plan name": 320, "patients: Remark": 66_000, "patients: emails": 6, "locations: Tax ID": 320,
        "locations: Organization phone": 320, "payers: name": 320, "payers: Payer id": 320,
    }  # fmt: skip


def test_dead_letters_that_a_newer_plan_does_not_want_any_more_do_not_count(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(4))
    bench.ready_to_load(size=1)
    refuse(bench, "/persons$", 1)
    bench.call("load", code=1)
    [refused] = set("abcd") - {row["name"][-1] for row in bench.account.rows("persons")}
    left_out = f'{{deletedAt: empty, mergedIntoId: empty, lastName: {{not: "Ruiz{refused}"}}}}'
    (bench.folder / "mapping.yaml").write_text(f"rules: {{patients: {{when: {left_out}}}}}", "utf-8")
    bench.call("plan", code=(0, 1))
    found = bench.call("failures")
    assert (found["groups"], found["superseded"]) == ([], 1)
    status = bench.call("status")
    assert status["records"].keys() == {"created"}
    assert status["objects"]["patients"] == {"extracted": 4, "loaded": 3, "skipped": 1}
    (bench.folder / "mapping.yaml").unlink()
    bench.call("plan", code=(0, 1))
    assert bench.call("failures", code=1)["superseded"] == 0
    assert bench.call("replay")["outcomes"]["patients"] == {"unchanged": 3, "created": 1}


def test_a_journal_with_dead_letters_still_accounts_for_every_row(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(4))
    bench.ready_to_load(size=1)
    refuse(bench, "/persons$", 2)
    objects = bench.call("load", code=1)["objects"]
    assert objects["patients"] == {"extracted": 4, "loaded": 2, "rejected": 2}
    for name, fates in objects.items():
        assert sum(fates.values()) == 2 * fates["extracted"], name


# ---------------------------------------------------------------------------------------------- allowances


def test_an_exhausted_day_is_a_pause_with_a_time_and_the_next_day_it_goes_on(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(12))
    bench.ready_to_load(size=1)
    answer = bench.call("load", code=(0, 1))
    bench.call("rollback")
    left = next(each["left"] for each in answer["usage"]["left"] if each["budget"] == "tokens")
    bench.running.command("drain", tokens=left + 44_700)
    stopped = bench.call("load", code=3)
    now = datetime.fromisoformat(bench.running.now())
    assert (stopped["state"], stopped["cause"]) == ("stopped", "budget")
    until = datetime.fromisoformat(stopped["until"])
    assert now < until <= now + timedelta(days=1)
    assert until.hour == 0
    bench.running.advance((until - now).total_seconds() + 1)
    bench.until_done("load")
    assert len(bench.account.rows("persons")) == 12
    assert max(bench.account.markers().values()) == 1


# ---------------------------------------------------------------------------------------------- one at a time


def test_a_second_process_is_told_to_wait_and_touches_nothing(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2))
    bench.ready_to_load(size=1)
    before = bench.account.content()
    with migration_lock(bench.folder):
        answer = bench.call("load", code=3)
    assert (answer["state"], answer["cause"]) == ("stopped", "busy")
    assert bench.account.content() == before
    bench.call("load")


def test_an_interrupted_command_says_that_the_journal_is_intact(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(3))
    bench.ready_to_load(size=1)
    bench.running.faults(
        {"kind": "slow", "match": {"method": "POST", "path": "/persons$", "times": None}, "seconds": LONG}
    )
    process = bench.spawn("load")
    fired = threading.Event()
    while not any(shown["fired"] for shown in bench.running.faults()):
        assert process.poll() is None
        fired.wait(0.05)
    output, _ = bench.ended(process, signal.SIGINT)
    answer = json.loads(output)
    assert (process.returncode, answer["state"], answer["cause"]) == (3, "stopped", "interrupted")
    assert answer["next"] == "bridgework load"
    bench.running.clear_faults()
    bench.until_done("load")
    assert len(bench.account.rows("persons")) == 3


# ---------------------------------------------------------------------------------------------- the account


def test_a_wrong_token_is_named_and_never_shown(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make_bench(little_practice(2))
    bench.ready_to_load(size=1)
    monkeypatch.setenv("PIPEDRIVE_API_TOKEN", "0123456789abcdef-wrong")
    answer = bench.call("load", code=2)
    assert (answer["state"], answer["cause"]) == ("failed", "access_denied")
    assert "0123456789abcdef" not in str(answer)


def test_a_missing_token_names_the_variable(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make_bench(little_practice(1))
    monkeypatch.delenv("PIPEDRIVE_API_TOKEN")
    answer = bench.call("check", code=2)
    assert "PIPEDRIVE_API_TOKEN" in answer["message"] + answer["next"]


def test_check_says_what_the_token_may_not_do(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(1), admin=False)
    lines = bench.call("check", code=1)["checks"]
    assert any(not line["ok"] and "admin" in line["detail"].casefold() + line["name"].casefold() for line in lines)


def test_another_account_under_the_same_migration_is_refused(
    make_bench: MakeBench, start_sandbox: StartSandbox
) -> None:
    bench = make_bench(little_practice(2))
    bench.ready_to_load(size=1)
    other = start_sandbox()
    path = bench.folder / "migration.toml"
    text = path.read_text("utf-8").replace(bench.running.base_url, other.base_url)
    path.write_text(text.replace(bench.running.token, other.token), "utf-8")
    answer = bench.call("load", code=2)
    assert answer["cause"] == "other_account"
    assert Bench(bench.folder, other).account.migrated() == dict.fromkeys(bench.account.migrated(), 0)


def test_a_destination_that_does_not_answer_stops_the_run(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2))
    bench.ready_to_load(size=1)
    path = bench.folder / "migration.toml"
    path.write_text(path.read_text("utf-8").replace(bench.running.base_url, "http://127.0.0.1:9"), "utf-8")
    answer = bench.call("load", code=3)
    assert answer["state"] == "stopped"


# ---------------------------------------------------------------------------------------------- stores and keys


def test_without_the_keys_nothing_opens_and_nothing_is_made_anew(make_bench: MakeBench, own_home: Path) -> None:
    bench = make_bench(little_practice(2))
    bench.ready_to_load(size=1)
    [keys] = (own_home / ".config").rglob("*.json")
    keys.rename(keys.with_suffix(".away"))
    answer = bench.call("load", code=3)
    assert (answer["cause"], "keys" in answer["message"]) == ("store", True)
    keys.with_suffix(".away").rename(keys)
    bench.call("load")


def test_the_stores_hold_nothing_that_can_be_read_without_the_key(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2))
    bench.ready_to_load(size=1)
    for name in ("records.db", "journal.db"):
        content = (bench.folder / name).read_bytes()
        assert not content.startswith(b"SQLite")
        for value in (b"Ruiza", b"ana1@example.org", b"303-555-1001", b"pat-1"):
            assert value not in content


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("event", "UPDATE entry SET payload = replace(payload, 'Dana Weiss', 'Eve Meyer') WHERE kind = 'approval'"),
        ("intent", "UPDATE entry SET payload = replace(payload, 'pat-1', 'pat-0') WHERE kind = 'intents'"),
        ("outcome", "UPDATE entry SET payload = replace(payload, 'done', 'found') WHERE kind = 'outcomes'"),
        ("", "DELETE FROM entry WHERE seq = (SELECT min(seq) FROM entry WHERE kind = 'approval')"),
    ],
)
def test_a_journal_that_was_altered_names_the_first_entry_that_is_wrong(
    make_bench: MakeBench, table: str, change: str
) -> None:
    bench = make_bench(little_practice(2))
    bench.loaded(size=1)
    assert bench.call("log", "--verify")["verified"]["ok"] is True
    tamper(bench, change)
    verified = bench.call("log", "--verify", code=1)["verified"]
    assert (verified["ok"], verified["table"]) == (False, table)
    assert verified["row"] > 0
    assert verified["problem"]


def tamper(bench: Bench, statement: str) -> None:
    """Change journal.db as somebody with the key could."""
    identity = bench.call("status", code=(0, 1))["migration"]
    connection = cipher.connect(str(bench.folder / "journal.db"))
    try:
        connection.execute(f"PRAGMA key = \"x'{load_keys(identity).journal.hex()}'\"")
        connection.execute(statement)
        connection.commit()
    finally:
        connection.close()
