"""B44, a plugin that hangs: nobody can make it return, so what it keeps from ending ends without it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PATIENCE = 60  # real seconds before a test that waits gives up

# A run whose work sits in a hook, in a thread of its own, and does not heed anything.
HANGING = """
import sys, threading
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
        say("inside")
        threading.Event().wait()
    except KeyboardInterrupt:
        say("told")
        pool.shutdown(wait=sys.argv[3] == "awaited")
        raise

entered = threading.Event()
ending.GRACE = float(sys.argv[1])
Application(Path(sys.argv[2]), as_json=True).finish("audit", work)
"""


def _hanging(folder: Path, grace: float, thread: str = "awaited") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HANGING, str(grace), str(folder), thread],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    _heard(process, "inside")
    return process


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
    tmp_path: Path, sent: signal.Signals
) -> None:
    """B44"""
    process = _hanging(tmp_path, 0.01)
    process.send_signal(sent)
    _ended(process)


def test_a_second_signal_ends_a_run_that_hangs_at_once(tmp_path: Path) -> None:
    """B44"""
    process = _hanging(tmp_path, 3600)
    process.send_signal(signal.SIGINT)
    _heard(process, "told")
    process.send_signal(signal.SIGINT)
    _ended(process)


def test_a_thread_that_hangs_after_the_run_ended_does_not_keep_the_process(tmp_path: Path) -> None:
    """B44: the result was shown, and the interpreter waits at its end for what does not come."""
    process = _hanging(tmp_path, 3600, "forgotten")
    process.send_signal(signal.SIGINT)
    _heard(process, "told")
    assert process.stdout is not None
    shown = list(iter(process.stdout.readline, "}\n"))
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, rest) == (3, ""), errors
    assert json.loads("".join(shown) + "}")["message"] == "Interrupted; the journal is intact."
