"""A cheap look at the destination's schema while a load runs, where a connector gives a mark that changes with it.

A field that somebody removes is then noticed before the next records are sent, not by their refusal or, where a
destination drops what it does not know, not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bridgework.mapping import CompiledRule
from bridgework.model import TargetField, TargetObject
from bridgework.stages.load.circuit import Circuit
from bridgework.stages.load.resolving import FieldBook

if TYPE_CHECKING:
    from bridgework.migration import Migration

EVERY = 1_000  # records between two looks


class Probe:
    """The looks of one run; used by one thread. What it finds opens circuits."""

    def __init__(self, migration: Migration, circuit: Circuit, book: FieldBook) -> None:
        self._migration = migration
        self._circuit = circuit
        self._book = book
        self._mark = migration.schema.mark
        self._needed: dict[str, frozenset[str]] = {}  # object -> keys of the fields that the mapping writes
        self._sent = 0

    def start(self, rules: Sequence[CompiledRule]) -> None:
        """Which fields of which objects the rules write."""
        for rule in rules:
            slots = self._book.slots(rule.target)
            keys = {slots[each.label].key for each in rule.fields if each.label in slots}
            self._needed[rule.target] = self._needed.get(rule.target, frozenset()) | keys

    def next_rule(self) -> None:
        """Look before the first record of a rule is sent."""
        self._sent = EVERY

    def before(self, records: int) -> None:
        """Look if it is time, before so many records are sent."""
        self._sent += records
        if self._mark and self._sent >= EVERY:
            self._sent = records
            self._look()

    def _look(self) -> None:
        mark = self._migration.hooks.schema_mark()
        if mark == self._mark:
            return
        now = self._migration.hooks.describe_destination()
        self._mark = now.mark
        there = {each.name: each for each in now.objects}
        for name, keys in self._needed.items():
            before = self._migration.schema.object(name)
            if changed := _changed(before, there.get(name), keys):
                self._circuit.open(name, f"{changed} while records were being loaded")


def _changed(before: TargetObject, now: TargetObject | None, keys: frozenset[str]) -> str:
    """What was done to the first of these fields that does not take any more what it took; empty if all do."""
    if now is None:
        return "the object was removed"
    fields = {each.key: each for each in now.fields}
    for each in before.fields:
        if each.key in keys:
            if each.key not in fields:
                return f"the field {each.label} was removed"
            if not _takes(each, fields[each.key]):
                return f"the field {each.label} was changed"
    return ""


def _takes(before: TargetField, now: TargetField) -> bool:
    """Whether a field takes whatever it took before: further options and another label are no harm."""
    options = {each.key for each in before.options} <= {each.key for each in now.options}
    longest = now.max_length is None or (before.max_length is not None and before.max_length <= now.max_length)
    return (before.type, before.settable) == (now.type, now.settable) and options and longest
