"""Descriptions of a source: laid over each other, and completed by what the rows hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bridgework.model import FieldType, Reference, SourceDescription, SourceField, SourceObject
from bridgework.staging.inventory import FieldProfile


def references_of(description: SourceDescription) -> dict[str, tuple[tuple[str, ...], tuple[Reference, ...]]]:
    """Per object its key and references."""
    return {described.name: (described.key, described.references) for described in description.objects}


def laid_over(before: SourceDescription, delta: SourceDescription) -> SourceDescription:
    """The delta's description; an object it lacks keeps the one it had, and fields found in the rows stay found.

    One that holds changes only need not define again what it defined before: the customer's own fields stay, too.
    """
    now = {described.name: described for described in delta.objects}
    merged = [
        known
        if (known.name not in now or now[known.name].absent) and not known.absent
        else _still_there(known, now[known.name], complete=delta.complete)
        for known in before.objects
    ]
    names = {known.name for known in before.objects}
    return replace(delta, objects=(*merged, *(d for d in delta.objects if d.name not in names)))


def _still_there(known: SourceObject, now: SourceObject, *, complete: bool) -> SourceObject:
    declared = {described.name for described in now.fields}
    before = (described for described in known.fields if described.name not in declared)
    stay = (described for described in before if described.inferred or (described.custom and not complete))
    return replace(now, fields=(*now.fields, *stay))


def with_inferred(description: SourceDescription, found: Mapping[str, Mapping[str, FieldProfile]]) -> SourceDescription:
    """The description with the fields that were found in rows and not declared."""

    def completed(described: SourceObject) -> SourceObject:
        if described.name not in found:
            return described
        declared = tuple(known for known in described.fields if not known.inferred)
        own = _own(declared)
        inferred = tuple(
            SourceField(
                name=path,
                type=profile.type,
                inferred=True,
                custom=profile.type is not FieldType.DATA and path.rpartition(".")[0] in own,
            )
            for path, profile in found[described.name].items()
            if profile.inferred
        )
        return replace(described, fields=(*declared, *inferred))

    return replace(description, objects=tuple(completed(described) for described in description.objects))


def _own(declared: Iterable[SourceField]) -> frozenset[str]:
    """Where the customer's own fields stand: what is found there is theirs too, defined or not."""
    beside = {known.name.rpartition(".")[0] for known in declared if known.custom}
    return frozenset((beside | {known.name for known in declared if known.concept.endswith(".custom")}) - {""})
