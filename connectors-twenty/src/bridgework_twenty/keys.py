"""What an API key says about itself: a signed token whose middle part anybody can read."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """The workspace a key belongs to (empty if it does not say) and when it expires (None if it does not say)."""

    workspace: str = ""
    expires: datetime | None = None


def facts(key: str) -> KeyFacts:
    """Read a key. One that is no such token says nothing."""
    parts = key.split(".")
    if len(parts) != 3:
        return KeyFacts()
    try:
        payload: Any = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return KeyFacts()
    if not isinstance(payload, dict):
        return KeyFacts()
    return KeyFacts(str(payload.get("workspaceId") or ""), _moment(payload.get("exp")))


def _moment(seconds: Any) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
