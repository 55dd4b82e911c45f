"""The commands around the stages: check, approve, migrate, log, the mapping's tests, the demo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridgework.reports.actions import BLOCKED, action
from bridgework.reports.balance import balance, total
from bridgework.reports.cells import code, count, words
from bridgework.reports.figures import instant, label, many, number
from bridgework.reports.page import Page, Section, Table, Tile, problem_table
from bridgework.reports.pages.general import facts, general, next_steps, subject
from bridgework.reports.pages.planning import failed_tests
from bridgework.reports.pages.proving import reconcile
from bridgework.reports.reading import dictionary, items, lines, whole


def check(result: Mapping[str, Any]) -> Page:
    """Every line of the check, those that fail first."""
    listed = lines(result.get("checks"))
    failed = [each for each in listed if not each.get("ok")]
    good = tuple(
        (words(label(str(each.get("name")))), words("good", tone="good"), words(each.get("detail")))
        for each in listed
        if each.get("ok")
    )
    bad = [
        (
            (words(label(str(each.get("name")))), words("look", tone="look"), words(each.get("detail"))),
            str(each.get("next_step") or "")
            or "Correct the setting in migration.toml, or ask whoever runs the account.",
        )
        for each in failed
    ]
    rehearsal = " The destination is a simulator on this machine." if result.get("sandbox") else ""
    verdict = f"{many(len(failed), 'check needs', 'checks need')} a person." if failed else "Everything is in order."
    refused = str(result.get("message") or "")  # the account let nobody look any further
    found: tuple[Section, ...] = ()
    if good:
        found = (Table(title="In order", columns=("Check", "State", "Detail"), rows=good, essential=True),)
    return Page(
        stage="check",
        title="Is everything ready?",
        purpose="Settings, tokens, rights and the destination's plan were looked at; nothing was written.",
        verdict=refused or verdict + rehearsal,
        tone="stop" if refused else "look" if failed else "good",
        subject=subject(result),
        tiles=(
            Tile("Checks", number(len(listed))),
            Tile("In order", number(len(listed) - len(failed)), tone="good" if listed else "plain"),
            Tile("To look at", number(len(failed)), tone="look" if failed else "plain"),
        ),
        steps=next_steps(result),
        sections=(
            *problem_table("To look at", ("Check", "State", "Detail"), bad, essential=True),
            *found,
            *balance(result),
        ),
        facts=facts(result),
    )


def approve(result: Mapping[str, Any]) -> Page:
    """An approval that was given."""
    gate = str(result.get("gate") or "")
    said = f": {result['summary']}" if result.get("summary") else ""
    said += f", as shown in {result['shown']}" if result.get("shown") else ""
    return Page(
        stage="approve",
        title=f"Gate {gate}",
        purpose="The approval holds for exactly this content; it ends when the content changes.",
        verdict=f"Approved by {result.get('by') or 'a person'}{said}.",
        subject=subject(result),
        steps=next_steps(result),
        sections=balance(result),
        facts=(*facts(result), ("Approved content", str(result.get("content") or "–"))),
    )


def migrate(result: Mapping[str, Any]) -> Page:
    """Where `migrate` stopped: at a gate, or with the reconciliation at the end."""
    if isinstance(result.get("checks"), Mapping):
        return reconcile(result)
    if not result.get("gate"):
        return general(result)
    blocked = [((words(each, tone="stop"),), action(BLOCKED, str(each))) for each in items(result.get("blocked"))]
    planned = total(dictionary(result.get("rules")), "planned")
    return Page(
        stage="migrate",
        title="A person decides now",
        purpose="Everything that can be done without an approval is done.",
        verdict=str(result.get("message") or "A gate waits for a person."),
        tone="stop" if blocked else "look",
        subject=subject(result),
        tiles=(Tile("Records planned", number(planned)), Tile("Waiting for", str(result.get("gate")))),
        steps=next_steps(result, text="Read the report of the stage, then run"),
        sections=(
            *problem_table("What stands in the way", ("What",), blocked, essential=True),
            *balance(result),
        ),
        facts=facts(result),
    )


def log(result: Mapping[str, Any]) -> Page:
    """The newest events, or the proof that the journal is whole."""
    verified = dictionary(result.get("verified"))
    events = lines(result.get("events"))
    rows = tuple(
        (count(each.get("seq")), words(instant(each.get("at"))), words(label(str(each.get("kind") or ""))))
        for each in events
    )
    verdict, broken = f"{many(len(events), 'event')}, the newest last.", False
    problems: tuple[Section, ...] = ()
    if verified:
        broken = not verified.get("ok")
        verdict = f"The journal is whole: {many(whole(verified.get('rows')), 'line')} fit together."
        if broken:
            verdict = "The journal was changed or cut short by somebody."
            where = (words(verified.get("problem")), words(verified.get("table")), count(verified.get("row")))
            todo = "Stop working on this migration and bring back the journal from a backup."
            problems = problem_table(
                "Where it breaks", ("What", "Kind of line", "From line"), [(where, todo)], essential=True
            )
    table = Table(title="Events", columns=("Number", "When", "What"), rows=rows, essential=True)
    return Page(
        stage="log",
        title="The journal",
        purpose="Every event, intent and outcome is kept, each line bound to the one before.",
        verdict=verdict,
        tone="stop" if broken else "good",
        subject=subject(result),
        steps=next_steps(result),
        sections=(*problems, *((table,) if rows else ()), *balance(result)),
        facts=(*facts(result), *((("End of the hash chain", str(verified.get("head"))),) if verified else ())),
    )


def plan_test(result: Mapping[str, Any]) -> Page:
    """The mapping's own tests."""
    tests = dictionary(result.get("tests"))
    run, failed = whole(tests.get("run")), len(items(tests.get("failed")))
    return Page(
        stage="plan --test",
        title="The tests of the mapping",
        purpose="Examples that stand in the mapping file were run; nothing was read from the systems.",
        verdict=f"{number(failed)} of {many(run, 'test')} fail." if failed else f"{many(run, 'test')} passed.",
        tone="stop" if failed else "good",
        subject=subject(result),
        tiles=(Tile("Tests", number(run)), Tile("Failed", number(failed), tone="stop" if failed else "plain")),
        steps=next_steps(result),
        sections=(*failed_tests(result), *balance(result)),
        facts=facts(result),
    )


