"""A circuit per destination object: it opens when the destination refuses, or forgets, what it took before.

Three equal refusals in a row may be three bad records or a field that somebody has removed. So they are the occasion to
read the destination's schema again: if it is another one now, the rules of that object stop. If it is not, the records
are at fault, until so many of them in a row are refused alike that going on would only burn the allowance.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from bridgework.mapping import body_hash
from bridgework.model import TargetObject

if TYPE_CHECKING:
    from bridgework.migration import Migration
    from bridgework.stages.load.answers import Done

EQUAL = 3  # refusals in a row after which the schema is read again
HOPELESS = 50  # refusals in a row after which nothing more of the object is sent
NOTED = "schema_seen"
_REACHED = frozenset({"done", "found"})


class _Streak(NamedTuple):
    about: tuple[str, str] = ("", "")  # what the destination says, and the field
    length: int = 0


class Circuit:
    """The circuits of one run. Thread-safe. `opened` says why, by object."""

    def __init__(self, migration: Migration) -> None:
        self._migration = migration
        self._lock = threading.Lock()
        self._refused: dict[str, _Streak] = {}
        self._forgotten: dict[str, _Streak] = {}
        self.opened: dict[str, str] = {}

    def heard(self, done: Done) -> None:
        """What became of a record; a limit of the plan is no drift, nor is a value that another record holds."""
        name = done.job.intent.object
        with self._lock:
            if done.outcome.state in _REACHED:
                self._refused.pop(name, None)
            elif done.outcome.state == "rejected" and not done.cap and not done.holder:
                about = (done.outcome.reason, done.outcome.field)
                streak = self._longer(self._refused, name, about)
                if streak.length == EQUAL:
                    self._look(name, f"{EQUAL} records in a row were refused alike ({about[0]})")
                elif streak.length == HOPELESS:
                    self.opened[name] = f"{HOPELESS} records in a row were refused alike ({about[0]})"

    def watches(self, name: str) -> bool:
        """Whether a plain success of that object matters: it ends a streak, and nothing matters once it is open."""
        return name in self._refused or name in self.opened

    def open(self, name: str, why: str) -> None:
        """Somebody saw that nothing more may be sent to an object."""
        with self._lock:
            self.opened.setdefault(name, why)

    def forgotten(self, name: str, field: str) -> None:
        """A value that was sent is not there when it is read back; an empty `field` ends the streak."""
        with self._lock:
            if not field:
                self._forgotten.pop(name, None)
            elif self._longer(self._forgotten, name, ("", field)).length == EQUAL:
                self._look(name, f"values sent to {field} are not there when they are read back")

    def _longer(self, streaks: dict[str, _Streak], name: str, about: tuple[str, str]) -> _Streak:
        before = streaks.get(name, _Streak())
        streaks[name] = _Streak(about, before.length + 1 if before.about == about else 1)
        return streaks[name]

    def _look(self, name: str, sign: str) -> None:
        if name in self.opened:
            return
        now = self._migration.hooks.describe_destination()
        if shape(now.object(name)) != shape(self._migration.schema.object(name)):
            self.opened[name] = f"{sign}, and its fields were changed meanwhile"


def shape(described: TargetObject) -> str:
    """A hash of what an object can hold: fields, types, options, what is required."""
    fields = [
        [each.key, str(each.type), each.required, each.max_length, sorted(option.key for option in each.options)]
        for each in described.fields
    ]
    return body_hash({"fields": sorted(fields, key=lambda field: str(field[0]))})


def note_schema(migration: Migration) -> None:
    """Remember the shape of every object, as we leave it."""
    shapes = {each.name: shape(each) for each in migration.schema.objects}
    last = migration.journal.last_event(NOTED)
    if last is None or last.payload["shapes"] != shapes:
        migration.journal.event(NOTED, shapes=shapes)


def changed_objects(migration: Migration) -> list[str]:
    """Objects that this migration writes and whose fields somebody changed since a stage saw them last."""
    last = migration.journal.last_event(NOTED)
    written = set(migration.journal.rules().values())
    changed = [
        each.name
        for each in migration.schema.objects
        if last is not None
        and each.name in written
        and last.payload["shapes"].get(each.name) not in (None, shape(each))
    ]
    note_schema(migration)
    return changed
