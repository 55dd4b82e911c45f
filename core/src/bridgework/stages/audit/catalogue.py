"""Checks that need no word of any trade, and the ones a reader reports while it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridgework.model import Severity

FIX: Final = "fix at source"
ACCEPT: Final = "accept"
EXCLUDE: Final = "exclude"
KEEP: Final = "keep both"
MERGE: Final = "merge into "


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of defect: how serious it is, what it is called, what a person does about it."""

    severity: Severity
    title: str
    action: str
    proposed: str = FIX


CHECKS: Final[dict[str, Check]] = {
    "DUP-07": Check(
        Severity.BLOCK,
        "key is blank or used twice",
        "Give one of the rows a number of its own, or say which one counts.",
    ),
    "ORP-00": Check(
        Severity.WARN,
        "names a row that is not in the export",
        "Choose an existing entry, or clear the field.",
        ACCEPT,
    ),
    "DAT-01": Check(
        Severity.BLOCK,
        "dates of one column are written in two orders",
        "Export the report again with one date format.",
    ),
    "DAT-02": Check(
        Severity.WARN,
        "date is impossible, a stand-in or later than the export",
        "Correct the date, or clear it when it is unknown.",
        ACCEPT,
    ),
    "DAT-03": Check(
        Severity.APPROVE,
        "value is not what the field should hold",
        "Look at the row in the source and correct the value.",
        ACCEPT,
    ),
    "MIS-00": Check(
        Severity.APPROVE,
        "what every row must have is missing",
        "Look at the row in the source and fill in the value.",
        ACCEPT,
    ),
    "DOC-01": Check(
        Severity.APPROVE,
        "the file of a document is not there as listed",
        "Look for the file in the source and export again, or accept that it stays behind.",
        ACCEPT,
    ),
    "ROW-01": Check(
        Severity.APPROVE,
        "row could not be read",
        "Look at the line of the export, correct the record in the source and export again.",
    ),
    "ROW-02": Check(
        Severity.WARN,
        "row has too many or too few cells",
        "Compare the row with the record in the source.",
        ACCEPT,
    ),
    "FLD-01": Check(
        Severity.WARN,
        "field without a definition: its type was inferred from its values",
        "Say what the field is for, or that it is not needed any more.",
        ACCEPT,
    ),
    "ENC-01": Check(
        Severity.WARN,
        "text is damaged or carries control characters or markup",
        "Type the text again.",
        ACCEPT,
    ),
    "FIN-01": Check(
        Severity.BLOCK,
        "printed total differs from the rows",
        "Run the report again, or explain the difference.",
    ),
    "DST-01": Check(
        Severity.APPROVE,
        "text is longer than most systems hold in one line",
        "Shorten the text, or map it to a field for long text.",
    ),
}

UNREADABLE: Final = Check(
    Severity.APPROVE,
    "value could not be read",
    "Look at the row in the source and correct the value.",
    ACCEPT,
)


def check(name: str) -> Check:
    """The check of that id; a check the core does not know is one about a value that could not be read."""
    return CHECKS.get(name, UNREADABLE)
