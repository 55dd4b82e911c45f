"""Deciding what has to be done about a mapped record: create it, update it by the three-way rule, or leave it alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from bridgework.journal import Intent, Outcome, Target
from bridgework.mapping import CompiledRule, Mapped, MappedFile, body_hash, canonical
from bridgework.model import Body, FileContent, StoredRecord, Verb
from bridgework.stages.load.answers import Job
from bridgework.stages.load.appearing import current_records
from bridgework.stages.load.parents import parents_of
from bridgework.stages.load.resolving import Parents, Resolver, Unresolved, references
from bridgework.stages.load.updating import three_way
from bridgework.stages.rules import deferred_labels, required_labels
from bridgework.store import Blob

if TYPE_CHECKING:
    from bridgework.migration import Migration

_NOT_THERE = ("pending", "undone", "skipped")
PARENT = "the record it belongs to was refused"
SKIPPED = "skipped"
WAITING = "waiting"  # what needs a record, a field, an option or a decision that is not there yet


class Planned(NamedTuple):
    """A mapped record with the hashes that say how far it has come: without its deferred fields, and whole."""

    mapped: Mapped
    first_hash: str
    full_hash: str


def planned(mapped: Mapped) -> Planned:
    """The record with its hashes."""
    first = body_hash(mapped.body)
    return Planned(mapped, first, body_hash({**mapped.body, **mapped.deferred}) if mapped.deferred else first)


class JobMaker:
    """Makes the jobs of one rule. `tally` counts what needs no job. `anew`: records that change between being read and
    being updated are given to it once more.
    """

    def __init__(
        self,
        migration: Migration,
        resolver: Resolver,
        rule: CompiledRule,
        *,
        stage: str,
        retry_rejected: bool,
        tally: Counter[str],
        anew: bool,
    ) -> None:
        self._migration = migration
        self._resolver = resolver
        self._rule = rule
        self._stage = stage
        self._retry_rejected = retry_rejected
        self._tally = tally
        self._anew = anew
        self._required = required_labels(rule)
        self._identities = migration.identities(rule.name, rule.target)
        book = resolver.book
        self._fixed = book.fixed(rule.target)
        self._deferred = frozenset(
            book.field(rule.target, label).key for label in deferred_labels(rule) if book.has(rule.target, label)
        )
        upload = migration.capabilities.object(rule.target).upload
        self._verb = Verb.UPLOAD if upload else Verb.CREATE

    # ---------------------------------------------------------------- deciding

    def first_pass(self, chunk: Sequence[Planned]) -> list[Job]:
        """Creates and updates without deferred fields."""
        targets = self._migration.journal.begun(self._rule.name, [each.mapped.key for each in chunk])
        tried = self._tried(targets.values())
        creates: list[tuple[Planned, Target | None]] = []
        updates: list[tuple[Planned, Target]] = []
        for each in chunk:
            target = targets.get(each.mapped.key)
            if target is None or target.state in _NOT_THERE:
                creates.append((each, target))
            elif target.state == "in_doubt" or (
                target.state == "rejected" and not self._retry(tried.get(each.mapped.key), each)
            ):
                continue
            elif target.state == "conflict" and not target.id:
                continue  # several existing records agree: a person has to say which
            elif not target.id:
                creates.append((each, target))
            elif target.mapped_hash == each.full_hash:
                self._tally["unchanged"] += 1
            elif target.mapped_hash != each.first_hash:
                updates.append((each, target))
        parents = self._parents([*creates, *updates])
        return [*self._creates(creates, parents), *self._updates(updates, parents, deferred=False)]

    def second_pass(self, chunk: Sequence[Planned]) -> list[Job]:
        """Updates that bring the deferred fields."""
        waiting = [each for each in chunk if each.mapped.deferred]
        targets = self._migration.journal.targets(self._rule.name, [each.mapped.key for each in waiting])
        open_ = [
            (each, target)
            for each in waiting
            if (target := targets.get(each.mapped.key)) is not None
            and target.live
            and target.mapped_hash == each.first_hash
        ]
        parents = self._parents(open_)
        return list(self._updates(open_, parents, deferred=True))

    def _parents(self, items: Sequence[tuple[Planned, Target | None]]) -> Parents:
        refers = self._rule.references or self._rule.requires
        records = [each.mapped for each, _ in items] if refers else []
        return parents_of(self._migration, records)

    def _tried(self, targets: Iterable[Target]) -> dict[str, str]:
        """Hashes of the mapped bodies that were refused, by key."""
        refused = {} if self._retry_rejected else {t.operation: t.key for t in targets if t.state == "rejected"}
        rows = self._migration.journal.intents(refused) if refused else {}
        return {refused[number]: row.mapped_hash for number, row in rows.items()}

    def _retry(self, tried: str | None, each: Planned) -> bool:
        """A dead letter is tried again on request, and when its mapped body is another one now."""
        return self._retry_rejected or tried not in (each.first_hash, each.full_hash)

    # ---------------------------------------------------------------- creates

    def _creates(self, items: Sequence[tuple[Planned, Target | None]], parents: Parents) -> list[Job]:
        jobs: list[Job] = []
        refused: list[tuple[Intent, Unresolved]] = []
        held: list[tuple[Planned, Target | None]] = []
        for each, target in items:
            mapped = each.mapped
            if mapped.needs and any(parents.id(*needed) is None for needed in mapped.needs):
                held.append((each, target))
                continue
            generation = 1 if target is None else target.generation + target.taken_out
            try:
                body, left_out = self._resolver.resolve(self._rule.target, mapped.body, parents, self._required)
                file = None if mapped.file is None else self._file(mapped.file)
            except Unresolved as problem:
                if problem.waits:
                    held.append((each, target))
                else:
                    refused.append((self._intent(each, self._verb, generation), problem))
                continue
            if left_out:
                self._tally["reference left out"] += len(left_out)
            kept = canonical(body)
            intent = self._intent(each, self._verb, generation, sha256(kept).hexdigest())
            jobs.append(Job(intent, body, None, None, Blob(kept), "", file))
        self._reject(refused)
        self._hold(held, parents)
        return jobs

    def _hold(self, items: Sequence[tuple[Planned, Target | None]], parents: Parents) -> None:
        """What belongs to a record that was refused is left out until that one is corrected; anything else waits."""
        left_out: list[str] = []
        again: dict[str, list[str]] = {}  # by the state they had before they were left out
        for each, target in items:
            before = target if target is not None and target.state == SKIPPED else None
            if parents.refused([*each.mapped.needs, *references(each.mapped.body)]):
                self._tally[SKIPPED] += 1
                if before is None:
                    left_out.append(each.mapped.key)
            else:
                self._tally[WAITING] += 1
                if before is not None:
                    again.setdefault("undone" if before.taken_out else "pending", []).append(each.mapped.key)
        if left_out:
            self._migration.journal.set_state(self._rule.name, left_out, SKIPPED, PARENT)
        for state, keys in again.items():
            self._migration.journal.set_state(self._rule.name, keys, state)

    def _file(self, file: MappedFile) -> FileContent:
        content = self._migration.documents.content(file)
        if content is None:
            raise Unresolved("file", "the document is missing in the export")
        return content

    # ---------------------------------------------------------------- updates

    def _updates(self, items: Sequence[tuple[Planned, Target]], parents: Parents, *, deferred: bool) -> Iterator[Job]:
        if not items:
            return
        current = current_records(self._migration, [target for _, target in items])
        left = self._migration.images(self._rule.name, [each.mapped.key for each, _ in items])
        replaced = self._replaced([target for _, target in items])
        for each, target in items:
            stored = current.get(target.id)
            if stored is None or stored.deleted:
                self._deleted(target)
                continue
            job = self._update(each, target, stored, left.get(each.mapped.key, {}), parents, deferred=deferred)
            if job is not None:
                yield job._replace(before={**(job.before or {}), **replaced.get(each.mapped.key, {})})

    def _replaced(self, targets: Sequence[Target]) -> dict[str, Body]:
        """What earlier updates replaced in records that were there before us: the first value of each field counts."""
        found = [target.key for target in targets if not target.origin]
        return self._migration.images(self._rule.name, found, "pre") if found else {}

    def _update(
        self,
        each: Planned,
        target: Target,
        stored: StoredRecord,
        before: Body,
        parents: Parents,
        *,
        deferred: bool,
    ) -> Job | None:
        try:
            wanted = self._whole(each.mapped, before, parents, deferred=deferred)
        except Unresolved as problem:
            if problem.waits:
                self._tally[WAITING] += 1
            else:
                self._reject([(self._update_intent(each, target, {}, deferred=deferred), problem)])
            return None
        was, will = self._migration.hooks.normalise(self._rule.target, [before, wanted])
        change = three_way(left=was, current=stored.values, wanted=will, wanted_raw=wanted, fixed=self._fixed)
        intent = self._update_intent(each, target, change.send, deferred=deferred)
        # Of a field that people edited we left what we left before: a rollback tells by it that they were there.
        # Of a field that is cleared we leave nothing, or the rollback would take that for somebody's edit.
        cleared = dict.fromkeys(before.keys() - wanted.keys() - self._fixed - set(change.conflicts))
        kept = {**before, **cleared, **{key: value for key, value in wanted.items() if key not in change.conflicts}}
        job = Job(
            intent,
            change.send,
            sent=kept,
            before=change.before,
            version=stored.version,
            conflicts=change.conflicts,
            anew=self._anew,
        )
        if change.send:
            return job
        self._already_there(job)
        return None

    def _whole(self, mapped: Mapped, before: Body, parents: Parents, *, deferred: bool) -> Body:
        """The whole body the record shall have. Fields of the second pass keep what they hold until that pass."""
        labelled = {**mapped.body, **mapped.deferred} if deferred else mapped.body
        body, _ = self._resolver.resolve(self._rule.target, labelled, parents, self._required)
        if deferred:
            return body
        return {**{name: value for name, value in before.items() if name in self._deferred}, **body}

    def _already_there(self, job: Job) -> None:
        """Nothing to send: the record has the wanted values already, or people edited the fields concerned."""
        journal, intent = self._migration.journal, job.intent
        self._migration.keep_sent([job])  # an update whose answer was lost may have brought the values
        [number] = journal.intend([intent])
        journal.settle([Outcome(number, "done", id=intent.target_id)])
        if job.conflicts:
            fields = ",".join(job.conflicts)
            journal.set_state(intent.rule, [intent.key], "conflict", "edited in the destination", fields)
        self._tally["kept edits" if job.conflicts else "unchanged"] += 1

    def _deleted(self, target: Target) -> None:
        reason = "deleted in the destination by somebody"
        self._migration.journal.set_state(target.rule, [target.key], "conflict", reason)
        self._tally["deleted by somebody"] += 1

    # ---------------------------------------------------------------- intents

    def _intent(self, each: Planned, verb: Verb, generation: int, body_hash: str = "") -> Intent:
        rule, key = self._rule, each.mapped.key
        marker, client_id = self._identities.marker(key, generation), self._identities.client_id(key, generation)
        hashes = (body_hash, each.first_hash)
        return Intent(verb, self._stage, rule.name, key, rule.target, generation, marker, client_id, 0, *hashes)

    def _update_intent(self, each: Planned, target: Target, body: Body, *, deferred: bool) -> Intent:
        whole = deferred or not each.mapped.deferred
        return self._migration.intent(
            Verb.UPDATE,
            self._stage,
            self._rule.name,
            self._rule.target,
            each.mapped.key,
            target.generation,
            each.full_hash if whole else each.first_hash,
            target_id=target.id,
            body_hash=body_hash(body),
            fields=tuple(body),
        )

    def _reject(self, refused: Sequence[tuple[Intent, Unresolved]]) -> None:
        """Dead letters that were never sent: kept with cause and field like those the destination refused."""
        if refused:
            self._migration.reject([intent for intent, _ in refused], [(p.reason, p.field) for _, p in refused])
            self._tally["rejected"] += len(refused)
