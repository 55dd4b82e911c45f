"""Making whole exports: households one after the other, written and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bridgework_sensei_generator.draws import HOUSEHOLD, draw, utc
from bridgework_sensei_generator.export import Export
from bridgework_sensei_generator.findings import Finding, Record
from bridgework_sensei_generator.furnish import furnish
from bridgework_sensei_generator.household import Household
from bridgework_sensei_generator.people import fill, open_household, shape
from bridgework_sensei_generator.planting import TOTAL_OFF_CENTS, TOTAL_OFF_FROM, Plant, plant_of
from bridgework_sensei_generator.practice import Practice, TeamMember
from bridgework_sensei_generator.tables import build_practice
from bridgework_sensei_generator.tally import Tally
from bridgework_sensei_generator.truth import Truth, TruthWriter

GENERATED_AT: Final = datetime(2026, 11, 1, 18, 0, 0, tzinfo=UTC)
FIRST_NUMBER: Final = 10_000


def team(seed: int) -> list[TeamMember]:
    """The people who work at the practice of this seed, with their e-mail addresses, without writing an export."""
    practice = build_practice(seed, 100, GENERATED_AT, defects=False, blocking=False, document_share=0)
    return practice.team


def generate(
    folder: Path,
    *,
    patients: int,
    seed: int,
    generated_at: datetime | None = None,
    defects: bool = True,
    blocking: bool = True,
    documents: float = 0.3,
) -> Truth:
    """Write the full export of a practice with exactly so many patient rows, and the truth about it.

    The same arguments give the same bytes. Memory does not grow with ``patients``. The truth
    (``truth.json``, ``truth.ndjson`` and ``decisions.csv``) lies beside the export, under its name with ``.truth``.
    ``defects`` and ``blocking`` switch planted findings off: all of them, or those that block a load. ``documents`` is
    the share of patients who have a document with a file.

    Raises ValueError for fewer than one patient or a moment without a time zone.
    """
    moment = instant(patients, generated_at or GENERATED_AT)
    practice = build_practice(
        seed, patients, moment, defects=defects, blocking=defects and blocking, document_share=documents
    )
    stamp = utc(moment)
    with (
        TruthWriter(folder.with_name(folder.name + ".truth")) as writer,
        Export(folder, practice, mode="full", since=None, generated_at=stamp) as export,
    ):
        tally = Tally(writer, practice)
        write_tables(practice, export, writer)
        for place in households(practice, patients):
            house, records = build_household(practice, place)
            for record in records:
                writer.record(record)
            plant_total(practice, place, export, writer)
            export.household(house)
            tally.household(house)
        head = {"mode": "full", "generatedAt": stamp, "cutover": stamp}
        return writer.summarise(practice, patients, export.rows(), tally.expected(), head)


def write_tables(practice: Practice, export: Export, writer: TruthWriter) -> None:
    """Write the small tables and what is planted in them."""
    for name, rows in practice.tables.items():
        for row in rows:
            export.add(name, row)
    for finding in practice.findings:
        writer.record(finding)


def plant_total(practice: Practice, place: Place, export: Export, writer: TruthWriter) -> None:
    """FIN-01: make the printed total differ from the rows, in a practice large enough to reach this household."""
    if practice.blocking and place.index == TOTAL_OFF_FROM:
        export.total_off = TOTAL_OFF_CENTS
        writer.record(Finding("FIN-01", "transactions", "", "Amount", "printed total differs from the rows"))


def instant(patients: int, moment: datetime) -> datetime:
    """The moment in UTC without its zone, as the whole generator counts time."""
    if patients < 1:
        raise ValueError("a practice has at least one patient")
    if moment.tzinfo is None:
        raise ValueError("generated_at needs a time zone")
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a household stands in the practice: its index, its people, and what is planted on it."""

    index: int
    adults: int
    children: int
    plant: Plant | None


def households(practice: Practice, patients: int) -> Iterator[Place]:
    """Every household, so that the patients come to exactly the number asked for."""
    left = patients
    index = 0
    while left > 0:
        adults, children = shape(practice.seed, index)
        plant = plant_of(index, blocking=practice.blocking) if practice.defects else None
        if plant:
            adults = max(adults, 1)
        more = plant.more if plant else 0
        if adults + children + more > left:
            adults, children, plant, more = 1, 0, None, 0
        yield Place(index, adults, children, plant)
        left -= adults + children + more
        index += 1


def build_household(practice: Practice, place: Place) -> tuple[Household, list[Record]]:
    """One household with everything that belongs to it; depends on nothing but the practice and its place there."""
    rng = draw(practice.seed, HOUSEHOLD, place.index)
    house = open_household(practice, place.index, FIRST_NUMBER + place.index * 10, rng)
    fill(house, place.adults, place.children)
    for patient in house.patients:
        furnish(house, patient)
    records = list(place.plant.act(house)) if place.plant else []
    house.reprint()
    return house, records
