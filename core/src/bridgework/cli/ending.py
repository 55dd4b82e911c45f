"""Ctrl-C and SIGTERM: a run ends in good order; what does not come to an end by itself is ended all the same."""

from __future__ import annotations

import os
import signal
import socket
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

    A thread of its own counts the signals, from the bytes the interpreter writes to the wake-up socket on arrival:
    Python's handlers run when the main thread comes round to them, and one that hangs may never do so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    over = threading.Event()
    told = threading.Event()
    arrivals, arriving = socket.socketpair()
    arriving.setblocking(False)

    def tell(number: int, frame: FrameType | None) -> None:
        if not told.is_set():
            told.set()
            raise KeyboardInterrupt

    def watch() -> None:
        with arrivals, arriving:
            if _arrived(arrivals) and _arrived(arrivals, GRACE):
                _end(over, give_up)

    descriptor = signal.set_wakeup_fd(arriving.fileno(), warn_on_full_buffer=False)
    before = [(number, signal.signal(number, tell)) for number in SIGNALS]
    threading.Thread(target=watch, name="signals", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        if not told.is_set():
            for number, handler in before:
                signal.signal(number, handler)
            signal.set_wakeup_fd(descriptor)
            arriving.close()


def _arrived(arrivals: socket.socket, patience: float | None = None) -> bool:
    """True once one of our signals came or `patience` seconds went by, False once the other end is closed."""
    arrivals.settimeout(patience)
    with suppress(TimeoutError):
        while received := arrivals.recv(1):
            if received[0] in SIGNALS:
                return True
        return False
    return True


def _end(over: threading.Event, give_up: Callable[[], None]) -> None:
    try:
        if not over.is_set():
            give_up()
        with suppress(OSError, ValueError):
            sys.stdout.flush()
    finally:
        os._exit(StopRun.exit_code)
