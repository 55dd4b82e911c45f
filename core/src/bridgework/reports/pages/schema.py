"""schema: what is created in the destination before any record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridgework.reports.actions import BLOCKED, action
from bridgework.reports.balance import balance
from bridgework.reports.cells import code, count, named, words
from bridgework.reports.figures import label, many, number
from bridgework.reports.page import Cell, Page, Section, Step, Table, Tile, problem_table
from bridgework.reports.pages.general import facts, next_steps, subject
from bridgework.reports.reading import dictionary, items, lines, whole


def schema(result: Mapping[str, Any]) -> Page:
    """The schema operations, to approve or carried out."""
    operations = lines(result.get("operations"))
    receipts = lines(result.get("receipts"))
    made = sum(1 for each in receipts if each.get("created"))
    problems = items(dictionary(result.get("tier")).get("problems"))
    applied = bool(result.get("applied"))
    steps = (Step("Read the list with whoever administers the destination."),)
    return Page(
        stage="schema",
        title="Fields and options of the new system",
        purpose="What the mapping needs and the destination does not have yet. Present fields are used, never changed.",
        verdict=_verdict(operations, made, problems, applied=applied),
        tone="stop" if problems else "good",
        subject=subject(result),
        tiles=(
            Tile("To create", number(len(operations))),
            Tile("Created by us", number(made)),
            Tile("Found in place", number(len(receipts) - made)),
            Tile("Room for fields", _room(result)),
        ),
        steps=next_steps(result, *(steps if operations and not applied else ())),
        sections=(
            *_by_hand(result),
            *tier_sections(result),
            *(() if "checklist" in result else operations_tables(operations)),
            *balance(result),
            *_receipts(receipts),
        ),
        facts=facts(result),
    )


def _by_hand(result: Mapping[str, Any]) -> tuple[Section, ...]:
    """The operations as steps of an administrator."""
    steps = [str(each).partition(". ") for each in items(result.get("checklist"))]
    rows = tuple((words(number), words(said)) for number, _, said in steps)
    return (
        (Table(title="By hand, in this order", columns=("Step", "What to do"), rows=rows, essential=True),)
        if rows
        else ()
    )


def _verdict(operations: list[Mapping[str, Any]], made: int, problems: list[Any], *, applied: bool) -> str:
    if problems:
        return "The plan of the destination has not enough room."
    if operations:
        return f"{many(len(operations), 'field or option is', 'fields and options are')} to be created."
    if applied and made:
        return f"{many(made, 'field or option was', 'fields and options were')} created; nothing is missing now."
    return "Everything the mapping needs is there."


def _room(result: Mapping[str, Any]) -> str:
    custom = dictionary(dictionary(result.get("tier")).get("custom_fields"))
    if custom.get("limit") is None:
        return "no known limit"
    return number(max(0, whole(custom.get("limit")) - whole(custom.get("used"))))


def tier_sections(result: Mapping[str, Any]) -> tuple[Section, ...]:
    """Whether it fits the plan of the destination, and what is left out if not."""
    tier = dictionary(result.get("tier"))
    if not tier:
        return ()
    custom = dictionary(tier.get("custom_fields"))
    limit = custom.get("limit")
    rows = (
        (words("Plan"), words(label(str(tier.get("plan") or "")) or "unknown")),
        (words("Own fields the plan holds"), words(number(limit) if limit is not None else "no known limit")),
        (words("Own fields in use"), words(number(custom.get("used", 0)))),
        (words("Own fields to create"), words(number(custom.get("needed", 0)))),
    )
    problems = [((words(each, tone="stop"),), action(BLOCKED, str(each))) for each in items(tier.get("problems"))]
    left_out = [
        (
            (named(each.get("object")), words(each.get("field"), tone="look")),
            "Accept that this field stays away, or make room in the destination and plan again.",
        )
        for each in lines(tier.get("left_out"))
    ]
    return (
        *problem_table("What does not fit", ("What",), problems, essential=True),
        Table(title="Does it fit the plan of the destination?", columns=("What", "Value"), rows=rows),
        *problem_table("Optional fields left out", ("Of", "Field"), left_out),
    )


def operations_tables(operations: list[Mapping[str, Any]]) -> tuple[Section, ...]:
    """The operations, as they are approved."""
    if not operations:
        return ()
    rows = tuple(
        (
            words(label(str(each.get("kind") or ""))),
            named(each.get("object")),
            Cell(str(each.get("name") or "–"), note=f"option of {each['field']}" if each.get("field") else ""),
            words(str(each.get("type") or "").replace("_", " ")),
            words(_options(each)),
            words(each.get("reason")),
        )
        for each in operations
    )
    columns = ("What", "Of", "Name", "Type", "Options", "Why")
    return (Table(title="To be created", columns=columns, rows=rows, essential=True),)


def _options(operation: Mapping[str, Any]) -> str:
    shown = [str(each) for each in items(operation.get("options"))]
    if more := whole(operation.get("options_from_data")):
        shown.append(f"{number(more)} of private/options.csv")
    return ", ".join(shown)


def _receipts(receipts: list[Mapping[str, Any]]) -> tuple[Section, ...]:
    if not receipts:
        return ()
    rows = tuple(
        (
            words(label(str(each.get("kind") or ""))),
            named(each.get("object")),
            Cell(str(each.get("name") or "–"), note=str(each.get("field") or "")),
            words("created by us" if each.get("created") else "was there"),
            count(len(dictionary(each.get("options")))),
            code(each.get("key")),
        )
        for each in receipts
    )
    columns = ("What", "Of", "Name", "Origin", "Options", "Key in the destination")
    intro = "The destination's own keys; a rollback of the schema removes only what was created by us."
    return (Table(title="What is in place", columns=columns, rows=rows, intro=intro, folded=True),)
