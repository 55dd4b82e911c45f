"""rollback --undo: what the rollback removed comes back as it was, as long as the destination keeps it.

Records keep their ids, so what people linked to them is linked again. What the destination does not give back stays
pending: a load makes it anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby, islice

from bridgework.errors import UsageError
from bridgework.journal import IntentRow, Outcome, Target
from bridgework.migration import Migration
from bridgework.model import Ability, Verb
from bridgework.results import Result
from bridgework.stages.load.answers import Job
from bridgework.stages.load.preflight import ready_to_write
from bridgework.stages.load.settling import settle_doubt
from bridgework.stages.load.writing import Writer
from bridgework.stages.settle_images import settle_images

STAGE = "rollback-undo"
ROUNDS = 5  # of asking again about lost answers
BROUGHT_BACK, THERE, TO_BRING = "brought back", "there already", "to bring back"
GONE, REFUSED, NOT_THERE, WITHOUT_FIELDS = "gone for good", "refused", "not possible there", "fields were removed"
DOUBT = "in doubt"
LEFT = (GONE, REFUSED, NOT_THERE, WITHOUT_FIELDS, DOUBT)
Counts = dict[str, Counter[str]]


def bring_back(migration: Migration, *, preview: bool = False) -> Result:
    """Bring back, parents before children, every record whose newest operation is its removal by `rollback`.

    UsageError if there is none, or if the destination restores nothing.
    """
    capabilities = [migration.capabilities.new_objects, *migration.capabilities.objects]
    if not any(each is not None and each.restore is Ability.SUPPORTED for each in capabilities):
        raise UsageError(
            "This destination gives nothing back through its API.",
            next_step="bridgework load makes the records anew",
            cause="not_possible",
        )
    if not preview:
        ready_to_write(migration)
        settle_doubt(migration)
    counts = _round(migration, preview=preview)
    for _ in range(ROUNDS):
        if not any(row.verb is Verb.RESTORE for row in migration.journal.in_doubt()):
            break
        settle_doubt(migration)
        counts = _together(counts, _round(migration, preview=preview, asked_before=True))
    if not counts:
        raise UsageError("No rollback removed anything that could come back.", next_step="bridgework status")
    if not preview:
        settle_images(migration, list(migration.journal.rules()))
        migration.journal.event(STAGE, records={name: dict(+tally) for name, tally in counts.items()})
    return _result(migration, counts, preview=preview)


def _round(migration: Migration, *, preview: bool, asked_before: bool = False) -> Counts:
    """Once over everything that is out. What is there after we `asked_before`, or along with a record that took it
    with it into the bin, came back by our own doing."""
    dropped = migration.journal.last_event("receipt_dropped")
    counts: Counts = {}
    migration.progress.start(STAGE, None)
    for chunk in _chunks(migration):
        name = chunk[0].object
        tally = counts.setdefault(name, Counter())
        whole = [each for each in chunk if dropped is None or dropped.seq < each.operation]
        tally[WITHOUT_FIELDS] += len(chunk) - len(whole)
        if migration.capabilities.object(name).restore is Ability.SUPPORTED:
            found = _bring_back(migration, whole, preview=preview) if whole else ()
            ours = asked_before or any(name in migration.capabilities.object(each).cascades_to for each in counts)
            tally.update(BROUGHT_BACK if ours and what == THERE else what for what in found)
        else:
            tally[NOT_THERE] += len(whole)
        migration.progress.step(migration.called(chunk[0].rule), len(chunk))
    return counts


def _together(before: Counts, now: Counts) -> Counts:
    """What came back in earlier rounds, and how everything else stands after the last one."""
    return {
        name: Counter({what: tally[what] for what in (BROUGHT_BACK, THERE)}) + now.get(name, Counter())
        for name, tally in before.items()
    }


def _chunks(migration: Migration) -> Iterator[list[Target]]:
    """What a rollback removed, oldest first, in runs of one rule."""
    undone = migration.journal.targets_by_origin(states=("undone", "skipped"))
    for _, run in groupby((each for each in undone if each.origin and each.id), key=lambda target: target.rule):
        while chunk := list(islice(run, migration.capabilities.read_batch)):
            removed = migration.journal.intents([target.operation for target in chunk])
            if ours := [target for target in chunk if _by_a_rollback(target, removed[target.operation])]:
                yield ours


def _by_a_rollback(target: Target, removal: IntentRow) -> bool:
    """Whether a rollback removed it: what somebody had deleted before stays deleted."""
    if removal.verb is not Verb.DELETE or removal.stage != "rollback":
        return removal.verb is Verb.RESTORE  # tried before
    asked_once = removal.attempt == 1
    return not (asked_once and target.outcome == "already_gone")


def _bring_back(migration: Migration, chunk: Sequence[Target], *, preview: bool) -> Iterator[str]:
    stored = migration.read_records(chunk[0].object, [target.id for target in chunk])
    there = [target for target in chunk if target.id in stored]
    yield from [GONE] * (len(chunk) - len(there))
    removed = [target for target in there if stored[target.id].deleted]
    back = [target for target in there if not stored[target.id].deleted]
    yield from [THERE] * len(back)
    if preview:
        yield from [TO_BRING] * len(removed)
        return
    about = partial(migration.intent_about, verb=Verb.RESTORE, stage=STAGE)
    numbers = migration.journal.intend(list(map(about, back)))
    migration.journal.settle(
        [Outcome(number, "found", target.id) for number, target in zip(numbers, back, strict=True)]
    )
    for done in Writer(migration).send([Job(about(target), {}) for target in removed]):
        yield BROUGHT_BACK if done.outcome.state == "done" else DOUBT if done.outcome.state == "in_doubt" else REFUSED


def _result(migration: Migration, counts: Counts, *, preview: bool) -> Result:
    left = sum(tally[what] for tally in counts.values() for what in LEFT)
    following = "bridgework load" if left else "bridgework reconcile"
    return migration.finished(
        STAGE,
        data={"preview": preview, "records": {name: dict(+tally) for name, tally in counts.items()}},
        differences=bool(left) and not preview,
        next_="bridgework rollback --undo" if preview else following,
    )
