"""How often Python looks for circular garbage while a migration is open."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# New containers between two looks. Records are freed when they have passed, without a look; by default Python would
# look at all that is under way every 700 containers, which took a third of the time of a load.
_BETWEEN = 10_000
_USUAL = gc.get_threshold()
_lock = threading.Lock()
_depth = 0


@contextmanager
def seldom() -> Iterator[None]:
    """Within it the collector looks seldom, and never at what was there before. May be nested."""
    global _depth
    with _lock:
        _depth += 1
        if _depth == 1:
            gc.freeze()
            gc.set_threshold(_BETWEEN, *_USUAL[1:])
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                gc.set_threshold(*_USUAL)
                gc.unfreeze()
