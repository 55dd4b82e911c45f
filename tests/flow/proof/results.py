"""Counts of what was gone through, for the table of the long run."""

from __future__ import annotations

import json
import os
from pathlib import Path

VARIABLE = "BRIDGEWORK_TORTURE"  # a file that takes one line per count; unset in the short run


def note(what: str, number: int) -> None:
    """Add to a count."""
    if path := os.environ.get(VARIABLE, ""):
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps([what, number]) + "\n")


def torture() -> bool:
    """Whether this is the long run."""
    return VARIABLE in os.environ


def seeds(short: int, long: int) -> range:
    """Seeds of the short or of the long run; BRIDGEWORK_SEEDS says how many the long one takes at most, and
    BRIDGEWORK_FIRST_SEED with which it begins.
    """
    if not torture():
        return range(1, 1 + short)
    first, most = int(os.environ.get("BRIDGEWORK_FIRST_SEED", 1)), int(os.environ.get("BRIDGEWORK_SEEDS", long))
    return range(first, first + min(most, long))
