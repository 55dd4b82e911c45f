"""The practice's team by key and by every form in which a text may name one of them. Small, so kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bridgework.mapping.document import People
from bridgework.mapping.paths import reader
from bridgework.mapping.scope import StagedRow, StagedRows
from bridgework.mapping.template import parse_template
from bridgework.mapping.values import plain_text
from bridgework.model import NamedTransform, Person


class Team:
    """Who a key or a text means. Without `people` in the mapping, or without the object in the export, nobody."""

    def __init__(self, said: People | None, transforms: Mapping[str, NamedTransform], staging: StagedRows) -> None:
        self._members: dict[str, Person] = {}
        self._forms: dict[str, set[str]] = {}
        self._comparable: Callable[[str], str] = str.strip
        if said is None or staging.object(said.from_).absent:
            return
        self._email, self._active = reader(said.email), reader(said.active) if said.active else None
        self._name = parse_template(said.name)
        forms = transforms[said.forms] if said.forms else None
        if said.text:
            comparable = transforms[said.text].function
            self._comparable = lambda text: str(comparable(text) or "")
        for row in staging.rows(said.from_):
            self._add(row, forms)

    def _add(self, row: StagedRow, forms: NamedTransform | None) -> None:
        values = row.values
        name = self._name.fill([plain_text(reader(part)(values)) for part in self._name.names])
        active = self._active is None or self._active(values) is not False
        email = plain_text(self._email(values))
        self._members[row.key] = Person(value=row.key, name=name, email=email, key=row.key, active=active)
        found: Any = forms.function(values) if forms else [name]
        for form in found or ():
            self._forms.setdefault(str(form), set()).add(row.key)

    def person(self, value: str) -> Person:
        """The member of that key, or the only one whose form equals the text; else the text alone, without `key`."""
        if value in self._members:
            return self._members[value]
        keys = self._forms.get(self._comparable(value), set()) if value else set()
        if len(keys) != 1:
            return Person(value=value, name=value)
        member = self._members[next(iter(keys))]
        return Person(value=value, name=member.name, email=member.email, key=member.key, active=member.active)
