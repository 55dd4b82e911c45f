"""The process ends at any instant: the next one finds everything out."""

from __future__ import annotations

import os
import signal
import threading
import warnings

from bridgework.crash import Died, dying
from bridgework.testing.account import Account
from bridgework.testing.destination.bench import Bench
from bridgework.testing.promise import break_creates, complete, way
from bridgework.testing.run import Run, Wanted
from bridgework.testing.standards import Standards, require, skip_unless

STANDARDS = Standards()

NEVER = 10**9
FEW = 14  # places of a sweep that is not large
HELD = 5.0  # simulated seconds for which an answer is held back
_LOOK = 0.01
_PATIENCE = 6000  # looks at a process until its request is under way


@STANDARDS.required
def survives_a_crash_at_every_commit(bench: Bench) -> None:
    """The process ends right before or right after a commit, each in turn; the next run completes the load."""
    with bench.account() as account:
        with Run(account) as run:
            run.prepare()
            records = run.records(2, rule="kit-whole")
        with Run(account) as run, dying(NEVER) as places:  # one of its own, as those that die: the first to ask budgets
            run.send(records)
        counted = len(places)
        require(counted, "nothing was committed while two records were written.")
        step = 1 if bench.large else max(1, counted // FEW)
        everything = list(records)
        for at in range(1, counted + 1, step):
            everything += _dies(account, at)
            with Run(account) as run:
                complete(run, everything)


def _dies(account: Account, at: int) -> list[Wanted]:
    """Write two more records in a process that ends at that place."""
    with Run(account) as run:
        records = [run.record(f"{at}-{n}", rule=f"kit-{at}", number=10 * at + n) for n in (1, 2)]
    try:
        with Run(account) as run, dying(at):
            run.send(records)
    except Died:
        pass
    return records


@STANDARDS.required
def survives_a_kill(bench: Bench) -> None:
    """The process is killed while it waits for the answer to a write; the next one finds it and completes the load."""
    with bench.account() as account:
        skip_unless(account.simulated, "only a simulator can hold an answer back")
        skip_unless(hasattr(os, "fork"), "this system has no processes that can be copied")
        with Run(account) as run:
            run.prepare()
            way(run)
        everything: list[Wanted] = []
        for nth in (1, 2):
            everything += _is_killed(account, nth)
            with Run(account) as run:
                complete(run, everything)


def _is_killed(account: Account, nth: int) -> list[Wanted]:
    """Write records in a process of its own, which is killed when its `nth` request is carried out and not answered."""
    with Run(account) as run:
        count = nth * run.capability(run.main()).records_per_request + 1
        records = [run.record(f"{nth}-{n}", rule=f"kit-kill-{nth}", number=100 * nth + n) for n in range(count)]
        break_creates(run, "slow", nth=nth, seconds=HELD, commits=True)
    with warnings.catch_warnings():  # the simulator's thread stays behind: the copy needs none of its locks
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            with Run(account) as run:
                run.send(records)
        finally:
            os._exit(0)
    under_way = _under_way(account, child)
    os.kill(child, signal.SIGKILL)  # it may have ended: nobody has waited for it yet
    os.waitpid(child, 0)
    account.served.clear_faults()
    account.clock.sleep(HELD)
    require(under_way, f"the process ended before its request number {nth} was answered.")
    return records


def _under_way(account: Account, child: int) -> bool:
    """Wait until the simulator holds an answer back; False if the process ends before."""
    pause = threading.Event()
    for _ in range(_PATIENCE):
        if any(shown["fired"] for shown in account.served.faults()):
            return True
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return False
        pause.wait(_LOOK)
    return False
