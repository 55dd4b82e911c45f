"""rollback: take out what was brought in, in reverse order; what people edited since is kept and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from bridgework.errors import InDoubt, NotSent, StopRun, UsageError
from bridgework.journal import Intent, Outcome, Target
from bridgework.migration import Migration
from bridgework.model import Ability, Dropped, Receipt, StoredRecord, Verb
from bridgework.results import Result
from bridgework.stages.children import Children
from bridgework.stages.comparing import content_mark
from bridgework.stages.holding import Holders
from bridgework.stages.load.answers import Job
from bridgework.stages.load.preflight import ready_to_write
from bridgework.stages.load.settling import settle_doubt
from bridgework.stages.load.writing import Writer
from bridgework.stages.optionlists import declared_labels, shown
from bridgework.stages.restoring import restore
from bridgework.stages.rules import relations
from bridgework.stages.schema import PATIENCE, RULE, settle_schema
from bridgework.stages.settle_images import differing

REMOVABLE = ("created", "updated", "conflict", "rejected")
ROUNDS = 5
BEGUN = "rollback_begun"


@dataclass
class Ledger:
    """What a rollback does, per destination object; `kept` lists rule, key hash, id and reason."""

    children: Children
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    kept: list[dict[str, str]] = field(default_factory=list)
    latest: dict[str, datetime] = field(default_factory=dict)

    def note(self, object_name: str, what: str, number: int = 1) -> None:
        """Count what became of records of an object."""
        self.counts.setdefault(object_name, Counter())[what] += number

    def keep(self, migration: Migration, target: Target, reason: str) -> None:
        """Note a record that stays, and why."""
        self.note(target.object, "kept")
        self.kept.append(
            {
                "rule": target.rule,
                "key": migration.keyed_hash(target.rule, target.key),
                "id": target.id,
                "reason": reason,
            }
        )


def rollback(
    migration: Migration,
    *,
    preview: bool = False,
    object_name: str = "",
    schema: bool = False,
    stage: str = "rollback",
) -> Result:
    """Remove what this migration created, put back what it changed; with `schema`, its fields and options too.

    With `object_name`, only that object and what depends on it.
    """
    if not preview:
        ready_to_write(migration)
        migration.journal.event(BEGUN, stage=stage, again=_command(stage, object_name, schema=schema))
        settle_doubt(migration)
    objects = _with_dependants(migration, object_name) if object_name else None
    ledger = Ledger(Children(migration))
    ledger.children.look()
    migration.progress.start(stage, _total(migration, objects))
    for chunk in _chunks(migration, objects, None):
        _remove(migration, chunk, ledger, stage=stage, preview=preview)
    if not preview:
        _settle(migration, ledger, stage)
        _forget_links(migration, objects)
    receipts = _schema_receipts(migration) if schema else []
    declared = declared_labels(migration) if receipts else frozenset()
    schema_lines = [shown(line, declared) for line in _drop_schema(migration, receipts, preview=preview)]
    if not preview:
        migration.journal.event(stage, removed={name: counts["removed"] for name, counts in ledger.counts.items()})
    again = _command(stage, object_name, schema=schema)
    return _result(
        migration, stage, ledger, schema_lines, preview=preview, then=again if preview else "bridgework status"
    )


def unfinished(migration: Migration) -> str:
    """The command that goes on with a rollback that did not come to its end; empty if there is none."""
    begun = migration.journal.last_event(BEGUN)
    if begun is None:
        return ""
    after = (begun.payload["stage"], "rollback-undo", "sample_chosen", "loaded")
    ended = [migration.journal.last_event(kind) for kind in after]
    over = any(each is not None and each.seq > begun.seq for each in ended)
    return "" if over else str(begun.payload["again"])


def _command(stage: str, object_name: str, *, schema: bool) -> str:
    if stage != "rollback":
        return "bridgework sample --undo"
    return f"bridgework rollback{f' --object {object_name}' if object_name else ''}{' --schema' if schema else ''}"


def _settle(migration: Migration, ledger: Ledger, stage: str) -> None:
    """Ask again about removals whose answers were lost, a few times: what then is in doubt waits for the next run."""
    for _ in range(ROUNDS):
        doubtful: dict[str, set[str]] = {}
        for row in migration.journal.in_doubt():
            if row.verb is Verb.DELETE:
                doubtful.setdefault(row.rule, set()).add(row.key)
        if not doubtful:
            return
        settle_doubt(migration)
        keys = {rule: frozenset(found) for rule, found in doubtful.items()}
        for chunk in _chunks(migration, None, keys):
            _remove(migration, chunk, ledger, stage=stage, preview=False, asked_before=True)


def _forget_links(migration: Migration, objects: frozenset[str] | None) -> None:
    """Records that were only linked to, never changed, are simply let go."""
    for target in migration.journal.all_targets(states=("matched",)):
        if objects is None or target.object in objects:
            migration.journal.set_state(target.rule, [target.key], "undone")


def _with_dependants(migration: Migration, object_name: str) -> frozenset[str]:
    """The object and every object whose rules refer to it, directly or not."""
    rules = relations(migration)
    targets = {target for target, _ in rules.values()}
    if object_name not in targets:
        names = ", ".join(sorted(targets))
        raise UsageError(f"Nothing was loaded as {object_name}.", next_step=f"use one of {names}")
    taken = {object_name}
    while True:
        more = {
            target for target, names in rules.values() if any(rules[name][0] in taken for name in names & rules.keys())
        } - taken
        if not more:
            return frozenset(taken)
        taken |= more


def _total(migration: Migration, objects: frozenset[str] | None) -> int | None:
    if objects is not None:
        return None
    return sum(sum(states.get(state, 0) for state in REMOVABLE) for states in migration.journal.counts().values())


def _chunks(
    migration: Migration, objects: frozenset[str] | None, only: dict[str, frozenset[str]] | None
) -> Iterator[list[Target]]:
    """Targets that exist, newest first (children before parents), in runs of one rule."""
    targets = (
        target
        for target in migration.journal.targets_by_origin(states=REMOVABLE, newest_first=True)
        if target.live
        and (objects is None or target.object in objects)
        and (only is None or target.key in only.get(target.rule, ()))
    )
    for _, run in groupby(targets, key=lambda target: target.rule):
        while chunk := list(islice(run, migration.capabilities.read_batch)):
            yield chunk


def _remove(
    migration: Migration,
    chunk: Sequence[Target],
    ledger: Ledger,
    *,
    stage: str,
    preview: bool,
    asked_before: bool = False,
) -> None:
    """Remove or keep the targets of one rule. What is gone after we `asked_before` went by our own doing."""
    ours = [target for target in chunk if target.origin]
    _restore(migration, [target for target in chunk if not target.origin], ledger, stage=stage, preview=preview)
    if not ours:
        return
    stored = migration.read_records(chunk[0].object, [target.id for target in ours])
    verdicts = [(target, *_judge(migration, ledger.children, target, stored.get(target.id))) for target in ours]
    jobs: list[Job] = []
    for target, what, reason in verdicts:
        if what == "keep":
            ledger.keep(migration, target, reason)
            ledger.children.keep(stored[target.id])
            if not preview:
                migration.journal.set_state(target.rule, [target.key], "conflict", reason)
        else:
            jobs.append(_delete_job(migration, target, stage))
    if preview:
        ledger.note(chunk[0].object, "to remove", len(jobs))
        return
    decided = [done for done in Writer(migration).send(jobs) if done.outcome.state != "in_doubt"]
    for done in decided:
        ours_now = done.outcome.state == "undone" or asked_before
        what = "refused" if done.outcome.state in ("refused", "rejected") else "removed" if ours_now else "already gone"
        ledger.note(done.job.intent.object, what)
    _verify(migration, [done.job for done in decided if done.outcome.state == "undone"], ledger)
    ledger.latest[chunk[0].object] = migration.clock.now()
    migration.progress.step(f"removing {migration.called(chunk[0].rule)}", len(chunk))


def _restore(migration: Migration, targets: Sequence[Target], ledger: Ledger, *, stage: str, preview: bool) -> None:
    """Records that were there before us get back what we replaced in them."""
    for each in restore(migration, targets, stage=stage, preview=preview) if targets else ():
        ledger.note(each.target.object, each.what)
        if each.kept:
            ledger.keep(migration, each.target, "edited in the destination since it was loaded")


def _judge(migration: Migration, children: Children, target: Target, stored: StoredRecord | None) -> tuple[str, str]:
    """`remove`, or `keep` with the reason."""
    if stored is None or stored.deleted:
        return "remove", ""
    if target.settled_hash:
        edited = content_mark(stored) != target.settled_hash
    else:  # it was never read back; fields that people edited are in no image of ours
        edited = bool(target.field) or bool(differing(migration, [target], {target.id: stored}))
    if edited:
        return "keep", "edited in the destination since it was loaded"
    child = children.of(target.object, target.id)
    return ("keep", f"somebody else's {child.replace('_', ' ')} refers to it") if child else ("remove", "")


def _delete_job(migration: Migration, target: Target, stage: str) -> Job:
    intent = migration.intent_about(target, Verb.DELETE, stage)
    return Job(intent, {}, version=target.version)


def _verify(migration: Migration, jobs: Sequence[Job], ledger: Ledger) -> None:
    """Read back what was removed: it must not be there any more."""
    if not jobs:
        return
    ids = [job.intent.target_id for job in jobs]
    still = [each for each in migration.read_records(jobs[0].intent.object, ids).values() if not each.deleted]
    if still:
        ledger.note(jobs[0].intent.object, "still there", len(still))


# ------------------------------------------------------------------------------------------ schema


def _schema_receipts(migration: Migration) -> list[Receipt]:
    return [receipt for receipt in reversed(migration.journal.receipts()) if receipt.created]


def _drop_schema(migration: Migration, receipts: Sequence[Receipt], *, preview: bool) -> list[dict[str, str]]:
    """Fields, options and pipelines we created, in reverse order, of objects of which no record of ours is left.

    What holds values in records of others stays.
    """
    if not receipts:
        return []
    if migration.capabilities.drop_schema is not Ability.SUPPORTED:
        return [_line(each, "kept", "cannot be removed through the API") for each in receipts]
    if not preview:
        settle_schema(migration)
    used = set() if preview else {target.object for target in migration.journal.all_targets() if target.live}
    holders = Holders(migration, [each for each in receipts if each.object not in used])
    lines = []
    for each in receipts:
        why = "records of this migration still use it" if each.object in used else holders.why_kept(each)
        if why:
            lines.append(_line(each, "kept", why))
        else:
            lines.append(_line(each, "to remove", "") if preview else _drop(migration, each))
    return lines


def _drop(migration: Migration, receipt: Receipt) -> dict[str, str]:
    identity = "/".join((receipt.kind, receipt.object, receipt.field, receipt.under, receipt.name))
    intent = Intent(
        verb=Verb.SCHEMA, stage="rollback", rule=RULE, key=identity, object=receipt.object, target_id=receipt.key
    )
    for attempt in range(PATIENCE):
        [number] = migration.journal.intend([intent])
        migration.client.permit(receipt, number)
        try:
            result = migration.hooks.drop_schema(receipt)
        except (NotSent, InDoubt) as undecided:  # what is gone already counts as dropped: it can be asked again
            state = "not_sent" if isinstance(undecided, NotSent) else "proved_absent"
            migration.journal.settle([Outcome(number, state, reason=f"{undecided.cause}: asked again")])
            migration.clock.sleep(min(60.0, 2.0**attempt))
            continue
        if isinstance(result, Dropped):
            migration.journal.settle([Outcome(number, "undone")])
            migration.journal.drop_receipt(receipt)
            return _line(receipt, "removed", "")
        migration.journal.settle([Outcome(number, "kept", reason=result.reason)])
        return _line(receipt, "kept", result.reason)
    raise StopRun(
        f"The destination does not remove a {receipt.kind} of {receipt.object}.",
        next_step="bridgework rollback --schema",
    )


def _line(receipt: Receipt, what: str, reason: str) -> dict[str, str]:
    return {"kind": receipt.kind, "object": receipt.object, "name": receipt.name, "outcome": what, "reason": reason}


# ------------------------------------------------------------------------------------------ result


def _result(
    migration: Migration, stage: str, ledger: Ledger, schema_lines: list[dict[str, str]], *, preview: bool, then: str
) -> Result:
    windows: dict[str, Any] = {
        each.name: each.recoverable.days if each.recoverable else None for each in migration.capabilities.objects
    }
    now = migration.clock.now()
    until = {  # of a preview: if it were done now
        each.name: (ledger.latest.get(each.name, now) + each.recoverable).isoformat("T", "minutes")
        for each in migration.capabilities.objects
        if each.recoverable and (counts := ledger.counts.get(each.name)) and counts["removed"] + counts["to remove"]
    }
    left = any(counts["kept"] + counts["refused"] + counts["still there"] for counts in ledger.counts.values())
    left = left or any(line["outcome"] == "kept" for line in schema_lines)
    return migration.finished(
        stage,
        data={
            "preview": preview,
            "removed": {name: dict(counts) for name, counts in ledger.counts.items()},
            "kept": ledger.kept,
            "schema": schema_lines,
            "recoverable_days": windows,
            "recoverable_until": until,
        },
        differences=left and not preview,
        next_=then,
    )
