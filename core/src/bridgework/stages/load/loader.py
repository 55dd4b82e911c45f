"""Loading: every planned record of every rule, in relation order, exactly once, resumable at any instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn

from bridgework.errors import SchemaDrift
from bridgework.mapping import CompiledRule
from bridgework.model import Verb
from bridgework.stages.load.answers import Done, Job
from bridgework.stages.load.circuit import Circuit
from bridgework.stages.load.exchanging import together
from bridgework.stages.load.jobs import SKIPPED, WAITING, JobMaker, Planned, planned
from bridgework.stages.load.lanes import Lanes
from bridgework.stages.load.matching import Matcher
from bridgework.stages.load.preflight import ready_to_write
from bridgework.stages.load.probing import Probe
from bridgework.stages.load.resolving import Resolver
from bridgework.stages.load.sampling import Sampling
from bridgework.stages.load.settling import doubtful_rules, settle_doubt
from bridgework.stages.load.writing import Writer
from bridgework.stages.outcomes import records
from bridgework.stages.rules import deferred_labels

if TYPE_CHECKING:
    from bridgework.migration import Migration

CHUNK = 500  # mapped records looked at together
GROUP = 25  # single-record requests whose intents are committed together
ROUNDS = 3  # of settling and going over the rules again
BATCHED = 1000  # records whose intents are committed together where a request carries many


class Loader:
    """Loads rules. `only` limits a sample to chosen (rule, key) pairs; `retry_rejected` replays dead letters; `resync`
    first lists everything that carries the migration's identity."""

    def __init__(
        self,
        migration: Migration,
        resolver: Resolver,
        *,
        stage: str,
        only: Mapping[str, frozenset[str]] | None = None,
        retry_rejected: bool = False,
        resync: bool = False,
    ) -> None:
        self._migration = migration
        self._resolver = resolver
        self._stage = stage
        self._only = only
        self._retry_rejected = retry_rejected
        self._resync = resync
        self._circuit = Circuit(migration)
        self._sampling = Sampling(migration, self._circuit)
        self._probe = Probe(migration, self._circuit, resolver.book)
        self._writer = Writer(migration, self._circuit)
        self._capped: set[str] = set()
        self._taken: dict[str, str] = {}  # key of a refused record of the rule -> id of who holds a value it wants
        self.outcomes: dict[str, Counter[str]] = {}
        self.altered: list[dict[str, Any]] = []  # fields that samples did not hold as they were sent
        self.taken_in: dict[str, int] = {}  # rule -> records that the journal had forgotten

    def run(self, rules: Sequence[CompiledRule]) -> None:
        """Load all rules, then the fields that had to wait for records of the same or later rules."""
        self.outcomes = {rule.name: Counter() for rule in rules}
        self._probe.start(rules)
        self.taken_in = ready_to_write(self._migration, resync=self._resync)
        settle_doubt(self._migration, wait=False)
        for place, rule in enumerate(rules):
            if doubtful_rules(self._migration) & rule.awaited:
                self._settle(rules[:place], second_pass=False)
            self._pass(rule, second_pass=False)
        self._settle(rules, second_pass=False)
        late = [rule for rule in rules if deferred_labels(rule)]
        for rule in late:
            self._pass(rule, second_pass=True)
        self._settle(late, second_pass=True)
        self.outcomes = {name: +counts for name, counts in self.outcomes.items()}
        self.altered = self._sampling.altered()
        if self._circuit.opened:
            self._stop()

    def _stop(self) -> NoReturn:
        """Rules of an object stopped early; the others are through."""
        [(name, why), *_] = sorted(self._circuit.opened.items())
        raise SchemaDrift(
            f"Nothing more is sent to {', '.join(sorted(self._circuit.opened))}: of {name}, {why}.",
            next_step="bridgework schema, then bridgework load, then bridgework replay",
        )

    def _settle(self, rules: Sequence[CompiledRule], *, second_pass: bool) -> None:
        """Settle everything that is parked and go over the rules concerned again; what stays waits for the next run."""
        for _ in range(ROUNDS):
            settled = settle_doubt(self._migration)
            for name, counts in settled.items():
                tally = self.outcomes.setdefault(name, Counter())
                tally["found"] += counts["found"]
                tally["in_doubt"] = max(0, tally["in_doubt"] - counts.total() + counts["quarantined"])
            again = [rule for rule in rules if self._has_to_go_again(rule, settled.get(rule.name))]
            for rule in again:
                tally = self.outcomes[rule.name]
                unchanged = tally["unchanged"]
                del tally[WAITING], tally[SKIPPED]
                self._pass(rule, second_pass=second_pass)
                tally["unchanged"] = unchanged  # counted already
            if not again:
                return

    def _has_to_go_again(self, rule: CompiledRule, settled: Counter[str] | None) -> bool:
        """What was proved absent is sent again, and what waited for a record of its own rule may go now."""
        return settled is not None and bool(settled["proved_absent"] or self.outcomes[rule.name][WAITING])

    def _pass(self, rule: CompiledRule, *, second_pass: bool) -> None:
        changed = self._go(rule, self._wanted(rule), second_pass=second_pass, anew=True)
        if changed:  # between being read and being updated: read and compared again, once
            wanted = (each for each in self._wanted(rule) if each.mapped.key in changed)
            self._go(rule, wanted, second_pass=second_pass, anew=False)
        for _ in range(ROUNDS):
            if not self._taken or second_pass or not self._ask_again(rule):
                break
        self._taken.clear()
        self._sampling.read(rule.name)

    def _ask_again(self, rule: CompiledRule) -> bool:
        """Records of the rule that were refused for a value which another one of ours holds: it may be free by now, or
        they may exchange theirs. Whether one was written."""
        taken = dict(self._taken)
        self._taken.clear()
        ours = self._migration.journal.by_destination(rule.target, set(taken.values()))
        holders = {key: _key_of(ours[id_], rule) for key, id_ in taken.items() if id_ in ours}
        wanted = [each for each in self._wanted(rule) if each.mapped.key in holders]
        jobs = self._maker(rule, anew=False, retry=True).first_pass(wanted)
        self.outcomes[rule.name]["rejected"] -= len(wanted)
        groups = together(jobs, holders, self._migration.capabilities.object(rule.target).batch_size)
        written = False
        with Lanes(self._migration, self._writer, 1) as lanes:
            for results in lanes.run(groups):
                self._heard(rule, results, counted=False)
                written = written or any(each.outcome.state == "done" for each in results)
        return written

    def _go(self, rule: CompiledRule, wanted: Iterator[Planned], *, second_pass: bool, anew: bool) -> set[str]:
        """Go over records of a rule; the keys of those that are to be gone over again."""
        changed: set[str] = set()
        with Lanes(self._migration, self._writer, self._migration.project.file.run.workers) as lanes:
            for results in lanes.run(self._groups(rule, wanted, second_pass=second_pass, anew=anew)):
                changed.update(each.job.intent.key for each in results if each.changed)
                self._heard(rule, [each for each in results if not each.changed], counted=not second_pass)
        return changed

    def _groups(
        self, rule: CompiledRule, wanted: Iterator[Planned], *, second_pass: bool, anew: bool
    ) -> Iterator[list[Job]]:
        maker = self._maker(rule, anew=anew, retry=self._retry_rejected)
        capability = self._migration.capabilities.object(rule.target)
        batch = capability.batch_size
        size = max(GROUP, batch) if capability.records_per_request == 1 else batch * max(1, BATCHED // batch)
        matcher = Matcher(self._migration, self._resolver, rule) if rule.match and not second_pass else None
        waiting: list[Job] = []
        self._probe.next_rule()
        for chunk in _chunks(wanted, CHUNK):
            if rule.target in self._capped or rule.target in self._circuit.opened:
                return
            if matcher is not None:
                matcher.link(chunk)
            waiting += maker.second_pass(chunk) if second_pass else maker.first_pass(chunk)
            while len(waiting) >= size:
                self._probe.before(size)
                yield waiting[:size]
                waiting = waiting[size:]
        if waiting:
            self._probe.before(len(waiting))
            yield waiting

    def _maker(self, rule: CompiledRule, *, anew: bool, retry: bool) -> JobMaker:
        return JobMaker(
            self._migration,
            self._resolver,
            rule,
            stage=self._stage,
            retry_rejected=retry,
            tally=self.outcomes[rule.name],
            anew=anew,
        )

    def _wanted(self, rule: CompiledRule) -> Iterator[Planned]:
        keys = None if self._only is None else self._only.get(rule.name, frozenset())
        if keys is not None and not keys:
            return
        found = records(self._migration, rule)
        yield from map(planned, found if keys is None else (each for each in found if each.key in keys))

    def _heard(self, rule: CompiledRule, done: Sequence[Done], *, counted: bool) -> None:
        self._migration.note_head()
        self.outcomes[rule.name].update(map(_state, done))
        self._sampling.heard(rule.name, done)
        for each in done:
            if each.cap or each.job.conflicts:
                self._note(rule, each)
            if each.holder:
                self._taken[each.job.intent.key] = each.holder
        if counted:  # each record once, whatever the second pass adds to it
            self._migration.progress.step(self._migration.called(rule.name), len(done))

    def _note(self, rule: CompiledRule, done: Done) -> None:
        if done.job.conflicts:
            fields = ",".join(done.job.conflicts)
            self._migration.journal.set_state(
                rule.name, [done.job.intent.key], "conflict", "edited in the destination", fields
            )
        if done.cap:
            self._capped.add(rule.target)


def _key_of(named: tuple[str, str], rule: CompiledRule) -> str:
    """The key of a record of ours, empty if another rule wrote it."""
    return named[1] if named[0] == rule.name else ""


def _state(done: Done) -> str:
    state = done.outcome.state
    if state == "done":
        return "updated" if done.job.intent.verb is Verb.UPDATE else "created"
    return str(state)


def _chunks(items: Iterator[Planned], size: int) -> Iterator[list[Planned]]:
    while chunk := list(islice(items, size)):
        yield chunk
