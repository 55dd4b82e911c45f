"""What every check may look at."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from bridgework.canonical import zone_of
from bridgework_dental.people import People
from bridgework_dental.roster import Roster
from bridgework_dental.vocabulary import tables

if TYPE_CHECKING:
    from bridgework.staging import Staging


class Scene:
    """Patients, team, day of the export and tooth system; `uses` counts rows that refer to a patient."""

    def __init__(self, staging: Staging) -> None:
        self.staging = staging
        self.people = People(staging)
        self.roster = Roster(staging)
        self.uses: Counter[str] = Counter()
        description = staging.description
        self.made: datetime = description.generated_at
        self.now: datetime = self.made.astimezone(zone_of(description.time_zone) or UTC).replace(tzinfo=None)
        self.today: date = self.now.date()
        self.tooth_system = _tooth_system(staging)


def _tooth_system(staging: Staging) -> str:
    stated = staging.description.facts.get("tooth_numbering", "")
    for table in tables(staging, "practice"):
        for row in staging.rows(table.name):
            stated = stated or table.text(row, "tooth_numbering")
    return "fdi" if stated.lower() in ("fdi", "iso", "iso3950") else "universal"
