"""What became of the standard tests: for the terminal, for machines and for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import orjson

from bridgework.testing.standards import REQUIRED, Verdict

PROPERTY = "bridgework kit"  # name under which a test's verdict travels with pytest's report


@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts on one plugin; `kind` is ``destination``, ``source`` or ``pair``."""

    kind: str
    name: str
    verdicts: tuple[Verdict, ...]

    @property
    def failed(self) -> list[str]:
        """Names of the tests that failed."""
        return [each.name for each in self.verdicts if each.state == "failed"]

    @property
    def headline(self) -> str:
        """The result in one line."""
        counts = Counter(each.state for each in self.verdicts)
        missed = [each for each in self.verdicts if each.state == "failed" and each.part == REQUIRED]
        required = f"{len(missed)} of the required part failed" if missed else "the required part passed"
        return (
            f"{self.kind} {self.name}: {counts['passed']} passed, {counts['failed']} failed, "
            f"{counts['not applicable']} not applicable; {required}"
        )

    def summary(self) -> list[str]:
        """The headline, then every test that failed or was not due, with the reason."""
        open_ = sorted((each for each in self.verdicts if each.state != "passed"), key=lambda each: each.state)
        return [self.headline, *(f"  {each.state:<16}{each.name}: {each.detail}" for each in open_)]

    def lines(self) -> list[str]:
        """The headline and every test."""
        return [
            self.headline,
            *(f"  {each.state:<16}{each.name}: {each.detail or each.sentence}" for each in self.verdicts),
        ]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"kind": self.kind, "name": self.name, "tests": [asdict(each) for each in self.verdicts]}


def machine(reports: Iterable[Report]) -> str:
    """All reports as one JSON document."""
    return orjson.dumps(
        {"format": 1, "plugins": [each.as_json() for each in reports]}, option=orjson.OPT_INDENT_2
    ).decode()


_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Conformance</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; color: #1b1b1b }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ddd }}
.passed {{ color: #0a6b2d }} .failed {{ color: #a40000; font-weight: 600 }}
.not-applicable {{ color: #555 }}
</style></head><body>
{sections}
</body></html>
"""
_SECTION = """<h1>{headline}</h1>
<table><tr><th>Result</th><th>Test</th><th>Part</th><th>What it asks</th><th>Why</th></tr>
{rows}
</table>"""


def html(reports: Iterable[Report]) -> str:
    """All reports as one page that needs nothing else."""
    return _PAGE.format(sections="\n".join(_section(each) for each in reports))


def _section(report: Report) -> str:
    rows = (
        f'<tr><td class="{each.state.replace(" ", "-")}">{each.state}</td>'
        + "".join(f"<td>{escape(text)}</td>" for text in (each.name, each.part, each.sentence, each.detail))
        + "</tr>"
        for each in report.verdicts
    )
    return _SECTION.format(headline=escape(report.headline), rows="\n".join(rows))
