"""What checks share: most gather nothing and need no end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bridgework.model import Finding
from bridgework_dental.scene import Scene
from bridgework_dental.vocabulary import Table

if TYPE_CHECKING:
    from bridgework.staging import Row


class Check:
    """A check that finds nothing; subclasses say which rows they look at and what they see."""

    concepts: frozenset[str] = frozenset()

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """Findings about one row."""
        return ()

    def finish(self) -> Iterable[Finding]:
        """Findings that need all rows."""
        return ()
