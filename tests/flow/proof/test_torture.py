"""The long run keeps to its time, adds up what its parts say, and names what it did not get to."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
_SPEC = importlib.util.spec_from_file_location("torture", ROOT / "tools" / "torture.py")
assert _SPEC is not None and _SPEC.loader is not None
TORTURE: Any = importlib.util.module_from_spec(_SPEC)
sys.modules["torture"] = TORTURE  # dataclasses look their module up
_SPEC.loader.exec_module(TORTURE)

HOUR = 3600.0
COUNTS = """
import json, os
with open(os.environ["BRIDGEWORK_TORTURE"], "a") as notes:
    print(json.dumps(["kills survived", 5]), file=notes)
    print(json.dumps(["duplicates", 0]), file=notes)
for number in range(3):
    print(f"tests/test_a.py::test_{number}[a b] PASSED [ {number}%]", flush=True)
print("tests/test_a.py::test_more SKIPPED (no such thing) [ 99%]", flush=True)
"""


def part(name: str, script: str) -> Any:
    return TORTURE.Part(name, (sys.executable, "-c", script))


def test_every_test_a_part_names_exists() -> None:
    once, rounds = TORTURE.parts()
    named = [word for each in once + rounds for word in each.command if word.startswith(("tests", "tools"))]
    assert len(named) > 10
    assert all((ROOT / word).exists() for word in named)


def test_what_parts_did_is_added_up_over_their_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TORTURE, "ROOT", tmp_path)
    kills, broken = (
        part("kills", COUNTS),
        part("broken", COUNTS.replace("SKIPPED", "FAILED") + "raise SystemExit(1)"),
    )
    never = part("never", COUNTS)
    until = time.monotonic() + HOUR
    for number in range(2):
        TORTURE.run(kills, until, number)
    TORTURE.run(broken, until)
    TORTURE.run(never, time.monotonic())

    TORTURE.report(datetime.now(UTC), 1.0, [kills, broken, never])

    told = json.loads((tmp_path / "torture.json").read_text("utf-8"))
    parts = {each["name"]: (each["state"], each["rounds"], each["tests"].get("passed")) for each in told["parts"]}
    assert parts == {"kills": ("passed", 2, 6), "broken": ("failed", 1, 3), "never": ("not run", 0, None)}
    assert told["counts"] == {"duplicates": 0, "kills survived": 15, "losses": 0, "silent truncations": 0}
    assert told["failed"] == ["broken"]
    table = (tmp_path / "torture.md").read_text("utf-8")
    assert "| kills | passed | 2 |" in table
    assert "failed: broken" in table.splitlines()[0]


def test_a_part_that_is_not_through_when_the_time_is_over_is_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    ignoring = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(1)"
    endless = part("endless", COUNTS + ignoring)
    TORTURE.run(endless, time.monotonic() + 2)
    assert (endless.state, endless.rounds) == ("cut off", 0)


def test_a_part_that_ends_in_an_error_without_a_word_has_failed() -> None:
    silent = part("silent", "raise SystemExit(3)")
    TORTURE.run(silent, time.monotonic() + HOUR)
    assert silent.state == "failed"
