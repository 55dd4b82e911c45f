"""Jobs, and what the destination answers about them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from bridgework.errors import ContractBroken, InDoubt, NotSent
from bridgework.identity import uuid_of
from bridgework.journal import Intent, Outcome
from bridgework.model import (
    AlreadyGone,
    BatchRejected,
    Because,
    Body,
    FileContent,
    FoundRecord,
    Operation,
    Refused,
    Undone,
    UndoResult,
    Verb,
    WriteResult,
    Written,
)
from bridgework.store import Blob

_CHANGES = (Verb.UPDATE, Verb.RESTORE)  # of records that are there
Call = Callable[[Sequence[Operation]], Iterator[WriteResult | UndoResult]]


class Job(NamedTuple):
    """One change to make: its intent, and the resolved body to send. The operation gets its number from the journal.

    Of an update `sent` is the whole resolved body the record will have, `before` what the changed fields held until
    now; of a create `kept` is its body as JSON. `before` and `kept` are None once they are durable. `conflicts` are the
    fields that people edited and that are left alone. `repeated`: asked once more after a refusal that may have been a
    fault. `anew`: whoever made the job decides anew when the record has changed since it was read; elsewhere that is a
    refusal.
    """

    intent: Intent
    body: Body
    sent: Body | None = None
    before: Body | None = None
    kept: Blob | None = None
    version: str = ""
    file: FileContent | None = None
    conflicts: tuple[str, ...] = ()
    repeated: bool = False
    anew: bool = False

    def operation(self, number: int, earlier: tuple[UUID, ...] = ()) -> Operation:
        """The operation under its number. `earlier`: the client ids of the generations before."""
        intent = self.intent
        return Operation(
            number=number,
            verb=intent.verb,
            object=intent.object,
            marker=intent.marker,
            client_id=uuid_of(intent.client_id),
            body=self.body,
            target_id=intent.target_id,
            version=self.version,
            generation=intent.generation,
            earlier=earlier,
            file=self.file,
        )


class Done(NamedTuple):
    """What became of a job. `cap`: a limit of the plan was reached. `whole`: it was refused together with others.
    `foreign`: the answer was about another record. `changed`: nothing was written, the record is to be read again.
    `holder`: id of the record that holds a unique value which this one wants.
    """

    job: Job
    outcome: Outcome
    cap: bool = False
    whole: bool = False
    foreign: bool = False
    changed: bool = False
    holder: str = ""


class Answers:
    """What is known of the operations of one attempt: which are decided, which nobody reached."""

    def __init__(self, jobs: dict[int, Job], *, ids_are_ours: bool) -> None:
        self.jobs = jobs
        self._ids_are_ours = ids_are_ours
        self._outcomes: dict[int, Outcome] = {}
        self._capped: set[int] = set()
        self._whole: set[int] = set()
        self._adopted: set[int] = set()
        self._foreign: set[int] = set()
        self._changed: set[int] = set()
        self._holders: dict[int, str] = {}

    def gather(
        self,
        operations: Sequence[Operation],
        call: Call,
        may_send: Callable[[int], bool],
        watched: Callable[[], bool],
        heard: Callable[[Done], bool],
    ) -> None:
        """Give operations to the connector until each is decided; an interruption decides those it names.

        `heard` is told every answer that is no plain success, and of an object that is `watched` those, too; it says
        when enough is enough.
        """
        left = list(operations)
        while left:
            numbers = {each.number: None for each in left}
            try:
                for result in call(left):
                    if isinstance(result, Written) and result.operation in numbers:
                        outcome = self._outcomes[result.operation] = self._written(result)
                        if outcome.state == "done" and not watched():
                            continue
                        decided: Sequence[int] = (result.operation,)
                    else:
                        decided = self._take(result, numbers)
                    if any(heard(self._done(number)) for number in decided):
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
        if self._capped or self._whole or self._foreign or self._changed or self._holders:
            return [self._done(number) for number in self._outcomes]
        return [Done(self.jobs[number], outcome) for number, outcome in self._outcomes.items()]

    def _done(self, number: int) -> Done:
        capped, whole = number in self._capped, number in self._whole
        foreign, changed = number in self._foreign, number in self._changed
        holder = self._holders.get(number, "")
        return Done(self.jobs[number], self._outcomes[number], capped, whole, foreign, changed, holder)

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
        for number in [each for each in numbers if each not in self._outcomes]:
            if may_send(number):
                self._note([number], "not_sent", "not reached")
            else:
                self._note([number], "in_doubt", "sent, and the connector gave no answer for it")

    def _take(self, result: WriteResult | UndoResult, asked: Collection[int]) -> Sequence[int]:
        """Note a result that is no plain success; the operations it decides."""
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
        if result.operation not in asked or isinstance(result, Written):
            raise ContractBroken("The connector answered for an operation it was not given.")
        if isinstance(result, Undone | AlreadyGone):
            state = "undone" if isinstance(result, Undone) else "already_gone"
            self._outcomes[result.operation] = Outcome(result.operation, state)
        elif result.because is Because.UNCLEAR and not self.jobs[result.operation].repeated:
            self.jobs[result.operation] = self.jobs[result.operation]._replace(repeated=True)
            self._note([result.operation], "not_sent", f"maybe a fault, asked once more: {result.reason}")
        elif isinstance(result, Refused):
            self._outcomes[result.operation] = Outcome(result.operation, "refused", reason=result.reason)
        elif result.because is Because.CHANGED and self.jobs[result.operation].anew:
            self._changed.add(result.operation)
            self._note([result.operation], "proved_absent", "changed since it was read")
        else:
            self._outcomes[result.operation] = Outcome(
                result.operation, "rejected", reason=result.reason, field=result.field
            )
            if result.because is Because.LIMIT:
                self._capped.add(result.operation)
            if result.because is Because.TAKEN:
                self._holders[result.operation] = result.holder
        return (result.operation,)

    def _written(self, result: Written) -> Outcome:
        """Done, if the answer is about our record and no other."""
        intent = self.jobs[result.operation].intent
        changes = intent.verb in _CHANGES
        if changes:
            ours = result.id == intent.target_id
        elif self._ids_are_ours:
            ours = result.id.lower() == intent.client_id
        else:
            ours = not result.marker or result.marker == intent.marker
        if ours:
            return Outcome(result.operation, "done", result.id, result.version)
        self._foreign.add(result.operation)
        state = "in_doubt" if changes else "quarantined"
        return Outcome(result.operation, state, reason=f"the answer names another record: {result.id}")

    def _note(self, numbers: Collection[int], state: str, reason: str) -> None:
        for number in numbers:
            if number in self.jobs:
                self._outcomes.setdefault(number, Outcome(number, state, reason=reason))
