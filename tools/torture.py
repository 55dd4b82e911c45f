"""The long run: full sweeps, kills, broken connections, the state machine for hours, and the mutants.

    TORTURE=2 python tools/torture.py        two hours of the state machine (default: 50,000 examples)

Prints a table of what was gone through and writes it to `torture.md` and `torture.json`. Ends with 1 if a test failed
or a mutant survived.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLES = 50_000
AT_ONCE = 500  # examples of one process of the state machine, each with a seed of its own
STATE_MACHINE = "tests/flow/proof/test_state_machine.py"
SWEEPS = ("tests/flow/proof", f"--ignore={STATE_MACHINE}", "tests/core/journal/test_power_cuts.py")
KIT = ("tests/core/testing", "tests/connectors/pipedrive/test_conformance.py")
SOCKETS = ("tests/flow/test_kills.py", "tests/flow/test_faults.py", "tests/flow/chaos")
MARKED = (
    "-m",
    "torture",
    "tests/connectors",
    "tests/core/protocol",
)  # long tiers beside the short ones of the same test
ALWAYS = ("duplicates", "losses", "silent truncations")  # in the table also when there are none


def main() -> int:
    """Everything, one after the other."""
    began = time.monotonic()
    hours = float(os.environ.get("TORTURE") or 0)
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        notes = Path(folder) / "notes"
        notes.touch()
        parts = (("sweeps", SWEEPS), ("sockets", SOCKETS), ("marked", MARKED), ("conformance kit", KIT))
        failed = [name for name, tests in parts if not passed(tests, notes)]
        until = time.monotonic() + hours * 3600 if hours else None
        if not state_machine(notes, until):
            failed.append("state machine")
        if subprocess.run([sys.executable, "tools/mutations.py"], cwd=ROOT).returncode:
            failed.append("mutants")
        counts = read(notes)
    seconds = time.monotonic() - began
    table = rendered(counts, seconds, failed)
    print(table)
    (ROOT / "torture.md").write_text(table, "utf-8")
    answer = {"seconds": round(seconds), "failed": failed, "counts": counts}
    (ROOT / "torture.json").write_text(json.dumps(answer, indent=2), "utf-8")
    return int(bool(failed))


def state_machine(notes: Path, until: float | None) -> bool:
    """Examples with ever new seeds, until the time is over or there were enough of them."""
    done = 0
    while time.monotonic() < until if until is not None else done < EXAMPLES:
        if not passed((STATE_MACHINE,), notes, BRIDGEWORK_EXAMPLES=str(AT_ONCE)):
            return False
        note(notes, "seeds of the state machine", 1)
        done += AT_ONCE
    return True


def passed(tests: tuple[str, ...], notes: Path, **variables: str) -> bool:
    """Run tests in the long form. Their output is shown."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "7200", *tests]
    environment = {**os.environ, "BRIDGEWORK_TORTURE": str(notes), "BRIDGEWORK_KIT": "large", **variables}
    return subprocess.run(command, cwd=ROOT, env=environment).returncode == 0


def note(notes: Path, what: str, number: int) -> None:
    """As the tests do it."""
    with notes.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps([what, number]) + "\n")


def read(notes: Path) -> dict[str, int]:
    """The sums of all counts."""
    counts: Counter[str] = Counter(dict.fromkeys(ALWAYS, 0))
    for line in notes.read_text("utf-8").splitlines():
        what, number = json.loads(line)
        counts[what] += number
    return dict(sorted(counts.items()))


def rendered(counts: dict[str, int], seconds: float, failed: list[str]) -> str:
    """The table."""
    lines = [f"| {what} | {number:,} |" for what, number in counts.items()]
    verdict = f"failed: {', '.join(failed)}" if failed else "everything passed"
    return "\n".join(["| What | How many |", "|---|---|", *lines, "", f"{seconds / 3600:.2f} hours; {verdict}.", ""])


if __name__ == "__main__":
    sys.exit(main())
