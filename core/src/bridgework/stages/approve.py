"""approve: open a gate, in a person's name, for exactly the present content."""

from __future__ import annotations

from bridgework.errors import UsageError
from bridgework.gates import approve as record_approval
from bridgework.migration import Migration
from bridgework.results import Result
from bridgework.stages.loading import gate as gate_of

NEXT = {
    "mapping": "bridgework schema",
    "schema": "bridgework schema --apply",
    "owners": "bridgework sample",
    "sample": "bridgework load",
}


def approve(migration: Migration, name: str, by: str, *, automatic: bool = False) -> Result:
    """Record the approval. UsageError: automatic outside a sandbox; ApprovalMissing: the gate is blocked."""
    if automatic and not migration.sandbox:
        raise UsageError("Only a sandbox may be approved automatically.", next_step=f"bridgework approve {name} --by …")
    gate = gate_of(migration, name)
    record_approval(migration.journal, gate, by, automatic=automatic)
    return migration.finished(
        "approve",
        data={
            "gate": name,
            "by": by,
            "content": gate.content_hash,
            "summary": gate.summary,
            "shown": gate.shown,
        },
        next_=NEXT[name],
        report="",
    )
