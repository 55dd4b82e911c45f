"""Power cuts and kills: what was acknowledged is there, what was not is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bridgework.crash import EXIT_CODE, VARIABLE
from bridgework.errors import Busy
from bridgework.journal import Journal, Outcome, migration_lock
from bridgework.model import Receipt

from .conftest import KEY, MIGRATION

WRITER = """
import sys
from pathlib import Path
from bridgework.journal import Intent, Journal, Outcome
from bridgework.model import Verb

journal = Journal.create(Path(sys.argv[1]), bytes(range(32)), "m-1")
for number in range(int(sys.argv[2])):
    keys = [f"p{number}-{part}" for part in range(3)]
    operations = journal.intend(
        [Intent(verb=Verb.CREATE, stage="load", rule="r", key=key, object="person") for key in keys])
    print("intended", *operations, flush=True)
    journal.settle([Outcome(operation, "done", id=str(operation)) for operation in operations])
    print("settled", *operations, flush=True)
"""


def run(path: Path, crash: str = "", batches: int = 3) -> tuple[int, list[list[str]]]:
    environment = {**os.environ, VARIABLE: crash} if crash else dict(os.environ)
    ended = subprocess.run(
        [sys.executable, "-c", WRITER, str(path), str(batches)], env=environment, capture_output=True, text=True
    )
    return ended.returncode, [line.split() for line in ended.stdout.splitlines()]


def acknowledged(lines: list[list[str]], word: str) -> set[int]:
    return {int(number) for line in lines if line[0] == word for number in line[1:]}


@pytest.mark.parametrize(
    ("crash", "intents", "settled"),
    [
        ("intend.before:1", 0, 0),
        ("intend.after:1", 3, 0),
        ("settle.before:1", 3, 0),
        ("settle.after:1", 3, 3),
        ("intend.before:2", 3, 3),
        ("settle.before:3", 9, 6),
    ],
)
def test_a_crash_point_ends_the_process_around_a_commit(path: Path, crash: str, intents: int, settled: int) -> None:
    code, lines = run(path, crash)
    assert code == EXIT_CODE
    with Journal.open(path, KEY, MIGRATION) as journal:
        assert journal.verify().ok
        assert len(list(journal.in_doubt())) == intents - settled
        assert sum(journal.counts().get("r", {}).values()) == intents
        assert journal.counts().get("r", {}).get("created", 0) == settled
    assert len(acknowledged(lines, "settled")) <= settled


def test_without_the_variable_no_crash_point_does_anything(path: Path) -> None:
    code, lines = run(path)
    assert code == 0
    assert len(acknowledged(lines, "settled")) == 9


@pytest.mark.parametrize("lines", [1, 4, 9, 14])
def test_nothing_acknowledged_is_lost_by_a_kill(path: Path, lines: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path), "1000"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    heard = [process.stdout.readline().split() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    heard += [line.split() for line in process.stdout.read().splitlines()]
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    with Journal.open(path, KEY, MIGRATION) as journal:
        assert journal.verify().ok
        intended = {row.operation for row in journal.in_doubt()}
        created = {target.operation for target in journal.all_targets(states=["created"])}
        assert acknowledged(heard, "settled") <= created
        assert acknowledged(heard, "intended") <= created | intended
        assert not created & intended


def test_one_process_at_a_time_works_on_a_migration(tmp_path: Path) -> None:
    taken = "import sys, pathlib\nfrom bridgework.journal import migration_lock\n"
    other = taken + "with migration_lock(pathlib.Path(sys.argv[1])): print('held')"
    with migration_lock(tmp_path):
        ended = subprocess.run([sys.executable, "-c", other, str(tmp_path)], capture_output=True, text=True)
        assert "Busy" in ended.stderr and "held" not in ended.stdout
        with pytest.raises(Busy), migration_lock(tmp_path):
            pass
    ended = subprocess.run([sys.executable, "-c", other, str(tmp_path)], capture_output=True, text=True)
    assert ended.stdout.strip() == "held"
    assert oct((tmp_path / ".lock").stat().st_mode & 0o777) == "0o600"


def test_a_budget_is_shared_with_a_second_process(journal: Journal, path: Path) -> None:
    other = (
        "import sys, pathlib\nfrom bridgework.journal import Journal\n"
        "with Journal.open(pathlib.Path(sys.argv[1]), bytes(range(32)), 'm-1') as journal:\n"
        "    for _ in range(50): journal.update_budget('day', lambda s: {'used': s.get('used', 0) + 1})\n"
    )
    process = subprocess.Popen([sys.executable, "-c", other, str(path)])
    for _ in range(50):
        journal.update_budget("day", lambda state: {"used": state.get("used", 0) + 1})
    assert process.wait() == 0
    assert journal.budget("day") == {"used": 100}
    assert journal.budget("minute") == {}


def test_two_processes_stay_within_the_limits_of_one_account_together(journal: Journal, path: Path) -> None:
    """T35: a day of 400 and a window of 60 in an hour, of which each process would take all."""
    taking = (
        "import sys, pathlib\n"
        "from bridgework.client import Budgets\nfrom bridgework.clock import FakeClock\n"
        "from bridgework.connection import JournalBudgets\nfrom bridgework.errors import Paused\n"
        "from bridgework.journal import Journal\nfrom bridgework.model import Budget\n"
        "limits = [Budget(name='day', label='d', limit=400, window=None), Budget(name='w', label='w', limit=60,"
        " window=3600.0)]\n"
        "taken = {'day': 0, 'w': 0}\n"
        "with Journal.open(pathlib.Path(sys.argv[1]), bytes(range(32)), 'm-1') as journal:\n"
        "    budgets = Budgets('account', limits, JournalBudgets(journal), FakeClock(), share=1.0, reserve=0.1)\n"
        "    for name in taken:\n"
        "        for _ in range(500):\n"
        "            try: taken[name] += type(budgets.take({name: 1})).__name__ == 'Taken'\n"
        "            except Paused: break\n"
        "    print(taken['day'], taken['w'])\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", taking, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    taken = [tuple(map(int, process.communicate()[0].split())) for process in processes]
    days, windows = (sum(each[place] for each in taken) for place in (0, 1))
    assert 0.98 * 360 <= days <= 360
    assert 0.95 * 60 <= windows <= 60


def test_a_change_that_raises_leaves_the_budget_as_it_was(journal: Journal) -> None:
    journal.update_budget("day", lambda state: {"used": 1})
    with pytest.raises(ZeroDivisionError):
        journal.update_budget("day", lambda state: {"used": 1 // 0})
    assert journal.budget("day") == {"used": 1}
    assert journal.update_budget("day", lambda state: {**state, "until": "later"}) == {"used": 1, "until": "later"}


def test_events_come_back_in_order_with_their_instant(journal: Journal) -> None:
    first = journal.event("approved", gate="mapping", by="A <a@example.org>")
    journal.event("stage_started", stage="load")
    second = journal.event("approved", gate="sample", by="B <b@example.org>")
    approvals = list(journal.events("approved"))
    assert [event.seq for event in approvals] == [first, second]
    assert approvals[0].payload == {"gate": "mapping", "by": "A <a@example.org>"}
    assert approvals[0].at < approvals[1].at
    assert [event.kind for event in journal.events()] == ["approved", "stage_started", "approved"]
    last = journal.last_event("approved")
    assert last is not None and last.seq == second
    assert journal.last_event("purged") is None


def test_receipts_survive_a_rebuild_and_stay_ours_when_found_again(journal: Journal) -> None:
    made = Receipt(kind="field", object="person", name="X", key="k1", options={"a": "1"})
    journal.add_receipt(made, operation=5)
    journal.add_receipt(Receipt(kind="field", object="person", name="Y", key="k2", created=False))
    journal.add_receipt(Receipt(kind="field", object="person", name="X", key="k1", created=False))
    found = journal.receipts()
    assert [(receipt.name, receipt.created) for receipt in found] == [("X", True), ("Y", False)]
    journal.rebuild()
    assert journal.receipts() == found
    journal.drop_receipt(made)
    assert [receipt.name for receipt in journal.receipts()] == ["Y"]
    assert journal.verify().ok


def test_a_failed_settle_leaves_the_intent_in_doubt(journal: Journal) -> None:
    with pytest.raises(ValueError, match="sent twice"):
        journal.settle([Outcome(1, "sent twice")])
    assert list(journal.in_doubt()) == []
