"""What is planted, and what an operator would decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

SEVERITIES: Final = {
    "DUP-01": "A", "DUP-02": "A", "DUP-03": "A", "DUP-04": "A", "DUP-05": "W", "DUP-06": "A", "DUP-07": "B",
    "ORP-01": "A", "ORP-02": "A", "ORP-03": "A", "ORP-04": "A", "ORP-05": "A", "ORP-06": "A", "ORP-07": "W",
    "MIS-01": "W", "MIS-02": "A", "MIS-03": "A", "PRV-01": "A", "PRV-02": "A", "DAT-01": "B", "DAT-02": "W",
    "ENC-01": "W", "DEN-01": "A", "DEN-02": "W", "DEN-03": "W", "FIN-01": "B", "FIN-02": "W", "FIN-03": "W",
    "INS-01": "W", "PHI-01": "A", "DST-01": "A",
}  # fmt: skip

SUMMARIES: Final = {
    "DUP-01": "same name and date of birth", "DUP-02": "moved record left behind, inactive",
    "DUP-03": "responsible party is a patient too", "DUP-04": "probably the same person",
    "DUP-06": "variant spelling of a name", "DUP-07": "key used twice", "ORP-01": "appointment without its patient",
    "ORP-02": "treatment plan without its patient", "ORP-03": "policy without its patient",
    "ORP-04": "ledger row without its patient", "ORP-05": "claim without its patient",
    "ORP-06": "note without its patient", "MIS-02": "neither phone nor e-mail",
    "MIS-03": "date of birth or responsible party missing or impossible", "PRV-01": "provider text not resolved",
    "PRV-02": "provider inactive, unknown or not identifiable", "DAT-01": "two date orders in one column",
    "DEN-01": "tooth does not fit", "FIN-01": "printed total differs from the rows",
    "PHI-01": "identity or card number in free text", "DST-01": "value too long",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One planted or unavoidable defect.

    ``key`` names the record: its ``id``, or ``Transaction #``, ``Claim Number`` or ``Patient ID`` in the reports, and
    is empty for a whole file. ``keys`` names all records concerned when there are several. ``required`` is false where
    a careful audit may or may not report the row.
    """

    check: str
    object: str
    key: str
    field: str = ""
    cause: str = ""
    keys: tuple[str, ...] = ()
    required: bool = True
    decision: str = "accept"

    def answers(self) -> tuple[str, ...]:
        """Keys under which an audit may report the finding: a blocking one may stand on any of its rows or on none."""
        if SEVERITIES[self.check] != "B":
            return (self.key,)
        whole = ("",) if self.check in ("DAT-01", "FIN-01") else ()
        return tuple(dict.fromkeys((self.key, *self.keys, *whole)))

    def entry(self) -> dict[str, Any]:
        """The line of the truth file."""
        line: dict[str, Any] = {"kind": "defect", "check": self.check, "object": self.object, "key": self.key}
        line["severity"] = SEVERITIES[self.check]
        line["field"] = self.field
        line["cause"] = self.cause
        if self.keys:
            line["keys"] = list(self.keys)
        line["required"] = self.required
        return line


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two records of one person; ``other`` is the later or inactive one."""

    check: str
    object: str
    survivor: str
    other: str
    evidence: str
    decision: str

    def entry(self) -> dict[str, Any]:
        """The line of the truth file."""
        return {
            "kind": "duplicate",
            "check": self.check,
            "object": self.object,
            "keys": [self.survivor, self.other],
            "evidence": self.evidence,
            "decision": self.decision,
        }


@dataclass(frozen=True, slots=True)
class NotDuplicate:
    """Two people who look alike and must stay two."""

    first: str
    second: str
    why: str

    def entry(self) -> dict[str, Any]:
        """The line of the truth file."""
        return {"kind": "not_duplicate", "object": "patients", "keys": [self.first, self.second], "why": self.why}


Record = Finding | Duplicate | NotDuplicate
