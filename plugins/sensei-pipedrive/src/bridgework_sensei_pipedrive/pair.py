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

_PAYMENTS = [
    {"number": "1", "date": "2026-01-05", "text": "Check"},
    {"number": "2", "date": "2026-02-05", "text": "Check"},
    {"number": "3", "date": "2026-02-07", "text": "Correction of #2: Check"},
]
TRANSFORMS = (
    NamedTransform.of(ledger_note, FieldType.LONG_TEXT),
    NamedTransform.of(ledger_statement, FieldType.DATA),
    NamedTransform.of(last_payment_date, FieldType.DATE, ({"rows": _PAYMENTS}, "2026-01-05")),
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
