"""The records of an answer to a write, in REST and GraphQL alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridgework.client import Answer


def records(answer: Answer) -> list[dict[str, Any]]:
    """The records of an answer: below `data` and the name of what was done, one or a list."""
    data = answer.json.get("data") if isinstance(answer.json, dict) else None
    found = next(iter(data.values()), None) if isinstance(data, dict) else None
    listed = found if isinstance(found, list) else [found]
    return [row for row in listed if isinstance(row, dict) and row.get("id")]
