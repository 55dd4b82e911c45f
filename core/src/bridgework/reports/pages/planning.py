"""plan: what will be written, in which order, at what cost, and what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.actions import BLOCKED, TAKEN, WARNINGS, action
from bridgework.reports.balance import balance
from bridgework.reports.cells import count, named, named_exactly, words
from bridgework.reports.figures import duration, label, many, number, rate
from bridgework.reports.page import Cell, Page, Section, Step, Table, Tile, problem_table
from bridgework.reports.pages.forecasting import first, forecast_sections
from bridgework.reports.pages.general import facts, next_steps, subject, warnings
from bridgework.reports.pages.schema import operations_tables, tier_sections
from bridgework.reports.reading import dictionary, items, lines, whole

_ACCOUNTS: Final = {
    "mapped": "goes into a field",
    "used": "decides or joins, is not written",
    "archived": "kept in the archive",
    "dropped": "dropped, with a reason",
    "unaccounted": "needs a decision",
}
_KEPT: Final = {
    "merged": "live in the record of another row",
    "archive": "archive of the package",
    "export": "file of the package",
    "reference": "reference of the package",
    "rebuild": "list of what is to be rebuilt by hand",
}


def plan(result: Mapping[str, Any]) -> Page:
    """The plan."""
    blocked = [str(each) for each in items(result.get("blocked"))]
    planned = sum(whole(each) for each in dictionary(result.get("planned")).values())
    accounts = lines(result.get("accounting"))
    crowded = bool(items(dictionary(result.get("tier")).get("problems")))
    open_fields = sum(1 for each in accounts if each.get("state") == "unaccounted")
    taken = lines(result.get("taken"))
    refused = sum(whole(each.get("records")) for each in taken)
    load = first(lines(result.get("forecast")), "load")
    operations = lines(result.get("schema"))
    said = str(result.get("message") or "")  # that a mapping was proposed
    decide = (Step("Decide about the values that other records hold: the next table says how."),) if refused else ()
    steps = next_steps(result, *decide, Step("Read the tables below with the practice."), text="Then approve by name")
    if blocked:
        steps = (
            Step("Clear what stands in the way: the next table says how."),
            Step("Then plan again", "bridgework plan"),
        )
    return Page(
        stage="plan",
        title="What will be moved, and how",
        purpose="Every row was mapped once without sending anything, so that its fate is known beforehand.",
        verdict=f"{said} {_verdict(blocked, planned, operations, load, crowded=crowded)}".strip() + _but(refused),
        tone="stop" if blocked or crowded else "look" if refused or said else "good",
        subject=subject(result),
        tiles=(
            Tile("Records planned", number(planned), note=many(len(items(result.get("load_order"))), "rule")),
            Tile("Source fields", number(len(accounts)), note=f"{number(open_fields)} need a decision"),
            Tile("New fields and options", number(len(operations))),
            Tile("The load takes", duration(load.get("hours")) if load else "–", note=str(load.get("plan") or "")),
        ),
        steps=steps,
        sections=(
            *warnings(result),
            *_blocked(blocked),
            *_taken(taken),
            *failed_tests(result),
            *_rules(result),
            *forecast_sections(result),
            *balance(result),
            *tier_sections(result),
            *_clashes(result),
            *_renamed(result),
            *operations_tables(operations),
            *_proposals(result),
            *_open_fields(accounts),
            *_accounting(accounts),
        ),
        facts=facts(result),
        terms=("merged", "archived", "left out", "delta", "allowance"),
    )


def _verdict(
    blocked: list[str], planned: int, operations: list[Mapping[str, Any]], load: Mapping[str, Any], *, crowded: bool
) -> str:
    if blocked:
        one = "One thing stands" if len(blocked) == 1 else f"{number(len(blocked))} things stand"
        return f"{one} in the way before the mapping can be approved."
    if crowded:
        return f"{many(planned, 'record')} are planned, but the plan of the destination has not enough room."
    takes = duration(load.get("hours"))
    time = f", in {takes if takes.startswith('under') else f'about {takes}'}" if load else ""
    first_made = many(len(operations), "field or option is", "fields and options are")
    return f"{many(planned, 'record')} will be written{time}; {first_made} created first."


def _blocked(blocked: list[str]) -> tuple[Section, ...]:
    found = [((words(each, tone="stop"),), action(BLOCKED, each)) for each in blocked]
    return problem_table("What stands in the way", ("What",), found, essential=True)


def _but(refused: int) -> str:
    if not refused:
        return ""
    return f" {many(refused, 'record')} would be refused: another record holds a value that only one may have."


def _taken(taken: list[Mapping[str, Any]]) -> tuple[Section, ...]:
    found = [
        (
            (
                named(each.get("rule")),
                words(each.get("field")),
                words(each.get("where"), tone="stop"),
                count(each.get("records")),
            ),
            action(TAKEN, str(each.get("where"))),
        )
        for each in taken
    ]
    intro = (
        "The destination takes such a value once, and what lies in its trash counts. These records would be refused."
    )
    columns = ("Rule", "Field", "The holder is", "Records")
    return problem_table("Values that another record holds", columns, found, intro=intro, essential=True)


def failed_tests(result: Mapping[str, Any]) -> tuple[Section, ...]:
    """Tests of the mapping that fail, one line per problem."""
    found = []
    for each in lines(dictionary(result.get("tests")).get("failed")):
        name = named(each.get("rule"))
        for problem in items(each.get("problems")) or ["fails"]:
            cells = (name, words(each.get("about")), words(problem, tone="stop"))
            found.append((cells, action(BLOCKED, "mapping tests fail")))
    return problem_table("Mapping tests that fail", ("Rule", "Test", "Why"), found, essential=True)


def _rules(result: Mapping[str, Any]) -> tuple[Section, ...]:
    surveyed = {str(name): dictionary(values) for name, values in dictionary(result.get("surveyed")).items()}
    order = [str(each) for each in items(result.get("load_order"))]
    return (*_writing(order, surveyed), *_kept(order, surveyed), *_left_out(surveyed), *_warned(surveyed))


def _rule(name: str, values: Mapping[str, Any]) -> Cell:
    """A rule as the mapping calls it for people, with its name in files beneath."""
    said = str(values.get("label") or "")
    return Cell(said, note=name) if said else named_exactly(name)


def _writing(order: list[str], surveyed: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    rows = tuple(
        (
            Cell(number(place), figure=True),
            _rule(name, surveyed.get(name, {})),
            named(surveyed.get(name, {}).get("from")),
            named(surveyed.get(name, {}).get("object")),
            count(surveyed.get(name, {}).get("planned", 0)),
            count(_sum(surveyed.get(name, {}).get("skipped"))),
        )
        for place, name in enumerate(order, 1)
    )
    columns = ("Order", "Rule", "From", "To", "Records", "Rows left out")
    intro = "Rules run in this order, so that everything a record refers to is there before it."
    table = Table(title="Rules in load order", columns=columns, rows=rows, intro=intro, essential=True)
    return (table,) if rows else ()


def _kept(order: list[str], surveyed: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    rows = tuple(
        (
            _rule(name, values),
            named(values.get("from")),
            words(_KEPT.get(str(kind), label(str(kind)))),
            count(whole(rows)),
            count(_sum(values.get("skipped"))),
        )
        for name, values in surveyed.items()
        for kind, rows in (dictionary(values.get("disposed")) or ({} if name in order else {"": 0})).items()
    )
    columns = ("Rule", "From", "What becomes of the rows", "Rows", "Rows left out")
    intro = "These rows get no record of their own in the new system."
    return (Table(title="Kept in another way", columns=columns, rows=rows, intro=intro),) if rows else ()


def _left_out(surveyed: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    rows = tuple(
        (_rule(name, values), words(reason), count(number_of))
        for name, values in surveyed.items()
        for reason, number_of in dictionary(values.get("skipped")).items()
    )
    return (Table(title="Rows left out, and why", columns=("Rule", "Reason", "Rows"), rows=rows),) if rows else ()


def _warned(surveyed: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    found = [
        (
            (_rule(name, values), words(warning, tone="look"), count(number_of)),
            action(WARNINGS, str(warning)),
        )
        for name, values in surveyed.items()
        for warning, number_of in dictionary(values.get("warnings")).items()
    ]
    return problem_table("Warnings of the mapping", ("Rule", "What", "Records"), found)


def _sum(counts: Any) -> int:
    return sum(whole(each) for each in dictionary(counts).values())


def _clashes(result: Mapping[str, Any]) -> tuple[Section, ...]:
    found = [
        (
            (
                words(each.get("field"), tone="look"),
                named(each.get("object")),
                words(each.get("present")),
                words(each.get("wanted")),
            ),
            "Rename the field in the mapping, or rename the present one in the destination.",
        )
        for each in lines(result.get("clashes"))
    ]
    return problem_table("Fields with a taken name", ("Field", "Of", "Type there", "Type needed"), found)


def _renamed(result: Mapping[str, Any]) -> tuple[Section, ...]:
    found = [
        (
            (
                words(each.get("label"), tone="look"),
                named(each.get("object")),
                words(each.get("field") or "–"),
                words(each.get("shown")),
            ),
            "Accept it, or give it a label of your own in the mapping.",
        )
        for each in lines(result.get("renamed"))
    ]
    columns = ("Field or option", "Of", "Option of", "Named in the new system")
    return problem_table("Fields and options under another name", columns, found)


def _proposals(result: Mapping[str, Any]) -> tuple[Section, ...]:
    found = [
        (
            (
                words(each.get("from")),
                named(each.get("object")),
                words(each.get("field")),
                words(each.get("type")),
                words(each.get("reason")),
                _confidence(each.get("confidence")),
            ),
            "Take it over into mapping.yaml, or archive or drop the field there with a reason.",
        )
        for each in lines(result.get("proposals"))
    ]
    columns = ("Source field", "To", "Field", "Type", "Why", "Confidence")
    return problem_table("Proposals for open fields", columns, found)


def _confidence(value: Any) -> Cell:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(rate(round(value * 100), 100) if known else "–", figure=True)


def _open_fields(accounts: list[Mapping[str, Any]]) -> tuple[Section, ...]:
    found = [
        (
            (named(each.get("object")), words(each.get("field"), tone="stop")),
            action(BLOCKED, "source fields are neither"),
        )
        for each in accounts
        if each.get("state") == "unaccounted"
    ]
    return problem_table("Source fields that need a decision", ("Of", "Field"), found)


def _accounting(accounts: list[Mapping[str, Any]]) -> tuple[Section, ...]:
    if not accounts:
        return ()
    states = Counter(str(each.get("state")) for each in accounts)
    summary = ", ".join(f"{number(states[name])} {said}" for name, said in _ACCOUNTS.items() if states[name])
    rows = tuple(
        (
            named(each.get("object")),
            words(each.get("field")),
            words(_ACCOUNTS.get(str(each.get("state")), each.get("state"))),
            words(", ".join(map(str, items(each.get("where")))) or each.get("where") or ""),
            words(each.get("reason")),
        )
        for each in accounts
    )
    columns = ("Of", "Field", "What happens", "Where", "Reason")
    title = "Every source field"
    return (Table(title=title, columns=columns, rows=rows, intro=f"{summary}.", folded=True),)
