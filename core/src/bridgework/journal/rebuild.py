"""The projection made again from the chain."""

from __future__ import annotations

from typing import Any

import orjson

from bridgework.journal import projection, receipts
from bridgework.journal.chain import INTENTS, OUTCOMES, Logged, walk
from bridgework.journal.records import Intent, Outcome
from bridgework.store import Connection, Store

MATCHED, ADOPTED, SETTLED, TARGET_STATE, RECEIPT, RECEIPT_DROPPED = (
    "targets_matched",
    "targets_adopted",
    "targets_settled",
    "targets_state",
    "receipt",
    "receipt_dropped",
)


def apply_event(connection: Connection, seq: int, kind: str, payload: dict[str, Any]) -> None:
    """What an event means for targets and receipts; most mean nothing."""
    match kind:
        case "targets_matched":
            projection.apply_matched(connection, payload["rule"], payload["object"], payload["rows"])
        case "targets_adopted":
            projection.apply_adopted(connection, payload["rule"], payload["object"], payload["rows"])
        case "targets_settled":
            projection.apply_settled(connection, payload["rule"], payload["rows"])
        case "targets_state":
            state, reason, field = payload["state"], payload["reason"], payload["field"]
            projection.apply_state(connection, payload["rule"], state, reason, field, payload["keys"])
        case "receipt":
            receipts.apply_receipt(connection, payload["receipt"], payload["operation"], seq)
        case "receipt_dropped":
            receipts.apply_dropped(connection, payload["identity"])


def rebuild(store: Store) -> None:
    """Forget how targets stand, open operations and receipts, and replay the chain, in one transaction.

    What a plan marked stays: it is not in the chain, and the next plan marks it again.
    """
    with store.write("rebuild") as connection:
        connection.execute("DELETE FROM standing")
        connection.execute("DELETE FROM open_operation")
        connection.execute("DELETE FROM receipt")
        for entry in walk(store):
            _apply(connection, entry)


def _apply(connection: Connection, entry: Logged) -> None:
    if entry.kind == INTENTS:
        projection.replay_intents(connection, entry.seq, [Intent(*values) for values in entry.values()])
    elif entry.kind == OUTCOMES:
        projection.apply_outcomes(connection, entry.seq, [Outcome(*values) for values in entry.values()])
    else:
        apply_event(connection, entry.seq, entry.kind, orjson.loads(entry.payload))
