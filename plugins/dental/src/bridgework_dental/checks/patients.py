"""DUP-07 (shared patient numbers) and MIS-03: birth dates and responsible parties."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final

from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.scene import Scene
from bridgework_dental.vocabulary import Table, tables

if TYPE_CHECKING:
    from bridgework.staging import Row

OF_AGE: Final = 18
_OLDEST: Final = 110
_STAND_INS: Final = frozenset({date(1, 1, 1), date(1900, 1, 1)})


class Patients(Check):
    """What a patient's own row lacks."""

    concepts = frozenset({"patient"})

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        # Without any responsible party in the export, their absence says nothing about a child.
        self._parties = bool(tables(scene.staging, "guardian") or tables(scene.staging, "guardian_link"))

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """Birth date, and who answers for a minor."""
        person = self.scene.people.by_key[row.key]
        if person.end == "merged":
            way = self.scene.people.of_key(row.key)
            if way.person is None:
                field = table.source.merged_into
                yield found("ORP-07", table.name, row.key, way.cause, field=field, rows=table.rows)
        if person.end:
            return
        path = table.path("birth_date")
        born = row.date(path)
        if born is None or born in _STAND_INS:
            cause = "no date of birth" if born is None else "date of birth is a stand-in"
            yield found("MIS-03", table.name, row.key, cause, field=path, rows=table.rows)
            return
        age = person.age_on(self.scene.today)
        if born > self.scene.today:
            yield found("MIS-03", table.name, row.key, "date of birth lies in the future", field=path, rows=table.rows)
        elif age is not None and age > _OLDEST:
            yield found("MIS-03", table.name, row.key, "older than 110 years", field=path, rows=table.rows)
        elif age is not None and age < OF_AGE and self._parties and not table.get(row, "guardians"):
            yield found("MIS-03", table.name, row.key, "minor without responsible party",
                        field=table.path("guardians"), rows=table.rows)  # fmt: skip

    def finish(self) -> Iterable[Finding]:
        """Numbers that several patients share: reports cannot tell them apart."""
        for table in tables(self.scene.staging, "patient"):
            for people in self.scene.people.shared_numbers():
                first, *rest = people
                for person in rest:
                    yield found("DUP-07", table.name, person.key, "patient number is used twice",
                                field=table.path("number"), others=(first.key,), rows=table.rows)  # fmt: skip
