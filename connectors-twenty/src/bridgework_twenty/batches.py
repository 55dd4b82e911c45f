"""How many records go into one request: by count, as documented, set or learned, and by bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import orjson

from bridgework.model import Operation

LARGEST_BODY = 9_500_000  # bytes; the server refuses more than 10 MB


@dataclass(frozen=True)
class Prepared:
    """A record that is ready to be sent."""

    operation: Operation
    body: dict[str, Any]

    @cached_property
    def size(self) -> int:
        """Bytes of its JSON."""
        return len(orjson.dumps(self.body, default=str)) + 1


class Ceiling:
    """What one request may hold. Refusals that name a limit lower it. Used by several threads."""

    def __init__(self, records: int) -> None:
        self.records = records
        self.size = LARGEST_BODY
        self._lock = Lock()

    def learn(self, *, records: int = 0, sent: int = 0, size: int = 0) -> None:
        """Take in what a refusal says: the most records, or the bytes that were too many."""
        with self._lock:
            if 0 < records < sent:
                self.records = min(self.records, records)
            if size > 1:
                self.size = min(self.size, size - 1)

    def cut(self, waiting: Sequence[Prepared]) -> tuple[list[Prepared], list[Prepared]]:
        """The records of the next request and those that are left; none fit if the first alone is too large."""
        taken: list[Prepared] = []
        size = 2
        for each in waiting[: self.records]:
            size += each.size
            if size > self.size:
                break
            taken.append(each)
        return taken, list(waiting[len(taken) :])
