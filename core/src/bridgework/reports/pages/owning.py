"""owners: which user owns the records of each responsible person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from bridgework.reports.actions import BLOCKED, OWNERS, action
from bridgework.reports.balance import balance
from bridgework.reports.cells import code, count, share, words
from bridgework.reports.figures import many, number, rate
from bridgework.reports.page import Bar, Chart, Page, Part, Section, Step, Table, Tile, problem_table
from bridgework.reports.pages.general import facts, next_steps, subject
from bridgework.reports.reading import dictionary, items, lines, whole

_SAID = {
    "matched": "has an active user",
    "unmatched": "has no user",
    "inactive": "has a deactivated user",
    "ambiguous": "several users fit",
}


def owners(result: Mapping[str, Any]) -> Page:
    """The matching of people and users, without names."""
    outcomes = dictionary(result.get("outcomes"))
    records = dictionary(result.get("records"))
    people = sum(whole(each) for each in outcomes.values())
    matched = whole(outcomes.get("matched"))
    without = whole(result.get("without_owner"))
    fallback = whole(records.get("fallback"))
    blocked = items(result.get("blocked"))
    return Page(
        stage="owners",
        title="Who will own the records?",
        purpose="Responsible persons of the old system were compared with the users of the new one, by e-mail.",
        verdict=_verdict(people, matched, without),
        tone="stop" if blocked or without else "good" if matched == people else "look",
        subject=subject(result),
        tiles=(
            Tile("Responsible persons", number(people), note=many(whole(result.get("users")), "user")),
            Tile("Matched", number(matched), note=rate(matched, people), tone="good" if matched else "plain"),
            Tile("To look at", number(people - matched), tone="look" if people != matched else "plain"),
            Tile("Records to the fallback", number(fallback)),
        ),
        steps=next_steps(result, Step("Check private/owners.csv: the column user says who owns what.")),
        sections=(
            *_blocked(blocked),
            *_open(result),
            *_outcomes(outcomes, people),
            *_chart(records),
            *balance(result),
            *_values(result),
        ),
        facts=facts(result),
    )


def _verdict(people: int, matched: int, without: int) -> str:
    if without:
        return f"{many(without, 'person has', 'persons have')} no user and there is no fallback."
    if matched == people:
        return f"All {number(people)} persons have an active user."
    others = "the fallback owns the records of the others"
    return f"{number(matched)} of {many(people, 'person')} have an active user; {others}."


def _blocked(blocked: list[Any]) -> tuple[Section, ...]:
    found = [((words(each, tone="stop"),), action(BLOCKED, str(each))) for each in blocked]
    return problem_table("What stands in the way", ("What",), found, essential=True)


def _open(result: Mapping[str, Any]) -> tuple[Section, ...]:
    persons: Counter[str] = Counter()
    records: Counter[str] = Counter()
    for each in lines(result.get("values")):
        outcome = str(each.get("outcome"))
        if outcome != "matched":
            persons[outcome] += 1
            records[outcome] += whole(each.get("records"))
    found = [
        ((words(_SAID.get(name, name), tone="look"), count(number_of), count(records[name])), action(OWNERS, name))
        for name, number_of in persons.items()
    ]
    return problem_table("Persons to look at", ("State", "Persons", "Records"), found, essential=True)


def _outcomes(outcomes: Mapping[str, Any], people: int) -> tuple[Section, ...]:
    rows = tuple(
        (words(_SAID.get(name, name)), count(value), share(whole(value), people)) for name, value in outcomes.items()
    )
    return (Table(title="Result of the matching", columns=("Person", "Number", "Rate"), rows=rows),) if rows else ()


def _chart(records: Mapping[str, Any]) -> tuple[Section, ...]:
    together = sum(whole(each) for each in records.values())
    if not together:
        return ()
    colours = {"fallback": "look", "own user": "good"}
    bars = tuple(
        Bar(
            str(name).capitalize(),
            (Part(whole(value) / together, colours.get(str(name), "calm"), number(value)),),
            number(value),
        )
        for name, value in records.items()
    )
    return (Chart(title="Records by owner", bars=bars),)


def _values(result: Mapping[str, Any]) -> tuple[Section, ...]:
    values = lines(result.get("values"))
    rows = tuple(
        (
            code(each.get("value")),
            count(each.get("records")),
            words(_SAID.get(str(each.get("outcome")), each.get("outcome"))),
            words("yes" if each.get("fallback") else "no"),
        )
        for each in values
    )
    columns = ("Person (hashed)", "Records", "Outcome", "Fallback")
    intro = "Names and addresses stand only in private/owners.csv."
    return (Table(title="Every person", columns=columns, rows=rows, intro=intro, folded=True),) if rows else ()
