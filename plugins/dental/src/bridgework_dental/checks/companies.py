"""DUP-06: carriers, plans, referral sources, labs and team members under two spellings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.names import company, joined
from bridgework_dental.scene import Scene
from bridgework_dental.vocabulary import Table

if TYPE_CHECKING:
    from bridgework.staging import Row

# Word compared, words that must be equal besides, whether one spelling used twice is a defect too.
_COMPARED: Final[dict[str, tuple[str, tuple[str, ...], bool]]] = {
    "payer": ("name", (), True),
    "plan": ("name", ("payer", "group_number"), True),
    "lab": ("name", (), True),
    "referral_source": ("practice_name", (), False),
    "policy": ("payer_name", (), False),
}


class Companies(Check):
    """Names that differ in case, punctuation, blanks or legal form only."""

    concepts = frozenset({*_COMPARED, "provider"})

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._first: dict[tuple[str, ...], dict[str, str]] = {}
        self._tables: dict[str, Table] = {}

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """One finding for each later spelling; the first one is proposed."""
        if table.concept == "provider":
            yield from self._team(table, row)
            return
        word, besides, same_too = _COMPARED[table.concept]
        text = table.text(row, word)
        if not text:
            return
        group = (table.name, company(text), *(table.text(row, each) for each in besides))
        spellings = self._first.setdefault(group, {})
        if text in spellings and not same_too:
            return
        first = next(iter(spellings.values()), "")
        spellings.setdefault(text, row.key)
        if first:
            yield found("DUP-06", table.name, row.key, "same name in another spelling", field=table.path(word),
                        others=(first,), proposed=self._proposal(table, first), rows=table.rows)  # fmt: skip

    def _proposal(self, table: Table, first: str) -> str:
        # Two doctors of one practice, or two policies of one carrier, are different rows under one name.
        return f"merge into {first}" if table.concept in ("payer", "plan", "lab") else "keep both"

    def _team(self, table: Table, row: Row) -> Iterable[Finding]:
        name = joined(table.text(row, "last_name")), joined(table.text(row, "first_name"))
        if not all(name):
            return
        spellings = self._first.setdefault((table.name, *name), {})
        if spellings:
            yield found("DUP-06", table.name, row.key, "same name as another team member",
                        field=table.path("last_name"), others=(next(iter(spellings.values())),),
                        rows=table.rows)  # fmt: skip
        spellings.setdefault("", row.key)
