"""DEN-01, DEN-02 and the codes of DEN-03: teeth, surfaces and procedure codes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.people import Person
from bridgework_dental.teeth import code_valid, surfaces_fault, teeth, tooth_kind
from bridgework_dental.vocabulary import Table

if TYPE_CHECKING:
    from bridgework.staging import Row

_DATES: Final = {"appointment": "start", "treatment_plan": "presented_date", "ledger_entry": "service_date"}
_NO_PERMANENT_BEFORE: Final = 5  # years; the first permanent molars come at about six
_ADULT: Final = 18


class Anatomy(Check):
    """Procedures of visits, plans and ledger rows."""

    concepts = frozenset(_DATES)

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """At most one finding per row and kind: the front desk opens the row once."""
        if table.get(row, "deleted_at") is not None:
            return
        told: set[tuple[str, str]] = set()
        for item in table.items(row, ("procedure_code", "tooth", "surfaces")):
            for check, word, cause in self._faults(table, row, item):
                if (check, word) not in told:
                    told.add((check, word))
                    yield found(check, table.name, row.key, cause, field=table.path(word),
                                evidence=str(item[word]), rows=table.rows)  # fmt: skip

    def _faults(self, table: Table, row: Row, item: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
        code = str(item.get("procedure_code") or "").strip()
        if code and not code_valid(code):
            yield "DEN-03", "procedure_code", "not a procedure code"
        if item.get("surfaces"):
            cause = surfaces_fault(str(item["surfaces"]), code)
            if cause:
                yield "DEN-02", "surfaces", cause
        if item.get("tooth"):
            cause = self._tooth(table, row, str(item["tooth"]))
            if cause:
                yield "DEN-01", "tooth", cause

    def _tooth(self, table: Table, row: Row, text: str) -> str:
        for tooth in teeth(text):
            kind = tooth_kind(tooth, self.scene.tooth_system)
            if kind == "none":
                return "not a tooth"
            if kind == "other notation":
                return "looks like another tooth numbering"
            if kind != "area" and (age := self._age(table, row)) is not None:
                if kind == "permanent" and age < _NO_PERMANENT_BEFORE:
                    return "permanent tooth of a small child"
                if kind == "primary" and age >= _ADULT:
                    return "primary tooth of an adult"
        return ""

    def _age(self, table: Table, row: Row) -> int | None:
        """Age on the day of the row; None if either is unknown or they contradict each other (its own finding)."""
        person: Person | None = self.scene.people.of(table, row).person
        moment = row.instant(table.path(_DATES[table.concept]))
        day: date = moment.date() if moment is not None else self.scene.today
        age = person.age_on(day) if person is not None else None
        return age if age is not None and 0 <= age <= 110 else None
