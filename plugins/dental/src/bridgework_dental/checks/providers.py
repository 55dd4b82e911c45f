"""PRV-01 and PRV-02: who treats, and whether the team knows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from bridgework.model import Finding
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.scene import Scene
from bridgework_dental.statuses import is_open_plan
from bridgework_dental.vocabulary import Table

if TYPE_CHECKING:
    from bridgework.staging import Row

_NPI_PREFIX: Final = "80840"  # the issuer prefix under which the check digit of an NPI is computed


class Providers(Check):
    """Providers of visits, plans and ledger rows."""

    concepts = frozenset({"appointment", "treatment_plan", "ledger_entry", "claim", "recall"})

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """A provider as text is resolved by exact comparison; one by key is looked up where it still matters."""
        if not self.scene.roster.known or table.get(row, "deleted_at") is not None:
            return
        key, text = table.text(row, "provider"), table.text(row, "provider_name")
        if key:
            yield from self._by_key(table, row, key)
        elif text:
            meant = self.scene.roster.meant(text)
            if len(meant) != 1:
                cause = "provider text fits several team members" if meant else "provider text fits no team member"
                yield found("PRV-01", table.name, row.key, cause, field=table.path("provider_name"), evidence=text,
                            rows=table.rows)  # fmt: skip
            elif self._matters(table, row):
                yield from self._active(table, row, next(iter(meant)), "provider_name")

    def _by_key(self, table: Table, row: Row, key: str) -> Iterable[Finding]:
        if not self._matters(table, row):
            return
        if key not in self.scene.roster.members:
            yield found("PRV-02", table.name, row.key, "provider is not in the team list",
                        field=table.path("provider"), rows=table.rows)  # fmt: skip
        else:
            yield from self._active(table, row, key, "provider")

    def _active(self, table: Table, row: Row, key: str, word: str) -> Iterable[Finding]:
        if not self.scene.roster.members[key].active:
            yield found("PRV-02", table.name, row.key, "provider is no longer active", field=table.path(word),
                        rows=table.rows)  # fmt: skip

    def _matters(self, table: Table, row: Row) -> bool:
        """Whether the row is still ahead: a future visit or an open plan."""
        if table.concept == "appointment":
            start = row.instant(table.path("start"))
            return start is not None and start.replace(tzinfo=None) > self.scene.now
        return table.concept == "treatment_plan" and is_open_plan(table.text(row, "status"))


class Team(Check):
    """The team list itself."""

    concepts = frozenset({"provider"})

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._numbers: dict[str, str] = {}

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """E-mail of those who treat, and the provider identifier."""
        member = self.scene.roster.members[row.key]
        if member.active and member.treats and not member.mail and table.has("email"):
            yield found("PRV-02", table.name, row.key, "provider without e-mail: no user can be matched",
                        field=table.path("email"), rows=table.rows)  # fmt: skip
        if not member.npi:
            return
        field = table.path("npi")
        if not npi_valid(member.npi):
            yield found("PRV-02", table.name, row.key, "NPI fails its check digit", field=field, rows=table.rows)
        first = self._numbers.setdefault(member.npi, row.key)
        if first != row.key:
            yield found("PRV-02", table.name, row.key, "NPI is used by another team member", field=field,
                        others=(first,), rows=table.rows)  # fmt: skip


def npi_valid(number: str) -> bool:
    """Ten digits that satisfy the Luhn rule behind the prefix 80840."""
    return len(number) == 10 and number.isascii() and number.isdigit() and luhn_valid(_NPI_PREFIX + number)


def luhn_valid(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
