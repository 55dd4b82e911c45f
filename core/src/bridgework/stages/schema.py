"""schema: create what the mapping needs in the destination, once approved, and remember the destination's own keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bridgework.errors import InDoubt, NotSent, SchemaDrift, StopRun, UsageError
from bridgework.gates import Gate, approved_detail, content_hash, require
from bridgework.journal import Intent, Outcome
from bridgework.migration import Migration
from bridgework.model import Created, FieldType, NotYet, Present, Receipt, SchemaOperation, Verb
from bridgework.results import Result
from bridgework.schema import find_field
from bridgework.stages.load.circuit import note_schema
from bridgework.stages.optionlists import declared_labels, operation_report, receipt_report, write_options
from bridgework.stages.plan import SchemaPlan, mapping_gate, note_shown, operation_json, schema_plan, shown_in

RULE = "schema"  # the journal keeps schema operations under this name
PATIENCE = 60  # times the engine asks again while a destination says "not yet", or turns it away
AGAIN = "bridgework schema --apply"
REPORT = "reports/schema.html"


def schema(migration: Migration) -> Result:
    """Show the operations that are to be approved."""
    planned = schema_plan(migration)
    note_shown(migration, planned.operations, REPORT)
    gate = schema_gate(migration, planned)
    return migration.finished(
        "schema",
        data=_report(migration, planned, applied=False),
        differences=bool(planned.tier.problems),
        next_=gate.next_step if planned.operations else "bridgework owners",
        message=gate.summary,
    )


def schema_checklist(migration: Migration) -> Result:
    """The operations that are left, as steps a person can carry out by hand."""
    planned = schema_plan(migration)
    report = _report(migration, planned, applied=False)
    steps = [_step(number, each) for number, each in enumerate(report["operations"], start=1)]
    return migration.finished(
        "schema",
        data={"checklist": steps, **report},
        message="\n".join(steps) or "Nothing is left to do by hand.",
        next_="bridgework schema",
        report="schema-checklist",
    )


def _step(number: int, operation: Mapping[str, Any]) -> str:
    of, name = operation["object"], operation["name"]
    if operation["kind"] == "object":
        return f"{number}. Make an object “{name}” (many: “{operation['details']['plural']}”), named {of} in the API."
    if operation["kind"] == "field":
        listed = list(operation["options"])
        if more := operation["options_from_data"]:
            listed.append(f"{more} of private/options.csv")
        options = f", with the options {', '.join(listed)}" if listed else ""
        return f"{number}. On {of}, add a field “{name}” of type {operation['type']}{options}."
    where = f" of “{operation['under']}”" if operation["under"] else ""
    return f"{number}. On {of}, add “{name}” to the field {operation['field']}{where}."


def schema_gate(migration: Migration, planned: SchemaPlan | None = None) -> Gate:
    """The schema gate: the list of operations as it was before the first of them was carried out."""
    planned = planned or schema_plan(migration)
    pending = {each.identity: operation_json(each) for each in planned.operations}
    done = _begun(migration)
    content = {**done, **pending}
    summary = f"{len(pending)} operations, {len(planned.tier.dropped)} optional fields left out"
    digest = content_hash([content[name] for name in sorted(content)])
    report = shown_in(migration, planned.operations)
    return Gate(
        "schema",
        digest,
        summary,
        planned.tier.problems,
        {"operations": content},
        unblock="make room or take a larger plan, set destination.plan, then: bridgework schema",
        unseen="" if report else "bridgework schema",
        shown=report,
    )


def apply_schema(migration: Migration) -> Result:
    """Carry out the approved operations. Safe to repeat: what is there is found and not made twice."""
    planned = schema_plan(migration)
    require(migration.journal, mapping_gate(migration))
    require(migration.journal, schema_gate(migration, planned))
    _keep_picture(migration)
    migration.progress.start("schema", len(planned.operations))
    settle_schema(migration)
    for operation in [*_without_receipt(migration, planned), *planned.operations]:
        carry_out(migration, operation)
        migration.progress.step(operation.object)
    migration.forget_schema()
    left = schema_plan(migration)
    if left.operations:
        raise SchemaDrift(
            f"{len(left.operations)} schema operations were carried out but their result is not visible.",
            next_step="bridgework schema --apply",
        )
    note_schema(migration)
    return migration.finished("schema", data=_report(migration, left, applied=True), next_="bridgework owners")


def settle_schema(migration: Migration) -> None:
    """Schema operations whose answer was lost: they are looked up by name when carried out again."""
    open_ = list(migration.journal.in_doubt(rule=RULE))
    migration.journal.settle(
        [Outcome(row.operation, "proved_absent", reason="looked up by name before it is made again") for row in open_]
    )


def carry_out(migration: Migration, operation: SchemaOperation) -> None:
    """Create one thing, or find it; durable before and after, a lost answer waited for and looked up by name."""
    tried_before = bool(migration.journal.targets(RULE, [operation.identity]))
    for attempt in range(PATIENCE):
        intent = Intent(verb=Verb.SCHEMA, stage="schema", rule=RULE, key=operation.identity, object=operation.object)
        [number] = migration.journal.intend([intent])
        result = _ask(migration, operation, number)
        if isinstance(result, Created | Present):
            migration.journal.settle([Outcome(number, "done", id=result.receipt.key)])
            created = isinstance(result, Created)
            receipt = _ours(migration, result.receipt, created=created, tried_before=tried_before)
            migration.journal.add_receipt(receipt, number)
            return
        if isinstance(result, NotYet):
            migration.journal.settle([Outcome(number, "not_sent", reason="the destination is still working on it")])
            migration.clock.sleep(result.seconds)
        elif isinstance(result, NotSent):
            migration.journal.settle([Outcome(number, "not_sent", reason=result.cause)])
            migration.clock.sleep(min(60.0, 2.0**attempt))
        else:
            tried_before = True
            _wait_for_answer(migration, number, result)
    raise StopRun(f"The destination does not finish a {operation.kind} of {operation.object}.", next_step=AGAIN)


def _ask(
    migration: Migration, operation: SchemaOperation, number: int
) -> Created | Present | NotYet | NotSent | InDoubt:
    """What the destination says; a refusal is recorded and raised."""
    migration.client.permit(operation, number)
    try:
        return migration.hooks.create_schema(operation)
    except (NotSent, InDoubt) as undecided:
        return undecided
    except UsageError as error:
        migration.journal.settle([Outcome(number, "rejected", reason=error.message)])
        raise


def _wait_for_answer(migration: Migration, number: int, doubt: InDoubt) -> None:
    """Nobody knows whether it was carried out: after the horizon it is there, or it never will be."""
    migration.journal.settle([Outcome(number, "in_doubt", reason=doubt.message)])
    with migration.progress.waiting_for("an answer that may still surface", migration.clock.now() + migration.horizon):
        migration.clock.sleep(migration.horizon.total_seconds())
    settle_schema(migration)


def _ours(migration: Migration, receipt: Receipt, *, created: bool, tried_before: bool) -> Receipt:
    """The receipt with its owner: found in place is ours too if we tried to make it and the first picture lacks it."""
    if not created and tried_before:
        created = receipt.key not in _pictured(migration, receipt)
    return replace(receipt, created=created)


def _pictured(migration: Migration, receipt: Receipt) -> set[str]:
    """Keys that the picture holds beside the receipt's: of fields, or of the options of its field."""
    picture = migration.journal.last_event("schema_picture")
    objects = {} if picture is None else picture.payload["picture"]
    if receipt.kind == "object":
        return {receipt.key} if receipt.object in objects else set()
    fields = objects.get(receipt.object, {})
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


