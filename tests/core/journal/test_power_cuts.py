"""The power fails after every single write: what the journal acknowledged is there, and its chain holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridgework.errors import StoreFailure
from bridgework.journal import Intent, Journal, Outcome
from bridgework.model import Verb

from .conftest import KEY, MIGRATION, ticking
from .disk import Disk, Left, cut, restore, watched

BATCHES = 8


def work(journal: Journal, disk: Disk) -> None:
    """Intents and outcomes, each acknowledged once the journal has returned; the WAL is folded back now and then."""
    journal._store._writer.execute("PRAGMA wal_autocheckpoint = 24")
    for number in range(BATCHES):
        keys = [f"{number}-{part}" for part in range(4)]
        operations = journal.intend([Intent(Verb.CREATE, "load", "people", key, "person") for key in keys])
        disk.acknowledge(f"intended {number}")
        journal.settle([Outcome(operation, "done", id=f"id-{operation}") for operation in operations])
        disk.acknowledge(f"settled {number}")


def missing(left: Left, folder: Path) -> list[str]:
    """What was acknowledged and is not there after the power is back."""
    restore(left, folder)
    path = folder / "journal.db"
    try:
        journal = Journal.open(path, KEY, MIGRATION)
    except StoreFailure:
        return left.acknowledged
    with journal:
        verified = journal.verify()
        assert verified.ok, f"the chain is broken: {verified}"
        known = journal.targets("people", [f"{number}-{part}" for number in range(BATCHES) for part in range(4)])
    lost = []
    for each in left.acknowledged:
        word, number = each.split()
        states = {known[key].state if key in known else "gone" for key in (f"{number}-{part}" for part in range(4))}
        if "gone" in states or (word == "settled" and states != {"created"}):
            lost.append(each)
    return lost


def losses(tmp_path: Path, *, synchronous: str, every: int = 1) -> tuple[int, int]:
    """Power cuts tried, and those that lost something acknowledged."""
    with watched() as disk, Journal.create(tmp_path / "journal.db", KEY, MIGRATION, now=ticking()) as journal:
        journal._store._writer.execute(f"PRAGMA synchronous = {synchronous}")
        begun = len(disk.steps)
        work(journal, disk)
        steps = list(disk.steps)
    assert sum(step.what == "sync" for step in steps) > 5
    tried = bad = 0
    for end in range(begun, len(steps) + 1, every):
        for seed in (None, end):
            tried += 1
            bad += bool(missing(cut(steps[:end], seed), tmp_path / f"{end}-{seed}"))
    return tried, bad


def test_a_power_cut_at_any_moment_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """T3, F11: with the settings of the store, clean and torn."""
    with watched(), Journal.create(tmp_path / "as-it-is.db", KEY, MIGRATION) as journal:
        as_it_is = journal._store._writer.execute("PRAGMA synchronous").fetchone()[0]
    tried, bad = losses(tmp_path, synchronous=str(as_it_is))
    assert tried > 200
    assert bad == 0, f"{bad} of {tried} power cuts lost what was acknowledged"


def test_the_test_would_notice_if_the_disk_were_not_waited_for(tmp_path: Path) -> None:
    """T3, F12: must fail with `synchronous` lowered to NORMAL, or it would guard nothing."""
    tried, bad = losses(tmp_path, synchronous="NORMAL", every=3)
    assert bad > tried // 10


@pytest.mark.parametrize("nth", range(1, 40, 2))
def test_a_disk_that_is_full_at_any_write_stops_the_journal_and_loses_nothing(tmp_path: Path, nth: int) -> None:
    """T12, F10: the n-th write finds no space; nothing more is written by this process, and the next one goes on."""
    path = tmp_path / "journal.db"
    with watched() as disk:
        journal = Journal.create(path, KEY, MIGRATION, now=ticking())
        disk.steps.clear()
        disk.refuse = nth
        with pytest.raises(StoreFailure, match="no space is left"):
            for _ in range(10):
                work(journal, disk)
        acknowledged = [step.path for step in disk.steps if step.what == "acknowledged"]
        with pytest.raises(StoreFailure, match="no space is left"):
            journal.event("more")
        disk.refuse = 0
        journal.close()
    with Journal.open(path, KEY, MIGRATION) as journal:
        assert journal.verify().ok
        states = {key: target.state for key, target in journal.targets("people", ["0-0", "1-0", "2-0"]).items()}
        for number in range(3):
            if f"settled {number}" in acknowledged:
                assert states[f"{number}-0"] == "created"
        [again] = journal.intend([Intent(Verb.CREATE, "load", "people", "new", "person")])
        journal.settle([Outcome(again, "done", id="x")])
