"""The same input gives the same requests, byte for byte, on whatever machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..bench import Bench
from ..conftest import MakeBench
from ..practice import practice

ROOT = Path(__file__).parents[3]
MACHINES = [
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Kolkata", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "C", "LANG": "de_AT"},
]
SCRIPT = r"""
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.flow.proof.lab import prepared
from tests.flow.proof.conftest import changed, small_world

world = small_world(people=60, visits=40)
world.people["p7"] |= {"name": "\u0130pek \u015eahin-Nu\u00f1ez", "city": "\u0141\u00f3d\u017a"}
lab = prepared(Path(sys.argv[2]), world, workers=int(sys.argv[3]))
lab.run("load")
changed(lab.world)
lab.run("delta")
print(json.dumps(lab.world.bodies))
"""


def bodies(folder: Path, machine: dict[str, str], workers: int) -> list[str]:
    """What a load and a delta send, in a process of its own."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ROOT), str(folder), str(workers)],
        env={**os.environ, **machine},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    sent: list[str] = json.loads(done.stdout)
    return sent


def test_hash_seed_locale_time_zone_and_workers_change_no_byte_of_a_request(tmp_path: Path) -> None:
    """T11. With one worker the order is the same too."""
    first = bodies(tmp_path / "0", MACHINES[0], 1)
    assert len(first) > 70
    assert bodies(tmp_path / "1", MACHINES[1], 1) == first
    several = bodies(tmp_path / "2", MACHINES[2], 4)
    assert sorted(map(without_ids, several)) == sorted(map(without_ids, first))


def without_ids(sent: str) -> str:
    """A request without the ids that the destination gave: they follow the order of arrival."""
    method, path, body = sent.split(" ", 2)
    told = json.loads(body) if body else None
    for each in told if isinstance(told, list) else [told]:
        for name in ("contact", "guardian"):
            if each and each["values"].get(name):
                each["values"][name] = "an id"
    return json.dumps([method, "an id" if path.startswith("/contact/") else path, told])


@pytest.mark.slow
def test_a_practice_is_mapped_to_the_same_bodies_on_every_machine(make_bench: MakeBench, tmp_path: Path) -> None:
    """T11, of a real pair: the hashes of all mapped bodies."""
    bench = make_bench(practice())
    found = []
    for number, machine in enumerate(MACHINES):
        other = make_bench(practice(), sandbox=bench.running, name=f"m{number}") if number else bench
        for command in ("extract", "audit", "plan"):
            process = Bench(other.folder, other.running, {**other.environment, **machine}).spawn(command)
            output, errors = process.communicate(timeout=100)
            assert process.returncode in (0, 1), (output[-500:], errors[-500:])
        found.append(other.report("plan")["mapping"])
    assert found[0] and found == [found[0]] * len(MACHINES)
