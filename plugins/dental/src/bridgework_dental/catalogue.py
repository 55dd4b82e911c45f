"""The dental checks: severity, what a person does about a finding, and the decision proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridgework.model import Finding, Severity

B, A, W = Severity.BLOCK, Severity.APPROVE, Severity.WARN


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of defect."""

    severity: Severity
    action: str
    proposed: str = "accept"


CHECKS: Final[dict[str, Check]] = {
    "DUP-01": Check(A, "Open both charts. If it is one person, keep the one named here and merge the other into it."),
    "DUP-02": Check(A, "The chart was moved. Merge the inactive one into the active one."),
    "DUP-03": Check(A, "The responsible party is a patient here. Link the party to that patient."),
    "DUP-04": Check(A, "Compare both charts. If it is one person, merge; if not, keep both."),
    "DUP-05": Check(W, "Ask each adult for an own e-mail address or phone; nothing to do if the family shares it."),
    "DUP-06": Check(A, "Two entries look like one. Choose one spelling and use it for both.", "keep both"),
    "DUP-07": Check(B, "Give one of them a new number.", "keep both"),
    "ORP-01": Check(A, "The appointment belongs to nobody. Book it to the right chart or leave it behind.", "exclude"),
    "ORP-02": Check(A, "The plan belongs to nobody. Move it to the right chart or leave it behind.", "exclude"),
    "ORP-03": Check(A, "The policy belongs to nobody. Move it to the right chart or leave it behind.", "exclude"),
    "ORP-04": Check(A, "The ledger entry belongs to nobody. Post it to the right chart or leave it behind.", "exclude"),
    "ORP-05": Check(A, "The claim belongs to nobody. Correct its patient number or leave it behind.", "exclude"),
    "ORP-06": Check(A, "The note belongs to nobody. Move it to the right chart or leave it behind.", "exclude"),
    "ORP-07": Check(W, "Complete the entry: it lacks what it belongs to or what it consists of."),
    "MIS-01": Check(W, "Ask the patient for an e-mail address."),
    "MIS-02": Check(A, "Ask the patient for a phone number or an e-mail address."),
    "MIS-03": Check(A, "Ask the patient for what is missing and enter it."),
    "PRV-01": Check(A, "Say which team member is meant."),
    "PRV-02": Check(A, "Choose an active team member, or complete the team member's details."),
    "DAT-02": Check(W, "Correct the date."),
    "DAT-04": Check(A, "Enter the time zone by its full name, such as America/Denver."),
    "DEN-01": Check(A, "Look at the chart and correct the tooth."),
    "DEN-02": Check(W, "Look at the chart and correct the surfaces."),
    "DEN-03": Check(W, "Correct the procedure code or the status of the visit."),
    "FIN-01": Check(B, "Find out why the sum differs from the stated balance and correct it.", "fix at source"),
    "FIN-02": Check(W, "Check the amount: a decimal point may have slipped."),
    "FIN-03": Check(W, "Check the correction or refund against what it corrects."),
    "INS-01": Check(W, "Check the policy with the patient or the carrier."),
    "PHI-01": Check(A, "Remove the number from the text.", "fix at source"),
}


def found(
    check: str, table: str, key: str, summary: str, *, field: str = "", others: tuple[str, ...] = (),
    evidence: str = "", proposed: str = "", score: float | None = None, rows: int = 0,
) -> Finding:  # fmt: skip
    """A finding of a check. `summary` is shareable and carries no value; `rows` is what the check looked at."""
    kind = CHECKS[check]
    return Finding(
        check=check,
        severity=kind.severity,
        object=table,
        key=key,
        field=field,
        summary=summary,
        others=others,
        evidence=evidence,
        action=kind.action,
        proposed=proposed or kind.proposed,
        score=score,
        denominator=rows,
    )
