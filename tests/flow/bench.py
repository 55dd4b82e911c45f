"""A migration folder beside a running sandbox, driven through the command line in this process or in one of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bridgework.cli import main
from bridgework.sandbox import Running

from .account import Account

MOST_CALLS = 12
LONG = 1200  # simulated seconds: twenty real ones, longer than anything a test does meanwhile
APPROVER = "Dana Weiss <dana@practice.example>"
Answer = dict[str, Any]


@dataclass
class Bench:
    """One migration and the account it writes to."""

    folder: Path
    running: Running
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        """The account as it is now."""
        return Account(self.running)

    def report(self, name: str) -> Answer:
        """A machine-readable report of the migration."""
        answer: Answer = json.loads((self.folder / "reports" / f"{name}.json").read_text("utf-8"))
        return answer

    # ---------------------------------------------------------------- commands

    def call(self, *arguments: str, code: int | tuple[int, ...] = 0) -> Answer:
        """Run a command in this process; its JSON. AssertionError if the exit code is another one."""
        result = CliRunner().invoke(main, ["-C", str(self.folder), "--json", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        wanted = (code,) if isinstance(code, int) else code
        assert result.exit_code in wanted, f"{' '.join(arguments)}: exit {result.exit_code}: {result.output[-1500:]}"
        answer: Answer = json.loads(result.stdout)
        return answer

    def until_done(self, *command: str) -> Answer:
        """Run a command until it is through, as an operator would: again after a stop."""
        for _ in range(MOST_CALLS):
            answer = self.call(*command, code=(0, 1, 3))
            if answer["state"] == "done":
                return answer
        kept = {key: value for key, value in answer.items() if key != "objects"}
        raise AssertionError(f"{command} is not through: {kept}")

    def spawn(self, *arguments: str, crash: str = "") -> subprocess.Popen[bytes]:
        """Start a command in a process of its own."""
        environment = {**os.environ, **self.environment}
        if crash:
            environment["BRIDGEWORK_CRASH"] = crash
        return subprocess.Popen(
            [sys.executable, "-m", "bridgework", "-C", str(self.folder), "--json", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def ended(self, process: subprocess.Popen[bytes], sent: signal.Signals) -> tuple[bytes, bytes]:
        """Tell a command to end; its output. Answers that a `slow` fault holds back come meanwhile: it awaits them."""
        process.send_signal(sent)
        while True:
            self.running.advance(LONG)
            with suppress(subprocess.TimeoutExpired):
                return process.communicate(timeout=0.5)

    # ---------------------------------------------------------------- the process

    def audited(self) -> None:
        """Extract, audit, and accept whatever blocks."""
        self.call("extract", code=(0, 1))
        self.call("audit", code=(0, 1))
        self.decide()

    def decide(self, **words: str) -> Answer:
        """Answer every open blocking finding: by its check's name in `words`, else with `accept`."""
        path = self.folder / "private" / "decisions.csv"
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        for row in rows:
            word = words.get(row["check"].replace("-", "_"), "")
            if word:
                row["decision"] = word
            elif row["severity"] == "B" and not row["decision"]:
                row["decision"] = "accept"
        filled = path.with_name("answered.csv")
        with filled.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys() if rows else ["finding"])
            writer.writeheader()
            writer.writerows(rows)
        filled.chmod(0o600)
        return self.call("audit", "--decide", str(filled), code=(0, 1)) if rows else {}

    def approve(self, gate: str) -> Answer:
        """Open a gate in a person's name."""
        return self.call("approve", gate, "--by", APPROVER)

    def ready_to_sample(self) -> None:
        """Everything up to the owners gate, the schema applied."""
        self.audited()
        self.call("plan", code=(0, 1))
        self.approve("mapping")
        self.call("schema", code=(0, 1))
        self.approve("schema")
        self.call("schema", "--apply")
        self.call("owners", code=(0, 1))
        self.approve("owners")

    def ready_to_load(self, *, size: int = 2) -> None:
        """Everything up to the sample gate."""
        self.ready_to_sample()
        self.call("sample", "--size", str(size), code=(0, 1))
        self.call("diff", code=(0, 1))
        self.approve("sample")

    def loaded(self, *, size: int = 2) -> Answer:
        """Everything up to a complete load."""
        self.ready_to_load(size=size)
        return self.call("load")
