"""What the journal takes and gives: intents, outcomes, events, targets. All are frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from bridgework.model import Verb

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970, the form in which the journal keeps instants."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC instant again."""
    return _EPOCH + micros * _MICROSECOND


class OutcomeState(StrEnum):
    """What became of an intent. All but `IN_DOUBT` are final."""

    DONE = "done"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"
    FOUND = "found"
    PROVED_ABSENT = "proved_absent"
    QUARANTINED = "quarantined"
    UNDONE = "undone"
    ALREADY_GONE = "already_gone"
    REFUSED = "refused"
    KEPT = "kept"


class TargetState(StrEnum):
    """Where a target record stands now. An intent without an outcome counts as in doubt.

    `SKIPPED`: the record it belongs to was refused; it comes when that one does.
    """

    PENDING = "pending"
    CREATED = "created"
    UPDATED = "updated"
    MATCHED = "matched"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    IN_DOUBT = "in_doubt"
    CONFLICT = "conflict"
    UNDONE = "undone"
    SKIPPED = "skipped"


_NOT_THERE = frozenset({TargetState.UNDONE, TargetState.SKIPPED})


class Intent(NamedTuple):
    """One write that is about to be sent. Hashes and ids only, never a value.

    `attempt` 0 lets the journal count; any other number must be the right one. `key` is the target's key within its
    rule; schema operations use their identity. `body_hash` covers what is sent, `mapped_hash` the mapped
    body behind it. `fields` are the keys of what an update changes.
    """

    verb: Verb
    stage: str
    rule: str
    key: str
    object: str
    generation: int = 1
    marker: str = ""
    client_id: str = ""
    attempt: int = 0
    body_hash: str = ""
    mapped_hash: str = ""
    target_id: str = ""
    fields: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRow:
    """An intent as the journal keeps it. `operation` is its number; `doubted`: its answer is known to be lost."""

    operation: int
    at: datetime
    verb: Verb
    stage: str
    rule: str
    key: str
    object: str
    generation: int
    marker: str
    client_id: str
    attempt: int
    body_hash: str
    mapped_hash: str
    target_id: str
    doubted: bool = False


class Outcome(NamedTuple):
    """What became of an operation. `reason` and `field` name causes and field keys, never values."""

    operation: int
    state: OutcomeState | str
    id: str = ""
    version: str = ""
    reason: str = ""
    field: str = ""
    http: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the migration: an approval, a stage, a receipt."""

    seq: int
    at: datetime
    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the chain: `table` is ``event``, ``intent`` or ``outcome``, `values` are its columns.

    `hash` is that of the entry it was written with.
    """

    seq: int
    table: str
    at: datetime
    values: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One record of the destination as the journal knows it.

    `mapped_hash` is of the mapped body last written, `planned_hash` of the one last planned, `settled_hash` of the
    record as read back. `operation` is the newest operation on it, `outcome` what became of the newest that is settled,
    `origin` the one that created it (0: we did not). `settled` is the number of what was last noted about `operation`
    (0: nothing yet).
    """

    rule: str
    key: str
    object: str
    generation: int
    id: str
    version: str
    state: TargetState
    mapped_hash: str
    settled_hash: str
    reason: str
    field: str
    operation: int
    settled: int
    outcome: str
    origin: int
    planned_hash: str

    @property
    def live(self) -> bool:
        """It exists in the destination as far as we know."""
        return bool(self.id) and self.state not in _NOT_THERE

    @property
    def taken_out(self) -> bool:
        """It was there and was taken out again: what comes next is another generation of it."""
        return self.state is TargetState.UNDONE or (self.state is TargetState.SKIPPED and bool(self.id))


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """Last row of the chain: printed in reports, so that a journal cut short afterwards can be told."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Result of walking the whole chain. If not `ok`, `table` and `seq` name the first row that is wrong.

    `table` is ``event``, ``intent`` or ``outcome``, or empty for a row that is missing from all three.
    """

    ok: bool
    rows: int
    head: Head
    table: str = ""
    seq: int = 0
    problem: str = ""
