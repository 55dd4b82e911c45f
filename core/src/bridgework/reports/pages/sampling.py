"""sample and diff: a part of the records, written for real, and compared field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.actions import DIFFERENCES, REJECTED, action
from bridgework.reports.balance import balance
from bridgework.reports.cells import code, count, named, share, words
from bridgework.reports.figures import label, many, number, rate
from bridgework.reports.page import Bar, Cell, Chart, Page, Part, Section, Step, Table, Tile, Tone, problem_table
from bridgework.reports.pages.general import facts, next_steps, subject
from bridgework.reports.reading import dictionary, lines, whole

CLASSES: Final = ("equal", "normalised", "lost", "wrong", "missing")
TONES: Final[dict[str, Tone]] = {"lost": "stop", "wrong": "stop", "missing": "stop"}
_COLOURS: Final = {"equal": "good", "normalised": "calm", "lost": "look", "wrong": "stop", "missing": "deep"}


def sample(result: Mapping[str, Any]) -> Page:
    """What the sample holds."""
    outcomes = dictionary(result.get("outcomes"))
    refused = sum(whole(dictionary(each).get("rejected")) for each in outcomes.values())
    records, roots = whole(result.get("records")), whole(result.get("roots"))
    verdict = f"{many(records, 'record was', 'records were')} written for real"
    return Page(
        stage="sample",
        title="The sample",
        purpose="A part of the records was written before the rest, with all it belongs to, and can be taken out.",
        verdict=f"{verdict}; {many(refused, 'was refused', 'were refused')}."
        if refused
        else f"{verdict}; none was refused.",
        tone="look" if refused else "good",
        subject=subject(result),
        tiles=(
            Tile("Chosen", number(roots), note="by strata, rarest first"),
            Tile("With what belongs to them", number(records)),
            Tile("Refused", number(refused), tone="stop" if refused else "plain"),
        ),
        steps=next_steps(result, text="Compare the sample, field by field"),
        sections=(*_refused(outcomes), *_outcomes(outcomes), *_strata(result), *balance(result)),
        facts=facts(result),
        terms=("sample",),
    )


def _refused(outcomes: Mapping[str, Any]) -> tuple[Section, ...]:
    found = [
        ((named(rule), count(refused, tone="stop")), action(REJECTED, ""))
        for rule, states in outcomes.items()
        if (refused := whole(dictionary(states).get("rejected")))
    ]
    return problem_table("Refused by the destination", ("Rule", "Records"), found, essential=True)


def _outcomes(outcomes: Mapping[str, Any]) -> tuple[Section, ...]:
    names = tuple(dict.fromkeys(state for states in outcomes.values() for state in dictionary(states)))
    if not names:
        return ()
    rows = tuple(
        (named(rule), *(count(dictionary(states).get(name, 0)) for name in names)) for rule, states in outcomes.items()
    )
    columns = ("Rule", *(label(name) for name in names))
    return (Table(title="What this run did", columns=columns, rows=rows),)


def _strata(result: Mapping[str, Any]) -> tuple[Section, ...]:
    strata = {str(name): dictionary(values) for name, values in dictionary(result.get("strata")).items()}
    if not strata:
        return ()
    kinds = tuple(
        (words(name), count(len(values)), count(sum(1 for chosen in values.values() if whole(chosen))))
        for name, values in strata.items()
    )
    cases = tuple(
        (words(name), words(value or "nothing"), count(whole(chosen)))
        for name, values in strata.items()
        for value, chosen in values.items()
    )
    intro = "Kinds of cases by field; of rare kinds the sample takes the first ones."
    return (
        Table(title="Kinds of cases", columns=("By", "Kinds", "In the sample"), rows=kinds, intro=intro, folded=True),
        Table(title="Every case", columns=("By", "Case", "Chosen"), rows=cases, folded=True),
    )


def diff(result: Mapping[str, Any]) -> Page:
    """The shareable difference: classes and counts; values stand in the private report."""
    classes = dictionary(result.get("classes"))
    sums = {name: sum(whole(dictionary(each).get(name)) for each in classes.values()) for name in CLASSES}
    compared = sum(sums[name] for name in CLASSES[:4])
    bad = sums["lost"] + sums["wrong"]
    look = Step("Look at private/diff.html: it shows the values, problems first.")
    again = Step("If something is wrong, correct the mapping and write the sample again", "bridgework sample")
    return Page(
        stage="diff",
        title="Did the sample arrive as it was sent?",
        purpose="Every field of every record of the sample was read back and compared with what was sent.",
        verdict=_verdict(compared, bad, sums["missing"], whole(result.get("records"))),
        tone="stop" if bad or sums["missing"] else "good",
        subject=subject(result),
        tiles=(
            Tile("Fields compared", number(compared), note=many(whole(result.get("records")), "record")),
            Tile(
                "As sent", number(sums["equal"] + sums["normalised"]), note=rate(compared - bad, compared), tone="good"
            ),
            Tile("Lost or wrong", number(bad), tone="stop" if bad else "plain"),
            Tile("Records missing", number(sums["missing"]), tone="stop" if sums["missing"] else "plain"),
        ),
        steps=next_steps(
            result, *((look, again) if bad or sums["missing"] else (look,)), text="If it is right, approve by name"
        ),
        sections=(*_grouped(result), *_classes(classes), *_chart(classes), *balance(result), *_problems(result)),
        facts=facts(result),
        terms=("sample", "normalised", "lost", "wrong"),
    )


def _verdict(compared: int, bad: int, missing: int, records: int) -> str:
    if not compared and not missing:
        return "Nothing was compared yet."
    if not bad and not missing:
        return f"All {number(compared)} fields of {many(records, 'record')} are stored as they were sent."
    parts = [f"{many(bad, 'field')} lost or wrong"] if bad else []
    parts += [f"{many(missing, 'record')} missing"] if missing else []
    return f"{' and '.join(parts)}; {number(compared - bad)} fields are stored as they were sent."


def _grouped(result: Mapping[str, Any]) -> tuple[Section, ...]:
    groups = Counter(
        (str(each.get("rule")), str(each.get("field") or ""), str(each.get("class")))
        for each in lines(result.get("problems"))
    )
    found = [
        (
            (
                named(rule),
                words(field or "the whole record"),
                words(kind, tone=TONES.get(kind, "look")),
                count(number_of),
            ),
            action(DIFFERENCES, kind),
        )
        for (rule, field, kind), number_of in groups.most_common()
    ]
    return problem_table("What is different", ("Rule", "Field", "Class", "Records"), found, essential=True)


def _classes(classes: Mapping[str, Any]) -> tuple[Section, ...]:
    if not classes:
        return ()
    rows = tuple(_class_line(named(rule), dictionary(counts)) for rule, counts in classes.items())
    sums = {name: sum(whole(dictionary(each).get(name)) for each in classes.values()) for name in CLASSES}
    columns = ("Rule", "Fields", "Equal", "Normalised", "Lost", "Wrong", "As sent", "Records missing")
    total = _class_line(words("Together"), sums)
    return (Table(title="Fields by class", columns=columns, rows=rows, total=total, essential=True),)


def _class_line(name: Cell, counts: Mapping[str, Any]) -> tuple[Cell, ...]:
    fields = sum(whole(counts.get(kind)) for kind in CLASSES[:4])
    good = whole(counts.get("equal")) + whole(counts.get("normalised"))
    cells = [count(whole(counts.get(kind)), tone=TONES.get(kind, "plain")) for kind in CLASSES[:4]]
    return (name, count(fields), *cells, share(good, fields), count(whole(counts.get("missing")), tone="stop"))


def _chart(classes: Mapping[str, Any]) -> tuple[Section, ...]:
    bars = []
    for rule, counts in classes.items():
        values = {kind: whole(dictionary(counts).get(kind)) for kind in CLASSES[:4]}
        if fields := sum(values.values()):
            parts = tuple(
                Part(value / fields, _COLOURS[kind], f"{kind}: {number(value)}")
                for kind, value in values.items()
                if value
            )
            bars.append(Bar(named(rule).text, parts, number(fields)))
    legend = tuple((_COLOURS[kind], kind.capitalize()) for kind in CLASSES[:4])
    return (Chart(title="Fields by class, per rule", bars=tuple(bars), legend=legend),) if bars else ()


def _problems(result: Mapping[str, Any]) -> tuple[Section, ...]:
    found = [
        (
            (
                named(each.get("rule")),
                words(each.get("field") or "the whole record"),
                words(each.get("class"), tone=TONES.get(str(each.get("class")), "look")),
                code(each.get("id")),
                code(each.get("key")),
            ),
            action(DIFFERENCES, str(each.get("class"))),
        )
        for each in lines(result.get("problems"))
    ]
    columns = ("Rule", "Field", "Class", "Id in the destination", "Row (hashed)")
    return problem_table("Every difference", columns, found, folded=True, elsewhere="reports/diff.json")
