"""What is wrong with the rows of a source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """B blocks the load until it is corrected or decided; A needs approval; W is a warning."""

    BLOCK = "B"
    APPROVE = "A"
    WARN = "W"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect of one row. `evidence` may carry values and goes into private files only.

    The core derives the stable id from check, object, keys and field: the same defect has the same id in every run.
    `others` are the other rows concerned (the twin). `proposed` is a decision: ``fix at source``, ``exclude``,
    ``merge into <key>``, ``keep both``, ``accept``.
    """

    check: str
    severity: Severity
    object: str
    key: str
    summary: str  # shareable: no values
    field: str = ""
    others: tuple[str, ...] = ()
    evidence: str = ""  # private
    action: str = ""  # what a front desk does about it
    proposed: str = ""
    score: float | None = None
    denominator: int = 0  # rows the check looked at
