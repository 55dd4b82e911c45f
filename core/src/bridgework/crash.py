"""Places where a test may end the process: right before and right after every commit.

The environment variable `BRIDGEWORK_CRASH` holds ``name:n`` and is read once, when this module is imported: the process
then ends without any clean-up at the n-th time that place is reached, as if the power had failed. Without the variable
`here` does nothing. `dying` plays the same within one process, for tests that cannot afford one for each place.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

VARIABLE = "BRIDGEWORK_CRASH"
EXIT_CODE = 137  # what a shell reports for a killed process


class Died(BaseException):
    """The end of the process, played: nothing may handle it, and nothing is committed any more."""


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


@contextmanager
def dying(at: int) -> Iterator[list[str]]:
    """Within it the `at`-th place (counted from 1) raises `Died`, and so does every place after it. Not nested.

    Gives the places that were passed, so that an `at` beyond the last one counts them.
    """
    global here
    before, passed = here, list[str]()

    def counting(name: str) -> None:
        passed.append(name)
        if len(passed) >= at:
            raise Died(name)

    here = counting
    try:
        yield passed
    finally:
        here = before
