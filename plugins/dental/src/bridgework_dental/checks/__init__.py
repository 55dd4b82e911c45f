"""The checks, one class per subject. Each sees the rows of its concepts once, in source order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, Protocol

from bridgework.model import Finding
from bridgework_dental.checks.anatomy import Anatomy
from bridgework_dental.checks.companies import Companies
from bridgework_dental.checks.contacts import Contacts
from bridgework_dental.checks.insurance import Claims, Policies
from bridgework_dental.checks.ledger import Ledger
from bridgework_dental.checks.orphans import Orphans
from bridgework_dental.checks.patients import Patients
from bridgework_dental.checks.plans import Plans
from bridgework_dental.checks.privacy import Privacy
from bridgework_dental.checks.providers import Providers, Team
from bridgework_dental.checks.twins import GuardianTwins, PatientTwins
from bridgework_dental.checks.visits import Visits, Zones
from bridgework_dental.scene import Scene
from bridgework_dental.vocabulary import Table

if TYPE_CHECKING:
    from bridgework.staging import Row


class RowCheck(Protocol):
    """A check that looks at rows of some concepts (empty: of all) one by one, and at what it gathered at the end."""

    concepts: frozenset[str]

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """Findings about one row."""

    def finish(self) -> Iterable[Finding]:
        """Findings that need all rows."""


CHECKS: Final[tuple[Callable[[Scene], RowCheck], ...]] = (
    Orphans, Patients, Contacts, Companies, Team, Providers, Visits, Zones, Plans, Anatomy, Ledger, Policies, Claims,
    Privacy, GuardianTwins, PatientTwins,
)  # fmt: skip

__all__ = ["CHECKS", "RowCheck"]
