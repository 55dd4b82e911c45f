"""Connectors that take out too little or too much, or do not bring back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bridgework import hookimpl
from bridgework.model import (
    Ability,
    AlreadyGone,
    Operation,
    Refused,
    Rejected,
    StoredRecord,
    Undone,
    UndoResult,
    WriteResult,
    Written,
)

from .making import Base, noticed_by


@noticed_by("undoes_twice", "rolls_back_and_keeps_what_people_changed")
def refuses_to_undo_what_is_gone(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
            for result in super().undo(operations):
                yield Refused(result.operation, "not found") if isinstance(result, AlreadyGone) else result

    return Mutant


@noticed_by("rolls_back_and_keeps_what_people_changed", "leaves_nothing_behind")
def undoes_the_first_of_a_batch(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
            yield from super().undo(operations[:1])
            yield from (Undone(each.number) for each in operations[1:])

    return Mutant


@noticed_by("rolls_back_and_keeps_what_people_changed")
def reads_what_it_wrote_itself(base: Base) -> Base:
    written: dict[tuple[str, str], dict[str, Any]] = {}

    class Mutant(base):
        def __init__(self, settings: Any, api: Any) -> None:
            super().__init__(settings, api)
            self.account = settings.token.get_secret_value()

        def save(self, operation: Operation) -> Any:
            answer = super().save(operation)
            if answer.ok:
                mine = written.setdefault((self.account, answer.json["id"]), {})
                mine.update(operation.body)
            return answer

        @hookimpl
        def read(self, object_name: str, ids: Sequence[str]) -> Iterator[StoredRecord]:
            for record in super().read(object_name, ids):
                mine = written.get((self.account, record.id), {})
                yield replace(record, values={**record.values, **mine})

    return Mutant


def restores(base: Base) -> Base:
    """A connector that brings back what was removed, as it should."""

    class Restoring(base):
        capabilities = replace(
            base.capabilities,
            objects=tuple(
                each if each.upload else replace(each, restore=Ability.SUPPORTED) for each in base.capabilities.objects
            ),
            costs={**base.capabilities.costs, ("*", "restore"): {"window": 1}},
        )

        @hookimpl
        def restore(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
            for operation in operations:
                answer = self.save(replace(operation, body={"restore": True}))
                yield Written(operation.number, answer.json["id"], str(answer.json["version"]))

    return Restoring


@noticed_by("brings_back_what_was_removed")
def restores_nothing(base: Base) -> Base:
    class Mutant(restores(base)):
        @hookimpl
        def restore(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
            yield from (Written(each.number, each.target_id) for each in operations)

    return Mutant


@noticed_by("brings_back_what_was_removed")
def refuses_to_restore_what_is_there(base: Base) -> Base:
    class Mutant(restores(base)):
        @hookimpl
        def restore(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
            there = {each.id for each in self.read(operations[0].object, [each.target_id for each in operations])}
            for operation in operations:
                if operation.target_id in there:
                    yield Rejected(operation.number, "it is there")
                else:
                    yield from super().restore([operation])

    return Mutant
