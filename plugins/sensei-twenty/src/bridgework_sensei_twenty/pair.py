"""The pair plugin: its mapping document, the transforms that only it needs, and what the audit should say."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from bridgework import hookimpl
from bridgework.model import Demo, Finding, NamedTransform
from bridgework_sensei_twenty.findings import pair_findings
from bridgework_sensei_twenty.transforms import TRANSFORMS

if TYPE_CHECKING:
    from bridgework.staging import Staging


class SenseiTwenty:
    """Sensei Cloud to Twenty CRM."""

    source = "sensei"
    destination = "twenty"
    requires = ("dental",)

    def demo(self, folder: Path, patients: int, seed: int) -> Demo:
        """Generate a practice for `bridgework demo`."""
        from bridgework_sensei_twenty.demo import make

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
        """E-mail addresses that several patients share: who keeps each is decided before the load."""
        return pair_findings(staging)
