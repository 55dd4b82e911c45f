"""Loading: every planned record of every rule, in relation order, exactly once, resumable at any instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from bridgework.journal import Intent, Outcome, Target
from bridgework.mapping import CompiledRule, Mapped, body_hash
from bridgework.model import Body, FileContent, Operation, Verb
from bridgework.stages.load.parents import parents_of
from bridgework.stages.load.resolving import Parents, Resolver, Unresolved
from bridgework.stages.load.settling import settle_doubt
from bridgework.stages.load.updating import Change, three_way
from bridgework.stages.load.writing import Done, Job, Writer
from bridgework.stages.outcomes import records
from bridgework.stages.rules import deferred_labels, required_labels

if TYPE_CHECKING:
    from bridgework.migration import Migration

CHUNK = 200  # mapped records looked at together
GROUP = 25  # single-record requests whose intents are committed together
LIVE = frozenset({"created", "updated", "matched", "unchanged"})


@dataclass(frozen=True, slots=True)
class Planned:
    """One mapped record with the hashes that say how far it has come."""

    mapped: Mapped
    first_hash: str  # of the body that is written first, without deferred fields
    full_hash: str  # of everything

    @property
    def key(self) -> str:
        return self.mapped.key


class Loader:
    """Loads rules. `only` limits a sample to chosen (rule, key) pairs; `retry_rejected` replays dead letters."""

    def __init__(
        self,
        migration: Migration,
        resolver: Resolver,
        *,
        stage: str,
        only: Mapping[str, frozenset[str]] | None = None,
        retry_rejected: bool = False,
    ) -> None:
        self._migration = migration
        self._resolver = resolver
        self._stage = stage
        self._only = only
        self._retry_rejected = retry_rejected
        self._writer = Writer(migration)
        self._capped: set[str] = set()
        self.outcomes: dict[str, Counter[str]] = {}

    def run(self, rules: Sequence[CompiledRule]) -> None:
        """Load all rules, then the fields that had to wait for records of the same or later rules."""
        settle_doubt(self._migration)
        for rule in rules:
            self._load_rule(rule, second_pass=False)
        for rule in rules:
            if deferred_labels(rule):
                self._load_rule(rule, second_pass=True)

    # ---------------------------------------------------------------- one rule

    def _load_rule(self, rule: CompiledRule, *, second_pass: bool) -> None:
        self.outcomes.setdefault(rule.name, Counter())
        self._pass(rule, second_pass=second_pass)
        if settle_doubt(self._migration, rule=rule.name):
            self._pass(rule, second_pass=second_pass)

    def _pass(self, rule: CompiledRule, *, second_pass: bool) -> None:
        with ThreadPoolExecutor(self._migration.project.file.run.workers) as pool:
            running: set[Future[list[Done]]] = set()
            try:
                for jobs in self._groups(rule, second_pass=second_pass):
                    running.add(pool.submit(self._writer.send, jobs))
                    if len(running) >= 2 * self._migration.project.file.run.workers:
                        running = self._collect(rule, running, FIRST_COMPLETED)
                while running:
                    running = self._collect(rule, running, FIRST_COMPLETED)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _collect(self, rule: CompiledRule, running: set[Future[list[Done]]], until: str) -> set[Future[list[Done]]]:
        finished, left = wait(running, return_when=until)
        for future in finished:
            for done in future.result():
                self._count(rule, done)
        return left

    def _count(self, rule: CompiledRule, done: Done) -> None:
        state = done.outcome.state
        if state == "done":
            state = {Verb.UPDATE: "updated"}.get(done.job.operation.verb, "created")
        self.outcomes[rule.name][state] += 1
        if done.job.conflicts:
            self._note_conflicts(rule, done.job.intent.key, done.job.conflicts)
        if done.cap:
            self._capped.add(done.job.operation.object)
        self._migration.progress.step(rule.name)

    def _groups(self, rule: CompiledRule, *, second_pass: bool) -> Iterator[list[Job]]:
        capability = self._migration.capabilities.object(rule.target)
        size = max(GROUP, capability.batch_size)
        waiting: list[Job] = []
        for chunk in _chunks(self._mapped(rule), CHUNK):
            if rule.target in self._capped:
                return
            waiting += self._second(rule, chunk) if second_pass else self._first(rule, chunk)
            while len(waiting) >= size:
                yield waiting[:size]
                waiting = waiting[size:]
        if waiting:
            yield waiting

    def _mapped(self, rule: CompiledRule) -> Iterator[Planned]:
        wanted = None if self._only is None else self._only.get(rule.name, frozenset())
        if wanted is not None and not wanted:
            return
        for item in records(self._migration, rule):
            if wanted is None or item.key in wanted:
                full = body_hash({**item.body, **item.deferred}) if item.deferred else body_hash(item.body)
                yield Planned(item, body_hash(item.body) if item.deferred else full, full)

    # ---------------------------------------------------------------- deciding

    def _first(self, rule: CompiledRule, chunk: Sequence[Planned]) -> list[Job]:
        targets = self._migration.journal.targets(rule.name, [planned.key for planned in chunk])
        creates: list[tuple[Planned, Target | None]] = []
        updates: list[tuple[Planned, Target]] = []
        for planned in chunk:
            target = targets.get(planned.key)
            if target is None or target.state in ("pending", "undone"):
                creates.append((planned, target))
            elif target.state == "rejected" and not self._retry(target, planned):
                continue
            elif target.state == "rejected" and not target.id:
                creates.append((planned, target))
            elif target.live and target.state != "in_doubt":
                if target.mapped_hash in (planned.full_hash, planned.first_hash):
                    self._unchanged(rule, target, planned)
                else:
                    updates.append((planned, target))
        parents = parents_of(self._migration, [planned.mapped for planned, _ in (*creates, *updates)])
        return [*self._creates(rule, creates, parents), *self._updates(rule, updates, parents, deferred=False)]

    def _second(self, rule: CompiledRule, chunk: Sequence[Planned]) -> list[Job]:
        deferred = [planned for planned in chunk if planned.mapped.deferred]
        if not deferred:
            return []
        targets = self._migration.journal.targets(rule.name, [planned.key for planned in deferred])
        open_ = [
            (planned, target)
            for planned in deferred
            if (target := targets.get(planned.key)) is not None
            and target.state in LIVE
            and target.mapped_hash == planned.first_hash
        ]
        parents = parents_of(self._migration, [planned.mapped for planned, _ in open_])
        return list(self._updates(rule, open_, parents, deferred=True))

    def _retry(self, target: Target, planned: Planned) -> bool:
        """A dead letter is tried again on request, and when its mapped body is another one now."""
        if self._retry_rejected:
            return True
        tried = self._migration.journal.intents([target.operation])[target.operation]
        return tried.mapped_hash not in (planned.first_hash, planned.full_hash)

    def _unchanged(self, rule: CompiledRule, target: Target, planned: Planned) -> None:
        if target.mapped_hash == planned.full_hash:
            self.outcomes[rule.name]["unchanged"] += 1

    # ---------------------------------------------------------------- jobs

    def _creates(
        self, rule: CompiledRule, items: Sequence[tuple[Planned, Target | None]], parents: Parents
    ) -> Iterator[Job]:
        verb = Verb.UPLOAD if self._migration.capabilities.object(rule.target).upload else Verb.CREATE
        refused: list[tuple[Intent, Unresolved]] = []
        for planned, target in items:
            generation = 1 if target is None else target.generation + (target.state == "undone")
            intent = self._intent(rule, planned, verb, generation=generation)
            try:
                body, left_out = self._resolver.resolve(
                    rule.target, planned.mapped.body, parents, required_labels(rule)
                )
                file = self._file(planned)
            except Unresolved as problem:
                if not problem.waits:
                    refused.append((intent, problem))
                continue
            if left_out:
                self.outcomes[rule.name]["reference left out"] += len(left_out)
            operation = replace(self._operation(rule, intent, body, verb), file=file)
            yield Job(replace(intent, body_hash=body_hash(body)), operation, sent=body)
        self._reject(rule, refused)

    def _updates(
        self, rule: CompiledRule, items: Sequence[tuple[Planned, Target]], parents: Parents, *, deferred: bool
    ) -> Iterator[Job]:
        if not items:
            return
        current = self._migration.read_records(rule.target, [target.id for _, target in items])
        left = self._migration.images(rule.name, [planned.key for planned, _ in items])
        for planned, target in items:
            stored = current.get(target.id)
            if stored is None or stored.deleted:
                self._deleted(rule, target)
                continue
            before = left.get(planned.key, {})
            try:
                wanted = self._wanted(rule, planned, before, parents, deferred=deferred)
            except Unresolved as problem:
                if not problem.waits:
                    self._reject(rule, [(self._update_intent(rule, planned, target, deferred=deferred), problem)])
                continue
            intent = self._update_intent(rule, planned, target, deferred=deferred)
            was, will = self._migration.hooks.normalise(rule.target, [before, wanted])
            fixed = self._resolver.book.fixed(rule.target)
            change = three_way(left=was, current=stored.values, wanted=will, wanted_raw=wanted, fixed=fixed)
            if change.send:
                yield self._update_job(rule, intent, change, {**before, **wanted}, stored.version)
            else:
                self._already_there(rule, intent, change)

    def _wanted(self, rule: CompiledRule, planned: Planned, before: Body, parents: Parents, *, deferred: bool) -> Body:
        """The whole body the record shall have. Fields of the second pass keep what they hold until that pass."""
        mapped = {**planned.mapped.body, **(planned.mapped.deferred if deferred else {})}
        body, _ = self._resolver.resolve(rule.target, mapped, parents, required_labels(rule))
        if deferred:
            return body
        return {**{name: value for name, value in before.items() if name in self._deferred_keys(rule)}, **body}

    def _update_intent(self, rule: CompiledRule, planned: Planned, target: Target, *, deferred: bool) -> Intent:
        intent = self._intent(rule, planned, Verb.UPDATE, generation=target.generation)
        whole = deferred or not planned.mapped.deferred
        return replace(intent, mapped_hash=planned.full_hash if whole else planned.first_hash, target_id=target.id)

    def _update_job(self, rule: CompiledRule, intent: Intent, change: Change, whole: Body, version: str) -> Job:
        operation = self._operation(rule, intent, change.send, Verb.UPDATE)
        return Job(
            replace(intent, body_hash=body_hash(change.send)),
            replace(operation, target_id=intent.target_id, version=version),
            sent={name: value for name, value in whole.items() if name not in change.conflicts},
            before=change.before,
            conflicts=change.conflicts,
        )

    def _already_there(self, rule: CompiledRule, intent: Intent, change: Change) -> None:
        """Nothing to send: the record has the wanted values already, or people edited the fields concerned."""
        [number] = self._migration.journal.intend([intent])
        self._migration.journal.settle([Outcome(number, "done", id=intent.target_id)])
        if change.conflicts:
            self._note_conflicts(rule, intent.key, change.conflicts)
        self.outcomes[rule.name]["kept edits" if change.conflicts else "unchanged"] += 1

    def _note_conflicts(self, rule: CompiledRule, key: str, conflicts: Sequence[str]) -> None:
        fields = ",".join(conflicts)
        self._migration.journal.set_state(rule.name, [key], "conflict", "edited in the destination", fields)

    def _deleted(self, rule: CompiledRule, target: Target) -> None:
        self._migration.journal.set_state(rule.name, [target.key], "conflict", "deleted in the destination by somebody")
        self.outcomes[rule.name]["deleted by somebody"] += 1

    def _deferred_keys(self, rule: CompiledRule) -> frozenset[str]:
        book = self._resolver.book
        return frozenset(
            book.field(rule.target, label).key for label in deferred_labels(rule) if book.has(rule.target, label)
        )

    def _intent(self, rule: CompiledRule, planned: Planned, verb: Verb, *, generation: int) -> Intent:
        return self._migration.intent(
            verb=verb,
            stage=self._stage,
            rule=rule.name,
            object_name=rule.target,
            key=planned.key,
            generation=generation,
            mapped_hash=planned.first_hash,
        )

    def _operation(self, rule: CompiledRule, intent: Intent, body: Body, verb: Verb) -> Operation:
        return Operation(
            number=0,
            verb=verb,
            object=rule.target,
            marker=intent.marker,
            client_id=UUID(str(intent.client_id)),
            body=body,
        )

    def _file(self, planned: Planned) -> FileContent | None:
        if planned.mapped.file is None:
            return None
        content = self._migration.file_content(planned.mapped.file)
        if content is None:
            raise Unresolved("file", "the document is missing in the export")
        return content

    def _reject(self, rule: CompiledRule, refused: Sequence[tuple[Intent, Unresolved]]) -> None:
        """Dead letters that were never sent: kept with cause and field like those the destination refused."""
        if refused:
            self._migration.reject([intent for intent, _ in refused], [(p.reason, p.field) for _, p in refused])
            self.outcomes[rule.name]["rejected"] += len(refused)


def _chunks(items: Iterator[Planned], size: int) -> Iterator[list[Planned]]:
    while chunk := list(islice(items, size)):
        yield chunk
