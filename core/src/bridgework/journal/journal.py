"""The journal: the only truth about what was written, and the door through which every write must go."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from bridgework.errors import ContractBroken
from bridgework.journal import chain, destinations, dispositions, projection, rebuild, receipts, targets
from bridgework.journal.records import (
    Entry,
    Event,
    Head,
    Intent,
    IntentRow,
    Outcome,
    OutcomeState,
    Target,
    TargetState,
    Verified,
    from_micros,
    to_micros,
)
from bridgework.journal.schema import TABLES, VERSION
from bridgework.model import Receipt
from bridgework.store import Connection, Store, pages

_IN_DOUBT = OutcomeState.IN_DOUBT.value
_EVENTS = "kind NOT IN ('intents', 'outcomes')"


class Journal:
    """journal.db of one migration. Every writing method is durable when it returns; all methods may be called from
    any thread; a second process may use `update_budget` and read.

    The order that makes a write safe: `intend`, `mark_sent`, the request, `settle`. After a restart, `in_doubt` lists
    what has no final outcome; such an operation is never sent again, only settled.

    Raises `StoreFailure` from every method when the file cannot be used, `ContractBroken` for a step out of order.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._sendable: set[int] = set()  # intended by this process, not sent, not settled
        self._opened: dict[int, projection.Opened] = {}  # intended by this process, not settled
        self._sendable_lock = threading.Lock()

    @classmethod
    def create(
        cls, path: Path, key: bytes, migration_id: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> Self:
        """Make a new journal, or open the one that is there. `key` is 32 random bytes, `now` the injected clock."""
        return cls(_store(path, key, migration_id, create=True, read_only=False), now)

    @classmethod
    def open(
        cls,
        path: Path,
        key: bytes,
        migration_id: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        read_only: bool = False,
    ) -> Self:
        """Open a journal that exists."""
        return cls(_store(path, key, migration_id, create=False, read_only=read_only), now)

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---------------------------------------------------------------------------------- events

    def event(self, kind: str, **payload: Any) -> int:
        """Append an event (JSON without values of records) and return its number."""
        with self._store.write("event") as connection:
            return self._append_event(connection, kind, payload)

    def _append_event(self, connection: Connection, kind: str, payload: dict[str, Any]) -> int:
        text = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()
        return chain.Chain(connection).append(kind, to_micros(self._now()), text)

    def _projected(self, kind: str, payloads: Iterable[dict[str, Any]]) -> None:
        """Append events that change the projection, each in one transaction with its effect."""
        for payload in payloads:
            with self._store.write(kind) as connection:
                rebuild.apply_event(connection, self._append_event(connection, kind, payload), kind, payload)

    def events(self, kind: str | None = None) -> Iterator[Event]:
        """Events in the order they happened."""
        condition, fixed = (_EVENTS, ()) if kind is None else ("kind = ?", (kind,))
        statement = f"SELECT seq, at, kind, payload FROM entry WHERE {condition} AND seq > ? ORDER BY seq LIMIT ?"
        for seq, at, found, payload in pages(self._store, statement, (0,), fixed, size=200):
            yield Event(seq, from_micros(at), found, orjson.loads(payload))

    def last_event(self, kind: str) -> Event | None:
        """The newest event of that kind."""
        with self._store.read() as connection:
            row = connection.execute(
                "SELECT seq, at, kind, payload FROM entry WHERE kind = ? ORDER BY seq DESC LIMIT 1", (kind,)
            ).fetchone()
        return None if row is None else Event(row[0], from_micros(row[1]), row[2], orjson.loads(row[3]))

    def head(self) -> Head:
        """Where the chain ends now."""
        return chain.head(self._store)

    def hash_at(self, seq: int) -> str:
        """The hash of the chain as far as the row of that number, empty if no entry ends there."""
        entry = self._entry_at(seq)
        return "" if entry is None or entry.last != seq else entry.hash.hex()

    def at(self, seq: int) -> datetime | None:
        """When the chain's row of that number was written, None if it has none."""
        entry = self._entry_at(seq)
        return None if entry is None else from_micros(entry.at)

    def _entry_at(self, seq: int) -> chain.Logged | None:
        with self._store.read() as connection:
            return chain.entry_at(connection, seq)

    def entries(self) -> Iterator[Entry]:
        """All rows of the chain in order: events, intents and outcomes, as they were appended. Streams."""
        return chain.entries(self._store)

    def verify(self, anchors: Sequence[Head] = ()) -> Verified:
        """Walk the whole chain and name the first entry that was altered, dropped, swapped or added. Streams."""
        return chain.verify(self._store, anchors)

    def rebuild(self) -> None:
        """Make targets, open operations and receipts again from the chain."""
        rebuild.rebuild(self._store)

    # ---------------------------------------------------------------------------------- writes

    def intend(self, intents: Iterable[Intent]) -> list[int]:
        """Record writes that are about to be sent; returns their operation numbers, durable.

        One transaction for all of them; their targets are in doubt until settled.

        :raises ContractBroken: a write could happen twice (see `projection.check`).
        """
        wanted = list(intents)
        if not wanted:
            return []
        with self._store.write("intend") as connection:
            opened = self._append_intents(connection, wanted)
        self._remember((), opened)
        return list(opened)

    def _remember(self, settled: Iterable[Outcome], opened: Mapping[int, projection.Opened]) -> None:
        with self._sendable_lock:
            self._sendable.difference_update([outcome.operation for outcome in settled])
            self._sendable.update(opened)
            for outcome in settled:
                if outcome.state != _IN_DOUBT:
                    self._opened.pop(outcome.operation, None)
            self._opened.update(opened)

    def _append_intents(self, connection: Connection, intents: Sequence[Intent]) -> dict[int, projection.Opened]:
        opened = projection.check(connection, intents)
        columns = dict(zip(Intent._fields, zip(*intents, strict=True), strict=True))
        columns["attempt"] = tuple([operation.attempt for operation in opened])  # it was only just counted
        first = chain.Chain(connection).append_rows(chain.INTENTS, to_micros(self._now()), list(columns.values()))
        projection.open_operations(connection, first, [operation.target for operation in opened])
        return dict(enumerate(opened, first))

    def may_send(self, operation: int) -> bool:
        """True if this process recorded the intent and has neither sent nor settled it.

        An intent of an earlier process is never sendable: nobody knows whether it left.
        """
        return operation in self._sendable

    def mark_sent(self, operations: Iterable[int]) -> None:
        """Call right before the request leaves.

        :raises ContractBroken: one of them must not be sent; then none is marked.
        """
        wanted = set(operations)
        with self._sendable_lock:
            if not wanted <= self._sendable:
                raise ContractBroken("An operation was to be sent a second time, or without an intent")
            self._sendable -= wanted

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """Record what became of operations, durable; their targets change in the same transaction.

        :raises ContractBroken: unknown operation, a second final outcome, or success of a create without an id.
        """
        wanted = list(outcomes)
        if not wanted:
            return
        with self._store.write("settle") as connection:
            self._append_outcomes(connection, wanted)
        self._remember(wanted, {})

    def _append_outcomes(self, connection: Connection, outcomes: Sequence[Outcome]) -> None:
        # Plain text: the driver looks for an adapter for every other class.
        plain = [each if type(each.state) is str else each._replace(state=str(each.state)) for each in outcomes]
        for state in {each.state for each in plain}:
            OutcomeState(state)
        columns = list(zip(*plain, strict=True))
        first = chain.Chain(connection).append_rows(chain.OUTCOMES, to_micros(self._now()), columns)
        projection.apply_outcomes(connection, first, plain, self._opened)

    def advance(self, outcomes: Iterable[Outcome], intents: Iterable[Intent]) -> list[int]:
        """`settle` one batch and `intend` the next one in a single transaction; the new operation numbers."""
        settled, wanted = list(outcomes), list(intents)
        name = "advance" if settled and wanted else "settle" if settled else "intend"
        with self._store.write(name) as connection:
            if settled:
                self._append_outcomes(connection, settled)
            opened = self._append_intents(connection, wanted) if wanted else {}
        self._remember(settled, opened)
        return list(opened)

    def in_doubt(self, stage: str | None = None, rule: str | None = None) -> Iterator[IntentRow]:
        """Intents without a final outcome, oldest first; `at` bounds the search for a lost answer."""
        return targets.open_operations(self._store, stage, rule)

    def doubted_at(self, operations: Iterable[int]) -> dict[int, tuple[datetime, int]]:
        """When the answer to each was first missed, and the number of that row; what nobody doubted yet is left out."""
        return targets.doubted_at(self._store, operations)

    def intents(self, operations: Iterable[int]) -> dict[int, IntentRow]:
        """Intents by operation number."""
        return targets.intents(self._store, operations)

    # ---------------------------------------------------------------------------------- targets

    def targets(self, rule: str, keys: Iterable[str]) -> dict[str, Target]:
        """The targets of those keys that exist."""
        return targets.targets(self._store, rule, keys)

    def begun(self, rule: str, keys: Iterable[str]) -> dict[str, Target]:
        """As `targets`, without those that are planned and that nothing was ever done about."""
        return targets.begun(self._store, rule, keys)

    def ids(self, rule: str, keys: Iterable[str]) -> dict[str, str]:
        """Key to destination id; only records that exist in the destination as far as we know."""
        return targets.ids(self._store, rule, keys)

    def by_destination(self, object_name: str, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Destination id to (rule, key), for those that are ours and live."""
        return destinations.by_destination(self._store, object_name, ids)

    def all_targets(
        self, rule: str | None = None, states: Collection[str] | None = None, *, wanted: bool = False
    ) -> Iterator[Target]:
        """Targets in order of rule and key; with `wanted` only those that `counts` counts.

        Streams in pages, so it sees changes made meanwhile further on.
        """
        return targets.all_targets(self._store, rule, states, wanted=wanted)

    def targets_by_origin(
        self, rule: str | None = None, states: Collection[str] | None = None, *, newest_first: bool = False
    ) -> Iterator[Target]:
        """Targets something was sent for, in the order they were created (or, `newest_first`, the way back)."""
        return targets.targets_by_origin(self._store, rule, states, newest_first)

    def rules(self) -> dict[str, str]:
        """The rules that ever had targets, parents first, with the object each writes."""
        return targets.rules(self._store)

    def counts(self) -> dict[str, dict[str, int]]:
        """Per rule how many targets are in which state, without those that a newer plan superseded: nothing of them is
        in the destination, and the newest plan does not want them."""
        return targets.counts(self._store)

    def superseded(self) -> int:
        """How many dead letters a newer plan superseded."""
        return targets.superseded(self._store)

    def any_refused_there(self) -> bool:
        """Whether a record that stands in the destination was refused a change."""
        return targets.any_refused_there(self._store)

    def start_plan(self) -> int:
        """Begin a plan; returns its number."""
        with self._store.write("plan") as connection:
            return targets.start_plan(connection)

    def plan(self, rule: str, object_name: str, rows: Iterable[tuple[str, str]]) -> None:
        """Put targets (key, hash of the mapped body) into the newest plan; new ones are pending."""
        for batch in targets.batches(rows):
            with self._store.write("plan") as connection:
                targets.mark_planned(connection, rule, object_name, batch)

    def finish_plan(self) -> int:
        """Forget targets of earlier plans that the newest one dropped and nothing was ever done about; their number."""
        with self._store.write("plan") as connection:
            return targets.finish_plan(connection)

    def unplanned(self, rule: str) -> Iterator[Target]:
        """Targets of the rule that the newest plan does not hold."""
        return targets.unplanned(self._store, rule)

    def set_matched(self, rule: str, object_name: str, rows: Iterable[tuple[str, str, str]]) -> None:
        """Link targets to records that were there before us: (key, id, version)."""
        self._projected(
            rebuild.MATCHED,
            ({"rule": rule, "object": object_name, "rows": batch} for batch in targets.batches(rows, 1_000)),
        )

    def set_adopted(self, rule: str, object_name: str, rows: Iterable[tuple[str, str, str]]) -> None:
        """Take quarantined targets as ours after all: (key, id, version)."""
        self._projected(
            rebuild.ADOPTED,
            ({"rule": rule, "object": object_name, "rows": batch} for batch in targets.batches(rows, 1_000)),
        )

    def set_settled(self, rule: str, rows: Iterable[tuple[str, str, str]]) -> None:
        """Remember images as read back: (key, hash, version)."""
        self._projected(rebuild.SETTLED, ({"rule": rule, "rows": batch} for batch in targets.batches(rows, 1_000)))

    def set_state(
        self, rule: str, keys: Iterable[str], state: TargetState | str, reason: str = "", field: str = ""
    ) -> None:
        """A state that no operation brought about: unchanged, pending, rejected by the mapping, conflict.

        A target with an unsettled operation stays in doubt.
        """
        named = {"rule": rule, "state": str(TargetState(state)), "reason": reason, "field": field}
        self._projected(rebuild.TARGET_STATE, ({**named, "keys": batch} for batch in targets.batches(keys, 1_000)))

    # ---------------------------------------------------------------------------------- receipts

    def add_receipt(self, receipt: Receipt, operation: int = 0) -> None:
        """Keep what exists for a schema operation. What we created once stays ours when it is found again."""
        with self._store.write("receipt") as connection:
            payload = {"receipt": receipts.to_plain(receipts.remembered(connection, receipt)), "operation": operation}
            seq = self._append_event(connection, rebuild.RECEIPT, payload)
            rebuild.apply_event(connection, seq, rebuild.RECEIPT, payload)

    def drop_receipt(self, receipt: Receipt) -> None:
        """Forget a receipt: the thing is gone."""
        self._projected(rebuild.RECEIPT_DROPPED, [{"identity": receipts.identity(receipt)}])

    def receipts(self) -> list[Receipt]:
        """All receipts, oldest first."""
        return receipts.receipts(self._store)

    # ---------------------------------------------------------------------------------- dispositions

    def start_dispositions(self) -> None:
        """Forget all dispositions; a plan is about to say them anew."""
        with self._store.write("dispositions") as connection:
            dispositions.clear(connection)

    def set_dispositions(self, rows: Iterable[dispositions.DispositionRow]) -> None:
        """What becomes of source rows: (object, key, rule, kind, reason, target key).

        `kind` is ``target`` (the state is that of the target (rule, target key)) or a disposition.
        """
        dispositions.write(self._store, rows)

    def conservation(self) -> dict[str, dict[str, int]]:
        """Per source object how many rows have which disposition; each row counts once (see `dispositions`)."""
        return dispositions.conservation(self._store)

    def reasons(self, object_name: str) -> dict[tuple[str, str], int]:
        """(disposition, reason) to number of rows of a source object; each row counts once."""
        return dispositions.reasons(self._store, object_name)

    def rows_in(self, object_name: str, disposition: str) -> Iterator[tuple[str, str, str]]:
        """(key, rule, reason) of the rows with that disposition."""
        return dispositions.rows_in(self._store, object_name, disposition)

    # ---------------------------------------------------------------------------------- budgets

    def update_budget(self, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """Read, change and write one budget's state in one transaction; other processes wait for it.

        `change` receives the state ({} at first) and returns the new one, which is also the result.
        """
        with self._store.write("budget") as connection:
            row = connection.execute("SELECT state FROM budget WHERE name = ?", (name,)).fetchone()
            state = change(orjson.loads(row[0]) if row else {})
            connection.execute(
                "INSERT INTO budget VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET state = ?2",
                (name, orjson.dumps(state).decode()),
            )
        return state

    def budget(self, name: str) -> dict[str, Any]:
        """The state of a budget, {} if there is none."""
        with self._store.read() as connection:
            row = connection.execute("SELECT state FROM budget WHERE name = ?", (name,)).fetchone()
        state: dict[str, Any] = orjson.loads(row[0]) if row else {}
        return state


def _store(path: Path, key: bytes, migration: str, *, create: bool, read_only: bool) -> Store:
    return Store(
        path,
        key,
        kind="journal",
        migration=migration,
        schema=TABLES,
        version=VERSION,
        create=create,
        read_only=read_only,
    )
