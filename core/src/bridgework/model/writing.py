"""What is written and removed, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import IO
from uuid import UUID

from bridgework.model.values import Body


class Verb(StrEnum):
    """What an operation does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RESTORE = "restore"
    UPLOAD = "upload"
    SCHEMA = "schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """A file to upload: `open` gives a fresh stream each time it is called."""

    name: str
    size: int
    sha256: str
    media_type: str
    open: Callable[[], IO[bytes]]


@dataclass(slots=True, kw_only=True)
class Operation:
    """One planned change of one destination record.

    `body` is resolved: keys are the destination's field keys, choices and references its own ids. An update carries
    only changed fields (`None` clears one). `marker` is the record's identity as text, `client_id` the same as a UUID.
    `sent_after` bounds a search for a lost answer: nothing was sent before that instant. `earlier` are the client ids
    this very record had in the generations before: copies of it that were taken out may still be there as deleted.
    """

    number: int
    verb: Verb
    object: str
    marker: str
    client_id: UUID
    body: Body
    target_id: str = ""
    version: str = ""
    generation: int = 1  # grows each time the record is loaded again after it was taken out
    earlier: tuple[UUID, ...] = ()
    sent_after: datetime | None = None
    file: FileContent | None = None


@dataclass(slots=True)
class Written:
    """The destination carried it out. `version` is its own change mark of the record (may be empty).

    `marker` is the identity as the answer shows it, where it shows one: another one than ours stops the run.
    """

    operation: int
    id: str
    version: str = ""
    marker: str = ""


class Because(StrEnum):
    """Why a record was refused. The connector says it; what happens next is the engine's, and stands behind each."""

    RECORD = "record"  # of something the record holds: it is a dead letter
    LIMIT = "limit"  # a limit of the plan is reached: nothing more of that object is sent
    UNCLEAR = "unclear"  # it may have been a fault that looks like a refusal: asked once more, and never again
    CHANGED = "changed"  # no longer in the version the operation names (412 to `If-Match`): read and compared anew
    TAKEN = "taken"  # another record holds a unique value: asked again after all others, if that record is ours


@dataclass(frozen=True, slots=True)
class Rejected:
    """The destination refused it, nothing was written. `reason` holds no value of the record; `field` is a field key.

    `holder` is the id of the record that holds what is `TAKEN`.
    """

    operation: int
    reason: str
    field: str = ""
    because: Because = Because.RECORD
    holder: str = ""


@dataclass(frozen=True, slots=True)
class BatchRejected:
    """The destination refused the whole batch without naming the culprit: the engine halves it and tries again.

    `operations` are those that travelled in the refused request; empty means all that have no result yet.
    """

    reason: str
    operations: tuple[int, ...] = ()


WriteResult = Written | Rejected | BatchRejected


@dataclass(frozen=True, slots=True)
class Undone:
    """`undo`: removed by this call."""

    operation: int


@dataclass(frozen=True, slots=True)
class AlreadyGone:
    """`undo`: was not there any more."""

    operation: int


@dataclass(frozen=True, slots=True)
class Refused:
    """`undo`: the destination will not, and why; one that is `UNCLEAR` is asked once more."""

    operation: int
    reason: str
    because: Because = Because.RECORD


UndoResult = Undone | AlreadyGone | Refused
