"""Looking: reads and scans see all that is there, and nothing that is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bridgework.clock import FakeClock
from bridgework.model import Operation, Verb, Written
from bridgework.testing.destination.bench import Bench
from bridgework.testing.promise import write
from bridgework.testing.run import Run
from bridgework.testing.standards import NotApplicable, Standards, fail, require, skip_unless

STANDARDS = Standards()

MOST = 1_100  # records that are made to see a scan turn a page
STEPS = (130, 520, MOST)


@STANDARDS.required
def describes_the_account_steadily(bench: Bench) -> None:
    """The description of the account is the same when nothing was changed, and another connector sees the same."""
    with bench.run() as run:
        first = run.hooks.describe_destination()
        require(first.account, "`describe_destination` gives the account no name.")
        with run.account.outsider() as (connector, _):
            again = connector.describe_destination()
        require(first.account == again.account, "the account has another name each time it is described.")
        require(first.objects == again.objects, "the account is described in another way each time.")
        users = run.hooks.list_owners()
        require(len({each.id for each in users}) == len(users), "two users have one id.")


@STANDARDS.required
def copes_with_an_empty_object(bench: Bench) -> None:
    """An object without records is scanned without an error, and what does not exist is left out of a read."""
    with bench.run() as run:
        name = run.main()
        [record] = records = run.records(1)
        if run.account.simulated:
            there = [each for each in run.scanned(name) if not each.demo]
            require(not there, f"a scan of {name} finds records in a fresh account that are not marked as `demo`.")
        [found] = run.hooks.find([run.operation(record, 1)])
        require(not found.records, "find sees a record that was never sent.")
        write(run, records)
        id_ = run.id(record)
        run.undo(record)
        left = [each for each in run.hooks.read(name, [id_]) if not each.deleted]
        require(not left, f"a read of {name} gives a record that was deleted.")
        require(not [each for each in run.scanned(name) if each.id == id_], "a scan gives a record that was deleted.")


@STANDARDS.required
def reads_a_full_batch(bench: Bench) -> None:
    """A read takes as many ids as the capabilities say, and gives each record once."""
    with bench.run() as run:
        size = min(run.migration.capabilities.read_batch, 250)
        ids = _filled(run, size)
        found = Counter(each.id for each in run.hooks.read(run.main(), ids))
        require(
            set(found) == set(ids), f"of {len(ids)} ids in one read {len(set(ids) - set(found))} were not answered."
        )
        require(max(found.values()) == 1, "a read gives a record twice.")


@STANDARDS.required
def turns_pages_without_loss(bench: Bench) -> None:
    """A scan over several pages gives each record once, though others come and go between its pages."""
    with bench.run() as run:
        name = run.main()
        stayed = _several_pages(run)
        rows = run.hooks.scan(name, (), None)
        first = next(rows, None)
        if first is None:
            fail(f"a scan of {name} finds nothing.")
        with run.account.outsider() as (connector, _):
            list(connector.undo([_removal(run, first.id)]))
            list(connector.write([run.operation(run.record("late", rule="kit-late", number=5001), 2)]))
        seen = Counter([first.id, *(each.id for each in rows)])
        stayed.discard(first.id)
        missed = [id_ for id_ in stayed if not seen[id_]]
        require(not missed, f"{len(missed)} of {len(stayed)} records were missed at the border of two pages.")
        require(all(seen[id_] == 1 for id_ in stayed), "a scan gives a record twice at the border of two pages.")


@STANDARDS.required
def leaves_out_nothing_since(bench: Bench) -> None:
    """A scan since an instant leaves out nothing that was made or changed after it."""
    with bench.run() as run:
        name, clock = run.main(), run.account.clock
        old, changed = run.records(2)
        write(run, [old, changed])
        if isinstance(clock, FakeClock):
            clock.advance(3600)
        since = clock.now() - timedelta(seconds=1)
        expected = set()
        if run.capability(name).update == "supported":
            run.update(changed, {run.text(name).key: "Changed later"})
            expected.add(run.id(changed))
        new = run.record("new", number=5002)
        write(run, [new])
        expected.add(run.id(new))
        seen = {each.id for each in run.hooks.scan(name, (), since)}
        require(expected <= seen, "a scan since an instant leaves out records that were made or changed after it.")


def _several_pages(run: Run) -> set[str]:
    """Fill the main object until a scan asks at least twice; the ids. NotApplicable if it never does."""
    skip_unless(run.account.simulated, "a running service is not filled with hundreds of records")
    _scan(run)  # what is asked once, such as the fields
    _, once = _scan(run)
    ids: list[str] = []
    for size in STEPS:
        ids = _filled(run, size, ids)
        count, asked = _scan(run)
        if asked > once or count < len(ids):
            return set(ids)
    raise NotApplicable(f"a scan gives {MOST} records in one page")


def _scan(run: Run) -> tuple[int, int]:
    """How many records a scan of the main object gives, and how many requests it takes."""
    before = len(run.account.requests.seen)
    count = sum(1 for _ in run.hooks.scan(run.main(), (), None))
    return count, len(run.account.requests.seen) - before


def _filled(run: Run, size: int, there: Sequence[str] = ()) -> list[str]:
    """Bring the number of records of the main object to `size`, as another program does; their ids."""
    step = run.capability(run.main()).batch_size
    ids = list(there)
    operations = [run.operation(run.record(f"fill-{n}", number=n), n) for n in range(len(ids) + 1, size + 1)]
    with run.account.outsider() as (connector, _):
        for start in range(0, len(operations), step):
            ids += [each.id for each in connector.write(operations[start : start + step]) if isinstance(each, Written)]
    require(len(set(ids)) == size, f"of {size} plain records {size - len(set(ids))} were not written.")
    return ids


def _removal(run: Run, id_: str) -> Operation:
    """A delete as somebody else sends it."""
    return replace(run.operation(run.record("gone", number=5003), 1), verb=Verb.DELETE, target_id=id_)


@STANDARDS.required
def says_who_holds_a_unique_value(bench: Bench) -> None:
    """The holder of a unique value is named for the value it holds, and no longer as being there once it is removed."""
    with bench.run() as run:
        name, field = _unique_field(run)
        run.prepare(name)
        holder, free = run.records(2, name, whole=True)
        write(run, [holder])
        bodies = run.hooks.normalise(name, [{field: each.body[field]} for each in (free, holder)])
        asked = [body[field] for body in bodies]
        found = [(each.place, each.id, each.deleted) for each in run.hooks.holders(name, field, asked)]
        require(
            found == [(1, run.id(holder), False)], f"asked for two values of {field}, of which one is held: {found}."
        )
        run.undo(holder)
        left = [each for each in run.hooks.holders(name, field, asked) if not each.deleted]
        require(not left, f"a {name} that was removed still holds its {field}, as if it were there.")


def _unique_field(run: Run) -> tuple[str, str]:
    """A unique field that records of the kit fill, and its object. NotApplicable if there is none."""
    for name in run.objects():
        unique = {each.key for each in run.target(name).fields if each.unique and each.settable != "never"}
        filled = unique & run.record("1", name, whole=True).body.keys() if unique else set()
        if filled:
            return name, min(filled)
    raise NotApplicable("no field that a record can fill is unique")
