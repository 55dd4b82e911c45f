"""Sending groups of operations: intents durable before, outcomes durable after, one attempt per intent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from bridgework.client import unsent
from bridgework.errors import ContractBroken, InDoubt, NotSent, StopRun
from bridgework.journal import Intent, Outcome
from bridgework.model import (
    AlreadyGone,
    BatchRejected,
    Body,
    FileContent,
    FoundRecord,
    ObjectCapability,
    Operation,
    Refused,
    Rejected,
    Undone,
    UndoResult,
    Verb,
    WriteResult,
    Written,
)
from bridgework.stages.load.settling import quarantine

if TYPE_CHECKING:
    from bridgework.migration import Migration
    from bridgework.stages.load.circuit import Circuit

LONGEST_SILENCE = 8  # rounds in which nothing reached the destination before the run stops
_OWN_IDS = ("client-id", "unique-key")
ANSWERED = ("throttled", "expired")  # causes of `NotSent` after a 429, and after a 401 that a new token heals
_Call = Callable[[Sequence[Operation]], Iterator[WriteResult | UndoResult]]


class Job(NamedTuple):
    """One change to make: its intent, and the resolved body to send. The operation gets its number from the journal.

    `sent` is the whole resolved body the record will have, `before` what the changed fields held until now,
    `conflicts` the fields that people edited and that are left alone. `repeated`: asked once more after a refusal that
    may have been a fault.
    """

    intent: Intent
    body: Body
    sent: Body | None = None
    before: Body | None = None
    version: str = ""
    file: FileContent | None = None
    conflicts: tuple[str, ...] = ()
    repeated: bool = False

    def operation(self, number: int, earlier: tuple[UUID, ...] = ()) -> Operation:
        """The operation under its number. `earlier`: the client ids of the generations before."""
        intent = self.intent
        return Operation(
            number=number,
            verb=intent.verb,
            object=intent.object,
            marker=intent.marker,
            client_id=UUID(intent.client_id),
            body=self.body,
            target_id=intent.target_id,
            version=self.version,
            generation=intent.generation,
            earlier=earlier,
            file=self.file,
        )


class Done(NamedTuple):
    """What became of a job. `cap`: a limit of the plan was reached. `whole`: it was refused together with others.
    `foreign`: the answer was about another record.
    """

    job: Job
    outcome: Outcome
    cap: bool = False
    whole: bool = False
    foreign: bool = False


class Writer:
    """Sends groups of jobs of one object. Safe to use from several threads."""

    def __init__(self, migration: Migration, circuit: Circuit | None = None) -> None:
        self._migration = migration
        self._circuit = circuit

    def send(self, jobs: Sequence[Job]) -> list[Done]:
        """Carry out the jobs. What did not reach the destination is tried again, a refused batch is halved.

        Jobs of an object whose circuit is open are left undone, without an intent. StopRun (Paused, AccessDenied …)
        ends the run with every known outcome recorded.
        """
        decided: list[Done] = []
        waiting = list(jobs)
        silence = 0
        while waiting and not self._open(waiting[0]):
            results = self._attempt(waiting)
            decided += self._final(results)
            waiting = [_again(each.job) for each in results if each.outcome.state == "not_sent"]
            if waiting and not _answered(results):
                silence = silence + 1 if len(waiting) == len(results) else 1
                if silence >= LONGEST_SILENCE:
                    raise StopRun(
                        "The destination cannot be reached.",
                        cause="unreachable",
                        next_step="check the network, then run the same command again",
                    )
                self._migration.clock.sleep(min(60.0, 2.0**silence))
        return decided

    def _open(self, job: Job) -> bool:
        return self._circuit is not None and job.intent.object in self._circuit.opened

    def _heard(self, done: Done) -> bool:
        """Tell the circuit; whether the rest of a run of single requests is to be left alone."""
        if self._circuit is not None and not done.whole:
            self._circuit.heard(done)
        return self._open(done.job) and self._capability(done.job).records_per_request == 1

    def _final(self, results: Sequence[Done]) -> list[Done]:
        """Results that stand; batches refused as a whole are tried in halves until the culprits stand alone."""
        final = [each for each in results if each.outcome.state != "not_sent" and not each.whole]
        refused = [each for each in results if each.whole]
        half = len(refused) // 2
        for part in (refused[:half], refused[half:]):
            if part:
                final += self.send([_again(each.job) for each in part])
        return final

    def _attempt(self, jobs: Sequence[Job]) -> list[Done]:
        self._migration.keep_replaced(jobs)
        numbers = self._migration.journal.intend([job.intent for job in jobs])
        chosen = self._capability(jobs[0]).identity.kind == "client-id"
        attempt = _Attempt(dict(zip(numbers, jobs, strict=True)), ids_are_ours=chosen)
        journal = self._migration.journal
        try:
            self._run(attempt)
            self._look_for_refused(attempt)
        except BaseException as error:
            self._record(attempt.done(journal.may_send, unsent(error)))
            raise
        done = attempt.done(journal.may_send)
        self._record(done)
        if foreign := [each for each in done if each.foreign]:
            self._stop(foreign)
        return done

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

    def _earlier(self, intent: Intent) -> tuple[UUID, ...]:
        if intent.generation == 1 or intent.verb is Verb.UPDATE:
            return ()
        identities = self._migration.identities(intent.rule, intent.object)
        return tuple(UUID(identities.client_id(intent.key, each)) for each in range(1, intent.generation))

    def _capability(self, job: Job) -> ObjectCapability:
        return self._migration.capabilities.object(job.intent.object)

    def _record(self, done: Sequence[Done]) -> None:
        """Keep what updates left, then their outcomes: what is known to be done never stands without its image."""
        self._migration.keep_sent([each.job for each in done if each.outcome.state == "done"])
        self._migration.journal.settle([each.outcome for each in done])

    def _run(self, attempt: _Attempt) -> None:
        operations = [job.operation(number, self._earlier(job.intent)) for number, job in attempt.jobs.items()]
        capability = self._capability(next(iter(attempt.jobs.values())))
        call = self._call(operations[0], upload=capability.upload)
        for start in range(0, len(operations), capability.batch_size):
            batch = operations[start : start + capability.batch_size]
            attempt.run(batch, call, self._migration.journal.may_send, self._heard)
            if self._open(attempt.jobs[batch[0].number]):
                return

    def _look_for_refused(self, attempt: _Attempt) -> None:
        """An id of our choosing is also refused when its record is there already: a middle box delivered the request
        twice and passed on the second answer. Looking tells such a refusal from a real one.
        """
        refused = [job.operation(number) for number, job in attempt.refused_creates().items()]
        if not refused or self._migration.capabilities.object(refused[0].object).identity.kind not in _OWN_IDS:
            return
        with attempt.doubting([each.number for each in refused]):
            for found in self._migration.hooks.find(refused):
                there = [record for record in found.records if not record.deleted]
                if len(there) == 1:
                    attempt.adopt(found.operation, there[0])

    def _call(self, operation: Operation, *, upload: bool) -> _Call:
        if operation.verb is Verb.DELETE:
            return self._migration.hooks.undo
        if operation.verb is Verb.RESTORE:
            return self._migration.hooks.restore
        return self._migration.hooks.upload if upload else self._migration.hooks.write


def _answered(results: Sequence[Done]) -> bool:
    """Whether the destination answered at all: then the client's gate does the waiting, and it is no silence."""
    return any(each.outcome.state == "not_sent" and each.outcome.reason in ANSWERED for each in results)


