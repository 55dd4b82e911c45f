"""Bridgework's dental extension: vocabulary, transforms and audit checks shared by dental sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bridgework import hookimpl
from bridgework.model import Finding, NamedTransform

if TYPE_CHECKING:
    from bridgework.staging import Staging


class Dental:
    """The extension ``dental``: answers the hooks `audit` and `transforms`."""

    @hookimpl
    def audit(self, staging: Staging) -> Iterator[Finding]:
        """Findings of the dental catalogue (see `bridgework_dental.catalogue`)."""
        from bridgework_dental.audit import dental_findings

        return dental_findings(staging)

    @hookimpl
    def transforms(self) -> Iterable[NamedTransform]:
        """Functions that mappings of dental pairs may name."""
        from bridgework_dental.transforms import TRANSFORMS

        return TRANSFORMS


__all__ = ["Dental"]
