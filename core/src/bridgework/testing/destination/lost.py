"""Requests and answers that get lost: nothing is there twice, nothing is missing."""

from __future__ import annotations

from bridgework.testing.destination.bench import Bench
from bridgework.testing.promise import break_creates, complete, mended, way
from bridgework.testing.run import Run, Wanted
from bridgework.testing.standards import Standards, require, skip_unless

STANDARDS = Standards()

ANSWERS = ("drop_after", "truncated", "empty_200_after", "html_524")


@STANDARDS.required
def finds_after_a_lost_answer(bench: Bench) -> None:
    """A write that was carried out and whose answer is lost is found again, not sent again."""
    for kind in ANSWERS:
        with bench.run() as run:
            records = _one_is_lost(run, kind)
            require(_in_doubt(run, records) >= 1, _hidden(kind))
            complete(run, records)


@STANDARDS.required
def sends_again_what_never_arrived(bench: Bench) -> None:
    """A write that never arrived is sent again once it is sure that it did not."""
    with bench.run() as run:
        records = _one_is_lost(run, "drop_before")
        complete(run, records)


@STANDARDS.required
def waits_for_late_writes(bench: Bench) -> None:
    """A write that is carried out late, within the horizon, is waited for and not doubled."""
    with bench.account() as account, Run(account) as run:
        skip_unless(account.simulated, "only a simulator can carry out a request late")
        run.prepare()
        late = 0.9 * account.subject.simulator.horizon
        records = _one_is_lost(run, "late_commit", seconds=late)
        complete(run, records)


@STANDARDS.required
def reports_a_partial_batch(bench: Bench) -> None:
    """When a batch breaks off in the middle, what was done before counts as done and the rest is sent again."""
    with bench.run() as run:
        per_request = run.capability(run.main()).records_per_request
        records = _one_is_lost(run, "drop_after", nth=3)
        states = [str(target.state) for each in records if (target := run.standing(each))]
        done = states.count("created")
        require(done >= 2 * per_request, f"{done} records count as written where {2 * per_request} were answered for.")
        complete(run, records)


@STANDARDS.required
def survives_server_errors(bench: Bench) -> None:
    """A burst of server errors, some of which did the work, ends with every record there once."""
    with bench.run() as run:
        way(run)
        records = run.requests(4)
        break_creates(run, "error_500_after", nth=1)
        break_creates(run, "error_500_before", nth=2)
        break_creates(run, "status_503", nth=3)
        run.send(records)
        require(mended(run) == 3, "the faults met no write.")
        require(_in_doubt(run, records) >= 1, _hidden("a server error"))
        run.account.served.faults({"kind": "status_503", "match": {"method": "GET", "times": 3}})
        complete(run, records)


def _one_is_lost(run: Run, kind: str, *, nth: int = 2, seconds: float = 0) -> list[Wanted]:
    """Send records, of which the request number `nth` meets the fault."""
    way(run)
    records = run.requests(nth + 1)
    break_creates(run, kind, nth=nth, seconds=seconds)
    run.send(records)
    require(mended(run) == 1, f"the fault {kind} met no write.")
    return records


def _in_doubt(run: Run, records: list[Wanted]) -> int:
    states = [target.state for each in records if (target := run.standing(each))]
    return sum(state == "in_doubt" for state in states)


def _hidden(what: str) -> str:
    return f"after {what} no write is in doubt: the connector must let `InDoubt` pass, not answer for the operation."
