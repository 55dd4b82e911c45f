"""The admin guide: what was made in the new system, what has to be set up by hand, and what is not possible there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Final

from bridgework.mapping import CompiledField, CompiledRule
from bridgework.mapping.summary import describe
from bridgework.migration import Migration
from bridgework.model import Ability, FieldType, Receipt
from bridgework.reports.cells import code, named, words
from bridgework.reports.figures import label as named_kind
from bridgework.reports.figures import number
from bridgework.reports.markup import render
from bridgework.reports.page import Cell, Note, Page, Section, Step, Table, Tile
from bridgework.stages.deliver.exports import columns, dispositions, free_name, values
from bridgework.stages.deliver.labels import Labels
from bridgework.stages.deliver.package import PRIVATE, Package, cell_text
from bridgework.stages.rules import target_rules

_ROWS: Final = 400  # rows of a reference table; longer ones stand in a file of their own
_CHAPTERS: Final = {
    "automation": "Automations to set up",
    "setup": "Settings to make by hand",
    "limit": "What is not possible there, and the nearest means chosen",
}
_DERIVED: Final = "computed from {} at the migration; nothing keeps it up to date"


def write_guide(migration: Migration, package: Package, labels: Labels, left_out: list[tuple[str, str]]) -> None:
    """admin-guide.html. `left_out` are (object, label) of optional fields the account's plan has no room for."""
    sections = (
        *_chapter(migration, "setup"),
        *_fields(migration, labels),
        *_options(migration),
        *_chapter(migration, "automation"),
        *_care(migration),
        *_references(migration, package),
        *_rebuild(migration),
        *_chapter(migration, "limit"),
        *_limits(migration, left_out),
    )
    file = migration.project.file.migration
    page = Page(
        stage="deliver",
        title=f"Guide for the administrator of {file.destination.title()}",
        purpose="What the migration made in the account, what to set up by hand, and what works differently there.",
        verdict="Keep this guide: the keys below are what integrations and automations need.",
        subject=migration.practice,
        tiles=_tiles(migration),
        steps=(
            Step("Set up what “Automations to set up” and “Settings to make by hand” name."),
            Step("Decide who keeps the computed fields up to date, or hide them."),
        ),
        sections=sections,
        facts=(("Migration", migration.project.id), ("Content of the mapping", migration.plan.content_hash)),
    )
    package.text("admin-guide.html", render(page, private=True), "Schema, set-up and limits of the account", PRIVATE)


def _tiles(migration: Migration) -> tuple[Tile, ...]:
    made = Counter(each.kind for each in migration.journal.receipts() if each.created)
    chapters = Counter(each.about for each in migration.plan.mapping.file.guide)
    return (
        Tile("Fields made", number(made["field"])),
        Tile("Entries made in lists", number(made["option"]), note="pipelines, stages, types, options"),
        Tile("To set up by hand", number(chapters["setup"] + chapters["automation"])),
        Tile("Fields that nothing keeps up to date", number(len(maintenance(migration)))),
    )


# ------------------------------------------------------------------------------------------ schema


def _fields(migration: Migration, labels: Labels) -> Iterator[Section]:
    receipts = {(each.object, each.name): each for each in migration.journal.receipts() if each.kind == "field"}
    by_object: dict[str, dict[str, list[tuple[CompiledRule, CompiledField]]]] = defaultdict(lambda: defaultdict(list))
    for rule in target_rules(migration.plan):
        for field in rule.fields:
            by_object[rule.target][field.label].append((rule, field))
    for object_name, fields in by_object.items():
        rows = [
            _field_row(labels, object_name, label, uses, receipts.get((object_name, label)))
            for label, uses in fields.items()
        ]
        rows += [
            (
                words(name),
                words(each.type),
                code(each.key),
                words(""),
                words("made by the migration; identifies records"),
            )
            for (owner, name), each in receipts.items()
            if owner == object_name and name not in fields
        ]
        yield Table(
            title=f"Fields of {named_kind(object_name)}",
            columns=("Field", "Type", "Key", "Options", "Filled from"),
            rows=tuple(rows),
            intro="The key is what the API, webhooks and automations call the field in this account.",
        )


def _field_row(
    labels: Labels,
    object_name: str,
    label: str,
    uses: list[tuple[CompiledRule, CompiledField]],
    receipt: Receipt | None,
) -> tuple[Cell, ...]:
    made = "made by the migration" if receipt is not None and receipt.created else "was there before"
    kind = receipt.type if receipt is not None and receipt.type else uses[0][1].type
    options = "" if receipt is None else "; ".join(f"{name} = {key}" for name, key in receipt.options.items())
    origins = dict.fromkeys(f"{rule.spec.label or rule.name}: {describe(field.spec)}" for rule, field in uses)
    key = receipt.key if receipt is not None else labels.key(object_name, label)
    return (words(label, note=made), words(kind), code(key), words(options), words("; ".join(origins)))


