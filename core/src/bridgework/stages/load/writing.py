"""Sending groups of operations: intents durable before, outcomes durable after, one attempt per intent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from bridgework.errors import ContractBroken, StopRun, StoreFailure
from bridgework.stages.load.answers import Done, Job
from bridgework.stages.load.attempt import Attempt
from bridgework.stages.load.settling import quarantine
from bridgework.store import IntegrityError

if TYPE_CHECKING:
    from bridgework.migration import Migration
    from bridgework.stages.load.circuit import Circuit

LONGEST_SILENCE = 8  # rounds in which nothing reached the destination before the run stops
ANSWERED = ("throttled", "expired")  # causes of `NotSent` after a 429, and after a 401 that a new token heals


class Pause(NamedTuple):
    """Nothing reached the destination: time to let pass before the next attempt."""

    seconds: float


class Course:
    """The way of one group, step by step: attempts and pauses, for whoever carries them out.

    When it is through, `decided` says what became of its jobs. What did not reach the destination is tried again, a
    refused batch is halved. Jobs of an object whose circuit is open are left undone, without an intent.
    """

    def __init__(self, writer: Writer, jobs: Sequence[Job]) -> None:
        self._writer = writer
        self.decided: list[Done] = []
        self.steps = self._group(list(jobs))

    def _group(self, waiting: list[Job]) -> Iterator[Attempt | Pause]:
        silence = 0
        while waiting and not self._writer.stopped(waiting[0]):
            attempt = self._writer.attempt(waiting)
            yield attempt
            results = self._writer.ended(attempt)
            self.decided += [each for each in results if each.outcome.state != "not_sent" and not each.whole]
            yield from self._halves([_again(each.job) for each in results if each.whole])
            waiting = [_again(each.job) for each in results if each.outcome.state == "not_sent"]
            if waiting and not _answered(results):
                silence = silence + 1 if len(waiting) == len(results) else 1
                if silence >= LONGEST_SILENCE:
                    raise StopRun(
                        "The destination cannot be reached.",
                        cause="unreachable",
                        next_step="check the network, then run the same command again",
                    )
                yield Pause(min(60.0, 2.0**silence))

    def _halves(self, refused: list[Job]) -> Iterator[Attempt | Pause]:
        """Batches refused as a whole are tried in halves until the culprits stand alone."""
        half = len(refused) // 2
        for part in (refused[:half], refused[half:]):
            yield from self._group(part)


class Writer:
    """Sends groups of jobs of one object. Used by one thread, which is the only one that writes anything down."""

    def __init__(self, migration: Migration, circuit: Circuit | None = None) -> None:
        self._migration = migration
        self._circuit = circuit
        self._unsettled: list[list[Done]] = []  # by attempt: known, and not in the journal yet

    def send(self, jobs: Sequence[Job]) -> list[Done]:
        """Carry out the jobs of one group, here and now.

        StopRun (Paused, AccessDenied …) ends the run with every known outcome recorded.
        """
        course = Course(self, jobs)
        for step in course.steps:
            if isinstance(step, Pause):
                self.advance([])
                self._migration.clock.sleep(step.seconds)
            else:
                self.advance([step])
                step.carry()
        self.advance([])
        return course.decided

    def attempt(self, jobs: Sequence[Job]) -> Attempt:
        """An attempt at these jobs, of which nothing is written down yet."""
        return Attempt(self._migration, self._circuit, jobs)

    def stopped(self, job: Job) -> bool:
        """Whether nothing more is sent to the job's object."""
        return self._circuit is not None and job.intent.object in self._circuit.opened

    def advance(self, attempts: Sequence[Attempt]) -> None:
        """Settle what is known and begin these attempts, in one transaction.

        What a create sends and what an update replaces is durable before its intent is. What an update left is kept
        before its outcome: what is known to be done never stands without its image.
        """
        known = [each for results in self._unsettled for each in results]
        self._migration.keep_sent([each.job for each in known if each.outcome.state == "done"])
        jobs = [job for attempt in attempts for job in attempt.jobs]
        self._migration.keep_before(jobs)
        if known or jobs:
            numbers = self._migration.journal.advance([each.outcome for each in known], [job.intent for job in jobs])
            self._unsettled = []
            for attempt in attempts:
                attempt.begin(numbers[: len(attempt.jobs)])
                numbers = numbers[len(attempt.jobs) :]

    def ended(self, attempt: Attempt) -> list[Done]:
        """What became of an attempt; recorded by the next `advance`, at once if the run ends here."""
        results = attempt.results()
        self._unsettled.append(results)
        if attempt.error is not None:
            self.advance([])
            raise attempt.error
        if foreign := [each for each in results if each.foreign]:
            self.advance([])
            self._stop(foreign)
        return results

    def salvage(self, attempts: Sequence[Attempt]) -> None:
        """The run broke off: record what is known, each attempt by itself, as far as the journal takes it."""
        known, self._unsettled = [*self._unsettled, *(attempt.results() for attempt in attempts)], []
        for results in known:
            with suppress(StoreFailure, ContractBroken, IntegrityError):  # what stays unknown is in doubt
                self._migration.keep_sent([each.job for each in results if each.outcome.state == "done"])
                self._migration.journal.settle([each.outcome for each in results])

    def _stop(self, foreign: Sequence[Done]) -> None:
        """The destination answered for records that we did not send: nothing is written until that is understood."""
        made = [each.outcome for each in foreign if each.outcome.state == "quarantined"]
        quarantine(self._migration, [outcome.operation for outcome in made])
        name = foreign[0].job.intent.object
        error = StopRun(
            f"The destination answered a write of a {name} with another record than the one that was sent.",
            cause="foreign_answer",
            next_step="report it to whoever maintains the connector; nothing more is written until it is understood",
        )
        self._migration.stop(error)
        raise error


def _answered(results: Sequence[Done]) -> bool:
    """Whether the destination answered at all: then the client's gate does the waiting, and it is no silence."""
    return any(each.outcome.state == "not_sent" and each.outcome.reason in ANSWERED for each in results)


def _again(job: Job) -> Job:
    return job._replace(before=None, kept=None)  # they are kept already
