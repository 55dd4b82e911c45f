"""FIN-01 to 03: sums, amounts that slipped, corrections and refunds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappush, heapreplace
from typing import TYPE_CHECKING, Final

from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.scene import Scene
from bridgework_dental.vocabulary import Table, tables

if TYPE_CHECKING:
    from bridgework.staging import Row

_OUTLIER: Final = 10  # times the median of the code
_ENOUGH: Final = 5  # rows of a code before its median means anything
_KEPT: Final = 200  # largest rows per code that are remembered
_CORRECTION: Final = re.compile(r"\bcorrection of #\s*(\w+)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"#\s*(\w+)")


@dataclass(frozen=True, slots=True)
class _Refund:
    table: Table
    key: str
    patient: str
    paid: str  # number of the payment it names, empty if none
    description_field: str


class Ledger(Check):
    """Ledger rows; memory is bounded by codes and patients, not by rows."""

    concepts = frozenset({"ledger_entry"})

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._fees: dict[tuple[str, str], Counter[int]] = {}
        self._largest: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._paid: set[str] = set()
        self._refunds: list[_Refund] = []
        self._sums: Counter[str] = Counter()
        self._balances = any(table.has("balance") for table in tables(scene.staging, "patient"))

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """Corrections are compared at once with what they correct; the rest waits for the end."""
        money = row.decimal(table.path("amount"))
        if money is None:
            return
        cents = int(money * 100)
        category = table.text(row, "category").lower()
        description = table.text(row, "description")
        person = self.scene.people.of(table, row).person
        patient = person.key if person is not None else ""
        if self._balances and patient:
            self._sums[patient] += cents
        correction = _CORRECTION.search(description)
        if correction is not None:
            yield from self._correction(table, row, correction.group(1), cents)
        elif "refund" in category or description.upper().startswith("REFUND"):
            number = _NUMBER.search(description)
            paid = number.group(1) if number else ""
            self._refunds.append(_Refund(table, row.key, patient, paid, table.path("description")))
        elif "payment" in category:
            self._paid.add(patient)
        elif cents > 0 and category in ("charge", ""):
            self._charge(table, row, cents)

    def _charge(self, table: Table, row: Row, cents: int) -> None:
        code = table.text(row, "procedure_code")
        if not code:
            return
        self._fees.setdefault((table.name, code), Counter())[cents] += 1
        largest = self._largest.setdefault((table.name, code), [])
        if len(largest) < _KEPT:
            heappush(largest, (cents, row.key))
        elif cents > largest[0][0]:
            heapreplace(largest, (cents, row.key))

    def _correction(self, table: Table, row: Row, number: str, cents: int) -> Iterable[Finding]:
        wrong = self.scene.staging.row(table.name, number)
        if wrong is None:
            yield found("FIN-03", table.name, row.key, "corrects a row that is not in the export",
                        field=table.path("description"), rows=table.rows)  # fmt: skip
            return
        before = wrong.decimal(table.path("amount"))
        if before is not None and int(before * 100) + cents != 0:
            yield found("FIN-03", table.name, row.key, "correction does not take back the whole amount",
                        field=table.path("amount"), others=(number,), rows=table.rows)  # fmt: skip

    def finish(self) -> Iterable[Finding]:
        """Outliers, refunds, and balances that the source states."""
        for (name, code), fees in self._fees.items():
            median = _median(fees)
            if fees.total() < _ENOUGH or median == 0:
                continue
            table = next(each for each in tables(self.scene.staging, "ledger_entry") if each.name == name)
            for cents, key in sorted(self._largest[(name, code)], key=lambda entry: (-entry[0], entry[1])):
                if cents > _OUTLIER * median:
                    yield found("FIN-02", name, key, "amount is more than ten times the usual one of its code",
                                field=table.path("amount"), rows=table.rows)  # fmt: skip
        for refund in self._refunds:
            yield from self._refund(refund)
        if self._balances:
            yield from self._stated()

    def _refund(self, refund: _Refund) -> Iterable[Finding]:
        table = refund.table
        if refund.patient not in self._paid:
            yield found("FIN-03", table.name, refund.key, "refund without any payment", field=table.path("amount"),
                        rows=table.rows)  # fmt: skip
        elif not refund.paid:
            yield found("FIN-03", table.name, refund.key, "refund names no payment", field=refund.description_field,
                        rows=table.rows)  # fmt: skip
        elif self.scene.staging.row(table.name, refund.paid) is None:
            yield found("FIN-03", table.name, refund.key, "refund names a payment that is not in the export",
                        field=refund.description_field, rows=table.rows)  # fmt: skip

    def _stated(self) -> Iterable[Finding]:
        for table in tables(self.scene.staging, "patient"):
            path = table.path("balance")
            for row in self.scene.staging.rows(table.name):
                stated = row.decimal(path)
                if stated is None or self.scene.people.by_key[row.key].end:
                    continue
                if int(stated * 100) != self._sums[row.key]:
                    yield found("FIN-01", table.name, row.key, "ledger does not add up to the stated balance",
                                field=path, rows=table.rows)  # fmt: skip


def _median(fees: Counter[int]) -> int:
    half = (fees.total() + 1) // 2
    for cents in sorted(fees):
        half -= fees[cents]
        if half <= 0:
            return cents
    return 0
