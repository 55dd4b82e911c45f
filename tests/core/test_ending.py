"""B44, a plugin that hangs: nobody can make it return, so what it keeps from ending ends without it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

PATIENCE = 60  # real seconds before a test that waits gives up

Hanging = Callable[..., subprocess.Popen[str]]

# A run whose work sits in a hook, in a thread of its own, and does not heed anything.
HANGING = """
import signal, sys, threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bridgework import hookimpl
from bridgework.cli import ending
from bridgework.cli.application import Application
from bridgework.plugins import Hooks, Registered

class Plugin:
    @hookimpl
    def audit(self, staging):
        entered.set()
        threading.Event().wait()

def say(word):
    sys.stderr.write(word + "\\n")
    sys.stderr.flush()

def look():
    list(Hooks([Registered("extension", "acme", "acme-checks", Plugin())]).audit(None))

def work():
    pool = ThreadPoolExecutor(1)
    try:
        pool.submit(look)
        entered.wait()
        if sys.argv[3] == "deaf":
            signal.pthread_sigmask(signal.SIG_BLOCK, ending.SIGNALS)
        say("inside")
        threading.Event().wait()
    except KeyboardInterrupt:
        say("told")
        pool.shutdown(wait=sys.argv[3] != "forgotten")
        raise

entered = threading.Event()
ending.GRACE = float(sys.argv[1])
Application(Path(sys.argv[2]), as_json=True).finish("audit", work)
"""


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Hanging]:
    """Starts such a run: the seconds it has after a signal, and what it hangs in."""
    with ExitStack() as stack:

        def start(grace: float, where: str = "awaited") -> subprocess.Popen[str]:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", HANGING, str(grace), str(tmp_path), where],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            _heard(process, "inside")
            return process

        yield start


def _heard(process: subprocess.Popen[str], word: str) -> None:
    assert process.stderr is not None
    assert process.stderr.readline() == f"{word}\n"


def _ended(process: subprocess.Popen[str]) -> None:
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3, errors
    answer = json.loads(output)
    assert (answer["state"], answer["cause"], answer["next"]) == ("stopped", "interrupted", "bridgework audit")
    assert answer["message"] == (
        "Interrupted while the hook audit of acme-checks did not return; the journal is intact."
    )


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_a_plugin_that_hangs_is_named_and_ended_some_time_after_the_signal(
    hanging: Hanging, sent: signal.Signals
) -> None:
    """B44"""
    process = hanging(0.01)
    process.send_signal(sent)
    _ended(process)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_a_run_ends_though_its_main_thread_never_comes_round_to_the_signal(
    hanging: Hanging, sent: signal.Signals
) -> None:
    """B44: a signal that arrives just before a wait begins does not end the wait."""
    process = hanging(0.01, "deaf")
    process.send_signal(sent)
    _ended(process)


def test_a_second_signal_ends_a_run_that_hangs_at_once(hanging: Hanging) -> None:
    """B44"""
    process = hanging(3600)
    process.send_signal(signal.SIGINT)
    _heard(process, "told")
    process.send_signal(signal.SIGINT)
    _ended(process)


def test_a_thread_that_hangs_after_the_run_ended_does_not_keep_the_process(hanging: Hanging) -> None:
    """B44: the result was shown, and the interpreter waits at its end for what does not come."""
    process = hanging(3600, "forgotten")
    process.send_signal(signal.SIGINT)
    _heard(process, "told")
    assert process.stdout is not None
    shown = list(iter(process.stdout.readline, "}\n"))
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, rest) == (3, ""), errors
    assert json.loads("".join(shown) + "}")["message"] == "Interrupted; the journal is intact."
