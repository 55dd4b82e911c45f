"""Updates in an order in which unique values can move: who lets go of a value comes before who takes it.

Where they change places nobody comes first: one of them lets go of its value for the moment of the exchange. It is
among the updates itself, so what it will hold is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bridgework_twenty.batches import Prepared
from bridgework_twenty.catalogue import Kind
from bridgework_twenty.uniqueness import by_value, looked_up, part_of, unique, without

if TYPE_CHECKING:
    from bridgework.client import ApiClient


@dataclass(frozen=True)
class _Wait:
    """An update waits for another one, by the ids of their records, which holds its value in `field`."""

    taker: str
    holder: str
    field: str
    blank: Any  # the holder's field without the value


def in_order(api: ApiClient, kind: Kind, updates: Sequence[Prepared]) -> Iterator[Prepared]:
    """The updates, each after those it waits for. `body["id"]` is the record's."""
    left = {str(each.body["id"]): each for each in updates}
    waits = list(_waits(api, kind, left)) if len(left) > 1 else []
    while left:
        waits = [each for each in waits if each.taker in left and each.holder in left]
        waiting = {each.taker for each in waits}
        free = next((id_ for id_ in left if id_ not in waiting), "")
        if free:
            yield left.pop(free)
        else:
            exchange = waits.pop(0)
            api.send("PATCH", f"{kind.path}/{exchange.holder}", json={exchange.field: exchange.blank}, prepares=True)


def _waits(api: ApiClient, kind: Kind, updates: Mapping[str, Prepared]) -> Iterator[_Wait]:
    for field, part in unique(kind):
        takers = by_value(list(updates.values()), field, part)
        for row in looked_up(api, kind, field, part, takers):
            holder, value = str(row["id"]), part_of(row, field, part)
            lets_go = holder in updates and field in updates[holder].body
            if lets_go and part_of(updates[holder].body, field, part) != value:
                for taker in takers.get(value, ()):
                    yield _Wait(str(taker.body["id"]), holder, field, without(row, field, part))
