"""load, delta, replay and failures: what was written and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.actions import OUTCOMES, REJECTED, REPLAY, action
from bridgework.reports.balance import balance, said, total
from bridgework.reports.cells import code, count, named, words
from bridgework.reports.figures import label, many, number, rate
from bridgework.reports.page import Cell, Note, Page, Section, Step, Table, Tile, problem_table
from bridgework.reports.pages.general import facts, next_steps, subject, warnings
from bridgework.reports.reading import dictionary, items, lines, whole

_THERE = ("created", "updated", "matched", "unchanged", "conflict")


def load(result: Mapping[str, Any]) -> Page:
    """What the load wrote."""
    rules = dictionary(result.get("rules"))
    planned, there = total(rules, "planned"), sum(total(rules, state) for state in _THERE)
    left = {state: total(rules, state) for state in ("rejected", "skipped", "in_doubt", "pending", "conflict")}
    replay = result.get("stage") == "replay"
    return Page(
        stage=str(result.get("stage") or "load"),
        title="Refused records, sent again" if replay else "The load",
        purpose="Records were written in order, each exactly once, within the destination's limits.",
        verdict=_verdict(planned, there, left),
        tone="stop" if left["rejected"] else "look" if any(left.values()) else "good",
        subject=subject(result),
        tiles=_tiles(planned, there, left),
        steps=next_steps(result, *_steps(left)),
        sections=(
            *warnings(result),
            *_altered(result),
            *balance(result),
            *_kept(result),
            *_run(result),
            *_usage(result),
        ),
        facts=facts(result),
        terms=("in doubt", "merged", "archived", "left out"),
    )


def _tiles(planned: int, there: int, left: Mapping[str, int]) -> tuple[Tile, ...]:
    to_look = left["rejected"] + left["skipped"] + left["in_doubt"] + left["conflict"]
    return (
        Tile("Records planned", number(planned)),
        Tile("In the new system", number(there), note=rate(there, planned), tone="good" if there else "plain"),
        Tile("To look at", number(to_look), tone="look" if to_look else "plain"),
        Tile(
            "Still to do",
            number(left["pending"]),
            note="some may wait for refused ones" if left["pending"] and left["rejected"] else "",
        ),
    )


def _verdict(planned: int, there: int, left: Mapping[str, int]) -> str:
    if planned and there == planned and not left["conflict"]:
        return f"All {number(planned)} records are in the new system."
    parts = [f"{number(there)} of {many(planned, 'record')} are in the new system"]
    if left["rejected"]:
        parts.append(many(left["rejected"], "was refused", "were refused"))
    if left["skipped"]:
        parts.append(many(left["skipped"], "belongs to a refused one", "belong to refused ones"))
    if left["in_doubt"]:
        parts.append(many(left["in_doubt"], "is in doubt", "are in doubt"))
    if left["pending"]:
        parts.append(many(left["pending"], "is still to do", "are still to do"))
    if left["conflict"]:
        parts.append(
            many(left["conflict"], "was edited there by people and kept", "were edited there by people and kept")
        )
    return "; ".join(parts) + "."


def _steps(left: Mapping[str, int]) -> tuple[Step, ...]:
    if left["in_doubt"] or (left["pending"] and not left["rejected"]):  # else they may wait for what was refused
        return (Step("Go on: it does nothing twice", "bridgework load"),)
    return ()


def delta(result: Mapping[str, Any]) -> Page:
    """What changed in the source and was brought over."""
    source = {name: dictionary(values) for name, values in dictionary(result.get("source")).items()}
    sums = {
        kind: sum(whole(each.get(kind)) for each in source.values()) for kind in ("new", "changed", "unchanged", "gone")
    }
    rules = dictionary(result.get("rules"))
    left = {state: total(rules, state) for state in ("rejected", "skipped", "in_doubt", "pending", "conflict")}
    open_ = sum(left.values())
    changes = sums["new"] + sums["changed"]
    verdict = f"{many(sums['new'], 'new row')} and {many(sums['changed'], 'changed row')} were brought over"
    return Page(
        stage="delta",
        title="What changed since the export",
        purpose="The old system was read again; what changed was written. Edits made in the new system were kept.",
        verdict=(verdict if changes else "Nothing new in the old system")
        + (f"; {many(open_, 'record')} to look at." if open_ else "."),
        tone="stop" if left["rejected"] else "look" if open_ or sums["gone"] else "good",
        subject=subject(result),
        tiles=(
            Tile("Rows compared", number(sum(sums.values()))),
            Tile("New or changed", number(changes)),
            Tile("Gone from the old system", number(sums["gone"]), tone="look" if sums["gone"] else "plain"),
            Tile("To look at", number(open_), tone="look" if open_ else "plain"),
        ),
        steps=next_steps(result, *_steps(left)),
        sections=(
            *warnings(result),
            *_changes(source),
            *_gone(source),
            *_altered(result),
            *balance(result),
            *_kept(result),
            *_run(result),
            *_usage(result),
        ),
        facts=facts(result),
        terms=("delta", "in doubt"),
    )


def _changes(source: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    kinds = ("new", "changed", "unchanged", "gone")
    rows = tuple((named(name), *(count(whole(values.get(kind))) for kind in kinds)) for name, values in source.items())
    columns = ("Rows of", *(kind.capitalize() for kind in kinds))
    return (Table(title="Changes in the old system", columns=columns, rows=rows, essential=True),) if rows else ()


def _gone(source: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    found = [
        (
            (named(name), count(whole(values.get("gone")), tone="look")),
            "Deleted in the old system after the first export. Their records stay: delete by hand what is not wanted.",
        )
        for name, values in source.items()
        if whole(values.get("gone"))
    ]
    return problem_table("Rows that are gone from the old system", ("Rows of", "Number"), found)


_KEPT: Final = {
    "reference left out": "The record it names was not moved: the link stays empty. Set it by hand if it matters.",
    "kept edits": "Somebody edited the record in the destination; the edit was kept. Correct what is wrong.",
    "deleted by somebody": "Somebody deleted the record in the destination. Restore it there, or leave it.",
}


def _kept(result: Mapping[str, Any]) -> tuple[Section, ...]:
    found = [
        ((named(rule), words(state, tone="look"), count(number_of)), todo)
        for rule, states in dictionary(result.get("outcomes")).items()
        for state, todo in _KEPT.items()
        if (number_of := whole(dictionary(states).get(state)))
    ]
    return problem_table("What this run left to people", ("Rule", "What", "Records"), found, essential=True)


def _altered(result: Mapping[str, Any]) -> tuple[Section, ...]:
    found = [
        (
            (
                named(each.get("rule")),
                words(each.get("field")),
                words("is empty there" if each.get("what") == "lost" else "is another value there", tone="look"),
                words(f"{whole(each.get('records'))} of {whole(each.get('sampled'))} samples"),
            ),
            "An automation or a rule of the destination altered it. Run bridgework reconcile to see every record.",
        )
        for each in lines(result.get("altered"))
    ]
    return problem_table("Altered by the destination", ("Rule", "Field", "What", "Seen in"), found, essential=True)


def _run(result: Mapping[str, Any]) -> tuple[Section, ...]:
    outcomes = dictionary(result.get("outcomes"))
    names = tuple(dict.fromkeys(state for states in outcomes.values() for state in dictionary(states)))
    if not names:
        return ()
    rows = tuple(
        (named(rule), *(count(whole(dictionary(states).get(name))) for name in names))
        for rule, states in outcomes.items()
    )
    columns = ("Rule", *(said(name) for name in names))
    return (Table(title="What this run did", columns=columns, rows=rows, folded=True),)


def _usage(result: Mapping[str, Any]) -> tuple[Section, ...]:
    usage = dictionary(result.get("usage"))
    if not usage:
        return ()
    rows: list[tuple[Cell, ...]] = [(words("Calls to the destination"), count(usage.get("requests")))]
    rows += [
        (words(f"Answers: {label(str(name)).lower()}"), count(value))
        for name, value in dictionary(usage.get("verdicts")).items()
    ]
    rows += [
        (
            words(f"Left of {each.get('label') or each.get('budget')}"),
            Cell(f"{number(each.get('left'))} of {number(each.get('limit'))}", figure=True),
        )
        for each in lines(usage.get("left"))
    ]
    return (Table(title="Use of the allowance", columns=("What", "Number"), rows=tuple(rows), folded=True),)


def failures(result: Mapping[str, Any]) -> Page:
    """Dead letters, grouped by cause."""
    groups = lines(result.get("groups"))
    records = sum(whole(each.get("records")) for each in groups)
    found = [
        (
            (
                named(each.get("rule")),
                words(said(str(each.get("state") or "")), tone="stop" if each.get("state") == "rejected" else "look"),
                words(each.get("reason")),
                words(each.get("field")),
                count(each.get("records")),
            ),
            action({**REJECTED, "": REPLAY}, str(each.get("reason") or ""))
            if each.get("state") == "rejected"
            else action(OUTCOMES, str(each.get("state"))),
        )
        for each in groups
    ]
    examples = tuple(
        (named(each.get("rule")), words(each.get("reason")), code(", ".join(map(str, items(each.get("examples"))))))
        for each in groups
        if items(each.get("examples"))
    )
    folded = Table(title="Examples", columns=("Rule", "Reason", "Rows (hashed)"), rows=examples, folded=True)
    return Page(
        stage="failures",
        title="Records that were refused",
        purpose="They are kept with their cause, can be corrected and sent again, and disturb nothing that succeeded.",
        verdict=f"{_failed(records, len(groups))} {result.get('message') or ''}".strip(),
        tone="stop" if groups else "good",
        subject=subject(result),
        tiles=(
            Tile("Records", number(records), tone="stop" if records else "plain"),
            Tile("Causes", number(len(groups))),
        ),
        steps=next_steps(result),
        sections=(
            *problem_table("By cause", ("Rule", "State", "Reason", "Field", "Records"), found, essential=True),
            *balance(result),
            *_superseded(whole(result.get("superseded"))),
            *((folded,) if examples else ()),
        ),
        facts=facts(result),
        terms=("in doubt",),
    )


def _failed(records: int, groups: int) -> str:
    return (
        f"{many(records, 'record')} in {many(groups, 'group')} need a person." if groups else "No record was refused."
    )


def _superseded(records: int) -> tuple[Section, ...]:
    if not records:
        return ()
    told = f"{many(records, 'refused record is', 'refused records are')} not wanted any more by the newest plan"
    return (Note(title="Settled by a newer plan", lines=(f"{told}: its report says what becomes of the rows.",)),)
