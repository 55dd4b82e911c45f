"""The way back: what was made goes away, what people changed stays."""

from __future__ import annotations

from dataclasses import replace

from bridgework.model import Ability, AlreadyGone, Undone, Verb, Written
from bridgework.stages.rollback import rollback
from bridgework.stages.settle_images import settle_images
from bridgework.testing.destination.bench import Bench
from bridgework.testing.promise import write
from bridgework.testing.run import Run, Wanted
from bridgework.testing.standards import Standards, require, skip_unless

STANDARDS = Standards()

BY_HAND = "Edited by hand"


@STANDARDS.required
def undoes_twice(bench: Bench) -> None:
    """What was made can be undone; undoing it once more says that it is gone already, for every object."""
    with bench.run() as run:
        names = run.objects()
        run.prepare(*names)
        for name in reversed(names):
            [record] = run.records(1, name)
            write(run, [record])
            id_ = run.id(record)
            done = run.undo(record)
            require(done.outcome.state == "undone", f"undoing a record of {name}: {done.outcome.state}.")
            there = [each for each in run.hooks.read(name, [id_]) if not each.deleted]
            require(not there, f"a record of {name} is still there after it was undone.")
            operation = replace(run.operation(record, 1), verb=Verb.DELETE, target_id=id_)
            with run.account.outsider() as (connector, _):
                results = list(connector.undo([operation]))
            require(
                len(results) == 1 and isinstance(results[0], AlreadyGone | Undone),
                f"undoing a record of {name} twice is no error: answer `AlreadyGone`.",
            )


@STANDARDS.required
def rolls_back_and_keeps_what_people_changed(bench: Bench) -> None:
    """A rollback removes what was made, keeps and lists what people edited, and finds deleted records gone."""
    with bench.account() as account:
        with Run(account) as run:
            run.prepare()
            records = untouched, edited, deleted = run.records(3)
            write(run, records)
            settle_images(run.migration, [run.rule(run.main())])
            _edit(run, edited)
            _delete(run, deleted)
            ids = {each.key: run.id(each) for each in records}
        with Run(account) as run:
            result = rollback(run.migration)
            counts = result.data["removed"][run.main()]
            there = {each.id for each in run.scanned(run.main())}
        require(ids[edited.key] in there, "the rollback removed a record that a person had edited.")
        require(len(result.data["kept"]) == 1, "the rollback does not list the record that a person edited.")
        require(ids[untouched.key] not in there, "the rollback left a record that nobody had touched.")
        require(counts.get("already gone", 0) == 1, "a record that a person deleted is not recognised as gone.")


@STANDARDS.required
def leaves_nothing_behind(bench: Bench) -> None:
    """After a rollback nothing of the migration is left, for all objects together."""
    with bench.account() as account:
        with Run(account) as run:
            names = run.objects()
            run.prepare(*names)
            before = {name: {each.id for each in run.scanned(name)} for name in names}
            for name in names:
                write(run, run.records(2, name))
            settle_images(run.migration, sorted({target.rule for target in run.journal.all_targets()}))
        with Run(account) as run:
            rollback(run.migration)
            for name in names:
                left = {each.id for each in run.scanned(name)} - before[name]
                require(not left, f"{len(left)} records of {name} are left after a rollback.")


@STANDARDS.optional("restoring")
def brings_back_what_was_removed(bench: Bench) -> None:
    """A removed record comes back with its id and values; bringing it back twice is no error."""
    with bench.run() as run:
        names = [each for each in run.objects() if run.capability(each).restore is Ability.SUPPORTED]
        skip_unless(names, "no object can be restored")
        run.prepare(*names)
        for name in names:
            [record] = run.records(1, name)
            write(run, [record])
            id_ = run.id(record)
            run.undo(record)
            done = run.restore(record)
            require(done.outcome.state == "done", f"restoring a record of {name}: {done.outcome.state}.")
            require(run.id(record) == id_, f"a record of {name} comes back under another id.")
            lost = run.differences(record, record.body)
            require(not lost, f"a record of {name} comes back without {', '.join(lost)}.")
            operation = replace(run.operation(record, 2), verb=Verb.RESTORE, target_id=id_)
            with run.account.outsider() as (connector, _):
                results = list(connector.restore([operation]))
            require(
                len(results) == 1 and isinstance(results[0], Written),
                f"restoring a record of {name} that is there is no error: answer `Written`.",
            )
            require(not run.differences(record, record.body), f"a second restoring changes a record of {name}.")


def _edit(run: Run, record: Wanted) -> None:
    """A person edits the record: in the simulator, else through the connector in other hands."""
    name, id_ = record.object, run.id(record)
    given = run.account.subject.edits.get(name)
    field = run.text(name)
    try:
        run.account.served.edit(name, id_, **(given or {field.key: BY_HAND}))
    except ValueError:
        if given is not None:
            raise
        change = replace(run.operation(record, 1), verb=Verb.UPDATE, target_id=id_, body={field.key: BY_HAND})
        with run.account.outsider() as (connector, _):
            list(connector.write([change]))


def _delete(run: Run, record: Wanted) -> None:
    """A person deletes the record."""
    name, id_ = record.object, run.id(record)
    try:
        run.account.served.delete(name, id_)
    except ValueError:
        with run.account.outsider() as (connector, _):
            list(connector.undo([replace(run.operation(record, 1), verb=Verb.DELETE, target_id=id_)]))
