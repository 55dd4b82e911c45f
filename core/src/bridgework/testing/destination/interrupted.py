"""The process ends at any instant: the next one finds everything out."""

from __future__ import annotations

from bridgework.crash import Died, dying
from bridgework.testing.account import Account
from bridgework.testing.destination.bench import Bench
from bridgework.testing.promise import complete
from bridgework.testing.run import Run, Wanted
from bridgework.testing.standards import Standards, require

STANDARDS = Standards()

NEVER = 10**9
FEW = 14  # places of a sweep that is not large


@STANDARDS.required
def survives_a_crash_at_every_commit(bench: Bench) -> None:
    """The process ends right before or right after a commit, each in turn; the next run completes the load."""
    with bench.account() as account:
        with Run(account) as run:
            run.prepare()
            records = run.records(2, rule="kit-whole")
            with dying(NEVER) as places:
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
