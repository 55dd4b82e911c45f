"""One attempt at a group of jobs: what the destination is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from bridgework.client import unsent
from bridgework.journal import Intent
from bridgework.model import Operation, Verb
from bridgework.stages.load.answers import Answers, Call, Done, Job

if TYPE_CHECKING:
    from bridgework.migration import Migration
    from bridgework.stages.load.circuit import Circuit

_OWN_IDS = ("client-id", "unique-key")


class Attempt:
    """Jobs of one object, tried once: `begin` when their intents are durable, `carry` in any thread, `results` then.

    `error` is what ended it early.
    """

    def __init__(self, migration: Migration, circuit: Circuit | None, jobs: Sequence[Job]) -> None:
        self.jobs = jobs
        self.error: BaseException | None = None
        self._migration = migration
        self._circuit = circuit
        self._name = jobs[0].intent.object
        self._capability = migration.capabilities.object(self._name)
        self._answers = self._none_for({})

    def begin(self, numbers: Sequence[int]) -> None:
        """The intents of the jobs are durable under these numbers."""
        self._answers = self._none_for(dict(zip(numbers, self.jobs, strict=True)))

    def carry(self) -> None:
        """Ask the destination; waits for budgets, the network and the service. Writes nothing down."""
        try:
            self._ask()
            self._look_for_refused()
        except BaseException as error:  # noqa: BLE001 - `Writer.ended` raises it, once the outcomes are recorded
            self.error = error

    def results(self) -> list[Done]:
        """What became of the jobs that were begun."""
        may_send = self._migration.journal.may_send
        return self._answers.done(may_send, unsent(self.error) if self.error is not None else ())

    def _none_for(self, jobs: dict[int, Job]) -> Answers:
        return Answers(jobs, ids_are_ours=self._capability.identity.kind == "client-id")

    # ---------------------------------------------------------------- asking

    def _ask(self) -> None:
        jobs = self._answers.jobs
        operations = [
            job.operation(number, self._earlier(job.intent) if job.intent.generation != 1 else ())
            for number, job in jobs.items()
        ]
        call, size = self._call(operations[0]), self._capability.batch_size
        for start in range(0, len(operations), size):
            batch = operations[start : start + size]
            self._answers.gather(batch, call, self._migration.journal.may_send, self._watched, self._heard)
            if self._open():
                return

    def _call(self, operation: Operation) -> Call:
        if operation.verb is Verb.DELETE:
            return self._migration.hooks.undo
        if operation.verb is Verb.RESTORE:
            return self._migration.hooks.restore
        return self._migration.hooks.upload if self._capability.upload else self._migration.hooks.write

    def _earlier(self, intent: Intent) -> tuple[UUID, ...]:
        if intent.verb is Verb.UPDATE:
            return ()
        identities = self._migration.identities(intent.rule, intent.object)
        return tuple(UUID(identities.client_id(intent.key, each)) for each in range(1, intent.generation))

    def _look_for_refused(self) -> None:
        """An id of our choosing is also refused when its record is there already: a middle box delivered the request
        twice and passed on the second answer. Looking tells such a refusal from a real one.
        """
        if self._capability.identity.kind not in _OWN_IDS:
            return
        refused = [job.operation(number) for number, job in self._answers.refused_creates().items()]
        if not refused:
            return
        with self._answers.doubting([each.number for each in refused]):
            for found in self._migration.hooks.find(refused):
                there = [record for record in found.records if not record.deleted]
                if len(there) == 1:
                    self._answers.adopt(found.operation, there[0])

    # ---------------------------------------------------------------- the circuit

    def _open(self) -> bool:
        return self._circuit is not None and self._name in self._circuit.opened

    def _watched(self) -> bool:
        return self._circuit is not None and self._circuit.watches(self._name)

    def _heard(self, done: Done) -> bool:
        """Tell the circuit; whether the rest of a run of single requests is to be left alone."""
        if self._circuit is not None and not done.whole:
            self._circuit.heard(done)
        return self._open() and self._capability.records_per_request == 1
