"""Unique values that planned records bring and other records hold already: such a record would be refused.

A destination may keep a unique value for what lies in its trash, too. That is found out before anything is written, so
that a person decides: link to who is there, empty the trash, or leave the value out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from bridgework.identity import Identities
from bridgework.journal import Target
from bridgework.mapping import CompiledRule
from bridgework.mapping.values import plain_text
from bridgework.migration import Migration
from bridgework.model import Holder, TargetField, Value
from bridgework.project import write_private
from bridgework.stages.audit.spreadsheet import csv_text
from bridgework.stages.load import FieldBook, Matcher, Resolver, Unresolved
from bridgework.stages.outcomes import records
from bridgework.stages.rules import target_rules

FILE: Final = "taken.csv"
TOGETHER = 50_000  # planned records compared at once: for each lot the destination may be walked through

# Where the holder is, as results and reports say it.
THERE: Final = "there"
TRASH: Final = "in the trash"
THERE_OF_ANOTHER: Final = "there, from another migration"
TRASH_OF_ANOTHER: Final = "in the trash, from another migration"


class Taken(NamedTuple):
    """A planned record whose value of a unique field another record holds: one line of private/taken.csv."""

    rule: str
    key: str
    field: str
    value: str
    holder: str
    where: str


def taken_values(migration: Migration) -> list[dict[str, Any]]:
    """Counts by rule, field and where the holder is; private/taken.csv lists every case."""
    book = FieldBook(migration.schema, migration.journal.receipts())
    rules = {rule.name: rule for rule in target_rules(migration.plan)}
    found = [each for rule in rules.values() for each in _of_rule(migration, book, rule)]
    path = migration.project.private / FILE
    if found:
        write_private(path, csv_text(Taken._fields, found).encode("utf-8-sig"))
    else:
        path.unlink(missing_ok=True)
    counts = Counter((each.rule, each.field, each.where) for each in found)
    return [
        {"rule": rule, "object": rules[rule].target, "field": field, "where": where, "records": number}
        for (rule, field, where), number in counts.items()
    ]


def _of_rule(migration: Migration, book: FieldBook, rule: CompiledRule) -> Iterator[Taken]:
    unique = _unique_fields(book, rule)
    if not unique:
        return
    matcher = _matcher(migration, book, rule)
    identities = migration.identities(rule.name, rule.target)
    planned = records(migration, rule)
    while batch := list(islice(planned, TOGETHER)):
        linked = matcher.linked(batch) if matcher else {}
        for label, field in unique.items():
            values = {each.key: each.body[label] for each in batch if each.body.get(label)}
            for key, holder in _strangers(migration, rule, field, values) if values else ():
                if holder.id != linked.get(key):
                    where = _where(identities, holder)
                    yield Taken(rule.name, key, label, _shown(values[key]), holder.id, where)


def _unique_fields(book: FieldBook, rule: CompiledRule) -> dict[str, TargetField]:
    slots = book.slots(rule.target)
    known = {each.label: slots[each.label].field for each in rule.fields if each.label in slots}
    return {label: field for label, field in known.items() if field.unique}


def _matcher(migration: Migration, book: FieldBook, rule: CompiledRule) -> Matcher | None:
    """Who would be linked; nobody while a field of `match` is still to be made, for it holds no value anywhere."""
    if not rule.match:
        return None
    try:
        return Matcher(migration, Resolver(book, {}), rule)
    except Unresolved:
        return None


def _strangers(
    migration: Migration, rule: CompiledRule, field: TargetField, values: Mapping[str, Value]
) -> Iterator[tuple[str, Holder]]:
    """The key of each planned record whose value somebody else holds, with the holder."""
    keys = list(values)
    bodies = migration.hooks.normalise(rule.target, [{field.key: value} for value in values.values()])
    holders = list(migration.hooks.holders(rule.target, field.key, [body.get(field.key) for body in bodies]))
    ours = migration.journal.by_destination(rule.target, [each.id for each in holders])
    begun = migration.journal.begun(rule.name, [keys[each.place] for each in holders])
    identities = migration.identities(rule.name, rule.target)
    for each in holders:
        key = keys[each.place]
        if each.id not in ours and not (key in begun and _left_by(identities, begun[key], each)):
            yield key, each


def _left_by(identities: Identities, target: Target, holder: Holder) -> bool:
    """Whether a rollback of this very record left the holder in the trash: it lets go when the record comes again."""
    copies = {identities.client_id(target.key, number) for number in range(1, target.generation + 1)}
    named = identities.read(holder.marker)
    return holder.deleted and (holder.id in copies or (named is not None and named[0] == target.key))


def _shown(value: Value) -> str:
    """The value as people wrote it: of contacts the primary one, which alone is unique."""
    if isinstance(value, list):
        value = next((each.get("value") for each in value if each.get("primary")), None)
    return plain_text(value)


def _where(identities: Identities, holder: Holder) -> str:
    if identities.of_another_migration(holder.marker):
        return TRASH_OF_ANOTHER if holder.deleted else THERE_OF_ANOTHER
    return TRASH if holder.deleted else THERE
