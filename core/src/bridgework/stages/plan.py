"""plan: what will be written, in which order, with which fields, at what cost, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridgework.gates import Gate, content_hash
from bridgework.mapping import FieldAccount, TestResult, propose_mapping
from bridgework.migration import Migration
from bridgework.model import Proposal, SchemaOperation, WantedField
from bridgework.project import write_private
from bridgework.results import Result
from bridgework.schema import check_objects, clashes
from bridgework.stages.auditing import undecided_blocks
from bridgework.stages.fixedoptions import refuse_fixed_options
from bridgework.stages.forecast import forecast, planned_counts
from bridgework.stages.optionlists import declared_labels, operation_report, write_options
from bridgework.stages.rules import target_rules
from bridgework.stages.survey import ensure_survey, survey
from bridgework.stages.taken import taken_values
from bridgework.stages.tiers import TierCheck, check_tier

PLAN_REPORT = "reports/plan.html"
PROPOSAL = "No pair brings a mapping: one was proposed in mapping.yaml, every line with its confidence and its reason."


@dataclass(frozen=True, slots=True)
class SchemaPlan:
    """The schema operations that remain, the tier check, fields of the same label and another type, and all fields the
    mapping writes.
    """

    operations: tuple[SchemaOperation, ...]
    tier: TierCheck
    clashes: tuple[tuple[WantedField, str], ...]
    wanted: tuple[WantedField, ...]


def plan(migration: Migration, *, test_only: bool = False, cutover: datetime | None = None) -> Result:
    """Compile and test the mapping, survey every row, plan the schema, check the tier, forecast."""
    if cutover is not None:
        migration.move_cutover(cutover)
    proposed = not test_only and propose_first(migration)
    tests = migration.mapping.tests
    failed = [each for each in tests if not each.passed]
    data: dict[str, Any] = {"tests": {"run": len(tests), "failed": [_test(each) for each in failed]}}
    if test_only:
        return migration.finished("plan-test", data=data, differences=bool(failed), next_="bridgework plan", report="")
    _missing(migration, migration.plan.wanted_fields())  # a token or an option that is refused, before the long survey
    surveys = survey(migration)
    schema = schema_plan(migration)
    taken = taken_values(migration)
    refused = sum(each["records"] for each in taken)
    content = _approvable(migration)
    migration.journal.event("planned", mapping=migration.plan.content_hash, content=content, refused=refused)
    gate = mapping_gate(migration)
    note_shown(migration, schema.operations, PLAN_REPORT)
    declared = declared_labels(migration)
    write_options(migration, schema.operations, schema.wanted, declared)
    data |= {
        "mapping": gate.content_hash,
        "load_order": [rule.name for rule in target_rules(migration.plan)],
        "surveyed": {each.rule: each.as_json() for each in surveys},
        "accounting": [_account(each) for each in migration.plan.accounts],
        "proposals": [_proposal(each) for each in proposals(migration)],
        "schema": [operation_report(operation_json(each), declared) for each in schema.operations],
        "clashes": [
            {"object": field.object, "field": field.label, "wanted": str(field.type), "present": present}
            for field, present in schema.clashes
        ],
        "renamed": [
            {"rule": each.rule, "object": each.object, "field": each.field, "label": each.label, "shown": each.shown}
            for each in migration.plan.renamed
        ],
        "taken": taken,
        "tier": schema.tier.as_json(),
        "forecast": [each.as_json() for each in forecast(migration)],
        "planned": planned_counts(migration),
        "blocked": list(gate.blocked),
    }
    return migration.finished(
        "plan",
        data=data,
        differences=bool(gate.blocked or failed or schema.tier.problems or proposed or taken),
        next_="read and change mapping.yaml, then: bridgework plan" if proposed else gate.next_step,
        message=PROPOSAL if proposed else "",
    )


def propose_first(migration: Migration) -> bool:
    """Without a pair and without a mapping, write a proposed one for a person to change; whether it was done."""
    project = migration.project
    if project.has_pair or project.mapping_file.exists():
        return False
    section = project.file.migration
    text = propose_mapping(
        migration.staging.description, migration.schema, source=section.source, destination=section.destination
    )
    write_private(project.mapping_file, text.encode())
    migration.journal.event("mapping_proposed", content=content_hash(text))
    return True


def forecast_stage(migration: Migration) -> Result:
    """Only the forecast, for what is planned now."""
    ensure_survey(migration)
    data = {"forecast": [each.as_json() for each in forecast(migration)], "planned": planned_counts(migration)}
    return migration.finished("forecast", data=data, next_="bridgework status")


def mapping_gate(migration: Migration) -> Gate:
    """The mapping gate: the compiled mapping and every decision, the proposed ones included; blocked by undecided
    findings and unaccounted fields."""
    blocked: list[str] = []
    unblock: list[str] = []
    if unaccounted := migration.plan.unaccounted:
        unblock.append("map, archive or drop each of them in mapping.yaml, then: bridgework plan")
        first = ", ".join(f"{each.object}.{each.field}" for each in unaccounted[:3])
        blocked.append(f"{len(unaccounted)} source fields are neither mapped, archived nor dropped ({first} …).")
    if unruled := migration.plan.unruled:
        unblock.append("write a rule for each into mapping.yaml, then: bridgework plan")
        blocked.append(f"No rule says what becomes of {', '.join(unruled)}.")
    undecided = undecided_blocks(migration)
    if undecided is None:
        unblock.append("bridgework audit")
        blocked.append("the present extract was not audited yet; run bridgework audit.")
    elif undecided:
        unblock.append("bridgework audit --decide private/decisions.csv")
        blocked.append(
            f"{undecided} blocking findings are undecided; correct the source, or fill private/decisions.csv and run "
            "bridgework audit --decide private/decisions.csv."
        )
    if failed := migration.mapping.failing_tests:
        unblock.append("bridgework plan --test")
        blocked.append(f"{failed} mapping tests fail; bridgework plan --test names them.")
    planned = sum(planned_counts(migration).values()) if not blocked else 0
    return Gate(
        "mapping",
        _approvable(migration),
        f"{planned} records by {len(migration.plan.rules)} rules" + _refused(migration),
        tuple(blocked),
        unblock=next(iter(unblock), ""),
        unseen="" if is_planned(migration) else "bridgework plan",
        shown=PLAN_REPORT,
    )


def is_planned(migration: Migration) -> bool:
    """Whether the last plan was made of the present mapping and decisions."""
    last = migration.journal.last_event("planned")
    return last is not None and last.payload.get("content") == _approvable(migration)


def _approvable(migration: Migration) -> str:
    """The hash of what the mapping gate covers."""
    decided = migration.journal.last_event("decisions")
    return content_hash(
        {"mapping": migration.plan.content_hash, "decisions": decided.payload["content"] if decided else ""}
    )


def _refused(migration: Migration) -> str:
    """What the plan found out about values that other records hold, for whoever approves it."""
    last = migration.journal.last_event("planned")
    known = last is not None and last.payload["mapping"] == migration.plan.content_hash
    refused = last.payload.get("refused", 0) if last is not None and known else 0
    return f", {refused} of which would be refused: another record holds a unique value of theirs" if refused else ""


def schema_plan(migration: Migration) -> SchemaPlan:
    """What is missing in the account now, without the optional fields the plan has no room for."""
    ensure_survey(migration)
    wanted = migration.plan.wanted_fields(migration.staging)
    operations = _missing(migration, wanted)
    tier = check_tier(migration.schema.limits, operations, wanted, pending_records(migration))
    dropped = set(tier.dropped)
    kept = tuple(each for each in operations if (each.object, each.name) not in dropped or each.kind != "field")
    found = tuple((field, str(there.type)) for field, there in clashes(wanted, migration.schema))
    return SchemaPlan(kept, tier, found, tuple(wanted))


def _missing(migration: Migration, wanted: Sequence[WantedField]) -> list[SchemaOperation]:
    """What the account lacks of it. UsageError for an object or an option that cannot be made."""
    objects = migration.plan.wanted_objects
    check_objects(migration.schema, migration.capabilities, wanted, objects)
    operations = migration.hooks.plan_schema(wanted, migration.schema, objects)
    refuse_fixed_options(migration, operations)
    return operations


def note_shown(migration: Migration, operations: Sequence[SchemaOperation], report: str) -> None:
    """Remember that a report lists exactly these operations."""
    migration.journal.event("schema_shown", content=_listed(operations), report=report)


def shown_in(migration: Migration, operations: Sequence[SchemaOperation]) -> str:
    """The report that listed exactly these operations, if it was the last that listed any; else empty."""
    last = migration.journal.last_event("schema_shown")
    return str(last.payload["report"]) if last is not None and last.payload["content"] == _listed(operations) else ""


def _listed(operations: Sequence[SchemaOperation]) -> str:
    return content_hash(sorted((operation_json(each) for each in operations), key=content_hash))


def pending_records(migration: Migration) -> dict[str, int]:
    """Records that are still to be created, per destination object."""
    objects = {rule.name: rule.target for rule in target_rules(migration.plan)}
    counts: dict[str, int] = {}
    for rule, states in migration.journal.counts().items():
        if rule in objects:
            open_ = sum(states.get(state, 0) for state in ("pending", "undone", "skipped"))
            counts[objects[rule]] = counts.get(objects[rule], 0) + open_
    return counts


def proposals(migration: Migration) -> list[Proposal]:
    """Where unaccounted fields could go, and what the practice's own fields became."""
    objects = {each.name: each for each in migration.staging.objects()}
    fields = {(name, field.name): field for name, each in objects.items() for field in each.fields}
    open_fields = [
        (objects[account.object], fields[account.object, account.field])
        for account in migration.plan.unaccounted
        if (account.object, account.field) in fields
    ]
    return migration.hooks.propose(open_fields, migration.schema) if open_fields else []


def operation_json(operation: SchemaOperation) -> dict[str, Any]:
    """A schema operation for the schema gate; reports show it through `operation_report`."""
    return {
        "kind": operation.kind,
        "object": operation.object,
        "name": operation.name,
        "field": operation.field,
        "type": str(operation.type) if operation.type else "",
        "options": list(operation.options),
        "under": operation.under,
        "reference": operation.reference,
        "reason": operation.reason,
        **({"details": dict(operation.details)} if operation.details else {}),
    }


def _proposal(each: Proposal) -> dict[str, Any]:
    return {
        "from": f"{each.source_object}.{each.source_field}",
        "object": each.object,
        "field": each.label,
        "type": str(each.type),
        "reason": each.reason,
        "confidence": round(each.confidence, 2),
    }


def _test(each: TestResult) -> dict[str, Any]:
    return {"rule": each.rule, "about": each.about, "problems": list(each.problems)}


def _account(each: FieldAccount) -> dict[str, Any]:
    return {
        "object": each.object,
        "field": each.field,
        "state": each.state,
        "where": list(each.where),
        "reason": each.reason,
    }
