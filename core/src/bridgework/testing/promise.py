"""The promise every fault test ends with: after the same command has run again, each record is there exactly once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from bridgework.errors import AccessDenied, StopRun
from bridgework.testing.run import Run, Wanted
from bridgework.testing.standards import fail, require

ROUNDS = 12
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def write(run: Run, records: Sequence[Wanted]) -> None:
    """Create records of one object without any fault. Failed, with the reason, if one is not written."""
    for done in run.send(records):
        if done.outcome.state != "done":
            field = f", field {done.outcome.field}" if done.outcome.field else ""
            fail(
                f"a plain record of {done.job.intent.object} was not written: {done.outcome.state} "
                f"({done.outcome.reason}{field}). If it cannot be written like this, say so in `fields`."
            )


def complete(run: Run, wanted: Sequence[Wanted]) -> None:
    """Load as an operator would: the same command again after every stop. Ends with the promise."""
    stopped = ""
    for _ in range(ROUNDS):
        try:
            run.load(wanted)
        except (StopRun, AccessDenied) as error:
            stopped = error.message
            run.again()
            continue
        if not run.open(wanted):
            exactly_once(run, wanted)
            return
    fail(f"after {ROUNDS} runs the load is not through: {stopped or 'records stay open'}")


def exactly_once(run: Run, wanted: Sequence[Wanted]) -> None:
    """Failed unless every record is in the account once, under the id the journal knows, and no other came with it."""
    for name, group in groupby(sorted(wanted, key=lambda each: each.object), key=lambda each: each.object):
        records = list(group)
        lost = [each for each in records if (target := run.standing(each)) is None or not target.live]
        if lost:
            fail(f"{len(lost)} of {len(records)} records of {name} are not there: {run.why(lost[0])}.")
        ids = [run.id(each) for each in records]
        require(
            len(set(ids)) == len(ids), f"two records of {name} are said to be one and the same: one of them is lost."
        )
        _each_is_found(run, records)
        _each_is_itself(run, name, dict(zip(ids, records, strict=True)))
        _nothing_else(run, name)


def _each_is_found(run: Run, records: Sequence[Wanted]) -> None:
    operations = [run.operation(each, at) for at, each in enumerate(records, start=1)]
    found = {each.operation: each for each in run.hooks.find(operations)}
    for operation, each in zip(operations, records, strict=True):
        there = [record.id for record in found[operation.number].records if not record.deleted]
        require(there, f"find does not see a record of {each.object} that was written; it would be written again.")
        require(len(there) == 1, f"{len(there)} records of {each.object} carry one identity.")
        require(there == [run.id(each)], f"find names another record of {each.object} than the one that was written.")


def _each_is_itself(run: Run, name: str, wanted: Mapping[str, Wanted]) -> None:
    stored = run.migration.read_records(name, list(wanted))
    for id_, each in wanted.items():
        require(id_ in stored and not stored[id_].deleted, f"a record of {name} that was written cannot be read.")
        wrong = run.altered(each.body, stored[id_])
        require(not wrong, f"the id of a record of {name} is that of another one: {', '.join(wrong)} differ.")


def _nothing_else(run: Run, name: str) -> None:
    counts = Counter(record.id for record in run.scanned(name))
    ours = run.journal.by_destination(name, list(counts))
    surplus = set(counts) - set(ours) - run.account.foreign.get(name, set())
    require(not surplus, f"{len(surplus)} records of {name} are there that the journal does not know: duplicates.")
    unseen = [id_ for id_ in run.journal.by_destination(name, list(ours)) if id_ not in counts]
    require(not unseen, f"scan leaves out {len(unseen)} records of {name} that are there.")


def break_creates(run: Run, kind: str, *, nth: int = 1, times: int | None = 1, **more: object) -> None:
    """Ask the service to break creates of the main object from the `nth` one on; learns first how they are sent."""
    method, path = way(run)
    match = {"method": method, "path": path, "nth": nth, "times": times}
    run.account.served.faults({"kind": kind, "match": match, **more})


def mended(run: Run) -> int:
    """Take all faults away; how often they happened."""
    fired = sum(int(shown["fired"]) for shown in run.account.served.faults())
    run.account.served.clear_faults()
    return fired


def way(run: Run) -> tuple[str, str]:
    """Method and path of the request that creates a record of the main object, learnt from one that is made for it."""
    name = run.main()
    known = run.account.ways.get(name)
    if known is None:
        trial = run.record("trial", name, rule="kit-trial", number=999)
        seen = len(run.account.requests.seen)
        write(run, [trial])
        writes = [each for each in run.account.requests.seen[seen:] if each[0] not in _READING]
        require(writes, f"creating a record of {name} sent no request that writes.")
        method, path = writes[-1]
        known = run.account.ways[name] = (method, f"^{re.escape(path)}$")
    return known
