"""Connectors that write something else than they are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bridgework import hookimpl
from bridgework.model import Found, FoundRecord, Identity, Operation, Verb, WriteResult

from .making import Base, altering, capable, noticed_by


@noticed_by("stores_what_is_sent")
def forgets_a_field(base: Base) -> Base:
    return altering(base, lambda body: {key: value for key, value in body.items() if key != "birthday"})


@noticed_by("answers_for_the_right_record")
def mixes_up_the_ids_of_a_full_batch(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            if len(batch) < self.capabilities.objects[0].batch_size:
                yield from super().write(batch)
                return
            first, second, *rest = super().write(batch)
            yield replace(first, id=second.id)
            yield replace(second, id=first.id)
            yield from rest

    return Mutant


@noticed_by("keeps_every_script")
def knows_the_basic_plane_only(base: Base) -> Base:
    def cut(body: dict[str, Any]) -> dict[str, Any]:
        return {key: "".join(c for c in text if ord(c) < 0x10000) if text else text for key, text in body.items()}

    return altering(base, cut)


@noticed_by("recognises_odd_keys")
def stores_its_marker_in_small_letters(base: Base) -> Base:
    class Mutant(base):
        def save(self, operation: Operation) -> Any:
            return super().save(replace(operation, marker=operation.marker.lower()))

    return Mutant


@noticed_by("tells_rules_apart")
def looks_for_the_key_alone(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
            there = list(self.scan(operations[0].object, (), None))
            for operation in operations:
                key = operation.marker.rpartition(".")[2]
                records = [each for each in there if each.marker.rpartition(".")[2] == key]
                yield Found(operation.number, tuple(FoundRecord(each.id, each.version) for each in records))

    return Mutant


@noticed_by("enforces_its_identity")
def calls_a_marker_a_unique_key(base: Base) -> Base:
    unique = Identity(kind="unique-key", where="external_id", pattern=r"[A-Za-z0-9._/~-]*")
    return capable(base, objects=tuple(replace(each, identity=unique) for each in base.capabilities.objects))


@noticed_by("writes_nothing_again")
def sends_again_what_it_keeps_in_a_queue(base: Base) -> Base:
    queue: dict[str, list[Operation]] = {}

    class Mutant(base):
        def __init__(self, settings: Any, api: Any) -> None:
            super().__init__(settings, api)
            self.queue = queue.setdefault(settings.token.get_secret_value(), [])
            waiting = [each for each in self.queue if each.object == "company"]
            if len(waiting) == 3:  # only the intended test opens an account again after three plain creates
                for operation in waiting:
                    body = {**operation.body, "external_id": ""}
                    api.send("POST", f"/{operation.object}", json=body, prepares=True)

        def save(self, operation: Operation) -> Any:
            if operation.verb is Verb.CREATE:
                self.queue.append(operation)
            return super().save(operation)

    return Mutant


@noticed_by("changes_what_it_is_told")
def empties_what_an_update_does_not_name(base: Base) -> Base:
    class Mutant(base):
        def save(self, operation: Operation) -> Any:
            if operation.verb is Verb.UPDATE:
                own = {field.key: None for field in self.fields().get(operation.object, ())}
                operation = replace(operation, body={**own, **operation.body})
            return super().save(operation)

    return Mutant


@noticed_by("clears_a_field")
def leaves_out_what_is_empty(base: Base) -> Base:
    return altering(base, lambda body: {key: value for key, value in body.items() if value is not None})
