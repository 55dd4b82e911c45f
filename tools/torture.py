"""The long run: full sweeps, the conformance kits at full length, the mutants, then kills, proxies, the state machine.

    python tools/torture.py                  until the state machine has gone through 50,000 examples
    TORTURE=2 python tools/torture.py        two hours for everything together
    python tools/torture.py kills proxies    these parts alone

One part after the other. What has an end runs once, in a quarter of the time that is left at most; what is drawn by
chance runs in rounds, each with seeds of its own, until the time is over. A part that is not through in its time is cut
off, and the table says so. Writes `torture.md` (for
people) and `torture.json`: what ran, for how long, with how many tests, and the counts the tests kept. Ends with 1 if a
test failed or a mutant survived.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EXAMPLES = 50_000
AT_ONCE = 500  # examples of one round of the state machine
SEEDS_AT_ONCE = 2  # of kills and of proxies in one round
SHARE = 0.25  # of the time that is left, for a part that has an end
LONGEST = 1e6  # seconds; a timer takes no infinity
PROOF = "tests/flow/proof"
ALWAYS = ("duplicates", "losses", "silent truncations")  # in the table also when there are none
ENDED = re.compile(r"::.* (PASSED|FAILED|ERROR|SKIPPED)\b")


@dataclass
class Part:
    """A part of the run: a command, and what became of it over all its rounds."""

    name: str
    command: tuple[str, ...]
    state: str = "not run"
    seconds: float = 0.0
    rounds: int = 0
    tests: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)


def pytest(*arguments: str) -> tuple[str, ...]:
    """The command that runs tests."""
    return (sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "--timeout", "7200", *arguments)


def parts() -> tuple[list[Part], list[Part]]:
    """What runs once, and what runs in rounds."""
    sweeps = [f"{PROOF}/{name}" for name in ("test_fault_sweep.py", "test_crash_sweep.py", "test_state_machine.py")]
    rest = [f"--ignore={name}" for name in sweeps]
    once = [
        Part("fault sweep", pytest(sweeps[0], f"{PROOF}/test_repeated_delivery.py", "tests/flow/test_faults.py")),
        Part("crash sweep", pytest(sweeps[1], "-k", "not killed")),
        Part("power cuts and the other proofs", pytest(PROOF, "tests/core/journal", *rest)),
        Part("long tiers", pytest("-m", "torture", "tests/connectors", "tests/core/protocol")),
        Part("conformance kits", pytest("tests/core/testing", *map(str, sorted(kits())))),
        Part("mutants", (sys.executable, "tools/mutations.py")),
    ]
    rounds = [
        Part("state machine", pytest(sweeps[2])),
        Part("kills", pytest(sweeps[1], "tests/flow/test_kills.py", "-k", "killed")),
        Part("proxies", pytest("tests/flow/chaos")),
    ]
    return once, rounds


def kits() -> Iterator[Path]:
    """The conformance tests of all connectors."""
    for path in (ROOT / "tests" / "connectors").glob("*/test_conformance.py"):
        yield path.relative_to(ROOT)


def main(names: list[str]) -> int:
    """The parts of these names, or all of them, one after the other."""
    began, hours = datetime.now(UTC), float(os.environ.get("TORTURE") or 0)
    until = time.monotonic() + hours * 3600 if hours else float("inf")
    if unknown := set(names) - {part.name for some in parts() for part in some}:
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}")
    once, rounds = ([part for part in some if not names or part.name in names] for some in parts())
    for part in once:
        now = time.monotonic()
        run(part, now + (until - now) * SHARE)
        report(began, hours, once + rounds)
    number = 0
    while rounds and time.monotonic() < until and not failed(rounds) and (hours or number * AT_ONCE < EXAMPLES):
        for part in rounds:
            run(part, until, number, f"--hypothesis-seed={number + 1}")
        report(began, hours, once + rounds)
        number += 1
    print((ROOT / "torture.md").read_text("utf-8"))
    return int(bool(failed(once + rounds)))


def run(part: Part, until: float, number: int = 0, *arguments: str) -> None:
    """Run a part, or a round of it, at most until then. Its output is shown."""
    left, began = until - time.monotonic(), time.monotonic()
    if left <= 0:
        return
    print(f"\n== {part.name}, round {number + 1}", flush=True)
    with tempfile.NamedTemporaryFile("r", prefix="torture-", encoding="utf-8") as notes:
        environment = {
            **os.environ,
            "BRIDGEWORK_TORTURE": notes.name,
            "BRIDGEWORK_KIT": "large",
            "BRIDGEWORK_EXAMPLES": str(AT_ONCE),
            "BRIDGEWORK_SEEDS": str(SEEDS_AT_ONCE),
            "BRIDGEWORK_FIRST_SEED": str(1 + number * SEEDS_AT_ONCE),
        }
        code, cut, told = carried_out((*part.command, *arguments), environment, left)
        for line in notes:
            what, count = json.loads(line)
            part.counts[what] += count
    part.seconds += time.monotonic() - began
    part.rounds += not cut
    part.tests += told
    if told["failed"] or told["error"] or (code and not cut):
        part.state = "failed"
    elif part.state != "failed":
        part.state = "cut off" if cut and not part.rounds else "passed"


def carried_out(
    command: tuple[str, ...], environment: dict[str, str], seconds: float
) -> tuple[int, bool, Counter[str]]:
    """Exit code, whether the time ended first, and the tests by how they ended."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    cut = threading.Event()

    def end() -> None:
        cut.set()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # a softer one would reach the commands that tests are running

    timer = threading.Timer(min(seconds, LONGEST), end)
    timer.daemon = True
    timer.start()
    told: Counter[str] = Counter()
    with process.stdout:
        for line in process.stdout:
            print(line, end="", flush=True)
            if ended := ENDED.search(line):
                told[ended[1].lower()] += 1
    code = process.wait()
    timer.cancel()
    return code, cut.is_set(), told


