"""What is written stands there as it was sent, under its own id, whatever the text."""

from __future__ import annotations

from contextlib import suppress

from bridgework.testing.destination.bench import Bench
from bridgework.testing.promise import break_creates, exactly_once, mended, way, write
from bridgework.testing.run import Run
from bridgework.testing.standards import NotApplicable, Standards, require, skip_unless

STANDARDS = Standards()

TEXTS = {
    "accents and other scripts": "Zoë Ñandú Ελένη Юлия 李小龍 ひろ",
    "right to left": "שרה كمال",
    "beyond the basic plane": "🦷 𝒟ental 👩🏽‍⚕️",
    "combining marks": "Jose\u0301 A\u030angstro\u0308m",
    "characters of markup and of formulas": '<b>O\'Brien & "Söhne"</b> =1+1; 50 % \\ /',
}
ODD_KEYS = (
    "plain-1",
    "O'Brien & Söhne",
    "a/b|c.d",
    "100 % sure?#now",
    "~tilde",
    "tab\tand\nline",
    "李🦷",
    "[x] {y} <z>",
    "k" * 300,
    "K" * 120,
)


@STANDARDS.required
def stores_what_is_sent(bench: Bench) -> None:
    """Every field of every object stands there as it was sent, or as `normalise` says."""
    with bench.run() as run:
        names = run.objects()
        run.prepare(*names)
        for name in names:
            records = run.records(2, name, whole=True)
            write(run, records)
            for each in records:
                lost = run.differences(each, each.body)
                require(not lost, f"{name}: what was sent to {', '.join(lost)} is not what is stored.")


@STANDARDS.required
def answers_for_the_right_record(bench: Bench) -> None:
    """Ids go to the operations whose records they are, in a whole batch of them."""
    with bench.run() as run:
        name = run.main()
        records = run.records(max(2, min(run.capability(name).batch_size, 60)))
        write(run, records)
        for each in records:
            require(
                not run.differences(each, each.body), f"the id given for a record of {name} is that of another record."
            )
        exactly_once(run, records)


@STANDARDS.required
def keeps_every_script(bench: Bench) -> None:
    """Texts of every script, emoji and markup characters stand there unharmed."""
    with bench.run() as run:
        field = run.text(run.main())
        for what, text in TEXTS.items():
            record = run.record(what, fields={field.key: text[: field.max_length]})
            write(run, [record])
            lost = run.differences(record, {field.key: record.body[field.key]})
            require(not lost, f"{what} are not stored in {field.label} as they were sent.")


@STANDARDS.required
def recognises_odd_keys(bench: Bench) -> None:
    """A record is recognised whatever its key in the source looks like."""
    with bench.run() as run:
        records = [run.record(key, number=n) for n, key in enumerate(ODD_KEYS, start=1)]
        write(run, records)
        exactly_once(run, records)


@STANDARDS.required
def tells_rules_apart(bench: Bench) -> None:
    """Two rules that share a source id make two records, and each is found as its own."""
    with bench.run() as run:
        records = [run.record("1", rule=rule, number=n) for n, rule in enumerate(("kit-1", "kit-2"), start=1)]
        write(run, records)
        exactly_once(run, records)


@STANDARDS.required
def writes_nothing_again(bench: Bench) -> None:
    """A load that is run again, by another process, writes nothing and changes nothing."""
    with bench.account() as account:
        with Run(account) as run:
            run.prepare()
            records = run.records(3)
            write(run, records)
            before = {each.id: each.version for each in run.scanned(run.main())}
        with Run(account) as run:
            run.load(records)
            after = {each.id: each.version for each in run.scanned(run.main())}
            require(after.keys() == before.keys(), f"a second load left {len(after)} records where {len(before)} were.")
            require(after == before, "a second load changed records that were written already.")


@STANDARDS.required
def enforces_its_identity(bench: Bench) -> None:
    """Where the service itself keeps records apart, a create that arrives twice makes no second one."""
    with bench.run() as run:
        name = run.main()
        kind = run.capability(name).identity.kind
        skip_unless(kind in ("client-id", "unique-key"), f"{name} is recognised by a {kind}, which nothing enforces")
        [record] = records = run.records(1)
        write(run, records)
        with run.account.outsider() as (connector, _), suppress(Exception):  # refusing in whatever way is right
            list(connector.write([run.operation(record, 1)]))
        exactly_once(run, records)
        way(run)
        twice = run.record("twice", number=2)
        break_creates(run, "duplicate")
        write(run, [twice])
        require(mended(run) == 1, "the repeated delivery met no write.")
        exactly_once(run, [record, twice])


@STANDARDS.optional("update")
def changes_what_it_is_told(bench: Bench) -> None:
    """An update changes the fields it names and no other, makes no second record, and may be repeated."""
    with bench.run() as run:
        name = run.main()
        _needs_update(run, name)
        [record] = run.records(1, whole=True)
        write(run, [record])
        field = run.text(name)
        changed = {field.key: "Changed by an update"}
        for _ in range(2):
            done = run.update(record, changed)
            require(done.outcome.state == "done", f"an update of {name} was not done: {done.outcome.state}.")
            lost = run.differences(record, {**record.body, **changed})
            require(not lost, f"after an update {', '.join(lost)} of {name} does not hold what it should.")
        exactly_once(run, [record._replace(body={**record.body, **changed})])


@STANDARDS.optional("update")
def clears_a_field(bench: Bench) -> None:
    """An update with nothing in a field empties it."""
    with bench.run() as run:
        name = run.main()
        _needs_update(run, name)
        field = next(
            (
                each
                for each in run.target(name).fields
                if each.type == "text" and each.settable == "always" and not each.required and not each.unique
            ),
            None,
        )
        if field is None:
            raise NotApplicable(f"{name} has no text field that may be empty")
        record = run.record("1", fields={field.key: "Filled"})
        write(run, [record])
        done = run.update(record, {field.key: None})
        require(done.outcome.state == "done", f"clearing {field.label} was not done: {done.outcome.state}.")
        stored = run.stored(record)
        require(stored is not None and not stored.values.get(field.key), f"{field.label} is not empty after clearing.")


@STANDARDS.optional("upload")
def uploads_documents(bench: Bench) -> None:
    """Documents are uploaded, found by their identity, and there once."""
    with bench.run() as run:
        names = [name for name in run.objects() if run.capability(name).upload]
        skip_unless(names, "no object takes files")
        for name in names:
            run.prepare(name)
            records = run.records(2, name)
            write(run, records)
            exactly_once(run, records)


def _needs_update(run: Run, name: str) -> None:
    ability = run.capability(name).update
    skip_unless(ability == "supported", f"updates of {name}: {ability}")