def _options(migration: Migration) -> Iterator[Section]:
    """Pipelines, stages, activity types: options added to fields the account had already."""
    rows = [
        (named(each.object), words(each.field), words(each.name), words(each.under), code(each.key))
        for each in migration.journal.receipts()
        if each.kind == "option"
    ]
    if rows:
        yield Table(
            title="Pipelines, stages and types",
            columns=("Of", "List", "Entry", "Within", "Key"),
            rows=tuple(rows),
            intro="Entries that the migration made, or found and uses, in lists of the account.",
        )
    others = [each for each in migration.journal.receipts() if each.kind not in ("option", "field")]
    if others:
        yield Table(
            title="Further things that were made",
            columns=("What", "Of", "Name", "Key"),
            rows=tuple((words(each.kind), named(each.object), words(each.name), code(each.key)) for each in others),
        )


# ------------------------------------------------------------------------------------------ by hand


def _chapter(migration: Migration, about: str) -> Iterator[Section]:
    rows = tuple(
        (words(each.title), words(each.text)) for each in migration.plan.mapping.file.guide if each.about == about
    )
    if rows:
        yield Table(title=_CHAPTERS[about], columns=("What", "How"), rows=rows)


def maintenance(migration: Migration) -> list[dict[str, str]]:
    """Fields that were computed once: {object, field, why}."""
    found: dict[tuple[str, str], str] = {}
    for rule in target_rules(migration.plan):
        for field in rule.fields:
            if field.spec.rollup not in (None, "members") and field.type is not FieldType.REFERENCE:
                found.setdefault((rule.target, field.label), _DERIVED.format(field.spec.rollup))
    return [{"object": name, "field": label, "why": why} for (name, label), why in found.items()]


def _care(migration: Migration) -> Iterator[Section]:
    rows = tuple((named(each["object"]), words(each["field"]), words(each["why"])) for each in maintenance(migration))
    if rows:
        yield Table(
            title="Computed fields",
            columns=("Of", "Field", "What keeps it up to date"),
            rows=rows,
            intro="They were right at the cutover. From now on somebody, or an automation, has to keep them.",
        )


def _references(migration: Migration, package: Package) -> Iterator[Section]:
    for rule, said in dispositions(migration, "reference"):
        heads = columns(migration, rule)
        rows = values(migration, rule)
        shown = [tuple(words(cell_text(cell)) for cell in cells) for cells in islice(rows, _ROWS)]
        if not shown:
            continue
        elsewhere, left = "", 0
        if (further := next(rows, None)) is not None:
            elsewhere, left = _reference_file(migration, package, rule, said.name or rule.object), 1
            left += sum(1 for _ in rows)
            del further
        yield Table(
            title=rule.spec.label or said.name or rule.object,
            columns=heads,
            rows=tuple(shown),
            intro=f"For reference: {said.reason}.",
            left_out=left,
            elsewhere=elsewhere,
        )


def _reference_file(migration: Migration, package: Package, rule: CompiledRule, name: str) -> str:
    file = free_name(package, name)
    with package.table(file, columns(migration, rule), "A reference too long for the admin guide", PRIVATE) as table:
        for cells in values(migration, rule):
            table.row(cells)
    return file


def _rebuild(migration: Migration) -> Iterator[Section]:
    rows = []
    for rule, said in dispositions(migration, "rebuild"):
        count = sum(1 for _ in values(migration, rule))
        rows.append((words(rule.spec.label or rule.object), Cell(f"{count:,}", figure=True), words(said.reason)))
    if rows:
        yield Table(title="To be built anew", columns=("What", "Rows", "How"), rows=tuple(rows))


# ------------------------------------------------------------------------------------------ limits


def _limits(migration: Migration, left_out: list[tuple[str, str]]) -> Iterator[Section]:
    lines = [
        f"{named_kind(name)}: the field “{label}” was left out, the plan has no room for it."
        for name, label in left_out
    ]
    used = {rule.target for rule in target_rules(migration.plan)}
    for each in migration.capabilities.objects:
        if each.name not in used:
            continue
        if each.update is not Ability.SUPPORTED:
            lines.append(f"{named_kind(each.name)}: cannot be changed once it is there; a corrected one is made anew.")
        if not each.created_at:
            lines.append(
                f"{named_kind(each.name)}: its time of creation is the day of the migration; the original is a field."
            )
        if each.recoverable is None:
            lines.append(f"{named_kind(each.name)}: cannot be restored once it is deleted.")
    if lines:
        yield Note(title="Limits of the account", lines=tuple(lines))
    rows = tuple(
        (named(each.object), words(each.field), words(each.state), words(each.reason))
        for each in migration.plan.accounts
        if each.state in ("dropped", "archived") and each.reason
    )
    if rows:
        yield Table(
            title="Fields of the old system that were not moved",
            columns=("Of", "Field", "What became of it", "Why"),
            rows=rows,
            folded=True,
        )
