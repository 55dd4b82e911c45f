"""Ctrl-C and SIGTERM: a run ends in good order; what does not come to an end by itself is ended all the same."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from bridgework.errors import StopRun

GRACE = 120.0  # real seconds for what is under way: a request and its bookkeeping take less
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def terminable(give_up: Callable[[], None]) -> Iterator[None]:
    """A signal raises KeyboardInterrupt: outcomes that are known get recorded, files get closed.

    Whoever hangs cannot be made to return: threads cannot be killed, and a plugin may swallow what is raised in it. So
    `GRACE` after the signal, or at once when a second one comes, the process ends as by a kill, which the journal
    survives. `give_up` tells the operator, unless the work inside is over and only a thread is left that hangs.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    over = threading.Event()
    grace = threading.Timer(GRACE, lambda: _end(over, give_up))
    grace.daemon = True

    def told(number: int, frame: FrameType | None) -> None:
        if grace.ident is not None:
            _end(over, give_up)
        grace.start()
        raise KeyboardInterrupt

    before = [(number, signal.signal(number, told)) for number in SIGNALS]
    try:
        yield
    finally:
        over.set()
        if grace.ident is None:
            for number, handler in before:
                signal.signal(number, handler)


def _end(over: threading.Event, give_up: Callable[[], None]) -> None:
    try:
        if not over.is_set():
            give_up()
        with suppress(OSError, ValueError):
            sys.stdout.flush()
    finally:
        os._exit(StopRun.exit_code)
