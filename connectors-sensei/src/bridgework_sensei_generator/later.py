"""A later export of the same practice: complete again, or only what changed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from bridgework_sensei_generator.changes import Changed, change, moment_within, welcome
from bridgework_sensei_generator.draws import CHANGES, NEWCOMERS, draw, utc
from bridgework_sensei_generator.export import Export
from bridgework_sensei_generator.generator import (
    FIRST_NUMBER,
    GENERATED_AT,
    Place,
    build_household,
    households,
    instant,
    plant_total,
    write_tables,
)
from bridgework_sensei_generator.household import Household
from bridgework_sensei_generator.people import open_household
from bridgework_sensei_generator.planting import plain_share
from bridgework_sensei_generator.practice import Practice
from bridgework_sensei_generator.tables import build_practice
from bridgework_sensei_generator.tally import Tally
from bridgework_sensei_generator.truth import Truth, TruthWriter

NEW_INDEX: Final = 600_000
LATER_BY: Final = timedelta(days=2)


def generate_delta(
    folder: Path,
    *,
    patients: int,
    seed: int,
    mode: Literal["full", "delta"] = "delta",
    since: datetime | None = None,
    generated_at: datetime | None = None,
    changed: float = 0.05,
    newcomers: float = 0.01,
    defects: bool = True,
    blocking: bool = True,
    documents: float = 0.3,
) -> Truth:
    """Write a later export of the practice that ``generate`` makes from the same arguments.

    ``since`` is the moment of that first export and stays the cutover; ``generated_at`` is two days later by default.
    ``changed`` is the share of patients something happened to (a payment, a visit, a new telephone, a deletion …; at
    most about a third), ``newcomers`` the share that came. Mode ``full`` writes everything again, ``delta`` only rows
    that are new or different. Rows that did not change have the same bytes in both exports, and records that carry a
    planted defect never change. Every change is a ``change`` line of the truth; ``expected`` counts the whole practice
    in mode ``full`` and only the changes in mode ``delta``.

    Raises ValueError for fewer than one patient, a moment without a time zone, or one not after ``since``.
    """
    start = instant(patients, since or GENERATED_AT)
    end = instant(patients, generated_at or start.replace(tzinfo=UTC) + LATER_BY)
    if end <= start:
        raise ValueError("the later export is not later")
    practice = build_practice(
        seed, patients, start, defects=defects, blocking=defects and blocking, document_share=documents
    )
    full = mode == "full"
    with (
        TruthWriter(folder.with_name(folder.name + ".truth")) as writer,
        Export(folder, practice, mode=mode, since=None if full else utc(start), generated_at=utc(end)) as export,
    ):
        later = _Later(practice, export, writer, full, end)
        if full:
            write_tables(practice, export, writer)
        chance = changed / plain_share() if defects else changed
        for place in households(practice, patients):
            later.visit(place, chance)
        for number in range(round(patients * newcomers)):
            later.welcome(number)
        expected = later.tally.expected() if full else {}
        expected["changes"] = dict(sorted(later.counts.items()))
        head = {"mode": mode, "generatedAt": utc(end), "since": utc(start), "cutover": utc(start)}
        return writer.summarise(practice, patients, export.rows(), expected, head)


class _Later:
    """The later export while it is being written."""

    def __init__(self, practice: Practice, export: Export, writer: TruthWriter, full: bool, end: datetime) -> None:
        self._practice = practice
        self._export = export
        self._writer = writer
        self._full = full
        self._end = end
        self.tally = Tally(writer, practice)
        self.counts: Counter[str] = Counter()

    def visit(self, place: Place, chance: float) -> None:
        """Make a household again if it is wanted, let happen what happened, write what belongs into this export."""
        who = [] if place.plant else _struck(self._practice.seed, place, chance)
        if not who and not self._full:
            return
        house, records = build_household(self._practice, place)
        rng = draw(self._practice.seed, CHANGES, place.index)
        found = Changed(moment_within(self._practice.cutover, self._end, rng))
        house.rng = rng
        for number in who:
            change(house, house.patients[number], rng, found)
        if self._full:
            for record in records:
                self._writer.record(record)
            plant_total(self._practice, place, self._export, self._writer)
        self._write(house, found)

    def welcome(self, number: int) -> None:
        """Write somebody who was not there before."""
        rng = draw(self._practice.seed, NEWCOMERS, number)
        index = NEW_INDEX + number
        house = open_household(self._practice, index, FIRST_NUMBER + index * 10, rng)
        found = Changed(moment_within(self._practice.cutover, self._end, rng))
        welcome(house, found)
        self._write(house, found)

    def _write(self, house: Household, found: Changed) -> None:
        for line in found.lines:
            self._writer.line(line)
            self.counts[f"{line['object']} {line['what']}"] += 1
        if self._full:
            self._export.household(house)
            self.tally.household(house)
            return
        for name, row in found.rows:
            self._export.add(name, row)
            content = house.files.get(row["path"]) if name == "documents" else None
            if content is not None:
                self._export.file(row["path"], content)
        for entry in found.entries:
            self._export.entry(entry)
        for recare in found.recares:
            self._export.recare(recare)


def _struck(seed: int, place: Place, chance: float) -> list[int]:
    """Which of the people of a household something happened to; needs no pseudo-random source."""
    bar = int(chance * 65_536)
    found = []
    for number in range(place.adults + place.children):
        mixed = (place.index * 16 + number + 1) * 2_654_435_761 ^ (seed + 7) * 2_246_822_519
        if (mixed >> 11 ^ mixed >> 23) & 0xFFFF < bar:
            found.append(number)
    return found
