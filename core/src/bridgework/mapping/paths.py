"""Dotted paths into rows, checked against what the source says about itself; they may follow references."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made_by
from typing import Any

from bridgework.mapping.loading import nearest
from bridgework.model import FieldType, Reference, SourceDescription, SourceField, SourceObject, Value

_NESTED = frozenset({FieldType.DATA, FieldType.ADDRESS, FieldType.PHONES, FieldType.EMAILS})
Reader = Callable[[Mapping[str, Value]], Value]


class UnknownName(Exception):
    """A name of the mapping that the source (or the mapping) does not know; the text is a reason."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One reference that a path follows: from a row of `source` through `field` to a row of `object`."""

    source: str
    field: str
    object: str
    to: str
    read: Reader = made_by(compare=False)
    name: str = ""
    to_name: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A checked path. `read` takes the value out of the row at its end; `reference` is set if that is a reference."""

    text: str
    start: str
    hops: tuple[Hop, ...]
    end: str
    name: str
    read: Reader = made_by(compare=False)
    field: SourceField | None = None
    reference: Hop | None = None
    is_key: bool = False
    plain: bool = False  # `read` takes the value under `name`, and nothing else

    @property
    def type(self) -> FieldType:
        """Type of the value; nested data counts as such."""
        return self.field.type if self.field else FieldType.DATA


@dataclass(frozen=True, slots=True)
class Computed:
    """A further field that a mapping makes of a row's own fields (`reads`)."""

    read: Reader
    reads: tuple[str, ...]


class Catalog:
    """The source's objects by name, with everything needed to check names against them.

    `computed` holds the mapping's own further fields by (object, name).
    """

    def __init__(self, description: SourceDescription) -> None:
        self.description = description
        self.objects: dict[str, SourceObject] = {item.name: item for item in description.objects}
        self.computed: dict[tuple[str, str], Computed] = {}
        self._fields = {name: {each.name: each for each in item.fields} for name, item in self.objects.items()}

    def object(self, name: str) -> SourceObject:
        """The object of that name; UnknownName with the nearest one if there is none."""
        found = self.objects.get(name)
        if found is None:
            raise UnknownName(f"the source has no object {name}{nearest(name, self.objects)}")
        return found

    def field(self, object_name: str, name: str) -> SourceField | None:
        """A declared field, None if there is none of that name."""
        return self._fields.get(object_name, {}).get(name)

    def open(self, object_name: str) -> bool:
        """Whether nothing is known about the object's fields, because the export lacks it."""
        item = self.objects[object_name]
        return bool(item.absent) and not item.fields

    def path(self, object_name: str, text: str) -> Path:
        """Check and resolve a path that starts in a row of that object."""
        return self._resolve(self.object(object_name), text, Path(text, object_name, (), object_name, "", _nothing))

    def reference(self, child: str, parent: str, by: str = "") -> Hop:
        """The reference by which rows of `child` name a row of `parent`; `by` chooses between several."""
        candidates = [each for each in self.object(child).references if each.object == parent]
        if by:
            candidates = [each for each in candidates if each.field == by]
        if not candidates and self.open(child):
            return _hop(child, Reference(field=by or "?", object=parent))
        if not candidates:
            known = ", ".join(f"{each.field} to {each.object}" for each in self.object(child).references) or "none"
            raise UnknownName(f"{child} holds no reference {by + ' ' if by else ''}to {parent} (it has: {known})")
        if len(candidates) > 1:
            names = ", ".join(each.field for each in candidates)
            raise UnknownName(f"{child} refers to {parent} through {names}; say which with by")
        return _hop(child, candidates[0])

    def _resolve(self, item: SourceObject, rest: str, so_far: Path) -> Path:
        if made := self.computed.get((item.name, rest)):
            return replace(so_far, name=rest, read=made.read, field=SourceField(name=rest))
        references = {each.field: each for each in item.references}
        declared = self._fields[item.name]
        if rest not in declared and rest not in references:
            for name in sorted(references, key=len, reverse=True):
                if rest.startswith(f"{name}."):
                    hop = _hop(item.name, references[name])
                    behind = replace(so_far, hops=(*so_far.hops, hop), end=hop.object)
                    return self._resolve(self.object(hop.object), rest[len(name) + 1 :], behind)
        if not self._is_known(item, rest):
            raise UnknownName(f"{item.name} has no field {rest}{nearest(rest, declared)}")
        reference = references.get(rest)
        return replace(
            so_far,
            name=rest,
            read=reader(rest),
            field=declared.get(rest),
            reference=_hop(item.name, reference) if reference else None,
            is_key=item.key == (rest,),
            plain="." not in rest,
        )

    def _is_known(self, item: SourceObject, name: str) -> bool:
        declared = self._fields[item.name]
        if name in declared or self.open(item.name) or name in item.key:
            return True
        if any(known.startswith(f"{name}.") for known in declared):
            return True
        parents = (name[:place] for place, letter in enumerate(name) if letter == ".")
        return any(parent in declared and declared[parent].type in _NESTED for parent in parents)


def reader(name: str) -> Reader:
    """A function that reads a dotted name out of a row's values; through a list it gives the list of values."""
    parts = tuple(name.split("."))
    if len(parts) == 1:
        return lambda values: values.get(name)
    return lambda values: _dig(values.get(name, values), parts) if name not in values else values[name]


def _dig(value: Any, parts: tuple[str, ...]) -> Any:
    for place, part in enumerate(parts):
        if isinstance(value, list):
            found = (_dig(item, parts[place:]) for item in value)
            return [item for item in found if item is not None and item != ""]
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _hop(source: str, reference: Reference) -> Hop:
    return Hop(
        source,
        reference.field,
        reference.object,
        reference.to,
        reader(reference.field),
        reference.name,
        reference.to_name,
    )


def _nothing(values: Mapping[str, Value]) -> Value:
    return None
