"""One call that runs the standard tests of a plugin and gives a report."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bridgework.testing.destination import DESTINATION
from bridgework.testing.destination.bench import Bench
from bridgework.testing.report import Report
from bridgework.testing.standards import judge
from bridgework.testing.subjects import Destination


def check(subject: Destination, *names: str, large: bool = False) -> Report:
    """Run the standard tests (of these names) against a plugin.

    :param large: every position and every place to crash, instead of a few.
    """
    verdicts = []
    for standard in DESTINATION.named(names):
        with tempfile.TemporaryDirectory(prefix="bridgework-kit-") as folder:
            verdicts.append(judge(standard, Bench(subject, Path(folder), large)))
    return Report("destination", subject.label, tuple(verdicts))
