"""DUP-01 to DUP-04 as findings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.duplicates import Pair, duplicate_pairs
from bridgework_dental.people import Person, read_person
from bridgework_dental.scene import Scene
from bridgework_dental.vocabulary import Table, tables

if TYPE_CHECKING:
    from bridgework.staging import Row


class PatientTwins(Check):
    """Patients who are probably one person."""

    concepts = frozenset({"patient"})

    def finish(self) -> Iterable[Finding]:
        """One finding per record that is too many."""
        for table in tables(self.scene.staging, "patient"):
            people = [person for person in self.scene.people.living() if person.table == table.name]
            for pair in duplicate_pairs(people, self.scene.uses):
                check, summary = _kind(pair)
                yield found(
                    check, table.name, pair.other.key, summary, others=(pair.survivor.key,),
                    evidence="; ".join(pair.likeness.evidence), proposed=f"merge into {pair.survivor.key}",
                    score=pair.likeness.points / 100, rows=table.rows,
                )  # fmt: skip


def _kind(pair: Pair) -> tuple[str, str]:
    size = f" ({pair.size} records)" if pair.size > 2 else ""
    if pair.likeness.exact and pair.other.moved != pair.survivor.moved:
        return "DUP-02", f"moved record left behind{size}"
    if pair.likeness.exact:
        return "DUP-01", f"same name and date of birth{size}"
    return "DUP-04", f"probably the same person{size}"


class GuardianTwins(Check):
    """Responsible parties who are patients, without a link that says so."""

    concepts = frozenset({"guardian"})

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._by_name: dict[tuple[str, str], list[Person]] = {}

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """Same name, and the same e-mail, phone or address; with two such patients nobody is proposed."""
        if table.text(row, "patient"):
            return
        if not self._by_name:
            for someone in self.scene.people.living():
                if someone.first and someone.last and not someone.moved:
                    self._by_name.setdefault((someone.last, someone.first), []).append(someone)
        party = read_person(table, row)
        found_people = [(someone, words) for someone in self._by_name.get((party.last, party.first), ())
                        if (words := _shared(party, someone))]  # fmt: skip
        if not found_people:
            return
        found_people.sort(key=lambda entry: (-len(entry[1]), not entry[0].active, -entry[0].filled))
        best, words = found_people[0]
        rivals = [someone for someone, others in found_people[1:] if len(others) == len(words)]
        yield found("DUP-03", table.name, row.key, "responsible party is a patient too", field=table.path("patient"),
                    others=(best.key,), evidence="; ".join(("same name", *words)),
                    proposed=f"merge into {best.key}" if not rivals else "keep both", rows=table.rows)  # fmt: skip


def _shared(party: Person, someone: Person) -> list[str]:
    words = []
    if set(party.mails) & set(someone.mails):
        words.append("same e-mail")
    if set(party.phones) & set(someone.phones):
        words.append("same phone")
    if party.address and party.address == someone.address:
        words.append("same address")
    return words
