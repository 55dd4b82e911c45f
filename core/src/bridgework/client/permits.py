"""Which operations a write carries, and whether they may be sent."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

from bridgework.errors import ContractBroken
from bridgework.model import Operation, Receipt, SchemaOperation

Carried = Operation | SchemaOperation | Receipt
For = Carried | Sequence[Carried]


class Ledger(Protocol):
    """What the client asks the journal. Both are called by several threads."""

    def may_send(self, op: int, /) -> bool:
        """Whether a durable intent of that number exists that was not sent before."""

    def mark_sent(self, ops: Sequence[int], /) -> None:
        """Note, before the first byte leaves, that these are on their way; raises if it cannot."""


class Permits:
    """Turns what a connector passes as `for_` into operation numbers, and asks the ledger about them.

    Schema operations and receipts carry no number: the engine binds one before it calls the connector.
    """

    def __init__(self, ledger: Ledger | None) -> None:
        self._ledger = ledger
        self._bound: dict[str, int] = {}
        self._lock = threading.Lock()

    def bind(self, operation: SchemaOperation | Receipt | str, number: int) -> None:
        """Let writes for that schema operation (or the receipt of it, or its identity) count as operation `number`."""
        with self._lock:
            self._bound[operation if isinstance(operation, str) else identity(operation)] = number

    def numbers(self, carried: For) -> tuple[int, ...]:
        """The operation numbers of what a write carries.

        :raises ContractBroken: one of them has no number, or stands there twice.
        """
        items = (carried,) if isinstance(carried, Operation | SchemaOperation | Receipt) else carried
        numbers = tuple([item.number if isinstance(item, Operation) else self._number(item) for item in items])
        if len(set(numbers)) != len(numbers):
            raise ContractBroken("A write names one operation twice.")
        return numbers

    def check(self, numbers: Sequence[int]) -> None:
        """Ask the ledger.

        :raises ContractBroken: a write for an operation that has no durable intent, or was sent before; any write where
            there is no ledger.
        """
        if self._ledger is None:
            raise ContractBroken("A connector tried to write through a client that only reads.")
        for number in numbers:
            if not self._ledger.may_send(number):
                raise ContractBroken(f"A connector tried to send operation {number}, which may not be sent (again).")

    def mark_sent(self, numbers: Sequence[int]) -> None:
        """See `Ledger.mark_sent`."""
        if numbers and self._ledger is not None:
            self._ledger.mark_sent(numbers)

    def _number(self, item: SchemaOperation | Receipt) -> int:
        with self._lock:
            number = self._bound.get(identity(item))
        if number is None:
            raise ContractBroken(f"A connector tried to write for a {item.kind} that nobody asked it to change.")
        return number


def identity(item: SchemaOperation | Receipt) -> str:
    """Names a schema operation and the receipt of it alike."""
    if isinstance(item, SchemaOperation):
        return item.identity
    return "/".join((item.kind, item.object, item.field, item.under, item.name))
