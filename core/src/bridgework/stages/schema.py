"""schema: create what the mapping needs in the destination, once approved, and remember the destination's own keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bridgework.errors import SchemaDrift, StopRun, UsageError
from bridgework.gates import Gate, approved_detail, content_hash, require
from bridgework.journal import Intent, Outcome
from bridgework.migration import Migration
from bridgework.model import Created, NotYet, Receipt, SchemaOperation, Verb
from bridgework.results import Result
from bridgework.stages.plan import SchemaPlan, mapping_gate, operation_json, schema_plan

RULE = "schema"  # the journal keeps schema operations under this name
PATIENCE = 60  # times the engine asks again while a destination says "not yet"


def schema(migration: Migration) -> Result:
    """Show the operations that are to be approved."""
    planned = schema_plan(migration)
    gate = schema_gate(migration, planned)
    return migration.finished(
        "schema",
        data=_report(migration, planned, applied=False),
        differences=bool(planned.tier.problems),
        next_='bridgework approve schema --by "Name <mail>"' if planned.operations else "bridgework owners",
        message=gate.summary,
    )


def schema_checklist(migration: Migration) -> Result:
    """The operations that are left, as steps a person can carry out by hand."""
    planned = schema_plan(migration)
    steps = [_step(number, each) for number, each in enumerate(planned.operations, start=1)]
    return migration.finished(
        "schema",
        data={"checklist": steps, **_report(migration, planned, applied=False)},
        message="\n".join(steps) or "Nothing is left to do by hand.",
        next_="bridgework schema",
        report="schema-checklist",
    )


def _step(number: int, operation: SchemaOperation) -> str:
    if operation.kind == "field":
        options = f", with the options {', '.join(operation.options)}" if operation.options else ""
        return f"{number}. On {operation.object}, add a field “{operation.name}” of type {operation.type}{options}."
    where = f" of “{operation.under}”" if operation.under else ""
    return f"{number}. On {operation.object}, add “{operation.name}” to the field {operation.field}{where}."


def schema_gate(migration: Migration, planned: SchemaPlan | None = None) -> Gate:
    """The schema gate: the list of operations as it was before the first of them was carried out."""
    planned = planned or schema_plan(migration)
    pending = {each.identity: operation_json(each) for each in planned.operations}
    done = {name: data for name, data in _approved_operations(migration).items() if name in _made(migration)}
    content = {**done, **pending}
    summary = f"{len(pending)} operations, {len(planned.tier.dropped)} optional fields left out"
    digest = content_hash([content[name] for name in sorted(content)])
    return Gate("schema", digest, summary, planned.tier.problems, {"operations": content})


def apply_schema(migration: Migration) -> Result:
    """Carry out the approved operations. Safe to repeat: what is there is found and not made twice."""
    planned = schema_plan(migration)
    require(migration.journal, mapping_gate(migration))
    require(migration.journal, schema_gate(migration, planned))
    _keep_picture(migration)
    migration.progress.start("schema", len(planned.operations))
    settle_schema(migration)
    for operation in planned.operations:
        _carry_out(migration, operation)
        migration.progress.step(operation.name)
    migration.forget_schema()
    left = schema_plan(migration)
    if left.operations:
        raise SchemaDrift(
            f"{len(left.operations)} schema operations were carried out but their result is not visible.",
            next_step="bridgework schema --apply",
        )
    return migration.finished("schema", data=_report(migration, left, applied=True), next_="bridgework owners")


def settle_schema(migration: Migration) -> None:
    """Schema operations whose answer was lost: they are looked up by name when carried out again."""
    open_ = list(migration.journal.in_doubt(rule=RULE))
    migration.journal.settle(
        [Outcome(row.operation, "proved_absent", reason="looked up by name before it is made again") for row in open_]
    )


def _carry_out(migration: Migration, operation: SchemaOperation) -> None:
    intent = Intent(verb=Verb.SCHEMA, stage="schema", rule=RULE, key=operation.identity, object=operation.object)
    tried_before = bool(migration.journal.targets(RULE, [operation.identity]))
    for _ in range(PATIENCE):
        [number] = migration.journal.intend([intent])
        migration.client.permit(operation, number)
        try:
            result = migration.hooks.create_schema(operation)
        except UsageError as error:
            migration.journal.settle([Outcome(number, "rejected", reason=error.message)])
            raise
        if not isinstance(result, NotYet):
            migration.journal.settle([Outcome(number, "done", id=result.receipt.key)])
            created = isinstance(result, Created)
            receipt = _ours(migration, result.receipt, created=created, tried_before=tried_before)
            migration.journal.add_receipt(receipt, number)
            return
        migration.journal.settle([Outcome(number, "not_sent", reason="the destination is still working on it")])
        migration.clock.sleep(result.seconds)
    raise StopRun(f"The destination does not finish {operation.name}.", next_step="bridgework schema --apply")


def _ours(migration: Migration, receipt: Receipt, *, created: bool, tried_before: bool) -> Receipt:
    """The receipt with its owner: found in place is ours too if we tried to make it and the first picture lacks it."""
    if not created and tried_before:
        created = receipt.key not in _pictured(migration, receipt)
    return replace(receipt, created=created)


def _pictured(migration: Migration, receipt: Receipt) -> set[str]:
    """Keys that the picture holds beside the receipt's: of fields, or of the options of its field."""
    picture = migration.journal.last_event("schema_picture")
    fields = {} if picture is None else picture.payload["picture"].get(receipt.object, {})
    if receipt.kind == "field":
        return set(fields)
    return {key for label, options in fields.values() if label == receipt.field for key in options}


def _keep_picture(migration: Migration) -> None:
    """Store the destination's schema as it was before the first change: names and keys, once."""
    if migration.journal.last_event("schema_picture") is not None:
        return
    picture = {
        target.name: {field.key: [field.label, [option.key for option in field.options]] for field in target.fields}
        for target in migration.schema.objects
    }
    migration.journal.event("schema_picture", picture=picture)


def _approved_operations(migration: Migration) -> dict[str, Any]:
    return dict(approved_detail(migration.journal, "schema").get("operations", {}))


def _made(migration: Migration) -> set[str]:
    return {
        SchemaOperation(
            kind=receipt.kind, object=receipt.object, name=receipt.name, field=receipt.field, under=receipt.under
        ).identity
        for receipt in migration.journal.receipts()
    }


def _report(migration: Migration, planned: SchemaPlan, *, applied: bool) -> dict[str, Any]:
    return {
        "operations": [operation_json(each) for each in planned.operations],
        "tier": planned.tier.as_json(),
        "applied": applied,
        "receipts": [
            {
                "kind": each.kind,
                "object": each.object,
                "field": each.field,
                "name": each.name,
                "key": each.key,
                "options": dict(each.options),
                "created": each.created,
            }
            for each in migration.journal.receipts()
        ],
    }
