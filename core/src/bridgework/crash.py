"""Places where a test may end the process: right before and right after every commit.

The environment variable `BRIDGEWORK_CRASH` holds ``name:n`` and is read once, when this module is imported: the process
then ends without any clean-up at the n-th time that place is reached, as if the power had failed. Without the variable
`here` does nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable

VARIABLE = "BRIDGEWORK_CRASH"
EXIT_CODE = 137  # what a shell reports for a killed process


def _armed(wanted: str, hits: int) -> Callable[[str], None]:
    left = hits

    def here(name: str) -> None:
        nonlocal left
        if name == wanted:
            left -= 1
            if left == 0:
                os._exit(EXIT_CODE)

    return here


def _idle(name: str) -> None:
    """No crash is wanted."""


def _from_environment(text: str) -> Callable[[str], None]:
    name, _, hits = text.rpartition(":")
    return _armed(name, int(hits)) if name and hits.isdigit() else _idle


here: Callable[[str], None] = _from_environment(os.environ.get(VARIABLE, ""))
