"""Take one safeguard out at a time, in a copy of the source, and see whether a test goes red.

    python tools/mutations.py [NAME …]

Prints one line per mutant: the tests that caught it, or SURVIVED. Ends with 1 if one survived. The source tree itself
is never touched.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CORE = "core/src/bridgework"


@dataclass(frozen=True)
class Mutant:
    """A safeguard that is missing: replacements as (file below the core's package, old text, new text)."""

    name: str
    about: str
    changes: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "full",
        "commits do not wait for the disk: synchronous is NORMAL",
        (
            ("store.py", '"PRAGMA synchronous = FULL"', '"PRAGMA synchronous = NORMAL"'),
            ("store.py", 'one("PRAGMA synchronous") != "2"', 'one("PRAGMA synchronous") != "1"'),
        ),
        ("tests/core/journal/test_power_cuts.py", "tests/core/staging/test_store.py"),
    ),
    Mutant(
        "horizon",
        "what is not there yet counts as absent at once",
        (("stages/load/settling.py", "migration.clock.sleep(", "(lambda seconds: None)("),),
        ("tests/flow/proof/test_fault_sweep.py", "tests/flow/proof/test_horizon.py"),
    ),
    Mutant(
        "may_send",
        "the client does not ask whether an operation may be sent, the journal lets it be sent again",
        (
            ("journal/journal.py", "return operation in self._sendable", "return True"),
            ("journal/journal.py", "if not wanted <= self._sendable:", "if False:"),
        ),
        (
            "tests/core/journal/test_protocol.py",
            "tests/core/client/test_writes.py",
            "tests/flow/proof/test_fault_sweep.py",
        ),
    ),
    Mutant(
        "three-way",
        "an update sends what is wanted, whoever wrote there since",
        (("stages/load/updating.py", "if now == old:", "if True:"),),
        ("tests/flow/proof/test_way_back.py", "tests/flow/proof/test_state_machine.py"),
    ),
    Mutant(
        "edited since",
        "a rollback removes records that people edited",
        (("stages/rollback.py", "    if edited:", "    if False:"),),
        ("tests/flow/proof/test_way_back.py",),
    ),
    Mutant(
        "intent first",
        "an operation without an outcome is forgotten instead of settled",
        (("journal/targets.py", "SELECT operation FROM open_operation ORDER BY operation", "SELECT 0 WHERE FALSE"),),
        ("tests/flow/proof/test_crash_sweep.py",),
    ),
)


def main(names: list[str]) -> int:
    """Try the mutants of these names, or all of them."""
    chosen = [each for each in MUTANTS if not names or each.name in names]
    survived = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        for mutant in chosen:
            red = caught_by(mutant, Path(folder) / re.sub(r"\W", "-", mutant.name))
            survived += not red
            verdict = f"caught by {red[0]}" + (f" and {len(red) - 1} more" if red[1:] else "") if red else "SURVIVED"
            print(f"{mutant.name}: {mutant.about}: {verdict}", flush=True)
    print(f"{len(chosen) - survived} of {len(chosen)} mutants caught")
    note("mutants tried", len(chosen))
    note("mutants that no test noticed", survived)
    return int(survived > 0)


def note(what: str, number: int) -> None:
    """Add to a count of the long run, if this is one."""
    if path := os.environ.get("BRIDGEWORK_TORTURE", ""):
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps([what, number]) + "\n")


def caught_by(mutant: Mutant, folder: Path) -> list[str]:
    """The tests that fail with the mutant in place."""
    source = folder / "bridgework"
    shutil.copytree(ROOT / CORE, source, ignore=shutil.ignore_patterns("__pycache__"))
    for name, old, new in mutant.changes:
        path = source / name
        text = path.read_text("utf-8")
        if text.count(old) != 1:
            raise SystemExit(f"{mutant.name}: {name} holds {old!r} {text.count(old)} times: adapt the mutant")
        path.write_text(text.replace(old, new), "utf-8")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("BRIDGEWORK_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rf", "-p", "no:cacheprovider", "--maxfail", "3", *mutant.tests],
        cwd=ROOT,
        env={**plain, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"{mutant.name}: the tests did not run:\n{done.stdout[-2000:]}{done.stderr[-500:]}")
    return re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
