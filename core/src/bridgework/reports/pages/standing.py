"""status: where the migration stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.balance import balance, said
from bridgework.reports.cells import count, words
from bridgework.reports.figures import instant, many, number, rate
from bridgework.reports.page import Note, Page, Section, Table, Tile, Tone
from bridgework.reports.pages.general import facts, next_steps, subject, warnings
from bridgework.reports.reading import dictionary, whole

_THERE: Final = ("created", "updated", "matched", "unchanged", "conflict")
_GATES: Final = {
    "mapping": "What becomes what",
    "schema": "New fields and options",
    "owners": "Who owns the records",
    "sample": "The sample, compared",
}


def status(result: Mapping[str, Any]) -> Page:
    """Gates, records, the delta window and the next command."""
    records = dictionary(result.get("records"))
    planned = sum(whole(each) for each in records.values())
    there = sum(whole(records.get(state)) for state in _THERE)
    look = sum(whole(records.get(state)) for state in ("rejected", "conflict"))
    doubt = whole(records.get("in_doubt"))
    gates = dictionary(result.get("gates"))
    given = sum(1 for each in gates.values() if each)
    tone: Tone = "look" if look or doubt else "good"
    return Page(
        stage="status",
        title="Where the migration stands",
        purpose="A look at the journal; nothing is read from or written to the systems.",
        verdict=f"{_verdict(planned, there, look, doubt)} {result.get('message') or ''}".strip(),
        tone=tone,
        subject=subject(result),
        tiles=(
            Tile("Records planned", number(planned)),
            Tile("In the new system", number(there), note=rate(there, planned)),
            Tile("To look at", number(look), tone="look" if look else "plain"),
            *((Tile("In doubt", number(doubt), tone="look"),) if doubt else ()),
            Tile("Approvals", f"{given} of {len(gates)}"),
        ),
        steps=next_steps(result, text="Go on with"),
        sections=(*warnings(result), *_window(result), *_gates(gates), *balance(result), *_records(records)),
        facts=facts(result),
        terms=("delta", "in doubt"),
    )


def _verdict(planned: int, there: int, look: int, doubt: int) -> str:
    if not planned:
        return "Nothing is planned yet."
    if there == planned and not look and not doubt:
        return f"All {number(planned)} records are in the new system."
    more = f"; {many(look, 'record needs', 'records need')} a person" if look else ""
    more += f"; the next load settles what became of {many(doubt, 'record')}" if doubt else ""
    return f"{number(there)} of {many(planned, 'record')} are in the new system{more}."


def _window(result: Mapping[str, Any]) -> tuple[Section, ...]:
    found = []
    if since := result.get("delta_window_open_since"):
        found.append(
            f"The delta window is open since {instant(since)}: changes in the old system are not yet brought over. "
            "24 to 48 hours are normal; run bridgework delta at its end."
        )
    if result.get("purged"):
        found.append("The staged patient data was destroyed. What was created can still be removed.")
    return (Note(title="Please note", lines=tuple(found), tone="look"),) if found else ()


def _gates(gates: Mapping[str, Any]) -> tuple[Section, ...]:
    rows = []
    for name, value in gates.items():
        given = dictionary(value)
        automatic = " (by itself, in a rehearsal)" if given.get("automatic") else ""
        rows.append(
            (
                words(_GATES.get(str(name), name), note=str(name)),
                words("approved" if given else "open", tone="good" if given else "look"),
                words(f"{given.get('by')}{automatic}" if given else ""),
                words(instant(given.get("at")) if given else ""),
            )
        )
    columns = ("Gate", "State", "By", "When")
    return (Table(title="Approvals", columns=columns, rows=tuple(rows), essential=True),) if rows else ()


def _records(records: Mapping[str, Any]) -> tuple[Section, ...]:
    rows = tuple((words(said(str(name))), count(value)) for name, value in records.items() if whole(value))
    return (Table(title="Records by state", columns=("State", "Records"), rows=rows, folded=True),) if rows else ()
