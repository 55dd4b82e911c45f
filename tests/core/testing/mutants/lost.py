"""Connectors that lose sight of what they sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bridgework import hookimpl
from bridgework.model import Found, FoundRecord, Operation, WriteResult

from .making import Base, noticed_by, rejecting


@noticed_by("finds_after_a_lost_answer")
def takes_an_unreadable_answer_for_a_refusal(base: Base) -> Base:
    return rejecting(base, lambda error: "unreadable" in str(error) or "524" in str(error))


@noticed_by("survives_server_errors")
def takes_a_server_error_for_a_refusal(base: Base) -> Base:
    return rejecting(base, lambda error: "answered 500" in str(error))


@noticed_by(
    "finds_after_a_lost_answer",
    "sends_again_what_never_arrived",
    "waits_for_late_writes",
    "reports_a_partial_batch",
)
def takes_a_broken_connection_for_a_refusal(base: Base) -> Base:
    return rejecting(base, lambda error: "no whole answer" in str(error) and "unreadable" not in str(error))


@noticed_by(
    "sends_again_what_never_arrived",
    "waits_for_late_writes",
    "survives_server_errors",
    "survives_a_crash_at_every_commit",
    "survives_a_kill",
)
def finds_the_newest_record_instead(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
            there = list(self.scan(operations[0].object, (), None))
            for operation in operations:
                records = [each for each in there if each.marker == operation.marker] or there[-1:]
                yield Found(operation.number, tuple(FoundRecord(each.id, each.version) for each in records))

    return Mutant


@noticed_by("waits_for_late_writes")
def remembers_what_was_not_there(base: Base) -> Base:
    class Mutant(base):
        def __init__(self, settings: Any, api: Any) -> None:
            super().__init__(settings, api)
            self.absent: set[str] = set()

        @hookimpl
        def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
            there = list(self.scan(operations[0].object, (), None))
            for operation in operations:
                records = [each for each in there if each.marker == operation.marker]
                if not records or (operation.marker in self.absent and operation.sent_after):
                    self.absent.add(operation.marker)
                    records = []
                yield Found(operation.number, tuple(FoundRecord(each.id, each.version) for each in records))

    return Mutant


@noticed_by("reports_a_partial_batch")
def answers_when_the_whole_batch_is_through(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            yield from list(super().write(batch))

    return Mutant


@noticed_by("survives_a_crash_at_every_commit", "survives_a_kill")
def finds_only_what_this_process_sent(base: Base) -> Base:
    class Mutant(base):
        def __init__(self, settings: Any, api: Any) -> None:
            super().__init__(settings, api)
            self.sent: set[str] = set()

        def save(self, operation: Operation) -> Any:
            self.sent.add(operation.marker)
            return super().save(operation)

        @hookimpl
        def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
            there = list(self.scan(operations[0].object, (), None))
            for operation in operations:
                known = operation.marker in self.sent or operation.sent_after is None
                records = [each for each in there if each.marker == operation.marker] if known else []
                yield Found(operation.number, tuple(FoundRecord(each.id, each.version) for each in records))

    return Mutant


@noticed_by("survives_a_kill")
def finds_only_what_a_variable_of_the_program_remembers(base: Base) -> Base:
    remembered: set[str] = set()

    class Mutant(base):
        def save(self, operation: Operation) -> Any:
            remembered.add(operation.marker)
            return super().save(operation)

        @hookimpl
        def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
            there = list(self.scan(operations[0].object, (), None))
            for operation in operations:
                known = operation.marker in remembered or operation.sent_after is None
                records = [each for each in there if each.marker == operation.marker] if known else []
                yield Found(operation.number, tuple(FoundRecord(each.id, each.version) for each in records))

    return Mutant
