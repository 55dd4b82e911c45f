"""All patients in memory, as compact as the checks allow (about 0.6 kB each), and the way from a row to its patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from sys import intern
from typing import TYPE_CHECKING, Final

from bridgework_dental.contacts import address_key, emails, mail_key, numbers, phone_key
from bridgework_dental.names import given, joined, person, split_suffix
from bridgework_dental.vocabulary import Table, tables

if TYPE_CHECKING:
    from bridgework.staging import Row, Staging

_ACTIVE: Final = frozenset({"active", "a", "current", "patient", "1"})
_SENTINELS: Final = frozenset({date(1, 1, 1), date(1900, 1, 1)})
_COUNTED: Final = ("email", "phone.number", "phones", "address", "birth_date", "middle_name", "provider", "location")


@dataclass(slots=True)
class Person:
    """One patient in comparable form. `born` is YYYYMMDD as a number, 0 if unknown; `filled` counts filled fields.

    `end` says why the row takes no part: ``deleted``, ``merged`` (then `into` names the survivor), empty if it does.
    """

    table: str
    key: str
    number: str
    first: str
    last: str
    middle: str
    suffix: str
    born: int
    gender: str
    mails: tuple[str, ...]
    phones: tuple[int, ...]
    address: int
    active: bool
    moved: bool
    filled: int
    end: str
    into: str

    @property
    def birthday(self) -> date | None:
        """The date of birth, None if unknown."""
        return date(self.born // 10000, self.born // 100 % 100, self.born % 100) if self.born else None

    def age_on(self, day: date) -> int | None:
        """Whole years on that day, None if the date of birth is unknown."""
        if not self.born:
            return None
        return (day.year * 10000 + day.month * 100 + day.day - self.born) // 10000


@dataclass(frozen=True, slots=True)
class Way:
    """Where a row's patient reference ends: the patient, or nobody and why."""

    person: Person | None
    cause: str = ""
    field: str = ""


class People:
    """Patients by key and by number."""

    def __init__(self, staging: Staging) -> None:
        self.by_key: dict[str, Person] = {}
        self._by_number: dict[str, str | tuple[str, ...]] = {}
        self._last = -1, Way(None)  # several checks ask about one row in turn
        for table in tables(staging, "patient"):
            for row in staging.rows(table.name):
                self._add(read_person(table, row))

    def _add(self, someone: Person) -> None:
        self.by_key[someone.key] = someone
        if someone.number:
            there = self._by_number.get(someone.number)
            if there is None:
                self._by_number[someone.number] = someone.key
            else:
                self._by_number[someone.number] = (*(there if isinstance(there, tuple) else (there,)), someone.key)

    def living(self) -> Iterator[Person]:
        """Patients who take part: neither deleted nor merged, in source order."""
        return (someone for someone in self.by_key.values() if not someone.end)

    def numbered(self, number: str) -> tuple[str, ...]:
        """Keys of the patients of that number."""
        found = self._by_number.get(number, ())
        return found if isinstance(found, tuple) else (found,)

    def shared_numbers(self) -> Iterator[tuple[Person, ...]]:
        """Patients who share a number: what a report says about them cannot be told apart by it."""
        for keys in self._by_number.values():
            if isinstance(keys, tuple):
                yield tuple(self.by_key[key] for key in keys)

    def of(self, table: Table, row: Row) -> Way:
        """The patient a row belongs to, merges followed.

        A row that names a key is joined by it; a row of a report by the number and, where two share it, by the name.
        """
        if row.seq != self._last[0]:
            self._last = row.seq, self._way(table, row)
        return self._last[1]

    def _way(self, table: Table, row: Row) -> Way:
        key, field = table.text(row, "patient"), table.path("patient")
        if not key and (number := table.text(row, "patient_number")):
            field = table.path("patient_number")
            keys = self.numbered(number)
            if len(keys) > 1:
                wanted = person(table.text(row, "patient_name"))
                keys = tuple(key for key in keys if _printed(self.by_key[key], wanted))
                if len(keys) != 1:
                    return Way(None, "shared number", field)
            key = keys[0] if keys else number
        return self.of_key(key, field)

    def of_key(self, key: str, field: str = "") -> Way:
        """The patient of that key, merges followed."""
        if not key:
            return Way(None, "empty", field)
        seen: set[str] = set()
        merged = False
        while (someone := self.by_key.get(key)) is not None:
            if someone.end == "deleted":
                return Way(None, "patient deleted", field)
            if not someone.end:
                return Way(someone, "", field)
            if key in seen:
                return Way(None, "patient merged in a circle", field)
            seen.add(key)
            key, merged = someone.into, True
        return Way(None, "patient merged into nobody" if merged else "patient not in the export", field)


def _printed(someone: Person, name: tuple[str, str]) -> bool:
    """Whether a report's `Last, First` is this patient; of a first name in two words the report may print one."""
    return someone.last == name[0] and someone.first.startswith(name[1]) and bool(someone.first) == bool(name[1])


def read_person(table: Table, row: Row) -> Person:
    """One row in comparable form."""
    first, moved = given(table.text(row, "first_name"))
    last, suffix = split_suffix(table.text(row, "last_name"), table.text(row, "suffix"))
    phones = (phone_key(text) for text in numbers(table.get(row, "phone.number") or table.get(row, "phones")))
    mails = (mail_key(text) for text in emails(table.get(row, "email")))
    address = address_key(table.get(row, "address"))
    end, into = _end(table, row)
    return Person(
        table=table.name,
        key=row.key,
        number=table.text(row, "number"),
        first=intern(first),
        last=intern(last),
        middle=intern(joined(table.text(row, "middle_name"))),
        suffix=suffix,
        born=_born(table, row),
        gender=intern(table.text(row, "gender")[:1].lower()),
        mails=tuple(dict.fromkeys(mail for mail in mails if mail)),
        phones=tuple(dict.fromkeys(int(phone) for phone in phones if phone)),
        address=hash(address) if address else 0,
        active=not table.has("status") or table.text(row, "status").lower() in _ACTIVE,
        moved=moved,
        filled=sum(table.get(row, word) is not None for word in _COUNTED),
        end=end,
        into=into,
    )


def _born(table: Table, row: Row) -> int:
    day = row.date(table.path("birth_date"))
    return 0 if day is None or day in _SENTINELS else day.year * 10000 + day.month * 100 + day.day


def _end(table: Table, row: Row) -> tuple[str, str]:
    source = table.source
    if source.deleted and row.get(source.deleted) is not None:
        return "deleted", ""
    into = row.get(source.merged_into) if source.merged_into else None
    return ("merged", str(into)) if into is not None else ("", "")
