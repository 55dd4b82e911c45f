"""What people decided about findings, as far as it changes what is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bridgework.errors import BadInput

_MERGE = re.compile(r"merge into\s+(?P<key>\S.*)\Z", re.IGNORECASE | re.DOTALL)
_WITHOUT_EFFECT = frozenset({"", "keep both", "accept", "fix at source", "fixed at source"})


@dataclass(frozen=True)
class Decisions:
    """Rows left out and rows merged into others, by (object, key).

    `merges` name a row of the same object, or, for the objects a mapping lists under ``same_person``, of another one.
    """

    exclusions: frozenset[tuple[str, str]] = frozenset()
    merges: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, str]]) -> Decisions:
        """From (object, key, decision) rows; decisions are ``exclude``, ``merge into <key>``, ``keep both``,
        ``accept`` and ``fix at source``. BadInput names the row's number for anything else or a contradiction."""
        exclusions: set[tuple[str, str]] = set()
        merges: dict[tuple[str, str], str] = {}
        for number, (object_name, key, decision) in enumerate(rows, start=1):
            row, words = (object_name, key), decision.strip()
            if match := _MERGE.match(words):
                into = match["key"].strip()
                if merges.setdefault(row, into) != into:
                    raise BadInput(
                        f"Decision {number} merges a {object_name} row into a second record.",
                        next_step="decide for one of them in private/decisions.csv",
                    )
            elif words.casefold() == "exclude":
                exclusions.add(row)
            elif words.casefold() not in _WITHOUT_EFFECT:
                raise BadInput(
                    f"Decision {number} is not one of exclude, merge into KEY, keep both, accept, fix at source.",
                    next_step="correct the column decision",
                )
        if both := exclusions & merges.keys():
            raise BadInput(f"{len(both)} rows are both excluded and merged.", next_step="decide for one of the two")
        return cls(frozenset(exclusions), dict(sorted(merges.items())))

    def as_data(self) -> dict[str, list[list[str]]]:
        """Canonical form for the content hash."""
        return {
            "exclude": [list(row) for row in sorted(self.exclusions)],
            "merge": [[*row, into] for row, into in sorted(self.merges.items())],
        }
