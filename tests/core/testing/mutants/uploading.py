"""Connectors that lose whose document it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bridgework import hookimpl
from bridgework.model import (
    Ability,
    DestinationSchema,
    ObjectCapability,
    Operation,
    Rejected,
    TargetField,
    TargetObject,
    Verb,
    WriteResult,
    Written,
)

from .making import Base, noticed_by


def takes_files(base: Base) -> Base:
    """A connector that uploads documents, as it should."""

    class Uploading(base):
        capabilities = replace(
            base.capabilities,
            objects=(
                *base.capabilities.objects,
                ObjectCapability(
                    name="file", identity=base.capabilities.objects[0].identity, update=Ability.IMPOSSIBLE, upload=True
                ),
            ),
        )

        @hookimpl
        def describe_destination(self) -> DestinationSchema:
            found: DestinationSchema = super().describe_destination()
            company = TargetField(key="company", label="Company", type="reference", reference="company")
            name = TargetField(key="name", label="Name", type="text", settable="never")
            file = TargetObject(name="file", label="File", fields=(name, company), custom_fields_possible=False)
            return replace(found, objects=(*found.objects, file))

        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            if batch[0].object == "file":
                yield from (Rejected(each.number, "a file stays as it is") for each in batch)
            else:
                yield from super().write(batch)

        @hookimpl
        def upload(self, files: Sequence[Operation]) -> Iterator[WriteResult]:
            for operation in files:
                assert operation.file is not None
                named = replace(operation, verb=Verb.CREATE, body={**operation.body, "name": operation.file.name})
                answer = self.save(self.marked(named))
                yield Written(operation.number, answer.json["id"], str(answer.json["version"]))

        def marked(self, operation: Operation) -> Operation:
            return operation

    return Uploading


@noticed_by("uploads_documents")
def uploads_without_a_marker(base: Base) -> Base:
    class Mutant(takes_files(base)):
        def marked(self, operation: Operation) -> Operation:
            return replace(operation, marker="")

    return Mutant
