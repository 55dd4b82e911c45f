"""The projection made again from the chain."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson

from bridgework.journal import projection, receipts
from bridgework.journal.chain import walk
from bridgework.store import Connection, Store

BATCH = 1_000
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
        for table, run in groupby(walk(store), key=itemgetter(1)):
            rows: list[tuple[int, tuple[Any, ...]]] = []
            for seq, _, values, _ in run:
                rows.append((seq, values))
                if len(rows) == BATCH:
                    _apply(connection, table, rows)
                    rows = []
            if rows:
                _apply(connection, table, rows)


def _apply(connection: Connection, table: str, rows: Sequence[tuple[int, tuple[Any, ...]]]) -> None:
    if table == "intent":
        projection.replay_intents(connection, rows)
    elif table == "outcome":
        projection.apply_outcomes(connection, [values for _, values in rows])
    else:
        for seq, (_, kind, payload) in rows:
            apply_event(connection, seq, kind, orjson.loads(payload))
