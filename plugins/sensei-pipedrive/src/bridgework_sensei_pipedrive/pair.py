"""The pair plugin: its mapping document, the transforms that only it needs, and what the audit should say."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from bridgework import hookimpl
from bridgework.model import Demo, FieldType, Finding, NamedTransform
from bridgework_sensei_pipedrive.findings import pair_findings
from bridgework_sensei_pipedrive.ledger import last_payment_date, ledger_note, ledger_statement

if TYPE_CHECKING:
    from bridgework.staging import Staging

TRANSFORMS = (
    NamedTransform(
        name="ledger_note",
        function=ledger_note,
        description="Balance, charges, payments, adjustments, first and last entry as the text of a ledger summary.",
        result=FieldType.LONG_TEXT,
    ),
    NamedTransform(
        name="ledger_statement",
        function=ledger_statement,
        description="A patient, every entry of their ledger and the balance as a sheet that is printed.",
        result=FieldType.DATA,
    ),
    NamedTransform(
        name="last_payment_date",
        function=last_payment_date,
        description="The latest date of payment rows; corrections and what they correct do not count.",
        examples=(
            (
                {
                    "rows": [
                        {"number": "1", "date": "2026-01-05", "text": "Check"},
                        {"number": "2", "date": "2026-02-05", "text": "Check"},
                        {"number": "3", "date": "2026-02-07", "text": "Correction of #2: Check"},
                    ]
                },
                "2026-01-05",
            ),
        ),
        result=FieldType.DATE,
    ),
)


class SenseiPipedrive:
    """Sensei Cloud to Pipedrive."""

    source = "sensei"
    destination = "pipedrive"
    requires = ("dental",)

    def demo(self, folder: Path, patients: int, seed: int) -> Demo:
        """Generate a practice for `bridgework demo`."""
        from bridgework_sensei_pipedrive.demo import make

        return make(folder, patients, seed)

    @hookimpl
    def mapping(self) -> str:
        """The mapping document, comments and all."""
        return files(__package__).joinpath("mapping.yaml").read_text("utf-8")

    @hookimpl
    def transforms(self) -> tuple[NamedTransform, ...]:
        """Transforms of this pair; those of the trade come with the dental extension."""
        return TRANSFORMS

    @hookimpl
    def audit(self, staging: Staging) -> Iterator[Finding]:
        """Unknown ledger categories, due dates that disagree with their cycle, overdue recalls."""
        return pair_findings(staging)
