"""Receipts: what exists in the destination for the schema operations, with the destination's own keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import orjson

from bridgework.journal.projection import as_json
from bridgework.model import FieldType, Receipt
from bridgework.store import Connection, Store


def identity(receipt: Receipt) -> str:
    """The same for the same thing in every run; equals `SchemaOperation.identity`."""
    return "/".join((receipt.kind, receipt.object, receipt.field, receipt.under, receipt.name))


def to_plain(receipt: Receipt) -> dict[str, Any]:
    """The receipt as JSON."""
    return asdict(receipt)


def from_plain(data: Mapping[str, Any]) -> Receipt:
    """The receipt again."""
    kind = data.get("type")
    return Receipt(**{**data, "type": FieldType(kind) if kind else None})


def remembered(connection: Connection, receipt: Receipt) -> Receipt:
    """The receipt to keep: what we once created stays ours when a later run finds it in place."""
    row = connection.execute("SELECT data FROM receipt WHERE identity = ?", (identity(receipt),)).fetchone()
    if row is None:
        return receipt
    before = from_plain(orjson.loads(row[0]))
    return replace(receipt, created=True) if before.created and before.key == receipt.key else receipt


def apply_receipt(connection: Connection, data: Mapping[str, Any], operation: int, seq: int) -> None:
    """Store a receipt; a second one of the same identity replaces the first and keeps its place in the order."""
    connection.execute(
        "INSERT INTO receipt VALUES(?1, ?2, ?3, ?4) ON CONFLICT(identity) DO UPDATE SET operation = ?2, data = ?3",
        (identity(from_plain(data)), operation, as_json(data), seq),
    )


def apply_dropped(connection: Connection, name: str) -> None:
    """Forget a receipt: the thing is gone, or was left to the account."""
    connection.execute("DELETE FROM receipt WHERE identity = ?", (name,))


def receipts(store: Store) -> list[Receipt]:
    """All receipts, oldest first."""
    with store.read() as connection:
        rows = connection.execute("SELECT data FROM receipt ORDER BY seq").fetchall()
    return [from_plain(orjson.loads(row[0])) for row in rows]
