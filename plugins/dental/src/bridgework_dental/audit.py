"""One pass over every object, each row shown to every check that asks for its concept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bridgework.model import Finding
from bridgework_dental.checks import CHECKS
from bridgework_dental.scene import Scene
from bridgework_dental.vocabulary import Table

if TYPE_CHECKING:
    from bridgework.staging import Staging


def dental_findings(staging: Staging) -> Iterator[Finding]:
    """All dental findings. Patients are held in memory (about 0.6 kB each), everything else streams."""
    scene = Scene(staging)
    checks = [make(scene) for make in CHECKS]
    for source in staging.objects():
        if source.absent:
            continue
        table = Table(source, staging.count(source.name))
        wanted = [check for check in checks if not check.concepts or source.concept in check.concepts]
        for row in staging.rows(source.name):
            for check in wanted:
                yield from check.row(table, row)
    for check in checks:
        yield from check.finish()
