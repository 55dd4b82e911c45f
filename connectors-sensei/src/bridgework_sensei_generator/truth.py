"""What is really in an export: planted findings, twins, look-alikes and the numbers a migration must arrive at.

Three files lie in the truth folder. ``truth.json`` is the summary: ``format``, ``seed``, ``patients``, ``mode``,
``generatedAt``, ``cutover``, ``practice``, ``team``, ``rows`` per object, ``checks`` (lines per check), ``decided``
(decisions per object and kind) and ``expected``. ``truth.ndjson`` has one object per line, told apart by ``kind``:
``defect``, ``duplicate``, ``not_duplicate``, ``ledger`` (sums of one patient), ``document`` (a file that is missing or
differs from its hash), ``change`` (later exports only). ``decisions.csv`` answers every finding of severity A and B;
a row counts for the finding with the same check, object and key.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import orjson

from bridgework_sensei_generator.findings import SEVERITIES, SUMMARIES, Duplicate, NotDuplicate, Record
from bridgework_sensei_generator.practice import Practice, TeamMember

Row = dict[str, Any]

DECISION_COLUMNS: Final = (
    "finding", "check", "severity", "object", "key", "field", "summary", "proposed", "decision", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth about one export; lists are read from disk one line at a time."""

    folder: Path
    summary: Row

    @classmethod
    def load(cls, folder: Path) -> Truth:
        """Read the summary that lies in a truth folder."""
        return cls(folder, orjson.loads((folder / "truth.json").read_bytes()))

    @property
    def rows(self) -> dict[str, int]:
        """Rows per object and report of the export."""
        return dict(self.summary["rows"])

    @property
    def expected(self) -> Row:
        """Counts and sums a correct migration arrives at."""
        return dict(self.summary["expected"])

    @property
    def team(self) -> list[Row]:
        """Team members: id, role, name, email (or null), active."""
        return list(self.summary["team"])

    @property
    def decisions(self) -> Path:
        """The CSV with one decided row per finding of severity A and B."""
        return self.folder / "decisions.csv"

    def lines(self, kind: str) -> Iterator[Row]:
        """Lines of ``truth.ndjson`` of one kind."""
        with (self.folder / "truth.ndjson").open("rb") as file:
            for line in file:
                row: Row = orjson.loads(line)
                if row["kind"] == kind:
                    yield row


class TruthWriter:
    """The truth folder while it is being written."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.checks: Counter[str] = Counter()
        self.decided: Counter[str] = Counter()
        self._lines = (folder / "truth.ndjson").open("wb")
        self._decisions = (folder / "decisions.csv").open("w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._decisions)
        self._csv.writerow(DECISION_COLUMNS)

    def __enter__(self) -> TruthWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._lines.close()
        self._decisions.close()

    def line(self, row: Row) -> None:
        """Append one line to ``truth.ndjson``."""
        self._lines.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def record(self, record: Record) -> None:
        """Append a planted finding, twin or look-alike, and its decision where one is needed."""
        self.line(record.entry())
        if isinstance(record, NotDuplicate):
            self.checks["not_duplicate"] += 1
            return
        self.checks[record.check] += 1
        if isinstance(record, Duplicate):
            self._decide(record.check, record.object, record.other, "", record.decision)
        elif record.required and SEVERITIES[record.check] != "W":
            for key in record.answers():
                self._decide(record.check, record.object, key, record.field, record.decision)

    def _decide(self, check: str, name: str, key: str, field: str, decision: str) -> None:
        self.decided[f"{name}: {decision.split(' into ')[0]}"] += 1
        summary = SUMMARIES[check]
        self._csv.writerow(("", check, SEVERITIES[check], name, key, field, summary, decision, decision, ""))

    def summarise(self, practice: Practice, patients: int, rows: dict[str, int], expected: Row, head: Row) -> Truth:
        """Write ``truth.json`` and return the truth."""
        summary: Row = {
            "format": 1,
            "seed": practice.seed,
            "patients": patients,
            **head,
            "practice": {"name": practice.name, "domain": practice.domain},
            "team": [member_entry(member) for member in practice.team],
            "rows": rows,
            "decided": dict(sorted(self.decided.items())),
            "checks": dict(sorted(self.checks.items())),
            "expected": expected,
        }
        (self.folder / "truth.json").write_bytes(orjson.dumps(summary, option=orjson.OPT_INDENT_2))
        return Truth(self.folder, summary)


def member_entry(member: TeamMember) -> Row:
    """A team member as the truth names them."""
    name = f"{member.first} {member.last}"
    return {"id": member.id, "role": member.role, "name": name, "email": member.email, "active": member.active}
