"""reconcile: the proof that everything arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from bridgework.reports.actions import PROOF, action
from bridgework.reports.balance import balance
from bridgework.reports.cells import code, count, named, share, words
from bridgework.reports.figures import many, number, rate
from bridgework.reports.page import Bar, Cell, Chart, Page, Part, Section, Step, Table, Tile, Tone, problem_table
from bridgework.reports.pages.general import facts, next_steps, subject, warnings
from bridgework.reports.reading import dictionary, items, lines, whole


def reconcile(result: Mapping[str, Any]) -> Page:
    """Counts, fields, links, money, and every difference."""
    checks = {name: dictionary(values) for name, values in dictionary(result.get("checks")).items()}
    planned = sum(whole(each.get("planned")) for each in checks.values())
    present = sum(whole(each.get("present")) for each in checks.values())
    problems = len(lines(result.get("differences"))) + len(lines(result.get("surplus")))
    money = items(result.get("money_differences"))
    sums = money_lines(checks)
    return Page(
        stage="reconcile",
        title="Did everything arrive?",
        purpose="Every record was read back from the new system and compared with what the mapping says it must be.",
        verdict=_verdict(planned, present, problems, money),
        tone="stop" if money or present < planned else "look" if problems else "good",
        subject=subject(result),
        tiles=(
            Tile("Records checked", number(planned)),
            Tile(
                "Present", number(present), note=rate(present, planned), tone="good" if present == planned else "stop"
            ),
            Tile("Differences", number(problems), tone="look" if problems else "plain"),
            Tile("Money totals equal", f"{len(sums) - len(money)} of {len(sums)}", tone="stop" if money else "plain"),
        ),
        steps=next_steps(
            result, *((Step("Work through the differences below; each says what to do."),) if problems or money else ())
        ),
        sections=(
            *warnings(result),
            *_grouped(result),
            *_counts(checks),
            *_chart(checks),
            *money_sections(checks),
            *_source_money(result),
            *_links(checks),
            *balance(result),
            *_fields(checks),
            *_every(result),
        ),
        facts=facts(result),
        terms=("lost", "wrong", "normalised"),
    )


def _verdict(planned: int, present: int, problems: int, money: list[Any]) -> str:
    if not planned:
        return "There is nothing to compare yet."
    if present == planned and not problems and not money:
        return f"All {number(planned)} records are there and agree, field by field; all totals are equal."
    parts = [f"{number(present)} of {many(planned, 'record')} are there"]
    if problems:
        parts.append(many(problems, "difference"))
    if money:
        parts.append(many(len(money), "total of money differs", "totals of money differ"))
    return "; ".join(parts) + "."


def _grouped(result: Mapping[str, Any]) -> tuple[Section, ...]:
    groups = Counter(
        (str(each.get("rule")), str(each.get("field") or ""), str(each.get("what")))
        for each in lines(result.get("differences"))
    )
    found = [
        (
            (named(rule), words(field or "the whole record"), words(what, tone="look"), count(number_of)),
            action(PROOF, what),
        )
        for (rule, field, what), number_of in groups.most_common()
    ]
    surplus = Counter((str(each.get("object")), str(each.get("what"))) for each in lines(result.get("surplus")))
    found += [
        ((named(name), words("the whole record"), words(what, tone="look"), count(number_of)), action(PROOF, what))
        for (name, what), number_of in surplus.most_common()
    ]
    return problem_table("Differences by cause", ("Rule", "Field", "What", "Records"), found, essential=True)


def _counts(checks: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    if not checks:
        return ()
    rows = tuple(_count_line(named(rule), each) for rule, each in checks.items())
    sums = {kind: sum(whole(each.get(kind)) for each in checks.values()) for kind in ("planned", "present", "missing")}
    columns = ("Rule", "Planned", "Present", "Missing", "Rate")
    total = _count_line(words("Together"), sums)
    return (Table(title="Records", columns=columns, rows=rows, total=total, essential=True),)


def _count_line(name: Cell, values: Mapping[str, Any]) -> tuple[Cell, ...]:
    planned, present = whole(values.get("planned")), whole(values.get("present"))
    missing = count(whole(values.get("missing")), tone="stop")
    return (name, count(planned), count(present), missing, share(present, planned))


def _chart(checks: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    bars = []
    for rule, each in checks.items():
        if planned := whole(each.get("planned")):
            present = whole(each.get("present"))
            parts = [Part(present / planned, "good", f"present: {number(present)}")] if present else []
            if present < planned:
                parts.append(Part((planned - present) / planned, "stop", f"missing: {number(planned - present)}"))
            bars.append(Bar(named(rule).text, tuple(parts), f"{number(present)} of {number(planned)}"))
    legend = (("good", "Present"), ("stop", "Missing"))
    return (Chart(title="Records, planned and present", bars=tuple(bars), legend=legend),) if bars else ()


def money_lines(checks: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """(rule, field, totals) of every money field."""
    return [
        (rule, field, dictionary(totals))
        for rule, each in checks.items()
        for field, totals in dictionary(each.get("money")).items()
    ]


def money_sections(checks: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    """Totals that differ, then all totals."""
    listed = money_lines(checks)
    wrong = [
        (
            _money_line(rule, field, totals),
            "Find the records with another amount in the list of differences and correct them.",
        )
        for rule, field, totals in listed
        if not totals.get("equal")
    ]
    columns = ("Rule", "Field", "Expected", "Present", "State")
    table = Table(
        title="Money totals",
        columns=columns,
        rows=tuple(_money_line(rule, field, totals) for rule, field, totals in listed),
        intro="Equal means within 0.01 % of the expected total.",
    )
    return (*problem_table("Totals that differ", columns, wrong, essential=True), *((table,) if listed else ()))


def _source_money(result: Mapping[str, Any]) -> tuple[Section, ...]:
    rows = tuple(
        (
            named(name),
            Cell(number(dictionary(totals).get("total")), figure=True),
            Cell(number(dictionary(totals).get("left_out")), figure=True),
        )
        for name, totals in dictionary(result.get("source_money")).items()
    )
    intro = "Sums over all rows of the export, to compare with the old system's own reports."
    columns = ("Amount in the old system", "All rows", "Of these left out")
    return (Table(title="Money in the old system", columns=columns, rows=rows, intro=intro),) if rows else ()


def _money_line(rule: str, field: str, totals: Mapping[str, Any]) -> tuple[Cell, ...]:
    equal = bool(totals.get("equal"))
    return (
        named(rule),
        words(field),
        Cell(number(totals.get("expected")), figure=True),
        Cell(number(totals.get("present")), figure=True),
        words("equal" if equal else "differs", tone="good" if equal else "stop"),
    )


def _links(checks: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    rows = []
    for rule, each in checks.items():
        for name, values in dictionary(each.get("links")).items():
            right, wrong = whole(dictionary(values).get("right")), whole(dictionary(values).get("wrong"))
            rows.append(
                (named(rule), words(name), count(right), count(wrong, tone="stop"), share(right, right + wrong))
            )
    columns = ("Rule", "Link", "Right", "Wrong", "Rate")
    return (Table(title="Links between records", columns=columns, rows=tuple(rows)),) if rows else ()


def _fields(checks: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    rows = []
    for rule, each in checks.items():
        for field, values in dictionary(each.get("fields")).items():
            expected, populated = whole(dictionary(values).get("expected")), whole(dictionary(values).get("populated"))
            tone: Tone = "plain" if populated >= expected else "look"
            rows.append((named(rule), words(field), count(expected), share(populated, expected, tone=tone)))
    columns = ("Rule", "Field", "Sent", "Filled")
    return (
        (Table(title="How well the fields are filled", columns=columns, rows=tuple(rows), folded=True),) if rows else ()
    )


def _every(result: Mapping[str, Any]) -> tuple[Section, ...]:
    found = [
        (
            (
                named(each.get("rule") or each.get("object")),
                words(each.get("field") or "the whole record"),
                words(each.get("what"), tone="look"),
                code(each.get("id")),
                code(each.get("key")),
            ),
            action(PROOF, str(each.get("what"))),
        )
        for each in (*lines(result.get("differences")), *lines(result.get("surplus")))
    ]
    columns = ("Rule", "Field", "What", "Id in the destination", "Row (hashed)")
    return problem_table("Every difference", columns, found, folded=True, elsewhere="reports/reconcile.json")
