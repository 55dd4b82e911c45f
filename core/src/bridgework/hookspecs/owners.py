# mypy: disable-error-code=empty-body
# Hook specs have no bodies: pluggy reads their signatures and people read their docstrings.
"""Who owns records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridgework.hookspecs.marks import hookspec
from bridgework.model import Owner, OwnerMatch, Person


@hookspec("destination", first=True, required=True)
def list_owners() -> Sequence[Owner] | None:
    """List the users of the account, inactive ones included.

    Called by `owners`. The fewest calls the API allows: never one search per person.

    Example::

        @hookimpl
        def list_owners(self) -> list[Owner]:
            return [Owner(id=str(u["id"]), name=u["name"], email=u["email"], active=u["active"])
                    for u in self.api.get("/users").json]

    .. versionadded:: 0.1
    """


@hookspec("all")
def match_owners(people: Sequence[Person], owners: Sequence[Owner]) -> Iterable[OwnerMatch]:
    """Match people of the source with users; each plugin sees who is still unmatched.

    The core's own answer compares e-mails, case-folded, with active users only.

    Example::

        @hookimpl
        def match_owners(self, people, owners):
            return [OwnerMatch(p.value, o.id, reason="same name") for p in people for o in owners if p.name == o.name]

    .. versionadded:: 0.1
    """