def _begun(migration: Migration) -> dict[str, Any]:
    """Approved operations that were begun, whatever became of their answers."""
    approved = _approved_operations(migration)
    begun = migration.journal.targets(RULE, approved)
    return {name: data for name, data in approved.items() if name in begun}


def is_taken_out(migration: Migration) -> bool:
    """Whether approved operations have no result: they were never carried out, or taken back."""
    return bool(_approved_operations(migration).keys() - _received(migration))


def _received(migration: Migration) -> set[str]:
    """What there are receipts of, by the identity of its operation."""
    return {
        SchemaOperation(kind=each.kind, object=each.object, name=each.name, field=each.field, under=each.under).identity
        for each in migration.journal.receipts()
    }


def _without_receipt(migration: Migration, planned: SchemaPlan) -> list[SchemaOperation]:
    """What is there although no receipt says so: the run ended, or the answer was lost, right after it was made."""
    known = _received(migration) | {each.identity for each in planned.operations}
    lost = [_operation(data) for name, data in _begun(migration).items() if name not in known]
    return [each for each in lost if _is_there(migration, each)]


def _operation(data: dict[str, Any]) -> SchemaOperation:
    """The operation behind `operation_json`."""
    return SchemaOperation(
        kind=data["kind"],
        object=data["object"],
        name=data["name"],
        field=data["field"],
        type=FieldType(data["type"]) if data["type"] else None,
        options=tuple(data["options"]),
        under=data["under"],
        reference=data["reference"],
        reason=data["reason"],
        details=data.get("details", {}),
    )


def _is_there(migration: Migration, operation: SchemaOperation) -> bool:
    target = next((each for each in migration.schema.objects if each.name == operation.object), None)
    if target is None or operation.kind == "object":
        return target is not None
    if operation.kind == "field":
        return find_field(target, operation.name, operation.type) is not None
    return any(
        option.label == operation.name and option.under == operation.under
        for field in target.fields
        if field.label == operation.field
        for option in field.options
    )


def _report(migration: Migration, planned: SchemaPlan, *, applied: bool) -> dict[str, Any]:
    declared = declared_labels(migration)
    write_options(migration, planned.operations, planned.wanted, declared)
    return {
        "operations": [operation_report(operation_json(each), declared) for each in planned.operations],
        "tier": planned.tier.as_json(),
        "applied": applied,
        "receipts": [receipt_report(each, declared) for each in migration.journal.receipts()],
    }
