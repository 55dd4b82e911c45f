"""Heads of the journal that stand outside of it, by which an old copy of it is told.

A folder can be copied, and brought back from a backup. Its journal then knows less than what was written. Reports hold
the head of the journal as it was when they were written; the newest head is also kept outside the folder, beside the
keys, where one lock holds all copies of a migration on this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import orjson

from bridgework.errors import StoreFailure, UsageError
from bridgework.journal import Head, Journal
from bridgework.project import Project, write_private

RESYNCED = "resynced"  # the event that notes heads of a journal that is gone for good
_FILE = "head"


class Outside:
    """What is kept of a migration outside its folder. On a machine that lets nothing be kept there, nothing is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def note(self, head: Head) -> None:
        """Keep the newest head."""
        with suppress(StoreFailure, OSError):
            write_private(self.folder / _FILE, f"{head.seq}:{head.hash}".encode())

    def head(self) -> Iterator[Head]:
        """The head that was noted last, if there is one."""
        with suppress(OSError, UnicodeDecodeError, UsageError):
            yield head_of((self.folder / _FILE).read_text("ascii"))


def head_of(text: str) -> Head:
    """A head as reports print it, ``number:hash``. UsageError for anything else."""
    number, _, digest = text.strip().partition(":")
    if not number.isdigit() or not re.fullmatch("[0-9a-f]{64}", digest):
        raise UsageError("A head of the journal reads NUMBER:HASH.", next_step="copy it from a report or summary")
    return Head(int(number), digest)


def told(project: Project) -> Iterator[Head]:
    """Heads in the reports and in the package of a migration."""
    for path in (*sorted(project.reports.glob("*.json")), project.package / "manifest.json"):
        with suppress(OSError, ValueError, UsageError):
            said = orjson.loads(path.read_bytes())
            if isinstance(said, dict) and said.get("migration") == project.id and said.get("head"):
                yield head_of(str(said["head"]))


def given_up(journal: Journal) -> frozenset[Head]:
    """Heads of journals that were replaced by an older one, and whose records were taken in again."""
    return frozenset(head_of(text) for event in journal.events(RESYNCED) for text in event.payload["heads"])


def lost(journal: Journal, project: Project, outside: Outside) -> list[Head]:
    """Heads that this journal never passed through: it is older than they are, or another copy went on without it."""
    known = {*told(project), *outside.head()} - given_up(journal)
    return sorted(head for head in known if journal.hash_at(head.seq) != head.hash)
