"""Status words of dental sources, compared without case, blanks and punctuation."""

from __future__ import annotations

from typing import Final

from bridgework_dental.names import joined

_TOOK_PLACE: Final = frozenset({"complete", "completed", "checkedout", "checkout", "c", "done", "finished"})
_AHEAD: Final = frozenset({"scheduled", "confirmed", "unconfirmed", "s", "f", "booked", "pending"})
_PLAN_CLOSED: Final = frozenset(
    {"completed", "complete", "declined", "rejected", "lost", "cancelled", "canceled", "inactive", "archived", "closed"}
)


def took_place(status: str) -> bool:
    """A visit that happened."""
    return joined(status) in _TOOK_PLACE


def is_ahead(status: str) -> bool:
    """A visit that is still to come, by its status."""
    return joined(status) in _AHEAD


def is_open_plan(status: str) -> bool:
    """A treatment plan somebody may still act on."""
    return joined(status) not in _PLAN_CLOSED
