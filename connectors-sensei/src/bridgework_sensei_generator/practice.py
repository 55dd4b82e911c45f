"""One practice: what is known of it whatever the number of its patients."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bridgework_sensei_generator.findings import Finding

Row = dict[str, Any]

TIME_ZONE = "America/Denver"


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A person who works at the practice, as the export names them."""

    id: str
    role: str
    first: str
    last: str
    email: str | None
    active: bool

    @property
    def report_name(self) -> str:
        """``Last, First``: the form of the reports."""
        return f"{self.last}, {self.first}"


@dataclass(slots=True)
class Practice:
    """Everything about the practice that does not grow with its patients."""

    seed: int
    name: str
    domain: str
    cutover: datetime
    defects: bool
    blocking: bool
    document_share: float
    locations: list[Row] = field(default_factory=list)
    closed_location: Row | None = None
    team: list[TeamMember] = field(default_factory=list)
    doctors: list[TeamMember] = field(default_factory=list)
    hygienists: list[TeamMember] = field(default_factory=list)
    retired: list[TeamMember] = field(default_factory=list)
    referrals: list[Row] = field(default_factory=list)
    plans: list[tuple[Row, Row]] = field(default_factory=list)
    labs: list[Row] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day of the export, in UTC and in the practice's zone alike (the export is made around noon)."""
        return self.cutover.date()
