"""The pytest plugin: gathers the verdicts of every kit in a test run and reports them.

Found by pytest through the entry point ``bridgework`` of the group ``pytest11``; `-p no:bridgework` leaves it out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bridgework.testing.report import PROPERTY, Report, html, machine
from bridgework.testing.standards import Verdict


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two options for the kits."""
    group = parser.getgroup("bridgework", "conformance kits of Bridgework")
    group.addoption("--kit-report", metavar="FILE", help="write what became of the standard tests, as .json or .html")
    group.addoption("--kit-large", action="store_true", help="every position and every place to crash, not a few")


def pytest_configure(config: pytest.Config) -> None:
    """One collector per test run; the workers of pytest-xdist send theirs to the main process with their reports."""
    wanted = config.getoption("--kit-report")
    if wanted and Path(wanted).suffix not in (".json", ".html"):
        raise pytest.UsageError("--kit-report: the file ends in .json or .html")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Collector(config), "bridgework-kits")


class Collector:
    """What became of every standard test, by plugin."""

    def __init__(self, config: pytest.Config) -> None:
        self._file = config.getoption("--kit-report")
        self._found: dict[tuple[str, str], list[Verdict]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the verdict out of a test's report."""
        if report.when == "call":
            for name, value in report.user_properties:
                if name == PROPERTY and isinstance(value, dict):
                    said: dict[str, Any] = dict(value)
                    plugin = (said.pop("kind"), said.pop("plugin"))
                    self._found.setdefault(plugin, []).append(Verdict(**said))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print a section, and write the file that was asked for."""
        reports = [Report(kind, name, tuple(verdicts)) for (kind, name), verdicts in self._found.items()]
        if self._file:
            path = Path(self._file)
            path.write_text(html(reports) if path.suffix == ".html" else machine(reports), "utf-8")
        if reports:
            terminalreporter.section("conformance")
        for report in reports:
            for line in report.summary():
                terminalreporter.line(line)
