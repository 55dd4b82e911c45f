"""What sample, load and delta share: gates, the resolver, the survey."""

from __future__ import annotations

from collections.abc import Sequence

from bridgework.errors import UsageError
from bridgework.gates import Gate, require
from bridgework.migration import Migration
from bridgework.stages.load import FieldBook, Resolver
from bridgework.stages.owners import owner_ids, owners_gate
from bridgework.stages.plan import mapping_gate, schema_plan
from bridgework.stages.schema import schema_gate
from bridgework.stages.survey import ensure_survey


def gate(migration: Migration, name: str) -> Gate:
    """What the gate of that name asks for now."""
    if name == "mapping":
        ensure_survey(migration)
        return mapping_gate(migration)
    if name == "schema":
        return schema_gate(migration)
    if name == "owners":
        return owners_gate(migration)
    from bridgework.stages.diff import sample_gate

    return sample_gate(migration)


def require_gates(migration: Migration, names: Sequence[str]) -> None:
    """ApprovalMissing for the first gate that is closed."""
    for name in names:
        require(migration.journal, gate(migration, name))


def prepare(migration: Migration, *, partly: bool = False) -> Resolver:
    """The resolver of this stage. UsageError if fields or options are missing, unless it may go on `partly`."""
    ensure_survey(migration)
    planned = schema_plan(migration)
    if planned.operations and not partly:
        raise UsageError(
            f"{len(planned.operations)} fields or options are still missing in the destination.",
            next_step="bridgework schema --apply",
            cause="schema_missing",
        )
    book = FieldBook(migration.schema, migration.journal.receipts())
    return Resolver(book, owner_ids(migration), frozenset(planned.tier.dropped), partly)
