"""MIS-01, MIS-02 and DUP-05: how patients can be reached."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.checks.patients import OF_AGE
from bridgework_dental.contacts import emails, mail_fault, numbers
from bridgework_dental.people import Person
from bridgework_dental.scene import Scene
from bridgework_dental.vocabulary import Table, tables

if TYPE_CHECKING:
    from bridgework.staging import Row

SHARED_BY: Final = 3  # adults


class Contacts(Check):
    """E-mail addresses and telephone numbers."""

    concepts = frozenset({"patient"})

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._own = scene.roster.domains()

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """Missing or useless addresses; who cannot be reached at all is a finding of its own."""
        if self.scene.people.by_key[row.key].end:
            return
        addresses = emails(table.get(row, "email"))
        phones = numbers(table.get(row, "phone.number") or table.get(row, "phones"))
        faults = [mail_fault(address, self._own) for address in addresses]
        if not phones and all(faults):
            field = table.path("phones")
            yield found("MIS-02", table.name, row.key, "neither phone nor e-mail", field=field, rows=table.rows)
        elif not addresses:
            yield found("MIS-01", table.name, row.key, "no e-mail", field=table.path("email"), rows=table.rows)
        for address, fault in zip(addresses, faults, strict=True):
            if fault:
                yield found("MIS-01", table.name, row.key, fault, field=table.path("email"), evidence=address,
                            rows=table.rows)  # fmt: skip

    def finish(self) -> Iterable[Finding]:
        """Addresses and numbers of three adults or more: no sign of a duplicate, and no unique key either."""
        for table in tables(self.scene.staging, "patient"):
            people = [person for person in self.scene.people.living() if person.table == table.name]
            for word in ("mails", "phones"):
                field = table.path("email" if word == "mails" else "phones")
                for keys in self._shared(people, word):
                    yield found("DUP-05", table.name, keys[0], f"shared by {len(keys)} adults", field=field,
                                others=keys[1:], rows=table.rows)  # fmt: skip

    def _shared(self, people: list[Person], word: str) -> Iterable[tuple[str, ...]]:
        once: dict[str | int, int] = {}
        users: dict[str | int, list[int]] = {}
        for place, person in enumerate(people):
            age = person.age_on(self.scene.today)
            if age is not None and age < OF_AGE:
                continue
            for value in getattr(person, word):
                if value in users:
                    users[value].append(place)
                elif value in once:
                    users[value] = [once[value], place]
                else:
                    once[value] = place
        for places in users.values():
            if len(places) >= SHARED_BY:
                yield tuple(people[place].key for place in places)