def failed(ran: list[Part]) -> list[str]:
    """The parts in which something failed."""
    return [part.name for part in ran if part.state == "failed"]


def report(began: datetime, hours: float, ran: list[Part]) -> None:
    """Write what there is so far: whoever looks before the end sees where the run is."""
    counts = sum((part.counts for part in ran), Counter(dict.fromkeys(ALWAYS, 0)))
    answer: dict[str, Any] = {
        "format": 2,
        "began": began.isoformat(timespec="seconds"),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "hours": round((datetime.now(UTC) - began).total_seconds() / 3600, 2),
        "hours_granted": hours or None,
        "revision": revision(),
        "failed": failed(ran),
        "parts": [
            {
                "name": part.name,
                "state": part.state,
                "minutes": round(part.seconds / 60, 1),
                "rounds": part.rounds,
                "tests": dict(part.tests),
                "counts": dict(sorted(part.counts.items())),
            }
            for part in ran
        ],
        "counts": {what: counts[what] for what in sorted({*counts, *ALWAYS})},
    }
    (ROOT / "torture.json").write_text(json.dumps(answer, indent=2) + "\n", "utf-8")
    (ROOT / "torture.md").write_text(rendered(answer), "utf-8")


def revision() -> str:
    """What was tested."""
    command = ["git", "describe", "--always", "--dirty"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # on the path of whoever runs it
    return told.stdout.strip() or "unknown"


def rendered(answer: dict[str, Any]) -> str:
    """The tables."""
    verdict = f"failed: {', '.join(answer['failed'])}" if answer["failed"] else "nothing failed"
    lines = [f"{answer['hours']:.2f} hours from {answer['began']}, revision {answer['revision']}; {verdict}.", ""]
    lines += ["| Part | State | Rounds | Minutes | Tests |", "|---|---|---|---|---|"]
    for part in answer["parts"]:
        tests = ", ".join(f"{count:,} {what}" for what, count in part["tests"].items())
        lines.append(f"| {part['name']} | {part['state']} | {part['rounds']} | {part['minutes']} | {tests} |")
    lines += ["", "| What | How many |", "|---|---|"]
    lines += [f"| {what} | {number:,} |" for what, number in answer["counts"].items()]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
