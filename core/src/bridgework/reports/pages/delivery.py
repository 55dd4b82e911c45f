"""deliver: the summary that the practice keeps.

Beside the common keys it reads, all optional:

- `practice`, `source_name`, `destination_name`, `account`: texts; `dates`: what happened → instant (see `_DATES`);
- `migrated`: [{name, to, rule, count}] in words of the practice;
- `reconciliation`: the data of reconcile (`checks`, `differences`, `surplus`, `money_differences`);
- `not_transferred`: [{what, count, reason, where}];
- `way_back`: {command, until, days, notes: [text]};
- `maintenance`: [{object, field, why}]; `approvals`: [{gate, by, at}];
- `package`: [{file, purpose, size, sha256}]; `sign_off`: [role]; `head`: end of the hash chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.balance import balance, total
from bridgework.reports.cells import code, count, named, words
from bridgework.reports.figures import instant, label, many, number
from bridgework.reports.page import Cell, Note, Page, Section, Step, Table, Tile, problem_table
from bridgework.reports.pages.general import facts, next_steps, subject, warnings
from bridgework.reports.pages.proving import money_lines, money_sections
from bridgework.reports.reading import dictionary, items, lines, whole

SIGN_OFF: Final = ("For the practice", "For the migration")
_SYSTEMS: Final = {"source_name": "From", "destination_name": "To"}
_DATES: Final = {
    "extracted": "Export read",
    "cutover": "Cutover (divides past from future)",
    "loaded": "Load finished",
    "delta": "Last delta",
    "reconciled": "Reconciled",
    "delivered": "Delivered",
}
_THERE: Final = ("created", "updated", "matched", "unchanged", "conflict")


def deliver(result: Mapping[str, Any]) -> Page:
    """The delivery summary."""
    rules = dictionary(result.get("rules"))
    planned, there = total(rules, "planned"), sum(total(rules, state) for state in _THERE)
    rows = total(dictionary(result.get("objects")), "extracted")
    refused = total(rules, "rejected") + total(rules, "in_doubt") + total(rules, "skipped") + total(rules, "pending")
    proof = dictionary(result.get("reconciliation"))
    checks = {name: dictionary(values) for name, values in dictionary(proof.get("checks")).items()}
    problems = len(lines(proof.get("differences"))) + len(lines(proof.get("surplus")))
    money = money_lines(checks)
    wrong = len(items(proof.get("money_differences")))
    steps = (
        Step("Read what was not transferred and where it is kept."),
        Step("Sign at the end of summary.pdf, and keep the package for as long as your records must be kept."),
    )
    return Page(
        stage="deliver",
        title=_title(result),
        purpose="What was moved, the proof that it arrived, what stayed behind and where it is, and the way back.",
        verdict=_verdict(planned, there, refused, problems, wrong),
        tone="look" if refused or problems or wrong else "good",
        subject=subject(result),
        tiles=(
            Tile("Rows read", number(rows)),
            Tile("Records in the new system", number(there), note=f"of {number(planned)} planned"),
            Tile("Differences", number(problems), tone="look" if problems else "plain"),
            Tile("Money totals equal", f"{len(money) - wrong} of {len(money)}", tone="stop" if wrong else "plain"),
        ),
        steps=(*steps, *next_steps(result)),
        sections=(
            *warnings(result),
            *_dates(result),
            *_migrated(result),
            *balance(result),
            *_proof(proof, checks),
            *money_sections(checks),
            *_left(result),
            *_way_back(result),
            *_maintenance(result),
            *_approvals(result),
            *_package(result),
            *_sign_off(result),
        ),
        facts=facts(result),
        terms=("merged", "archived", "left out", "in doubt"),
    )


def _title(result: Mapping[str, Any]) -> str:
    source, destination = (label(str(result.get(name) or "")) for name in ("source_name", "destination_name"))
    return (
        f"Summary of the migration from {source} to {destination}"
        if source and destination
        else "Summary of the migration"
    )


def _verdict(planned: int, there: int, refused: int, problems: int, wrong: int) -> str:
    if planned and there == planned and not refused and not problems and not wrong:
        return f"All {number(planned)} records arrived and agree with the old system."
    parts = [f"{number(there)} of {many(planned, 'record')} arrived"]
    if refused:
        parts.append(f"{number(refused)} did not")
    if problems:
        parts.append(f"{many(problems, 'difference')} listed")
    if wrong:
        parts.append(many(wrong, "total of money differs", "totals of money differ"))
    return "; ".join(parts) + "."


def _dates(result: Mapping[str, Any]) -> tuple[Section, ...]:
    rows = [(words(said), named(name)) for key, said in _SYSTEMS.items() if (name := result.get(key))]
    if account := result.get("account"):
        rows.append((words("Account"), words(account)))
    rows += [
        (words(_DATES.get(str(name), name)), words(instant(value)))
        for name, value in dictionary(result.get("dates")).items()
        if value
    ]
    return (Table(title="From, to and when", columns=("What", "Value"), rows=tuple(rows)),) if rows else ()


def _migrated(result: Mapping[str, Any]) -> tuple[Section, ...]:
    rows = tuple(
        (
            words(each.get("name") or each.get("rule")),
            named(each.get("to")),
            Cell(number(each.get("count", 0)), figure=True),
        )
        for each in lines(result.get("migrated"))
    )
    if not rows:
        rows = tuple(
            (
                named(rule),
                words(""),
                Cell(number(sum(whole(dictionary(states).get(name)) for name in _THERE)), figure=True),
            )
            for rule, states in dictionary(result.get("rules")).items()
        )
    columns = ("What", "Now found as", "Records")
    return (Table(title="What was moved", columns=columns, rows=rows, essential=True),) if rows else ()


def _proof(proof: Mapping[str, Any], checks: Mapping[str, Mapping[str, Any]]) -> tuple[Section, ...]:
    if not checks:
        note = "No reconciliation is part of this delivery. Run bridgework reconcile and deliver again."
        return () if proof else (Note(title="Reconciliation", lines=(note,), tone="look"),)
    rows = tuple(
        (
            named(rule),
            count(whole(each.get("planned"))),
            count(whole(each.get("present"))),
            count(whole(each.get("missing")), tone="stop"),
            count(sum(whole(dictionary(link).get("right")) for link in dictionary(each.get("links")).values())),
            count(
                sum(whole(dictionary(link).get("wrong")) for link in dictionary(each.get("links")).values()),
                tone="stop",
            ),
        )
        for rule, each in checks.items()
    )
    columns = ("Rule", "Planned", "Present", "Missing", "Links right", "Links wrong")
    intro = "Every record was read back from the new system and compared field by field."
    return (Table(title="Reconciliation", columns=columns, rows=rows, intro=intro, essential=True),)


def _left(result: Mapping[str, Any]) -> tuple[Section, ...]:
    found = [
        (
            (words(each.get("what")), count(each.get("count", 0)), words(each.get("reason"))),
            str(each.get("action") or "") or f"Find it in {each.get('where') or 'the archive of the package'}.",
        )
        for each in lines(result.get("not_transferred"))
    ]
    return problem_table("What was not transferred, and where it is", ("What", "Rows", "Why"), found, essential=True)


def _way_back(result: Mapping[str, Any]) -> tuple[Section, ...]:
    back = dictionary(result.get("way_back"))
    command = back.get("command") or "bridgework rollback --preview"
    said = [f"To go back, run: {command}. It shows first what would be removed and what would stay."]
    if until := back.get("until"):
        said.append(f"Removed records can be restored in the new system until {instant(until)}.")
    elif days := back.get("days"):
        said.append(f"Removed records can be restored in the new system for {many(whole(days), 'day')}.")
    said += [str(each) for each in items(back.get("notes"))]
    said.append("Records that somebody edited since, or that were there before, are never removed.")
    return (Note(title="The way back", lines=tuple(said)),)


def _maintenance(result: Mapping[str, Any]) -> tuple[Section, ...]:
    rows = tuple(
        (named(each.get("object")), words(each.get("field")), words(each.get("why")))
        for each in lines(result.get("maintenance"))
    )
    columns = ("Of", "Field", "What keeps it up to date")
    return (Table(title="Fields that need care from now on", columns=columns, rows=rows),) if rows else ()


def _approvals(result: Mapping[str, Any]) -> tuple[Section, ...]:
    rows = tuple(
        (words(each.get("gate")), words(each.get("by")), words(instant(each.get("at"))))
        for each in lines(result.get("approvals"))
    )
    return (Table(title="Approved by", columns=("Gate", "Person", "When"), rows=rows),) if rows else ()


def _sign_off(result: Mapping[str, Any]) -> tuple[Section, ...]:
    roles = [str(each) for each in items(result.get("sign_off"))] or list(SIGN_OFF)
    rows = tuple((words(role), Cell(""), Cell(""), Cell("")) for role in roles)
    return (Table(title="Signatures", columns=("", "Name", "Date", "Signature"), rows=rows),)


def _package(result: Mapping[str, Any]) -> tuple[Section, ...]:
    listed = lines(result.get("package"))
    rows = tuple(
        (words(each.get("file")), words(each.get("purpose")), count(each.get("size")), code(each.get("sha256")))
        for each in listed
    )
    columns = ("File", "What it is for", "Bytes", "SHA-256")
    return (Table(title="What the package holds", columns=columns, rows=rows, folded=True),) if rows else ()
