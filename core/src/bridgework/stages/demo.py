"""demo: a generated practice, a simulator in a process of its own, the whole process, and out again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bridgework.errors import StopRun, UsageError
from bridgework.migration import Migration
from bridgework.model import Demo
from bridgework.plugins import installed, load_class
from bridgework.project import command_for, write_private
from bridgework.results import Result
from bridgework.stages.audit import DECISION_COLUMNS
from bridgework.stages.audit.spreadsheet import csv_text, read_csv
from bridgework.stages.auditing import audit
from bridgework.stages.deliver import deliver
from bridgework.stages.delta import delta
from bridgework.stages.extract import extract
from bridgework.stages.init import init
from bridgework.stages.migrate import migrate
from bridgework.stages.reconcile import reconcile
from bridgework.stages.rollback import rollback

APPROVER = "Demo run <demo@bridgework.example>"
Say = Callable[[str], None]


def demo(
    pair: str,
    folder: Path,
    *,
    patients: int,
    seed: int,
    speed: float,
    say: Say,
    observers: Sequence[Any] = (),
) -> Result:
    """Run everything in `folder`. UsageError for a pair without a generator."""
    pair_class = _pair(pair)
    say(f"Generating a practice of {patients:,} patients (seed {seed})")
    made: Demo = pair_class().demo(folder / "source", patients, seed)
    started = time.monotonic()
    with _sandbox(pair_class.destination, made, speed) as announced:
        os.environ.update(announced["env"])
        settings = {**dict(item.split("=", 1) for item in announced["set"]), **made.settings}
        init(
            folder / "migration",
            source=pair_class.source,
            destination=pair_class.destination,
            pair=pair,
            settings=settings,
        )
        state_before = _state(announced, settings)
        results = dict(_process(folder / "migration", made, say, observers))
        state_after = _state(announced, settings)
    took = time.monotonic() - started
    return _summary(folder / "migration", results, took, same=_comparable(state_before) == _comparable(state_after))


def _pair(name: str) -> type[Any]:
    pair = load_class("pair", name)
    if not hasattr(pair, "demo"):
        able = [each.name for each in installed("pair")]
        raise UsageError(f"The pair {name} has no generator.", next_step=f"installed pairs: {', '.join(able)}")
    return pair


def _process(folder: Path, made: Demo, say: Say, observers: Sequence[Any]) -> Iterator[tuple[str, Result]]:
    """The stages of the demo, each in its own opening of the migration, as an operator would call them."""

    def run(name: str, text: str, work: Callable[[Migration], Result]) -> tuple[str, Result]:
        say(text)
        with Migration.open(folder, destination=name != "extract", observers=observers) as migration:
            return name, work(migration)

    yield run("extract", "Reading the export", extract)
    yield run("audit", "Auditing it", audit)
    if made.decisions is not None:
        answers = _answer(folder / "private" / "decisions.csv", made.decisions)
        yield run("decisions", "Taking the decisions in", lambda migration: audit(migration, decisions_file=answers))
    name, result = run(
        "migrate",
        "Mapping, schema, owners, sample, diff, load, reconcile (every gate approved and recorded)",
        lambda migration: migrate(migration, approve_as=APPROVER),
    )
    yield name, result
    if result.state == "waiting":
        raise StopRun(f"The demo stopped at a gate: {result.message}", next_step=command_for(folder, "status"))
    yield run("delta", "Bringing over what changed in the source meanwhile", delta)
    yield run("reconcile", "Proving what arrived", reconcile)
    yield run("deliver", "Making the delivery package", deliver)
    yield run("preview", "Previewing the way back", lambda migration: rollback(migration, preview=True, schema=True))
    yield run(
        "rollback", "Going back: records, then fields and options", lambda migration: rollback(migration, schema=True)
    )


def _answer(asked: Path, answers: Path) -> Path:
    """The audit's decisions.csv with the generator's answers filled in, matched by check, object and key."""
    given = {
        (line.cells["check"], line.cells["object"], line.cells["key"]): line.cells["decision"]
        for line in read_csv(answers, DECISION_COLUMNS)
    }
    rows = []
    for line in read_csv(asked, DECISION_COLUMNS):
        cells = line.cells
        word = given.get((cells["check"], cells["object"], cells["key"]), "")
        if not word and cells["severity"] == "B":
            word = "accept"
        rows.append([cells[name] if name != "decision" else word or cells["decision"] for name in DECISION_COLUMNS])
    filled = asked.with_name("decisions-answered.csv")
    write_private(filled, csv_text(DECISION_COLUMNS, rows).encode("utf-8-sig"))
    return filled


# ------------------------------------------------------------------------------------------ sandbox


@contextmanager
def _sandbox(name: str, made: Demo, speed: float) -> Iterator[dict[str, Any]]:
    """The destination's simulator in a process of its own."""
    arguments = [sys.executable, "-m", "bridgework", "sandbox", name, "--speed", str(speed)]
    for option, value in made.sandbox.items():
        for each in value if isinstance(value, tuple) else (value,):
            arguments += [f"--{option}", each] if each else [f"--{option}"]
    process = subprocess.Popen(  # noqa: S603 - this interpreter, with options that a pair gave; no shell reads them
        arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise StopRun("The sandbox did not start.", next_step=f"bridgework sandbox {name}")
        yield json.loads(line)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _state(announced: Mapping[str, Any], settings: Mapping[str, str]) -> Any:
    import httpx

    answer = httpx.get(
        f"{announced['base_url']}/__sandbox__/state",
        headers={"x-sandbox-token": settings["destination.sandbox_token"]},
        trust_env=False,
        timeout=60.0,
    )
    return answer.json()


# What a simulator's state says about the past: time stamps, counters, histories, blobs of attachments that are gone.
_PASSING = frozenset(
    (
        *("update_time", "updatedAt", "counters", "next_ids", "usage", "meters", "limits", "clock", "log"),
        *("timelineActivity", "metadataVersion", "uploads"),
    )
)


def _comparable(state: Any) -> Any:
    """The state without what a real system keeps for ever: stubs of deleted things, counters, time stamps."""
    if isinstance(state, dict):
        return {key: _comparable(value) for key, value in state.items() if key not in _PASSING and not _gone(value)}
    if isinstance(state, list):
        return [_comparable(item) for item in state if not _gone(item)]
    return state


def _gone(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    deleted = value.get("is_deleted") is True or value.get("deleted") is True or bool(value.get("deletedAt"))
    return deleted or value.get("active_flag") is False


# ------------------------------------------------------------------------------------------ summary


def _in_real_time(estimates: Sequence[Mapping[str, Any]]) -> str:
    """What the same takes against a real account, by the forecast."""
    parts = [f"the {each['work']} {max(1, round(each['hours'] * 60))} min" for each in estimates]
    plan = estimates[0]["plan"] if estimates else ""
    return f"; against a real account on {plan}, {' and '.join(parts)}" if parts else ""


def _summary(folder: Path, results: Mapping[str, Result], took: float, *, same: bool) -> Result:
    migrated = results["migrate"]
    plan = json.loads((folder / "reports" / "plan.json").read_text("utf-8"))
    reconcile = json.loads((folder / "reports" / "reconcile.json").read_text("utf-8"))
    load = [each for each in plan["forecast"] if each["work"] in ("load", "rollback")][:2]
    return Result(
        stage="demo",
        migration=migrated.migration,
        objects=migrated.objects,
        rules=migrated.rules,
        message=f"Migrated, reconciled and rolled back in {took:,.0f} s{_in_real_time(load)}.",
        state="done" if same else "differences",
        next=f"open {folder / 'reports' / 'reconcile.html'}",
        data={
            "seconds": round(took, 1),
            "forecast": load,
            "differences": len(reconcile["differences"]),
            "account_as_before": same,
            "rolled_back": results["rollback"].data["removed"],
            "reports": sorted(str(path) for path in (folder / "reports").glob("*.html")),
            "private": sorted(str(path) for path in (folder / "private").iterdir()),
            "package": sorted(str(path) for path in (folder / "package").glob("summary.*")),
        },
    )
