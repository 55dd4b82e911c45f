"""The two lines of conservation: what became of every row, and of every planned record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.actions import OUTCOMES, action
from bridgework.reports.cells import count, named, words
from bridgework.reports.figures import many, number
from bridgework.reports.page import Bar, Cell, Chart, Part, Section, Table, Tone, problem_table
from bridgework.reports.reading import dictionary, whole

FATES: Final = ("loaded", "merged", "archived", "skipped", "rejected", "in_doubt", "pending")
OUTCOME_NAMES: Final = (
    "created", "updated", "matched", "unchanged", "conflict", "rejected", "in_doubt", "skipped", "pending",
)  # fmt: skip
SAID: Final = {
    "extracted": "Rows",
    "planned": "Planned",
    "skipped": "Left out",
    "in_doubt": "In doubt",
    "conflict": "Edited by people",
    "pending": "To do",
}
COLOURS: Final = {
    "loaded": "good",
    "merged": "calm",
    "archived": "deep",
    "skipped": "pale",
    "rejected": "stop",
    "in_doubt": "look",
    "pending": "wait",
}
OPEN: Final = ("rejected", "in_doubt", "pending")
_TONES: Final[dict[str, Tone]] = {"rejected": "stop", "skipped": "look", "in_doubt": "look", "conflict": "look"}


def said(state: str) -> str:
    """A state as a column heading."""
    return SAID.get(state, state.replace("_", " ").capitalize())


def total(table: Mapping[str, Any], state: str) -> int:
    """How many rows or records of all lines are in a state."""
    return sum(whole(dictionary(states).get(state)) for states in table.values())


def balance(result: Mapping[str, Any]) -> tuple[Section, ...]:
    """The sections every report carries: what is open, rows by fate with a chart, records by outcome."""
    objects, rules = dictionary(result.get("objects")), dictionary(result.get("rules"))
    return (
        *open_records(rules),
        *_chart(objects),
        *_table("What became of every row", "Rows of", "extracted", FATES, objects, intro=_rows_intro(objects)),
        *_table(
            "What became of every planned record", "Rule", "planned", OUTCOME_NAMES, rules, intro=_rules_intro(rules)
        ),
    )


def open_records(rules: Mapping[str, Any]) -> tuple[Table, ...]:
    """Records that are refused, in doubt or edited by people, with what to do."""
    found = []
    for rule, states in rules.items():
        for state in ("rejected", "skipped", "in_doubt", "conflict"):
            if number_of := whole(dictionary(states).get(state)):
                cells = (named(rule), words(said(state), tone=_TONES[state]), count(number_of))
                found.append((cells, action(OUTCOMES, state)))
    return problem_table("Records to look at", ("Rule", "State", "Records"), found, essential=True)


def _rows_intro(objects: Mapping[str, Any]) -> str:
    rows = total(objects, "extracted")
    accounted = sum(total(objects, fate) for fate in _present(objects, FATES, "extracted"))
    if rows == accounted:
        return f"Every row has exactly one fate: the figures of each line add up to its rows, {number(rows)} in all."
    return f"{number(rows)} rows were extracted but {number(accounted)} are accounted for: this must not happen."


def _rules_intro(rules: Mapping[str, Any]) -> str:
    return f"{many(total(rules, 'planned'), 'record')} of the new system, by the rule of the mapping that makes them."


def _present(table: Mapping[str, Any], known: tuple[str, ...], first: str) -> tuple[str, ...]:
    """The states that occur, known ones in their order, then any others."""
    found = {state for states in table.values() for state, value in dictionary(states).items() if whole(value)} - {
        first
    }
    return tuple(state for state in known if state in found) + tuple(sorted(found - set(known)))


def _table(
    title: str, heading: str, first: str, known: tuple[str, ...], table: Mapping[str, Any], *, intro: str
) -> tuple[Table, ...]:
    if not table:
        return ()
    states = _present(table, known, first)
    rows = tuple(_line(named(name), dictionary(values), first, states) for name, values in table.items())
    sums = {state: total(table, state) for state in (first, *states)}
    return (
        Table(
            title=title,
            columns=(heading, said(first), *(said(state) for state in states)),
            rows=rows,
            intro=intro,
            total=_line(words("Together"), sums, first, states),
            essential=True,
        ),
    )


def _line(name: Cell, values: Mapping[str, Any], first: str, states: tuple[str, ...]) -> tuple[Cell, ...]:
    cells = [count(whole(values.get(state)), tone=_TONES.get(state, "plain")) for state in states]
    return (name, Cell(number(whole(values.get(first))), figure=True), *cells)


def _chart(objects: Mapping[str, Any]) -> tuple[Chart, ...]:
    states = _present(objects, FATES, "extracted")
    rows = {name: dictionary(values) for name, values in objects.items() if whole(dictionary(values).get("extracted"))}
    if not rows or not states or states == ("pending",):
        return ()
    bars = tuple(
        Bar(named(name).text, _parts(values, states), number(whole(values.get("extracted"))))
        for name, values in rows.items()
    )
    return (
        Chart(
            title="Rows by fate",
            bars=bars,
            intro="Each bar is all rows of one kind.",
            legend=tuple((COLOURS.get(state, "plain"), said(state)) for state in states),
        ),
    )


def _parts(values: Mapping[str, Any], states: tuple[str, ...]) -> tuple[Part, ...]:
    rows = whole(values.get("extracted"))
    return tuple(
        Part(
            whole(values.get(state)) / rows, COLOURS.get(state, "plain"), f"{said(state)}: {number(values.get(state))}"
        )
        for state in states
        if whole(values.get(state))
    )
