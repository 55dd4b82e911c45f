"""Records as the destination has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridgework.model.values import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record as the destination stores it, values in canonical form under the destination's field keys.

    `values` holds what people or we can edit; counters and time stamps that the server changes by itself stay out.
    `marker` is our identity as found on the record, empty if none. `demo` marks a sample record that the system puts
    into every new account: nothing is ever matched with it.
    """

    object: str
    id: str
    version: str = ""
    values: Body
    marker: str = ""
    deleted: bool = False
    demo: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A record that holds one of the unique values that were asked about. `place` is where the value stands among them.

    `deleted`: it lies in the trash, where the value counts all the same. `marker` is the identity found on it.
    """

    place: int
    id: str
    deleted: bool = False
    marker: str = ""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record that carries an operation's identity."""

    id: str
    version: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What exists for an operation: none, one, or (a fault) several records."""

    operation: int
    records: tuple[FoundRecord, ...] = ()
