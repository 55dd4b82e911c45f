"""Limits and tokens: turned away is not refused."""

from __future__ import annotations

from bridgework.clock import FakeClock
from bridgework.errors import AccessDenied, StopRun
from bridgework.testing.destination.bench import Bench
from bridgework.testing.promise import break_creates, complete, mended, way
from bridgework.testing.run import Run
from bridgework.testing.standards import NotApplicable, Standards, require

STANDARDS = Standards()

ASKED = 7.0


@STANDARDS.required
def waits_as_long_as_it_is_told(bench: Bench) -> None:
    """A 429 with Retry-After is waited out for that long; the records then arrive, and no doubt arises."""
    with bench.run() as run:
        slept = _turned_away(run, asked=ASKED)
        if slept is not None and bench.subject.retry_after:
            require(slept >= ASKED, f"the service asked for {ASKED:g} seconds and was left alone for {slept:g}.")


@STANDARDS.required
def waits_when_no_time_is_given(bench: Bench) -> None:
    """A 429 that names no time is waited out too; the records then arrive, and no doubt arises."""
    with bench.run() as run:
        slept = _turned_away(run, asked=0)
        if slept is not None:
            require(slept > 0, "a 429 was followed by the next request at once.")


@STANDARDS.required
def stops_when_the_token_expires(bench: Bench) -> None:
    """A token that is refused stops the run; no record counts as refused, and a new token completes the load."""
    with bench.run() as run:
        way(run)
        records = run.requests(4)
        break_creates(run, "expired_token", nth=3)
        try:
            run.send(records)
        except (AccessDenied, StopRun):
            pass
        else:
            require(not mended(run), "a refused token did not stop the run: let `AccessDenied` pass.")
        run.account.served.clear_faults()
        complete(run, records)


@STANDARDS.optional("plan limits")
def says_when_the_plan_is_full(bench: Bench) -> None:
    """A limit of the plan is told apart from other refusals, so that the run stops sending that object."""
    cap = bench.subject.cap
    if cap is None:
        raise NotApplicable("the fixture does not say how the service answers at a limit of the plan (`cap`)")
    with bench.run() as run:
        way(run)
        [record] = run.records(1)
        break_creates(run, "answer", times=None, status=cap.status, body=cap.body, headers=dict(cap.headers))
        [done] = run.send([record])
        run.account.served.clear_faults()
        require(done.outcome.state == "rejected", f"at a limit of the plan the record is {done.outcome.state}.")
        require(done.cap, "the refusal does not say that a limit of the plan is reached (`Because.LIMIT`).")


def _turned_away(run: Run, *, asked: float) -> float | None:
    """Let two creates meet a 429; the seconds that were waited, None where time cannot be watched."""
    way(run)
    records = run.requests(3)
    clock = run.account.clock
    before = len(clock.sleeps) if isinstance(clock, FakeClock) else 0
    if asked:
        headers = {"retry-after": f"{asked:g}", "content-type": "application/json"}
        break_creates(run, "answer", nth=2, status=429, headers=headers, body='{"error": "too many requests"}')
    else:
        break_creates(run, "storm_429", nth=2)
    done = run.send(records)
    require(mended(run) == 1, "the 429 met no write.")
    refused = [each for each in done if each.outcome.state == "rejected"]
    require(not refused, "a write that was turned away by a limit counts as refused: let `NotSent` pass.")
    doubted = [number for each in done for number in [each.outcome.operation] if each.outcome.state == "in_doubt"]
    require(not doubted, "a 429 leaves a write in doubt: the connector could not read the answer's headers.")
    complete(run, records)
    return max(clock.sleeps[before:], default=0.0) if isinstance(clock, FakeClock) else None
