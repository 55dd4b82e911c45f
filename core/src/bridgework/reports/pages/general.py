"""What all pages share, the page of a stage that ended early, and the page of stages without one of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.balance import balance
from bridgework.reports.cells import words
from bridgework.reports.figures import instant, label, number
from bridgework.reports.page import Note, Page, Section, Step, Table, Tile, problem_table
from bridgework.reports.reading import dictionary, items

_FACTS: Final = (
    ("migration", "Migration"),
    ("account", "Account"),
    ("fingerprint", "Fingerprint of the export"),
    ("mapping", "Content of the mapping"),
    ("snapshot", "Number of the extract"),
    ("head", "End of the journal's hash chain"),
    ("private", "Private report"),
)
_INSTANTS: Final = (("at", "Made"), ("generated_at", "Export made"), ("since", "Changes since"), ("until", "Goes on"))
_COMMAND: Final = re.compile(r"bridgework |cd |chmod |keyring set |export \w+=")
_COMMON: Final = frozenset(
    ("format", "migration", "stage", "state", "cause", "next", "until", "message", "objects", "rules", "practice")
)


def subject(result: Mapping[str, Any]) -> str:
    """The practice if the result names it, else what is moved where; the migration's id stands at the end."""
    source, destination = str(result.get("source_name") or ""), str(result.get("destination_name") or "")
    between = f"Migration from {source} to {destination}" if source and destination else "Migration"
    return str(result.get("practice") or "") or between


def facts(result: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Ids, hashes and instants for the end of the page."""
    found = [(name, instant(result[key])) for key, name in _INSTANTS if result.get(key)]
    for key, name in _FACTS:
        if value := result.get(key):
            found.append((name, ", ".join(map(str, items(value))) if isinstance(value, list | tuple) else str(value)))
    return tuple(found)


def next_steps(result: Mapping[str, Any], *before: Step, text: str = "Then run") -> tuple[Step, ...]:
    """Steps of the page's own, then the command the stage names."""
    command = str(result.get("next") or "")
    if not command:
        return before
    if _COMMAND.match(command):
        return (*before, Step(text if before or text != "Then run" else "Run", command))
    said, found, rest = command.partition("bridgework ")
    lead = said.rstrip(" :,") if found else command
    return (*before, Step(lead[:1].upper() + lead[1:], f"bridgework {rest}" if found else ""))


def warnings(result: Mapping[str, Any]) -> tuple[Section, ...]:
    """Sentences the stage wants to be read."""
    said = tuple(str(each) for each in items(result.get("warnings")))
    return (Note(title="Please note", lines=said, tone="look"),) if said else ()


def ended_early(result: Mapping[str, Any]) -> Page:
    """The stage did not finish: why, and how it goes on."""
    stopped = result.get("state") == "stopped"
    until = result.get("until")
    message = str(result.get("message") or "The stage did not finish.")
    purpose = "Something has to be corrected first; what was done before is in the journal."
    if stopped:
        purpose = "The journal is intact: the same command goes on where it stopped."
    found = [
        ((words(each, tone="stop"),), "Correct this place, then run the command again.")
        for each in items(result.get("problems"))
    ]
    notes = (Tile("Goes on", instant(until)),) if until else ()
    return Page(
        stage=str(result.get("stage", "")),
        title=f"{label(str(result.get('stage', '')))} {'paused' if until else 'stopped' if stopped else 'did not run'}",
        purpose=purpose,
        verdict=message,
        tone="look" if stopped else "stop",
        subject=subject(result),
        tiles=notes,
        steps=next_steps(result, text="Run"),
        sections=(*problem_table("What is wrong", ("Where and what",), found, essential=True), *balance(result)),
        facts=(*facts(result), ("Cause", str(result.get("cause") or "–"))),
    )


def general(result: Mapping[str, Any]) -> Page:
    """Any other stage: its message, its plain values, and the lines of conservation."""
    plain = [(name, value) for name, value in result.items() if name not in _COMMON and _is_plain(value)]
    rows = tuple((words(label(name)), words(_said(value))) for name, value in plain)
    waiting = result.get("state") == "waiting"
    verdict = str(result.get("message") or ("A person has to decide before it goes on." if waiting else "Done."))
    found: tuple[Section, ...] = ()
    if rows:
        found = (Table(title="In figures", columns=("What", "Value"), rows=rows, essential=True),)
    return Page(
        stage=str(result.get("stage", "")),
        title=label(str(result.get("stage", ""))) or "Report",
        purpose="",
        verdict=verdict,
        tone="good" if result.get("state") == "done" else "look",
        subject=subject(result),
        steps=next_steps(result, text="Run"),
        sections=(*found, *balance(result)),
        facts=facts(dictionary(result)),
    )


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | bool) and value != ""


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int) else str(value)
