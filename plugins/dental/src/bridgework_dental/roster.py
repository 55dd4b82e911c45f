"""The team, and which of them a provider written as text means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridgework_dental.contacts import PUBLIC_DOMAINS, emails
from bridgework_dental.names import joined, person
from bridgework_dental.vocabulary import tables

if TYPE_CHECKING:
    from bridgework.staging import Staging

PROVIDER_ROLES: Final = frozenset(
    {"doctor", "dentist", "hygienist", "assistant", "provider", "performer", "orthodontist"}
)


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the team."""

    table: str
    key: str
    last: str
    first: str
    role: str
    mail: str
    npi: str
    active: bool

    @property
    def treats(self) -> bool:
        """Whether the role is one that treats patients; a source without roles lists those only."""
        return not self.role or self.role.lower() in PROVIDER_ROLES


class Roster:
    """Team members by key, and by what people write for them."""

    def __init__(self, staging: Staging) -> None:
        self.members: dict[str, Member] = {}
        self._by_text: dict[str, set[str]] = {}
        self.known = False
        for table in tables(staging, "provider"):
            self.known = True
            for row in staging.rows(table.name):
                last, first = joined(table.text(row, "last_name")), joined(table.text(row, "first_name"))
                if not last:
                    last, first = person(table.text(row, "name"))
                mails = emails(table.get(row, "email"))
                active = str(table.get(row, "active")).lower() not in ("false", "n", "no", "0", "inactive")
                member = Member(table.name, row.key, last, first, table.text(row, "role"), mails[0] if mails else "",
                                table.text(row, "npi"), active)  # fmt: skip
                self.members[row.key] = member
                for text in _spellings(member, table.text(row, "code")):
                    self._by_text.setdefault(text, set()).add(row.key)

    def meant(self, text: str) -> frozenset[str]:
        """Keys of the members a text can mean by exact comparison: none, one, or several."""
        return frozenset(self._by_text.get(spelling(text), ()))

    def domains(self) -> frozenset[str]:
        """E-mail domains of the practice itself."""
        found = {member.mail.lower().rpartition("@")[2] for member in self.members.values()}
        return frozenset(found - PUBLIC_DOMAINS - {""})


def spelling(text: str) -> str:
    """`Smith, Anna`, `Dr Anna Smith DDS` and `SMITH, ANNA` are one spelling; so are `ASMI` and `asmi`."""
    last, first = person(text)
    return f"{last},{first}" if first else last


def _spellings(member: Member, code: str) -> set[str]:
    found = {f"{member.last},{member.first}", member.last}
    if member.first:
        found |= {f"{member.last},{member.first[0]}", f"{member.first[0]}{member.last}"}
    if code:
        found.add(joined(code))
    return found - {"", ","}
