"""forecast: calls, allowance and time, on this plan and on the next larger one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.balance import balance
from bridgework.reports.cells import count, words
from bridgework.reports.figures import duration, number
from bridgework.reports.page import Bar, Cell, Chart, Page, Part, Section, Table, Tile
from bridgework.reports.pages.general import facts, next_steps, subject
from bridgework.reports.reading import lines, whole

_WORKS: Final = {"load": "The load", "delta": "The delta", "rollback": "A full rollback"}
_COLOURS: Final = {"load": "calm", "delta": "pale", "rollback": "look"}
_INTRO: Final = (
    "An estimate before anything is written, within the granted share of the destination's allowance. "
    "The delta is taken as 5 % of the load."
)


def forecast(result: Mapping[str, Any]) -> Page:
    """The forecast alone."""
    estimates = lines(result.get("forecast"))
    load = first(estimates, "load")
    verdict = "There is nothing to forecast yet."
    if load:
        verdict = f"The load takes {duration(load.get('hours'))} and {number(load.get('calls'))} calls."
    return Page(
        stage="forecast",
        title="How long will it take?",
        purpose="Calls, allowance and time of the load, of a delta and of a full rollback.",
        verdict=verdict,
        tone="good" if load else "look",
        subject=subject(result),
        tiles=tuple(
            Tile(said, duration(each.get("hours")), note=f"{number(each.get('calls'))} calls")
            for work, said in _WORKS.items()
            if (each := first(estimates, work))
        ),
        steps=next_steps(result),
        sections=(*forecast_sections(result), *balance(result)),
        facts=facts(result),
        terms=("delta", "allowance"),
    )


def first(estimates: list[Mapping[str, Any]], work: str) -> Mapping[str, Any]:
    """The estimate of that work on the present plan; empty if there is none."""
    return next((each for each in estimates if each.get("work") == work), {})


def forecast_sections(result: Mapping[str, Any]) -> tuple[Section, ...]:
    """Chart and table."""
    estimates = lines(result.get("forecast"))
    if not estimates:
        return ()
    rows = tuple(
        (
            words(_WORKS.get(str(each.get("work")), str(each.get("work")))),
            words(each.get("plan")),
            count(each.get("calls")),
            words(_daily(each)),
            Cell(duration(each.get("hours")), figure=True),
            words(each.get("decided_by")),
        )
        for each in estimates
    )
    columns = ("Work", "Plan", "Calls", "Of a day's allowance", "Time", "What decides")
    return (
        _chart(estimates),
        Table(title="Forecast in figures", columns=columns, rows=rows, essential=True),
    )


def _daily(each: Mapping[str, Any]) -> str:
    used = [
        f"{number(whole(part.get('used')))} of {number(whole(part.get('granted')))} {part.get('label')}"
        for part in lines(each.get("daily"))
    ]
    return ", ".join(used) or "no limit for a day"


def _chart(estimates: list[Mapping[str, Any]]) -> Chart:
    longest = max((_hours(each) for each in estimates), default=0.0) or 1.0
    bars = tuple(
        Bar(
            f"{_WORKS.get(str(each.get('work')), str(each.get('work')))}, {each.get('plan')}",
            (
                Part(
                    max(_hours(each) / longest, 0.004),
                    _COLOURS.get(str(each.get("work")), "calm"),
                    duration(each.get("hours")),
                ),
            ),
            duration(each.get("hours")),
        )
        for each in estimates
    )
    return Chart(title="How long it takes", bars=bars, intro=_INTRO)


def _hours(each: Mapping[str, Any]) -> float:
    try:
        return float(each.get("hours") or 0)
    except (TypeError, ValueError):
        return 0.0
