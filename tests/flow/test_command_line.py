"""The whole process as an operator types it: one process per command, the sandbox in one of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

import bridgework_sensei_generator as generator
from bridgework.stages.reconcile import UNWANTED

from .account import Account, Record
from .bench import APPROVER

PATIENTS, SEED = 60, 3
COMMON = {"format", "migration", "stage", "state", "cause", "next", "until", "message", "objects", "rules"}
STATES = {0: {"done"}, 1: {"differences"}, 2: {"failed"}, 3: {"stopped", "waiting"}}


@dataclass
class Remote:
    """The state of a sandbox in another process, as `Account` reads it."""

    base_url: str
    token: str

    def state(self) -> Record:
        answer = httpx.get(
            f"{self.base_url}/__sandbox__/state", headers={"x-sandbox-token": self.token}, trust_env=False, timeout=30
        )
        state: Record = answer.json()
        return state


@dataclass
class Terminal:
    """Runs `bridgework` commands in processes of their own."""

    folder: Path
    environment: dict[str, str]
    remote: Remote

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bridgework", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=100,
        )

    def json(self, *arguments: str, code: int | tuple[int, ...] = 0) -> dict[str, Any]:
        """A command with --json: stdout is one object of the common form, and the exit code says what it says."""
        done = self.run("-C", str(self.folder), "--json", *arguments)
        wanted = (code,) if isinstance(code, int) else code
        assert done.returncode in wanted, f"{arguments}: {done.returncode}: {done.stdout[-800:]}{done.stderr[-800:]}"
        answer: dict[str, Any] = json.loads(done.stdout)
        assert answer.keys() >= COMMON, arguments
        assert (answer["format"], answer["state"] in STATES[done.returncode]) == (1, True), arguments
        assert "Traceback" not in done.stderr
        return answer

    @property
    def account(self) -> Account:
        return Account(self.remote)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "NO_COLOR": "1",
    }
    team = [member for member in generator.team(SEED) if member.email and member.active]
    users = [part for each in team for part in ("--users", f"{each.first} {each.last} <{each.email}>")]
    process = subprocess.Popen(
        [sys.executable, "-m", "bridgework", "sandbox", "pipedrive", "--speed", "60", "--no-post-cap", *users],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        announced = json.loads(process.stdout.readline())
        environment |= announced["env"]
        settings = dict(item.split("=", 1) for item in announced["set"])
        remote = Remote(announced["base_url"], settings["destination.sandbox_token"])
        terminal = Terminal(tmp_path / "migration", environment, remote)
        given = [*announced["set"], f"source.path={tmp_path / 'export'}", "destination.horizon=30"]
        done = terminal.run(
            *("--json", "init", str(terminal.folder), "--source", "sensei", "--destination", "pipedrive"),
            *(part for item in given for part in ("--set", item)),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        yield terminal
    finally:
        process.terminate()
        process.communicate(timeout=20)


def answer_decisions(folder: Path) -> Path:
    """Every blocking finding accepted, the rest as proposed."""
    asked = folder / "private" / "decisions.csv"
    rows = list(csv.DictReader(io.StringIO(asked.read_text("utf-8-sig"))))
    filled = asked.with_name("answered.csv")
    with filled.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows({**row, "decision": "accept" if row["severity"] == "B" else ""} for row in rows)
    filled.chmod(0o600)
    return filled


@pytest.mark.slow
def test_a_practice_goes_in_and_out_again_command_by_command(terminal: Terminal, tmp_path: Path) -> None:
    truth = generator.generate(tmp_path / "export", patients=PATIENTS, seed=SEED)
    before = terminal.account.content()

    assert terminal.json("check", code=(0, 1))["sandbox"] is True
    terminal.json("extract", code=(0, 1))
    assert terminal.json("audit", code=1)["next"] == "bridgework audit --decide private/decisions.csv"
    terminal.json("audit", "--decide", str(answer_decisions(terminal.folder)), code=1)
    terminal.json("plan", code=(0, 1))
    terminal.json("plan", "--test")
    terminal.json("forecast")
    terminal.json("approve", "mapping", "--by", APPROVER)
    terminal.json("schema", code=(0, 1))
    terminal.json("approve", "schema", "--by", APPROVER)
    terminal.json("schema", "--apply")
    terminal.json("owners", code=(0, 1))
    terminal.json("approve", "owners", "--by", APPROVER)
    terminal.json("sample", "--size", "5")
    terminal.json("diff", code=(0, 1))
    terminal.json("approve", "sample", "--by", APPROVER)
    loaded = terminal.json("load", code=(0, 1))
    assert loaded["objects"]["patients"]["loaded"] == truth.expected["patients"]["takePart"]

    shutil.rmtree(tmp_path / "export")
    later = generator.generate_delta(
        tmp_path / "export", patients=PATIENTS, seed=SEED, mode="full", changed=0.2, newcomers=0.1
    )
    assert later.expected["changes"]
    terminal.json("delta", code=(0, 1))
    assert len(terminal.account.rows("persons")) > truth.expected["patients"]["takePart"]
    proof = terminal.json("reconcile", code=(0, 1))
    assert (proof["differences"], proof["money_differences"]) == ([], [])
    assert {each["what"] for each in proof["surplus"]} <= {UNWANTED}  # plans that the practice closed meanwhile
    terminal.json("status", code=(0, 1))
    terminal.json("failures", code=(0, 1))
    assert terminal.json("log", "--verify")["verified"]["ok"] is True
    assert max(terminal.account.markers().values()) == 1

    terminal.json("rollback", "--preview")
    terminal.json("rollback")
    terminal.json("rollback", "--schema")
    assert terminal.account.content() == before
    assert terminal.json("rollback", "--preview", "--schema")["removed"] == {}
    assert terminal.json("rollback", "--schema")["removed"] == {}
    everything_is_left_behind(terminal.folder)


def everything_is_left_behind(folder: Path) -> None:
    """Every stage leaves a report for machines and one for people; nothing is readable for others."""
    reports = {path.name for path in (folder / "reports").iterdir()}
    names = (
        "inventory",
        "audit",
        "plan",
        "schema",
        "owners",
        "sample",
        "diff",
        "load",
        "delta",
        "reconcile",
        "rollback",
    )
    assert {f"{name}.{kind}" for name in names for kind in ("json", "html")} <= reports
    for path in folder.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_without_json_people_read_stderr_and_stdout_stays_empty(terminal: Terminal, tmp_path: Path) -> None:
    generator.generate(tmp_path / "export", patients=20, seed=SEED)
    done = terminal.run("-C", str(terminal.folder), "extract")
    assert (done.returncode in (0, 1), done.stdout) == (True, "")
    assert done.stderr.split()[-1] == "audit", "the last line names the next command"
    done = terminal.run("-C", str(terminal.folder), "load")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("check",), ("status",), ("load",), ("rollback", "--preview")])
def test_a_folder_that_is_no_migration_is_the_operators_to_fix(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bridgework", "-C", str(tmp_path), "--json", *arguments], capture_output=True, text=True
    )
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["state"], answer["cause"]) == (2, "failed", "settings")
    assert answer["next"].startswith("bridgework init")
