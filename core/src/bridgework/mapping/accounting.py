"""Where every source field goes: nothing is lost by silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Literal

from bridgework.mapping.paths import Catalog
from bridgework.model import SourceObject

State = Literal["mapped", "used", "archived", "dropped", "unaccounted"]
_RANK = {"mapped": 0, "used": 1, "archived": 2, "dropped": 3, "unaccounted": 4}
WHOLE = "*"  # every field of the object that nothing else accounts for


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAccount:
    """One source field. `where` names ``rule: field`` or what else uses it; `used` decides or joins, unwritten."""

    object: str
    field: str
    state: State
    where: tuple[str, ...] = ()
    reason: str = ""


@dataclass(slots=True)
class Usage:
    """What compiling found out about each (object, field)."""

    found: dict[tuple[str, str], list[tuple[State, str, str]]] = made_by(default_factory=dict)

    def use(self, object_name: str, field: str, state: State, where: str, reason: str = "") -> None:
        """Note one use of a field, or of all remaining fields with `WHOLE`."""
        self.found.setdefault((object_name, field), []).append((state, where, reason))

    def accounts(self, catalog: Catalog) -> Iterator[FieldAccount]:
        """One account per field of the source, in the source's order. An absent object has nothing to account for."""
        for item in catalog.description.objects:
            if not item.absent:
                nested = _nested(item, catalog.objects)
                for name in _names(item):
                    yield self._account(item, name, nested)

    def _account(self, item: SourceObject, field: str, nested: Mapping[str, str]) -> FieldAccount:
        object_name = item.name
        uses = [use for name in _relatives(field) for use in self.found.get((object_name, name), ())]
        uses += self._below(object_name, field)
        if not uses and (child := _child_of(field, nested)):
            return FieldAccount(
                object=object_name, field=field, state="used", where=(child,), reason=f"staged as {child}"
            )
        if not uses:
            uses = self.found.get((object_name, WHOLE), []) or self._identity(item, field)
        if not uses:
            return FieldAccount(object=object_name, field=field, state="unaccounted")
        state = min((use[0] for use in uses), key=_RANK.__getitem__)
        chosen = [use for use in uses if use[0] == state]
        where = tuple(dict.fromkeys(use[1] for use in chosen))
        reasons = dict.fromkeys(use[2] for use in chosen if use[2])
        return FieldAccount(object=object_name, field=field, state=state, where=where, reason="; ".join(reasons))

    def _identity(self, item: SourceObject, field: str) -> list[tuple[State, str, str]]:
        if not any(owner == item.name for owner, _ in self.found):
            return []
        if field in item.key:
            return [("used", "identity", "names the row")]
        return [("used", "references", "chooses the parent")] if field in {r.name for r in item.references} else []

    def _below(self, object_name: str, field: str) -> list[tuple[State, str, str]]:
        """Uses of parts of a nested value that the source declares as one field."""
        start = f"{field}."
        return [
            use
            for (owner, name), uses in self.found.items()
            if owner == object_name and name.startswith(start)
            for use in uses
        ]


def _names(item: SourceObject) -> Iterable[str]:
    references = (each.field for each in item.references)
    return dict.fromkeys([*(each.name for each in item.fields), *item.key, *references])


def _relatives(field: str) -> Iterator[str]:
    """The field and the nested values around it."""
    yield field
    while "." in field:
        field = field.rpartition(".")[0]
        yield field


def _nested(item: SourceObject, objects: Mapping[str, SourceObject]) -> dict[str, str]:
    """Name of the list inside the row: name of the object staged from it."""
    start = f"{item.name}."
    return {
        each.name.removeprefix(start): each.name
        for each in objects.values()
        if each.nested_in == item.name and each.name.startswith(start)
    }


def _child_of(field: str, nested: Mapping[str, str]) -> str:
    return next((nested[name] for name in _relatives(field) if name in nested), "")
