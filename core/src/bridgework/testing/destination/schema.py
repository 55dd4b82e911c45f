"""Fields of the migration's own: made once, removed again, and missed when somebody removes them."""

from __future__ import annotations

from bridgework.errors import SchemaDrift
from bridgework.model import Ability, Created, Dropped, FieldType, Present, Receipt, SchemaOperation
from bridgework.testing.destination.bench import Bench
from bridgework.testing.promise import write
from bridgework.testing.run import Run
from bridgework.testing.standards import NotApplicable, Standards, require, skip_unless

STANDARDS = Standards()


@STANDARDS.optional("own fields")
def makes_a_field_once(bench: Bench) -> None:
    """Creating a field that is there finds it, under the same key, instead of making another."""
    with bench.run() as run:
        receipt = _own_field(run)
        operation = SchemaOperation(kind="field", object=receipt.object, name=run.account.custom, type=FieldType.TEXT)
        with run.account.outsider() as (connector, client):
            client.permit(operation, 1)
            again = connector.create_schema(operation)
        require(isinstance(again, Present), f"a field that is there is made again ({type(again).__name__}).")
        require(again.receipt.key == receipt.key, "a field that is there is found under another key.")
        labels = [field.label for field in run.hooks.describe_destination().object(receipt.object).fields]
        require(
            labels.count(receipt.name) == 1,
            f"the account has {labels.count(receipt.name)} fields of one label after one was made.",
        )


@STANDARDS.optional("own fields")
def writes_its_own_fields(bench: Bench) -> None:
    """A field of every type the connector says it can make holds what is written into it."""
    with bench.run() as run:
        name = _own_field(run).object
        types = [each for each in run.migration.capabilities.field_types if each not in _NEED_MORE]
        for number, kind in enumerate(sorted(types), start=1):
            operation = SchemaOperation(
                kind="field",
                object=name,
                name=f"{run.account.custom} {kind}",
                type=kind,
                options=("One", "Two") if kind in (FieldType.CHOICE, FieldType.CHOICES) else (),
            )
            with run.account.outsider() as (connector, client):
                client.permit(operation, number)
                made = connector.create_schema(operation)
            require(isinstance(made, Created), f"a field of the type {kind} was not made ({type(made).__name__}).")
        run.migration.forget_schema()
        run.hooks.describe_destination()
        record = run.record("1", name, whole=True)
        [done] = run.send([record])
        require(
            done.outcome.state == "done",
            f"with fields of every type a record is {done.outcome.state} ({done.outcome.reason}).",
        )
        lost = run.differences(record, record.body)
        labels = {field.key: field.label for field in run.target(name).fields}
        require(not lost, f"{', '.join(labels.get(each, each) for each in lost)} does not hold what was written.")


@STANDARDS.optional("own fields")
def drops_a_field(bench: Bench) -> None:
    """A field that was made is removed again; removing it twice is no error."""
    with bench.run() as run:
        receipt = _own_field(run)
        ability = run.migration.capabilities.drop_schema
        skip_unless(ability is Ability.SUPPORTED, f"removing fields: {ability}")
        for number in (1, 2):
            with run.account.outsider() as (connector, client):
                client.permit(receipt, number)
                dropped = connector.drop_schema(receipt)
            require(isinstance(dropped, Dropped), "a field the migration made is not removed.")
        fields = run.hooks.describe_destination().object(receipt.object).fields
        require(receipt.key not in [field.key for field in fields], "a field is still there after it was removed.")


@STANDARDS.optional("own fields")
def notices_a_drifted_schema(bench: Bench) -> None:
    """When somebody removes a field during the run, its values are refused or the run stops, never left out."""
    with bench.run() as run:
        receipt = _own_field(run)
        ability = run.migration.capabilities.drop_schema
        skip_unless(ability is Ability.SUPPORTED, f"removing fields: {ability}")
        kept = {receipt.key: "A value that must not vanish"}
        before, after = run.record("1"), run.record("2", number=2, fields=kept)
        write(run, [before])
        with run.account.outsider() as (connector, client):
            client.permit(receipt, 1)
            connector.drop_schema(receipt)
        try:
            [done] = run.send([after])
        except SchemaDrift:
            return
        if done.outcome.state != "rejected":
            vanished = done.outcome.state != "done" or run.differences(after, kept)
            require(not vanished, f"a value for a field that is gone vanishes: its record is {done.outcome.state}.")


@STANDARDS.optional("schema marks")
def marks_every_change_of_the_schema(bench: Bench) -> None:
    """The mark of the schema stays while nothing is changed, and is another one after a field was removed."""
    with bench.run() as run:
        skip_unless(run.migration.schema.mark, "the connector gives no mark of the schema")
        receipt = _own_field(run)
        ability = run.migration.capabilities.drop_schema
        skip_unless(ability is Ability.SUPPORTED, f"removing fields: {ability}")
        marks = {run.hooks.describe_destination().mark, run.hooks.schema_mark(), run.hooks.schema_mark()}
        require(len(marks) == 1, "the mark of the schema is another one although nothing was changed.")
        with run.account.outsider() as (connector, client):
            client.permit(receipt, 1)
            connector.drop_schema(receipt)
        require(run.hooks.schema_mark() not in marks, "a field was removed, and the mark of the schema is the same.")


_NEED_MORE = frozenset({FieldType.REFERENCE, FieldType.OWNER, FieldType.DATA, FieldType.LOCAL_INSTANT})


def _own_field(run: Run) -> Receipt:
    """The receipt of the text field the kit made on the main object."""
    name = run.main()
    possible = run.target(name).custom_fields_possible
    if not possible or FieldType.TEXT not in run.migration.capabilities.field_types:
        raise NotApplicable(f"{name} takes no text fields of our own")
    receipt = next(
        (each for each in run.journal.receipts() if (each.object, each.name) == (name, run.account.custom)), None
    )
    require(receipt is not None, f"a text field on {name} was planned, and `create_schema` made none.")
    assert receipt is not None
    return receipt