def _again(job: Job) -> Job:
    return job._replace(before=None)  # it is kept already


class _Attempt:
    """One round of a group: which operations are decided, which nobody reached."""

    def __init__(self, jobs: dict[int, Job], *, ids_are_ours: bool) -> None:
        self.jobs = jobs
        self._ids_are_ours = ids_are_ours
        self._outcomes: dict[int, Outcome] = {}
        self._capped: set[int] = set()
        self._whole: set[int] = set()
        self._adopted: set[int] = set()
        self._foreign: set[int] = set()

    def run(
        self,
        operations: Sequence[Operation],
        call: _Call,
        may_send: Callable[[int], bool],
        heard: Callable[[Done], bool],
    ) -> None:
        """Give operations to the connector until each is decided; an interruption decides those it names.

        `heard` is told each result and says when enough is enough.
        """
        left = list(operations)
        while left:
            numbers = {each.number: None for each in left}
            try:
                for result in call(left):
                    if any(heard(self._done(number)) for number in self._take(result, numbers)):
                        break
                self._unanswered(numbers, may_send)
            except NotSent as event:
                self._note(event.operations or numbers, "not_sent", event.cause)
            except InDoubt as event:
                self._note(event.operations or numbers, "in_doubt", event.message)
            left = [each for each in left if each.number not in self._outcomes]

    def done(self, may_send: Callable[[int], bool], unsent: Collection[int] = ()) -> list[Done]:
        """What became of every job. What is undecided was not sent only if it never left: else it is in doubt."""
        self._note(unsent, "not_sent", "turned away")
        self._unanswered(list(self.jobs), may_send)
        return [self._done(number) for number in self._outcomes]

    def _done(self, number: int) -> Done:
        outcome, job = self._outcomes[number], self.jobs[number]
        return Done(job, outcome, number in self._capped, number in self._whole, number in self._foreign)

    def refused_creates(self) -> dict[int, Job]:
        """Creates that the destination refused, each by itself."""
        return {
            number: self.jobs[number]
            for number, outcome in self._outcomes.items()
            if outcome.state == "rejected" and self.jobs[number].intent.verb is Verb.CREATE
        }

    @contextmanager
    def doubting(self, numbers: Sequence[int]) -> Iterator[None]:
        """Whatever ends the block before its end leaves these in doubt instead of refused."""
        refused = {number: self._outcomes[number] for number in numbers}
        for number in numbers:
            self._outcomes[number] = Outcome(number, "in_doubt", reason="refused, and not looked for")
        yield
        self._outcomes |= {number: refused[number] for number in numbers if number not in self._adopted}

    def adopt(self, number: int, record: FoundRecord) -> None:
        """The record of a refused create is there."""
        self._adopted.add(number)
        self._outcomes[number] = Outcome(number, "found", record.id, record.version)

    def _unanswered(self, numbers: Collection[int], may_send: Callable[[int], bool]) -> None:
        for number in numbers:
            if number in self._outcomes:
                continue
            if may_send(number):
                self._note([number], "not_sent", "not reached")
            else:
                self._note([number], "in_doubt", "sent, and the connector gave no answer for it")

    def _take(self, result: WriteResult | UndoResult, asked: Collection[int]) -> Sequence[int]:
        """Note a result; the operations it decides."""
        if isinstance(result, BatchRejected):
            refused = [number for number in result.operations or asked if number not in self._outcomes]
            if not set(refused) <= set(asked):
                raise ContractBroken("The connector refused an operation it was not given.")
            if len(asked) > 1:  # nobody knows whose fault it was: until each stood alone none is a dead letter
                self._whole.update(refused)
                self._note(refused, "proved_absent", f"refused together with others: {result.reason}")
            else:
                self._note(refused, "rejected", result.reason)
            return refused
        if result.operation not in asked:
            raise ContractBroken("The connector answered for an operation it was not given.")
        if isinstance(result, Rejected | Refused) and result.unclear and not self.jobs[result.operation].repeated:
            self.jobs[result.operation] = self.jobs[result.operation]._replace(repeated=True)
            self._note([result.operation], "not_sent", f"maybe a fault, asked once more: {result.reason}")
        elif isinstance(result, Written):
            self._outcomes[result.operation] = self._written(result)
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
        return (result.operation,)

    def _written(self, result: Written) -> Outcome:
        """Done, if the answer is about our record and no other."""
        intent = self.jobs[result.operation].intent
        if intent.verb in (Verb.UPDATE, Verb.RESTORE):
            ours = result.id == intent.target_id
        elif self._ids_are_ours:
            ours = result.id.lower() == intent.client_id
        else:
            ours = not result.marker or result.marker == intent.marker
        if ours:
            return Outcome(result.operation, "done", result.id, result.version)
        self._foreign.add(result.operation)
        state = "in_doubt" if intent.verb in (Verb.UPDATE, Verb.RESTORE) else "quarantined"
        return Outcome(result.operation, state, reason=f"the answer names another record: {result.id}")

    def _note(self, numbers: Collection[int], state: str, reason: str) -> None:
        for number in numbers:
            if number in self.jobs:
                self._outcomes.setdefault(number, Outcome(number, state, reason=reason))
