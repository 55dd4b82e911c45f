"""Who owns records, there and here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A user of the destination."""

    id: str
    name: str
    email: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the source who may own records: a team member, or a name given as text.

    `value` is what the records carry (a key or a text), `key` the team member it was resolved to, empty if none.
    """

    value: str
    name: str = ""
    email: str = ""
    key: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class OwnerMatch:
    """A person's user, or the ids between which nobody can decide."""

    value: str
    owner_id: str = ""
    ambiguous: tuple[str, ...] = ()
    reason: str = ""
