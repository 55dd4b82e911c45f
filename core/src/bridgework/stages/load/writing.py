"""Sending groups of operations: intents durable before, outcomes durable after, one attempt per intent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridgework.errors import ContractBroken, InDoubt, NotSent, StopRun
from bridgework.journal import Intent, Outcome
from bridgework.model import (
    AlreadyGone,
    BatchRejected,
    Body,
    Operation,
    Refused,
    Undone,
    UndoResult,
    Verb,
    WriteResult,
    Written,
)

if TYPE_CHECKING:
    from bridgework.migration import Migration

LONGEST_SILENCE = 8  # rounds in which nothing reached the destination before the run stops
_Call = Callable[[Sequence[Operation]], Iterator[WriteResult | UndoResult]]


@dataclass(frozen=True, slots=True)
class Job:
    """One change to make: its intent, its operation (numbered when the intent is durable) and the images to keep.

    `sent` is the whole resolved body the record will have, `before` what the changed fields held until now,
    `conflicts` the fields that people edited and that are left alone.
    """

    intent: Intent
    operation: Operation
    sent: Body | None = None
    before: Body | None = None
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a job. `cap`: a limit of the plan was reached. `whole`: its whole batch was refused."""

    job: Job
    outcome: Outcome
    cap: bool = False
    whole: bool = False


class Writer:
    """Sends groups of jobs of one object. Safe to use from several threads."""

    def __init__(self, migration: Migration) -> None:
        self._migration = migration

    def send(self, jobs: Sequence[Job]) -> list[Done]:
        """Carry out the jobs. What did not reach the destination is tried again, a refused batch is halved.

        StopRun (Paused, AccessDenied …) ends the run with every known outcome recorded.
        """
        decided: list[Done] = []
        waiting = list(jobs)
        silence = 0
        while waiting:
            results = self._attempt(waiting)
            decided += self._final(results)
            waiting = [_again(each.job) for each in results if each.outcome.state == "not_sent"]
            if waiting:
                silence = silence + 1 if len(waiting) == len(results) else 1
                if silence >= LONGEST_SILENCE:
                    raise StopRun(
                        "The destination cannot be reached.",
                        cause="unreachable",
                        next_step="check the network, then run the same command again",
                    )
                self._migration.clock.sleep(min(60.0, 2.0**silence))
        return decided

    def _final(self, results: Sequence[Done]) -> list[Done]:
        """Results that stand; batches refused as a whole are tried in halves until the culprits stand alone."""
        final = [each for each in results if each.outcome.state != "not_sent" and not each.whole]
        refused = [each for each in results if each.whole]
        if len(refused) == 1:
            return final + refused
        half = len(refused) // 2
        for part in (refused[:half], refused[half:]):
            if part:
                final += self.send([_again(each.job) for each in part])
        return final

    def _attempt(self, jobs: Sequence[Job]) -> list[Done]:
        self._migration.keep_images(jobs)
        numbers = self._migration.journal.intend([job.intent for job in jobs])
        attempt = _Attempt(
            {
                number: replace(job, operation=replace(job.operation, number=number))
                for number, job in zip(numbers, jobs, strict=True)
            }
        )
        try:
            self._run(attempt)
        except BaseException:
            self._migration.journal.settle([each.outcome for each in attempt.done()])
            raise
        done = attempt.done()
        self._migration.journal.settle([each.outcome for each in done])
        return done

    def _run(self, attempt: _Attempt) -> None:
        operations = [job.operation for job in attempt.jobs.values()]
        capability = self._migration.capabilities.object(operations[0].object)
        call = self._call(operations[0], upload=capability.upload)
        for start in range(0, len(operations), capability.batch_size):
            attempt.run(operations[start : start + capability.batch_size], call)

    def _call(self, operation: Operation, *, upload: bool) -> _Call:
        if operation.verb is Verb.DELETE:
            return self._migration.hooks.undo
        return self._migration.hooks.upload if upload else self._migration.hooks.write


def _again(job: Job) -> Job:
    return replace(job, sent=None, before=None)  # the images are kept already


class _Attempt:
    """One round of a group: which operations are decided, which nobody reached."""

    def __init__(self, jobs: dict[int, Job]) -> None:
        self.jobs = jobs
        self._outcomes: dict[int, Outcome] = {}
        self._capped: set[int] = set()
        self._whole: set[int] = set()

    def run(self, operations: Sequence[Operation], call: _Call) -> None:
        """Give operations to the connector until each is decided; an interruption decides those it names."""
        left = list(operations)
        while left:
            numbers = [each.number for each in left]
            try:
                for result in call(left):
                    self._take(result, numbers)
                self._note(numbers, "not_sent", "the connector did not answer for it")
            except NotSent as event:
                self._note(event.operations or numbers, "not_sent", event.message)
            except InDoubt as event:
                self._note(event.operations or numbers, "in_doubt", event.message)
            left = [each for each in left if each.number not in self._outcomes]

    def done(self) -> list[Done]:
        """What became of every job; what nobody reached was not sent."""
        self._note(list(self.jobs), "not_sent", "not reached")
        return [
            Done(self.jobs[number], outcome, number in self._capped, number in self._whole)
            for number, outcome in self._outcomes.items()
        ]

    def _take(self, result: WriteResult | UndoResult, asked: Sequence[int]) -> None:
        if isinstance(result, BatchRejected):
            self._whole.update(number for number in asked if number not in self._outcomes)
            self._note(asked, "rejected", result.reason)
        elif result.operation not in asked:
            raise ContractBroken("The connector answered for an operation it was not given.")
        elif isinstance(result, Written):
            self._outcomes[result.operation] = Outcome(result.operation, "done", id=result.id, version=result.version)
        elif isinstance(result, Undone | AlreadyGone):
            state = "undone" if isinstance(result, Undone) else "already_gone"
            self._outcomes[result.operation] = Outcome(result.operation, state)
        elif isinstance(result, Refused):
            self._outcomes[result.operation] = Outcome(result.operation, "refused", reason=result.reason)
        else:
            self._outcomes[result.operation] = Outcome(
                result.operation, "rejected", reason=result.reason, field=result.field
            )
            if result.cap:
                self._capped.add(result.operation)

    def _note(self, numbers: Sequence[int], state: str, reason: str) -> None:
        for number in numbers:
            self._outcomes.setdefault(number, Outcome(number, state, reason=reason))
