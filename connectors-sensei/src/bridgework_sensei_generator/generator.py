"""Making whole exports: households one after the other, written and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bridgework_sensei_generator.draws import HOUSEHOLD, draw, utc
from bridgework_sensei_generator.export import Export
from bridgework_sensei_generator.household import Household, Row
from bridgework_sensei_generator.money import add_ledger, add_policies
from bridgework_sensei_generator.papers import add_documents
from bridgework_sensei_generator.people import fill, open_household, shape
from bridgework_sensei_generator.practice import Practice, TeamMember, build_practice
from bridgework_sensei_generator.tally import Tally
from bridgework_sensei_generator.treatment import add_plans
from bridgework_sensei_generator.truth import Truth, TruthWriter
from bridgework_sensei_generator.visits import add_clinical, add_recare, add_visits

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
    truth: Path | None = None,
    defects: bool = True,
    blocking: bool = True,
    documents: float = 0.3,
) -> Truth:
    """Write the full export of a practice with exactly so many patient rows, and the truth about it.

    The same arguments give the same bytes. Memory does not grow with ``patients``. ``truth`` is the folder of
    ``truth.json``, ``truth.ndjson`` and ``decisions.csv`` (default: the export's name with ``.truth``, beside it).
    ``defects`` and ``blocking`` switch planted findings off: all of them, or those that block a load. ``documents`` is
    the share of patients who have a document with a file.

    Raises ValueError for fewer than one patient or a moment without a time zone.
    """
    moment = _moment(patients, generated_at or GENERATED_AT)
    practice = build_practice(
        seed, patients, moment, defects=defects, blocking=defects and blocking, document_share=documents
    )
    stamp = utc(moment)
    with (
        TruthWriter(truth or folder.with_name(folder.name + ".truth")) as writer,
        Export(folder, practice, mode="full", since=None, generated_at=stamp) as export,
    ):
        tally = Tally(writer, practice.today.isoformat())
        for name, rows in practice.tables.items():
            for row in rows:
                export.add(name, row)
        for finding in practice.findings:
            writer.record(finding)
        for index, adults, children in households(practice, patients):
            house = build_household(practice, index, adults, children)
            export.household(house)
            tally.household(house)
        head = {"mode": "full", "generatedAt": stamp, "cutover": stamp}
        return writer.summarise(practice, patients, export.rows(), tally.expected(), head)


def _moment(patients: int, moment: datetime) -> datetime:
    if patients < 1:
        raise ValueError("a practice has at least one patient")
    if moment.tzinfo is None:
        raise ValueError("generated_at needs a time zone")
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def households(practice: Practice, patients: int) -> Iterator[tuple[int, int, int]]:
    """Index, adults and children of every household, so that the patients come to exactly the number asked for."""
    left = patients
    index = 0
    while left > 0:
        adults, children = shape(practice.seed, index)
        if adults + children > left:
            adults, children = 1, 0
        yield index, adults, children
        left -= adults + children
        index += 1


def build_household(practice: Practice, index: int, adults: int, children: int) -> Household:
    """One household with everything that belongs to it; depends on nothing but the practice and the index."""
    rng = draw(practice.seed, HOUSEHOLD, index)
    house = open_household(practice, index, FIRST_NUMBER + index * 10, rng)
    fill(house, adults, children)
    for patient in house.patients:
        furnish(house, patient)
    return house


def furnish(house: Household, patient: Row) -> None:
    """Give a patient visits, cover, bills, plans, recare and papers."""
    done = add_visits(house, patient)
    policy = add_policies(house, patient)
    add_ledger(house, patient, done, policy)
    add_plans(house, patient)
    add_recare(house, patient, done)
    add_clinical(house, patient, done)
    add_documents(house, patient)