def demo(result: Mapping[str, Any]) -> Page:
    """What the demo did, and where its reports lie."""
    before = bool(result.get("account_as_before"))
    reports = tuple((code(each),) for each in (*items(result.get("reports")), *items(result.get("private"))))
    table = Table(title="To look at", columns=("File",), rows=reports, essential=True)
    planned = total(dictionary(result.get("rules")), "planned")
    return Page(
        stage="demo",
        title="The whole process, once there and back",
        purpose="A generated practice was moved into a simulator and taken out again.",
        verdict=str(result.get("message") or "Done."),
        tone="good" if before else "look",
        subject=subject(result),
        tiles=(
            Tile("Records planned", number(planned)),
            Tile("Differences", number(whole(result.get("differences")))),
            Tile("Account as before", "yes" if before else "no", tone="good" if before else "look"),
        ),
        steps=next_steps(result),
        sections=(*((table,) if reports else ()), *balance(result)),
        facts=facts(result),
    )


def workbook(result: Mapping[str, Any]) -> Page:
    """What an edited workbook changes, before it is taken or after."""
    changes = lines(result.get("changes"))
    if not changes:
        return general(result)
    rows = tuple(
        (
            words(f"{each.get('sheet')}, line {each.get('row')}", note=str(each.get("of") or "")),
            words(each.get("column")),
            words(each.get("before")),
            words(each.get("after"), tone="look"),
        )
        for each in changes
    )
    columns = ("Where", "Column", "Before", "After")
    return Page(
        stage="workbook",
        title="What the workbook changes",
        purpose="The mapping as it is, beside what somebody wrote into the workbook.",
        verdict=str(result.get("message") or f"{many(len(changes), 'cell differs', 'cells differ')}."),
        tone="good" if result.get("taken") else "look",
        subject=subject(result),
        tiles=(Tile("Changes", number(len(changes))),),
        steps=next_steps(result, text="If that is meant, run" if not result.get("taken") else "Then run"),
        sections=(Table(title="Changes", columns=columns, rows=rows, essential=True), *balance(result)),
        facts=facts(result),
    )
