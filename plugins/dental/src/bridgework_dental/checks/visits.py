"""DAT-02 and DEN-03 of visits and other dated rows: dates that cannot be, statuses that do not fit their date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from bridgework.canonical import zone_of
from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.scene import Scene
from bridgework_dental.statuses import is_ahead, took_place
from bridgework_dental.vocabulary import Table

if TYPE_CHECKING:
    from bridgework.staging import Row

_DATED: Final = {
    "appointment": ("start",), "treatment_plan": ("presented_date",), "note": ("date",),
    "ledger_entry": ("posting_date", "service_date"), "recall": ("last_visit",), "claim": ("updated_date",),
}  # fmt: skip
_NOT_AFTER_EXPORT: Final = frozenset({"presented_date", "date", "posting_date", "service_date", "last_visit"})
_FIRST: Final = date(1950, 1, 1)  # no practice's records reach back further; an earlier year is a century gone wrong


class Visits(Check):
    """Dates against birth, export and clock changes; statuses against dates."""

    concepts = frozenset(_DATED)

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """One finding per date, and one for a status that contradicts it."""
        if table.get(row, "deleted_at") is not None:
            return
        for word in _DATED[table.concept]:
            path = table.path(word)
            moment = row.instant(path) if table.has(word) else None
            if moment is None:
                continue
            cause = self._fault(table, row, word, moment)
            if cause:
                yield found("DAT-02", table.name, row.key, cause, field=path, rows=table.rows)
        if table.concept == "appointment":
            yield from self._status(table, row)

    def _fault(self, table: Table, row: Row, word: str, moment: datetime) -> str:
        day = moment.date()
        if day.year in (1, 1900):
            return ""  # a stand-in is reported once, by the core
        person = self.scene.people.of(table, row).person
        born = person.birthday if person is not None else None
        if born is not None and day < born <= self.scene.today:
            return "before the patient was born"
        if day < _FIRST:
            return "century cannot be right"
        if word in _NOT_AFTER_EXPORT and day > self.scene.today:
            return "after the export"
        zone = table.text(row, "time_zone")
        if zone and moment.tzinfo is None and skipped(moment, zone):
            return "local time was skipped by the clock change"
        if zone and moment.tzinfo is None and repeated(moment, zone):
            return "local time came twice at the clock change; the first one is taken"
        return ""

    def _status(self, table: Table, row: Row) -> Iterable[Finding]:
        start, status = row.instant(table.path("start")), table.text(row, "status")
        if start is None or not status:
            return
        future = start.replace(tzinfo=None) > self.scene.now
        if future and took_place(status):
            cause = "complete, but still to come"
        elif not future and is_ahead(status):
            cause = "past, but still scheduled"
        else:
            return
        yield found("DEN-03", table.name, row.key, cause, field=table.path("status"), rows=table.rows)


class Zones(Check):
    """DAT-04: time zones nobody knows. One finding for each: a whole location has the same."""

    concepts = frozenset({"appointment", "location"})

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._unknown: dict[tuple[str, str], tuple[Table, str, int]] = {}

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """Nothing yet: rows are counted by their zone."""
        zone = table.text(row, "time_zone")
        if zone and zone_of(zone) is None:
            _, first, rows = self._unknown.get((table.name, zone), (table, row.key, 0))
            self._unknown[table.name, zone] = (table, first, rows + 1)
        return ()

    def finish(self) -> Iterable[Finding]:
        """The zones that are not known, each with the key of its first row."""
        for (name, zone), (table, key, rows) in self._unknown.items():
            yield found("DAT-04", name, key, "time zone is not known: that of the location or the practice is taken",
                        field=table.path("time_zone"), evidence=f"{zone}, rows: {rows}", rows=table.rows)  # fmt: skip


def skipped(local: datetime, zone: str) -> bool:
    """Whether clocks in the zone jumped over this local time."""
    found_zone = zone_of(zone)
    if found_zone is None:
        return False
    back = local.replace(tzinfo=found_zone).astimezone(UTC).astimezone(found_zone)
    return back.replace(tzinfo=None) != local


def repeated(local: datetime, zone: str) -> bool:
    """Whether clocks in the zone showed this local time twice."""
    found_zone = zone_of(zone)
    if found_zone is None or skipped(local, zone):
        return False
    first, second = (local.replace(tzinfo=found_zone, fold=fold).utcoffset() for fold in (0, 1))
    return first != second
