"""The three-way rule: what we left, what is there now, what we want. Edits made by people are kept and reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bridgework.model import Body, Value


@dataclass(frozen=True, slots=True)
class Change:
    """What an update sends (`None` clears a field), what those fields held before, and the fields left to people."""

    send: Body = field(default_factory=dict)
    before: Body = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()


def three_way(
    *,
    left: Mapping[str, Value],
    current: Mapping[str, Value],
    wanted: Mapping[str, Value],
    wanted_raw: Mapping[str, Value],
    fixed: frozenset[str] = frozenset(),
) -> Change:
    """Compare field by field.

    `left` and `wanted` are bodies as the destination stores them (normalised), `current` is what it stores now and
    `wanted_raw` what would be sent. A field we do not want to change is not touched. Where the current value is what we
    left, the wanted one is sent; where it is the wanted one already, nothing; anything else is somebody's edit.
    `fixed` fields can only be set on create.
    """
    send: Body = {}
    before: Body = {}
    conflicts: list[str] = []
    for name in sorted({*left, *wanted} - fixed):
        old, new, now = (_plain(body.get(name)) for body in (left, wanted, current))
        if old == new or now == new:
            continue
        if now == old:
            send[name] = wanted_raw.get(name)
            before[name] = current.get(name)
        else:
            conflicts.append(name)
    return Change(send, before, tuple(conflicts))


def _plain(value: Value) -> Value:
    """Nothing has several forms."""
    return None if value in ("", [], {}) else value
