"""INS-01 and ORP-07: policies and claims."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.names import joined, person
from bridgework_dental.scene import Scene
from bridgework_dental.vocabulary import Table, tables

if TYPE_CHECKING:
    from bridgework.staging import Row

_LAST_AS_CHILD: Final = 26  # years until which United States plans cover children


class Policies(Check):
    """Policies by themselves and beside the patient's others."""

    concepts = frozenset({"policy", "plan"})

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._primary: dict[str, str] = {}
        self._plans = {
            row.key for table in tables(scene.staging, "plan") for row in scene.staging.rows(table.name)
        }  # fmt: skip

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """Several defects of one policy are several findings: each has its own field."""
        if table.concept == "plan":
            if table.has("payer") and not table.text(row, "payer"):
                field = table.path("payer")
                yield found("ORP-07", table.name, row.key, "insurance plan without carrier", field=field,
                            rows=table.rows)  # fmt: skip
            return
        yield from self._plan(table, row)
        ended = self._ended(table, row)
        active = joined(table.text(row, "status")) in ("", "active", "a")
        if active and ended:
            yield found("INS-01", table.name, row.key, "ended, but still called active",
                        field=table.path("termination_date"), rows=table.rows)  # fmt: skip
        if not active or ended:
            return
        coverage = joined(table.text(row, "coverage"))
        if coverage in ("primary", "secondary") and table.has("subscriber_id") and not table.text(row, "subscriber_id"):
            field = table.path("subscriber_id")
            yield found("INS-01", table.name, row.key, "no subscriber number", field=field, rows=table.rows)
        yield from self._holder(table, row)
        patient = table.text(row, "patient")
        if coverage == "primary" and patient:
            first = self._primary.setdefault(patient, row.key)
            if first != row.key:
                yield found("INS-01", table.name, row.key, "second primary policy of one patient",
                            field=table.path("coverage"), others=(first,), rows=table.rows)  # fmt: skip

    def _plan(self, table: Table, row: Row) -> Iterable[Finding]:
        if not table.has("plan"):
            return
        plan = table.text(row, "plan")
        if plan not in self._plans:
            cause = "policy names a plan that is not in the export" if plan else "policy without plan"
            yield found("ORP-07", table.name, row.key, cause, field=table.path("plan"), rows=table.rows)

    def _ended(self, table: Table, row: Row) -> bool:
        end = row.date(table.path("termination_date"))
        return end is not None and end < self.scene.today

    def _holder(self, table: Table, row: Row) -> Iterable[Finding]:
        if joined(table.text(row, "relationship")) not in ("child", "dependent", "c"):
            return
        patient = self.scene.people.of(table, row).person
        if patient is None:
            return
        last, first = person(table.text(row, "policyholder"))
        age = patient.age_on(self.scene.today)
        if first and (last, first) == (patient.last, patient.first):
            cause = "child that holds the policy itself"
        elif age is not None and age > _LAST_AS_CHILD:
            cause = "covered as a child, but grown up"
        else:
            return
        yield found("INS-01", table.name, row.key, cause, field=table.path("relationship"), rows=table.rows)


class Claims(Check):
    """Claims of patients who have no policy at all."""

    concepts = frozenset({"policy", "claim"})

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._insured: set[str] = set()
        self._claims: list[tuple[Table, str, str]] = []
        self._policies = bool(tables(scene.staging, "policy"))

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """Policies may come after claims, so the comparison waits for the end."""
        patient = self.scene.people.of(table, row).person
        if patient is None:
            return ()
        if table.concept == "policy":
            self._insured.add(patient.key)
        elif self._policies and patient.key not in self._insured:
            self._claims.append((table, row.key, patient.key))
        return ()

    def finish(self) -> Iterable[Finding]:
        """Claims whose patient turned out to have no policy."""
        for table, key, patient in self._claims:
            if patient not in self._insured:
                field = table.path("patient_number" if table.has("patient_number") else "patient")
                yield found("ORP-07", table.name, key, "claim of a patient without policy", field=field,
                            rows=table.rows)  # fmt: skip
