"""audit: what is wrong with the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.actions import FINDINGS
from bridgework.reports.balance import balance, total
from bridgework.reports.cells import code, count, named, share, words
from bridgework.reports.figures import many, number
from bridgework.reports.page import Bar, Cell, Chart, Page, Part, Section, Step, Table, Tile, Tone, problem_table
from bridgework.reports.pages.general import facts, next_steps, subject
from bridgework.reports.reading import dictionary, lines, whole

SEVERITIES: Final[dict[str, tuple[str, Tone]]] = {
    "B": ("stops the load", "stop"),
    "A": ("needs a decision", "look"),
    "W": ("worth correcting", "plain"),
}
_COLOURS: Final = {"B": "stop", "A": "look", "W": "calm"}


def audit(result: Mapping[str, Any]) -> Page:
    """The audit, shareable: checks and counts, ids at the end."""
    severities = dictionary(result.get("severities"))
    found = sum(whole(each) for each in severities.values())
    blocking = whole(severities.get("B"))
    undecided = whole(result.get("undecided"))
    checked = total(dictionary(result.get("objects")), "extracted")
    return Page(
        stage="audit",
        title="Is the data ready to move?",
        purpose="Every row of the export was checked for doubles, broken links, missing and damaged values.",
        verdict=_verdict(found, blocking, undecided),
        tone="stop" if undecided else "look" if found else "good",
        subject=subject(result),
        tiles=(
            Tile("Rows checked", number(checked)),
            Tile(
                "Stop the load", number(blocking), note=f"{number(undecided)} undecided", tone=_tone(undecided, "stop")
            ),
            Tile("Need a decision", number(severities.get("A", 0)), tone=_tone(whole(severities.get("A")), "look")),
            Tile("Worth correcting", number(severities.get("W", 0))),
        ),
        steps=next_steps(result, *_steps(found, undecided)),
        sections=(*_checks(result), *_chart(result), *_comparison(result), *balance(result), *_findings(result)),
        facts=facts(result),
        terms=("finding",),
    )


def _tone(value: int, tone: Tone) -> Tone:
    return tone if value else "plain"


def _verdict(found: int, blocking: int, undecided: int) -> str:
    if not found:
        return "Nothing was found: the data is ready."
    if undecided:
        stops = "1 of them stops" if undecided == 1 else f"{number(undecided)} of them stop"
        return f"{many(found, 'finding')}; {stops} the load until somebody corrects or decides it."
    if blocking:
        return f"{many(found, 'finding')}; those that stop the load are decided."
    return f"{many(found, 'finding')}; none of them stops the load."


def _steps(found: int, undecided: int) -> tuple[Step, ...]:
    steps = []
    if found:
        steps.append(Step("Give private/checklist.xlsx to the front desk: one line per correction, sorted by person."))
    if undecided:
        steps.append(Step("Fill the column decision in private/decisions.csv for what cannot be corrected."))
    return tuple(steps)


def _checks(result: Mapping[str, Any]) -> tuple[Table, ...]:
    rows = []
    for each in lines(result.get("checks")):
        said, tone = SEVERITIES.get(str(each.get("severity")), ("", "plain"))
        title = str(each.get("title") or each.get("check") or "")
        cells = (
            Cell(title[:1].upper() + title[1:], note=str(each.get("check") or "")),
            named(each.get("object")),
            words(said, tone=tone),
            count(each.get("findings")),
            _rate(each),
        )
        rows.append((cells, str(each.get("action") or "") or FINDINGS.get(str(each.get("severity")), FINDINGS["W"])))
    columns = ("What was found", "Where", "Weight", "Findings", "Rows concerned")
    return problem_table("What was found", columns, rows, essential=True, limit=1000)


def _rate(each: Mapping[str, Any]) -> Cell:
    rows, of = whole(each.get("rows")), whole(each.get("denominator"))
    return share(rows, of) if of else count(rows)


def _chart(result: Mapping[str, Any]) -> tuple[Section, ...]:
    by_object: dict[str, Counter[str]] = {}
    for each in lines(result.get("checks")):
        by_object.setdefault(str(each.get("object")), Counter())[str(each.get("severity"))] += whole(
            each.get("findings")
        )
    most = max((counts.total() for counts in by_object.values()), default=0)
    if not most:
        return ()
    bars = tuple(
        Bar(
            named(name).text,
            tuple(
                Part(
                    counts[severity] / most,
                    _COLOURS[severity],
                    f"{SEVERITIES[severity][0]}: {number(counts[severity])}",
                )
                for severity in SEVERITIES
                if counts[severity]
            ),
            number(counts.total()),
        )
        for name, counts in sorted(by_object.items(), key=lambda pair: -pair[1].total())
    )
    legend = tuple((_COLOURS[severity], said.capitalize()) for severity, (said, _) in SEVERITIES.items())
    return (Chart(title="Findings by kind of data", bars=bars, legend=legend),)


def _comparison(result: Mapping[str, Any]) -> tuple[Section, ...]:
    compared = dictionary(result.get("comparison"))
    if not any(compared.values()):
        return ()
    rows = tuple(
        (words(said), count(compared.get(name)))
        for name, said in (("fixed", "Corrected since"), ("new", "New"), ("same", "Still there"))
    )
    return (Table(title="Compared with the last audit", columns=("Findings", "Number"), rows=rows),)


def _findings(result: Mapping[str, Any]) -> tuple[Table, ...]:
    rows = []
    for each in lines(result.get("findings")):
        severity = str(each.get("severity"))
        said, tone = SEVERITIES.get(severity, ("", "plain"))
        cells = (
            code(each.get("id")),
            words(each.get("summary"), tone=tone),
            named(each.get("object")),
            words(each.get("field")),
            words(said),
            words(each.get("proposed")),
            words(each.get("standing")),
        )
        rows.append((cells, FINDINGS.get(severity, FINDINGS["W"])))
    return problem_table(
        "Every finding",
        ("Finding", "What", "Where", "Field", "Weight", "Proposed", "Since last time"),
        rows,
        intro="Names and values stand only in the private checklist, under the same finding numbers.",
        folded=True,
        limit=1000,
        elsewhere="private/checklist.xlsx",
    )
