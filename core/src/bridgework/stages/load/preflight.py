"""Before the first write of a run: does this journal know everything that this migration wrote?

A folder that was brought back from a backup, or copied and worked on twice, has a journal that does not. It would write
a second time what it has forgotten. If a head that was noted outside the journal is not in it, everything that carries
this migration's identity is listed and taken in first. Without such a witness, records that appeared since the journal
was last written and that it does not know mean that somebody else writes in its name: nothing is written then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from bridgework.anchors import RESYNCED, lost
from bridgework.defaults import CLOCK_SKEW
from bridgework.errors import StopRun, UsageError
from bridgework.identity import Identities
from bridgework.journal import Head, Outcome, Target
from bridgework.model import StoredRecord, Verb
from bridgework.stages.load.settling import quarantine
from bridgework.stages.rules import relations

if TYPE_CHECKING:
    from bridgework.migration import Migration

GENERATIONS = 3  # that are looked for by id, from the one the journal knows on
_MARKED = ("marker", "unique-key")
_CHUNK = 500


class Ours(NamedTuple):
    """A record of the destination that carries an identity of this migration."""

    rule: str
    key: str
    generation: int
    record: StoredRecord


def ready_to_write(migration: Migration, *, resync: bool = False) -> dict[str, int]:
    """Make sure that the journal knows what was written; with `resync`, list everything in any case.

    :return: how many records of each rule the journal had forgotten and knows now.
    :raises StopRun: another copy of the migration writes to this account.
    """
    _ = migration.schema  # the account is the one we know, and its clock is heard before anything is written
    migration.timekeeper.note()
    heads = lost(migration.journal, migration.project, migration.outside)
    taken: dict[str, int] = {}
    if heads or resync:
        taken = _take_in(migration, heads)
    else:
        _refuse_strangers(migration)
    migration.note_head()
    return taken


# ------------------------------------------------------------------------------------------ taking in


def _take_in(migration: Migration, heads: Sequence[Head]) -> dict[str, int]:
    migration.progress.start("resync", None)
    taken: Counter[str] = Counter()
    for name, rules in _rules_by_object(migration).items():
        kind = migration.capabilities.object(name).identity.kind
        if kind in _MARKED:
            found = _by_marker(migration, name, rules, migration.hooks.scan(name, (), None))
        elif kind == "client-id":
            found = _by_id(migration, name, rules)
        else:  # the values are the record: a second one would be the same
            continue
        while chunk := list(islice(found, _CHUNK)):
            taken.update(_adopt(migration, name, chunk))
            migration.progress.step(name, len(chunk))
    migration.journal.event(RESYNCED, heads=[f"{head.seq}:{head.hash}" for head in heads], taken=dict(taken))
    return dict(taken)


def _adopt(migration: Migration, name: str, chunk: Sequence[Ours]) -> Counter[str]:
    """An intent and its outcome for each record the journal has forgotten: as if the answer had been lost."""
    by_rule: dict[str, dict[str, list[Ours]]] = {}
    for each in chunk:
        by_rule.setdefault(each.rule, {}).setdefault(each.key, []).append(each)
    verb = Verb.UPLOAD if migration.capabilities.object(name).upload else Verb.CREATE
    taken: Counter[str] = Counter()
    for rule, by_key in by_rule.items():
        targets = migration.journal.targets(rule, by_key)
        fresh = [
            (key, newest) for key, found in by_key.items() if _forgotten(targets.get(key), newest := _newest(found))
        ]
        numbers = migration.journal.intend(
            migration.intent(
                verb=verb,
                stage="resync",
                rule=rule,
                object_name=name,
                key=key,
                generation=found[0].generation,
                mapped_hash="",
            )
            for key, found in fresh
        )
        outcomes = [_outcome(number, found) for number, (_, found) in zip(numbers, fresh, strict=True)]
        migration.journal.settle(outcomes)
        quarantine(migration, [outcome.operation for outcome in outcomes if outcome.state == "quarantined"])
        if fresh:
            taken[rule] += len(fresh)
    return taken


def _newest(found: Sequence[Ours]) -> list[Ours]:
    """Those of the highest generation, the oldest record first."""
    newest = max(each.generation for each in found)
    return sorted(
        (each for each in found if each.generation == newest), key=lambda each: (len(each.record.id), each.record.id)
    )


def _forgotten(target: Target | None, found: Sequence[Ours]) -> bool:
    if target is None:
        return True
    if target.live or target.state == "in_doubt":
        return False
    taken_out = target.taken_out
    return found[0].generation > target.generation or (found[0].generation == target.generation and not taken_out)


def _outcome(number: int, found: Sequence[Ours]) -> Outcome:
    if len(found) == 1:
        return Outcome(number, "found", found[0].record.id)
    others = ", ".join(each.record.id for each in found[1:])
    reason = f"{len(found) - 1} further record(s) carry the same marker: {others}"
    return Outcome(number, "quarantined", found[0].record.id, reason=reason)


# ------------------------------------------------------------------------------------------ strangers


def _refuse_strangers(migration: Migration) -> None:
    last = migration.journal.at(migration.opened - 1)
    since = None if last is None else migration.timekeeper.theirs(last, migration.opened - 1) - CLOCK_SKEW
    for name, rules in _rules_by_object(migration).items():
        capability = migration.capabilities.object(name)
        if capability.identity.kind not in _MARKED or capability.upload:
            continue
        found = _by_marker(migration, name, rules, migration.hooks.scan(name, (), since))
        while chunk := list(islice(found, _CHUNK)):
            strangers = sum(_is_strange(migration, each) for each in chunk)
            if strangers:
                raise StopRun(
                    f"{strangers} records of {name} carry the mark of this migration, but its journal does not know"
                    " them: another copy of this folder writes to the account, or this one is an old copy.",
                    cause="foreign_writer",
                    next_step="go on with the newest copy of the folder; if it is this one: bridgework load --resync",
                )


def _is_strange(migration: Migration, ours: Ours) -> bool:
    return _forgotten(migration.journal.targets(ours.rule, [ours.key]).get(ours.key), [ours])


# ------------------------------------------------------------------------------------------ whose a record is


def _rules_by_object(migration: Migration) -> dict[str, list[str]]:
    """Rules by the object they write, parents first: those the journal knows, else those of the mapping."""
    known = migration.journal.rules()
    with suppress(UsageError):  # nothing is staged, or a mapping that does not hold: the journal's have to do
        known = known or {rule: name for rule, (name, _) in relations(migration).items()}
    found: dict[str, list[str]] = {}
    for rule, name in known.items():
        found.setdefault(name, []).append(rule)
    return found


def _by_marker(
    migration: Migration, name: str, rules: Sequence[str], records: Iterable[StoredRecord]
) -> Iterator[Ours]:
    identities = {rule: migration.identities(rule, name) for rule in rules}
    hashed: dict[str, Mapping[str, str]] = {}
    for record in records:
        if record.deleted or not record.marker:
            continue
        for rule, identity in identities.items():
            read = identity.read(record.marker)
            if read is None:
                continue
            key, generation = read
            if key.startswith("~"):
                if rule not in hashed:
                    hashed[rule] = _hashed_keys(migration, rule, identity)
                key = hashed[rule].get(key, "")
            if key and identity.marker(key, generation) == record.marker:
                yield Ours(rule, key, generation, record)
                break


def _hashed_keys(migration: Migration, rule: str, identity: Identities) -> dict[str, str]:
    """Keys of a rule that a marker holds as a hash, by that hash."""
    found = {}
    for target in migration.journal.all_targets(rule):
        read = identity.read(identity.marker(target.key, 1))
        if read is not None and read[0] != target.key:
            found[read[0]] = target.key
    return found


def _by_id(migration: Migration, name: str, rules: Sequence[str]) -> Iterator[Ours]:
    """Ids are ours to choose: those of all records that the journal does not know to be there are asked for."""
    for rule in rules:
        identity = migration.identities(rule, name)
        absent = (each for each in migration.journal.all_targets(rule) if not each.live and each.state != "in_doubt")
        while chunk := list(islice(absent, max(1, migration.capabilities.read_batch // GENERATIONS))):
            asked = {
                str(identity.client_id(target.key, generation)): (target.key, generation)
                for target in chunk
                for generation in range(target.generation, target.generation + GENERATIONS)
            }
            for id_, record in migration.read_records(name, list(asked)).items():
                if not record.deleted and id_.lower() in asked:
                    yield Ours(rule, *asked[id_.lower()], record)
