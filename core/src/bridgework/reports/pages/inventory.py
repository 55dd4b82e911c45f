"""extract: what the source holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridgework.reports.balance import balance
from bridgework.reports.cells import code, count, named, share, words
from bridgework.reports.figures import many, number, rate
from bridgework.reports.page import Bar, Cell, Chart, Note, Page, Part, Section, Step, Table, Tile, problem_table
from bridgework.reports.pages.general import facts, next_steps, subject, warnings
from bridgework.reports.reading import dictionary, items, lines, whole

FIELD_LIMIT = 400  # rows of one field table; wide practices have about 200 fields


def extract(result: Mapping[str, Any]) -> Page:
    """The inventory."""
    listed = lines(result.get("inventory"))
    present = [each for each in listed if not each.get("absent")]
    absent = [each for each in listed if each.get("absent")]
    rows = sum(whole(each.get("rows")) for each in present)
    fields = sum(len(items(each.get("fields"))) for each in present)
    short = [each for each in present if each.get("declared") is not None and each.get("declared") != each.get("rows")]
    steps = []
    if absent:
        steps.append(Step("Decide which of the missing parts the practice needs, and export those too."))
    return Page(
        stage="extract",
        title="What the old system holds",
        purpose="Everything in the export was read once, frozen, and counted. Nothing was changed anywhere.",
        verdict=_verdict(present, rows, absent, short),
        tone="stop" if short else "look" if absent or items(result.get("warnings")) else "good",
        subject=subject(result),
        tiles=(
            Tile("Rows read", number(rows)),
            Tile("Kinds of data", number(len(present)), note=many(fields, "field")),
            Tile("Not in this export", number(len(absent)), tone="look" if absent else "plain"),
        ),
        steps=next_steps(result, *steps),
        sections=(
            *warnings(result),
            *_objects(present),
            *_missing(absent, short),
            *_volumes(present),
            *(table for each in present for table in _fields(each)),
            *_choices(present),
            *balance(result),
            *_files(present),
        ),
        facts=facts(result),
    )


def _verdict(
    present: list[Mapping[str, Any]], rows: int, absent: list[Mapping[str, Any]], short: list[Mapping[str, Any]]
) -> str:
    read = f"{many(rows, 'row')} of {many(len(present), 'kind')} of data were read"
    if short:
        wrong = many(len(short), "kind of data holds", "kinds of data hold")
        return f"{read}, but {wrong} another number of rows than the export declares."
    if absent:
        return f"{read} completely; {many(len(absent), 'kind of data is', 'kinds of data are')} not in this export."
    return f"{read} completely."


def _name(each: Mapping[str, Any]) -> Cell:
    name = str(each.get("object") or "")
    said = str(each.get("label") or "")
    return Cell(said, note=name if said.casefold() != name.casefold() else "") if said else named(name)


def _objects(present: list[Mapping[str, Any]]) -> tuple[Section, ...]:
    if not present:
        return ()
    rows = tuple(
        (
            _name(each),
            count(each.get("rows")),
            count(each.get("declared")) if each.get("declared") is not None else Cell("not declared", figure=True),
            words(" + ".join(map(str, items(each.get("key"))))),
            count(len(items(each.get("fields")))),
            count(sum(1 for field in lines(each.get("fields")) if field.get("custom"))),
            words(each.get("format")),
        )
        for each in present
    )
    columns = ("What", "Rows", "Declared", "Known by", "Fields", "Made by the practice", "Format")
    return (Table(title="What was read", columns=columns, rows=rows, essential=True),)


def _missing(absent: list[Mapping[str, Any]], short: list[Mapping[str, Any]]) -> tuple[Section, ...]:
    found = [
        ((_name(each), words("not in this export", tone="look")), str(each.get("absent")) or "Ask for it.")
        for each in absent
    ]
    found += [
        (
            (
                _name(each),
                words(f"{number(each.get('rows'))} rows, declared {number(each.get('declared'))}", tone="stop"),
            ),
            "Make the export again: the file is damaged or was cut short.",
        )
        for each in short
    ]
    return problem_table("What is missing", ("What", "State"), found, essential=True)


def _volumes(present: list[Mapping[str, Any]]) -> tuple[Section, ...]:
    most = max((whole(each.get("rows")) for each in present), default=0)
    if not most:
        return ()
    bars = tuple(
        Bar(
            _name(each).text,
            (Part(whole(each.get("rows")) / most, "calm", number(each.get("rows"))),),
            number(each.get("rows")),
        )
        for each in sorted(present, key=lambda each: -whole(each.get("rows")))
    )
    return (Chart(title="Rows by kind", bars=bars),)


def _fields(each: Mapping[str, Any]) -> tuple[Section, ...]:
    fields = lines(each.get("fields"))
    if not fields:
        return ()
    rows = tuple(_field(field) for field in fields[:FIELD_LIMIT])
    filled = sum(whole(field.get("filled")) for field in fields)
    of = sum(whole(field.get("rows")) for field in fields)
    return (
        Table(
            title=f"Fields of {_name(each).text}",
            columns=("Field", "Type", "Filled", "Empty", "Longest", "Remark"),
            rows=rows,
            intro=f"{many(len(fields), 'field')}; {rate(filled, of)} of {number(of)} values are filled.",
            folded=True,
            left_out=max(0, len(fields) - FIELD_LIMIT),
            elsewhere="reports/inventory.json",
        ),
    )


def _field(field: Mapping[str, Any]) -> tuple[Cell, ...]:
    name, said = str(field.get("name") or ""), str(field.get("label") or "")
    remarks = [
        word
        for word, there in (
            ("made by the practice", field.get("custom")),
            ("type inferred from the values", field.get("inferred")),
        )
        if there
    ]
    known = field.get("filled") is not None
    filled, of = whole(field.get("filled")), whole(field.get("rows"))
    empty = Cell("–", figure=True)
    return (
        Cell(said or name, note=name if said and said != name else ""),
        words(str(field.get("type") or "").replace("_", " ")),
        share(filled, of) if known else empty,
        count(of - filled) if known else empty,
        count(field.get("longest")) if field.get("longest") is not None else empty,
        words(", ".join(remarks)),
    )


def _choices(present: list[Mapping[str, Any]]) -> tuple[Section, ...]:
    rows = tuple(
        (_name(each), words(field.get("label") or field.get("name")), words(value), count(number_of))
        for each in present
        for field in lines(each.get("fields"))
        for value, number_of in sorted(dictionary(field.get("values")).items(), key=lambda pair: -whole(pair[1]))
    )
    if not rows:
        return ()
    intro = "Only fields whose choices the old system declares itself are listed."
    columns = ("What", "Field", "Choice", "Rows")
    return (Table(title="Choices in use", columns=columns, rows=rows, intro=intro, folded=True),)


def _files(present: list[Mapping[str, Any]]) -> tuple[Section, ...]:
    rows = tuple(
        (_name(each), words(each.get("file")), code(each.get("sha256"))) for each in present if each.get("file")
    )
    if not rows:
        return (Note(title="Files", lines=("The source names no files.",)),)
    columns = ("What", "File", "SHA-256")
    return (Table(title="Files that were read", columns=columns, rows=rows, folded=True),)
