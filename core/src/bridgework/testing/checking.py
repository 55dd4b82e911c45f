"""One call that runs the standard tests of a plugin and gives a report."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from bridgework.testing.destination import DESTINATION
from bridgework.testing.destination.bench import Bench
from bridgework.testing.pair import PAIR
from bridgework.testing.pair.bench import PairBench
from bridgework.testing.report import Report
from bridgework.testing.source import SOURCE
from bridgework.testing.source.bench import SourceBench
from bridgework.testing.standards import judge
from bridgework.testing.subjects import Destination, Pair, Source

_KINDS: dict[type[Any], tuple[str, Any, Any]] = {
    Destination: ("destination", DESTINATION, Bench),
    Source: ("source", SOURCE, SourceBench),
    Pair: ("pair", PAIR, PairBench),
}


def check(subject: Destination | Source | Pair, *names: str, large: bool = False) -> Report:
    """Run the standard tests (of these names) against a plugin.

    :param large: every position and every place to crash, instead of a few.
    :raises KeyError: there is no standard test of that name.
    """
    kind, standards, bench = _KINDS[type(subject)]
    verdicts = []
    for standard in standards.named(names):
        with tempfile.TemporaryDirectory(prefix="bridgework-kit-") as folder:
            verdicts.append(judge(standard, bench(subject, Path(folder), large)))
    return Report(kind, subject.label, tuple(verdicts))
