"""rollback: what was or would be taken out again, and what stays; and what came back after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.actions import BROUGHT_BACK, LEFT_BEHIND, ROLLBACK, action
from bridgework.reports.balance import balance
from bridgework.reports.cells import code, count, named, words
from bridgework.reports.figures import label, many, number
from bridgework.reports.page import Cell, Page, Section, Step, Table, Tile, problem_table
from bridgework.reports.pages.general import facts, next_steps, subject
from bridgework.reports.reading import dictionary, lines, whole

_COLUMNS: Final = ("to remove", "removed", "put back", "to put back", "already gone", "kept", "refused", "still there")


def rollback(result: Mapping[str, Any]) -> Page:
    """The preview or the result of a rollback, or of taking the sample out again."""
    preview = bool(result.get("preview"))
    counts = {name: dictionary(values) for name, values in dictionary(result.get("removed")).items()}
    sums: Counter[str] = Counter()
    for values in counts.values():
        sums.update({name: whole(value) for name, value in values.items()})
    kept = sums["kept"] + sums["refused"] + sums["still there"]
    done = sums["to remove"] if preview else sums["removed"] + sums["already gone"]
    sample = result.get("stage") == "sample-undo"
    return Page(
        stage=str(result.get("stage") or "rollback"),
        title=("What a rollback would do" if preview else "The sample was taken out" if sample else "The way back"),
        purpose="In reverse order: what was created is removed. What somebody edited since or was there before stays.",
        verdict=_verdict(done, kept, preview=preview),
        tone="look" if kept else "good",
        subject=subject(result),
        tiles=(
            Tile("Records looked at", number(done + kept)),
            Tile("Would be removed" if preview else "Removed", number(done)),
            Tile("Stay", number(kept), tone="look" if kept else "plain"),
            Tile("Fields and options", number(len(lines(result.get("schema"))))),
        ),
        steps=next_steps(result, *((Step("Read what would stay and why."),) if preview and kept else ())),
        sections=(
            *_left(counts),
            *_reasons(result),
            *_counts(counts, sums),
            *_schema(result),
            *balance(result),
            *_windows(result),
            *_kept(result),
        ),
        facts=facts(result),
    )


def brought_back(result: Mapping[str, Any]) -> Page:
    """The preview or the result of taking a rollback back."""
    preview = bool(result.get("preview"))
    counts = {name: dictionary(values) for name, values in dictionary(result.get("records")).items()}
    sums: Counter[str] = Counter()
    for values in counts.values():
        sums.update({name: whole(value) for name, value in values.items()})
    back = sums["to bring back"] if preview else sums["brought back"]
    left = sums.total() - back - sums["there already"]
    would = "would come back" if preview else "came back"
    stay = f"; {many(left, 'record does', 'records do')} not" if left else "; none is missing"
    return Page(
        stage="rollback-undo",
        title="What would come back" if preview else "The rollback was taken back",
        purpose="Records that a rollback removed come back as they were, with their ids, as long as the destination "
        "keeps them.",
        verdict=f"{many(back, 'record')} {would}{stay}.",
        tone="look" if left else "good",
        subject=subject(result),
        tiles=(
            Tile("Would come back" if preview else "Came back", number(back)),
            Tile("Were there already", number(sums["there already"])),
            Tile("Do not come back", number(left), tone="look" if left else "plain"),
        ),
        steps=next_steps(result),
        sections=(*_stays_out(counts), *_counts(counts, sums), *balance(result)),
        facts=facts(result),
    )


def _stays_out(counts: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    found = [
        ((named(name), words(kind, tone="look"), count(number_of)), action(BROUGHT_BACK, kind))
        for name, values in counts.items()
        for kind in ("gone for good", "refused", "in doubt", "not possible there", "fields were removed")
        if (number_of := whole(values.get(kind)))
    ]
    return problem_table("What does not come back", ("What", "Why", "Records"), found, essential=True)


def _verdict(done: int, kept: int, *, preview: bool) -> str:
    would = "would be" if preview else "were"
    if not done and not kept:
        return "There is nothing to take out."
    stay = (
        many(kept, "record would stay", "records would stay") if preview else many(kept, "record stays", "records stay")
    )
    stays = f"; {stay}" if kept else "; none stays"
    return f"{many(done, 'record')} {would} taken out{stays}."


def _left(counts: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    found = [
        ((named(name), words(kind, tone="look"), count(number_of)), action(LEFT_BEHIND, kind))
        for name, values in counts.items()
        for kind in ("kept", "refused", "still there")
        if (number_of := whole(values.get(kind)))
    ]
    return problem_table("What stays in the destination", ("What", "State", "Records"), found, essential=True)


def _reasons(result: Mapping[str, Any]) -> tuple[Section, ...]:
    groups = Counter((str(each.get("rule")), str(each.get("reason"))) for each in lines(result.get("kept")))
    found = [
        ((named(rule), words(reason, tone="look"), count(number_of)), action(ROLLBACK, reason))
        for (rule, reason), number_of in groups.most_common()
    ]
    return problem_table("Why records stay", ("Rule", "Reason", "Records"), found)


def _counts(counts: Mapping[str, Mapping[str, Any]], sums: Mapping[str, int]) -> tuple[Section, ...]:
    names = tuple(name for name in _COLUMNS if sums.get(name)) + tuple(sorted(set(sums) - set(_COLUMNS)))
    if not counts or not names:
        return ()
    rows = tuple((named(name), *(count(whole(values.get(kind))) for kind in names)) for name, values in counts.items())
    total = (words("Together"), *(count(sums.get(kind, 0)) for kind in names))
    columns = ("What", *(name.capitalize() for name in names))
    return (Table(title="By kind of record", columns=columns, rows=rows, total=total, essential=True),)


def _schema(result: Mapping[str, Any]) -> tuple[Section, ...]:
    listed = lines(result.get("schema"))
    kept = [
        (_schema_line(each), action(ROLLBACK, str(each.get("reason") or "")))
        for each in listed
        if each.get("outcome") == "kept"
    ]
    others = tuple(_schema_line(each) for each in listed if each.get("outcome") != "kept")
    columns = ("Kind", "Of", "Name", "Outcome", "Reason")
    table = (Table(title="Fields and options", columns=columns, rows=others, folded=True),) if others else ()
    return (*problem_table("Fields and options that stay", columns, kept), *table)


def _schema_line(each: Mapping[str, Any]) -> tuple[Cell, ...]:
    return (
        words(label(str(each.get("kind") or ""))),
        named(each.get("object")),
        words(each.get("name")),
        words(each.get("outcome")),
        words(each.get("reason")),
    )


def _windows(result: Mapping[str, Any]) -> tuple[Section, ...]:
    windows, until = dictionary(result.get("recoverable_days")), dictionary(result.get("recoverable_until"))
    rows = tuple(
        (
            named(name),
            words(many(whole(days), "day") if days else "not from the destination's bin"),
            words(str(until.get(name, "")).replace("T", " ").removesuffix("+00:00") + " UTC" if name in until else ""),
        )
        for name, days in windows.items()
    )
    columns = ("What", "Can be restored there for", "Until")
    return (Table(title="How long removed records can be restored", columns=columns, rows=rows),) if rows else ()


def _kept(result: Mapping[str, Any]) -> tuple[Section, ...]:
    found = [
        (
            (named(each.get("rule")), words(each.get("reason")), code(each.get("id")), code(each.get("key"))),
            action(ROLLBACK, str(each.get("reason"))),
        )
        for each in lines(result.get("kept"))
    ]
    columns = ("Rule", "Reason", "Id in the destination", "Row (hashed)")
    return problem_table("Every record that stays", columns, found, folded=True, elsewhere="reports/rollback.json")
