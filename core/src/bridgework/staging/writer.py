"""Writing a snapshot: a first extract, or a delta laid over what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from types import TracebackType
from typing import Self

from bridgework.errors import UsageError
from bridgework.model import SourceDescription, SourceRecord
from bridgework.staging import insert, links
from bridgework.staging.description import laid_over, references_of, with_inferred
from bridgework.staging.encoding import description_from_json, description_to_json
from bridgework.staging.freezing import Freezing, fingerprint
from bridgework.staging.insert import Inserter, Prepared, prepared
from bridgework.staging.overlay import Overlay, OverlayResult
from bridgework.store import Connection, Store

BATCH = 1_000
BATCHES_PER_COMMIT = 10  # keys in no order touch every page of their index: worth writing once for many rows


@dataclass(frozen=True, slots=True)
class Frozen:
    """A snapshot that is ready to be read. `overlay` is empty after a first extract."""

    snapshot: int
    fingerprint: str
    rows: Mapping[str, int]
    folded: Mapping[str, int]
    overlay: Mapping[str, OverlayResult]


class StagingWriter:
    """Writes one snapshot: `begin` or `overlay`, then `add` per object, then `freeze`.

    A first extract is written in many transactions and counts only once it is frozen; what an interrupted one left is
    discarded by the next `begin`. An overlay is one transaction: until it is frozen, readers see the old snapshot, and
    an interruption leaves it as it was. When the rows break off or anything else fails, the snapshot is abandoned.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: ExitStack | None = None  # keeps an overlay's transaction open
        self._connection: Connection = None
        self._description: SourceDescription | None = None
        self._ids: dict[str, int] = {}
        self._inserter = Inserter()
        self._overlay: Overlay | None = None
        self._freezing: Freezing | None = None  # of a first extract, from its beginning
        self._snapshot = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()

    # ---------------------------------------------------------------------------------- begin

    def begin(self, description: SourceDescription) -> int:
        """Start a whole new snapshot and return its number. What was staged before is discarded."""
        self.abandon()
        with self._store.write("begin") as connection:
            number = insert.start_over(connection, description_to_json(description))
            self._start(description, number)
            self._freezing = self._made_freezing(connection, description)
        return number

    def overlay(self, description: SourceDescription, complete: bool = True) -> int:
        """Start a delta over the frozen snapshot and return the new snapshot's number.

        :param complete: the delta holds every row there is, so a row that is missing has vanished at the source.
        :raises UsageError: there is no frozen snapshot.
        """
        self.abandon()
        self._held = ExitStack()
        self._connection = self._held.enter_context(self._store.write("overlay"))
        row = self._connection.execute(
            "SELECT number, description FROM snapshot WHERE frozen = 1 ORDER BY number DESC LIMIT 1"
        ).fetchone()
        if row is None:
            self.abandon()
            raise UsageError("Nothing is staged that a delta could be compared with", next_step="bridgework extract")
        before = description_from_json(row[1])
        after = laid_over(before, description)
        self._start(after, row[0] + 1)
        redescribed = references_of(before) != references_of(after)
        self._overlay = Overlay(self._inserter, complete and description.complete, redescribed)
        for object_id, name, last in self._connection.execute(
            "SELECT o.id, o.name, (SELECT max(seq) FROM payload AS p WHERE p.seq < (o.id + 1) << 40"
            " AND p.seq > o.id << 40) FROM object AS o"
        ).fetchall():
            self._ids[name] = object_id
            self._inserter.start(object_id, last or 0)
        return self._snapshot

    def _start(self, description: SourceDescription, number: int) -> None:
        self._description, self._snapshot = description, number
        self._ids, self._inserter, self._overlay, self._freezing = {}, Inserter(), None, None

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._held is not None:
            yield self._connection
        else:
            with self._store.write("extract") as connection:
                yield connection

    def abandon(self) -> None:
        """Give up an unfinished snapshot; nothing of an overlay remains. Does nothing after `freeze`."""
        held, self._held, self._description = self._held, None, None
        if held is not None:
            with suppress(_Abandoned), held:
                raise _Abandoned

    # ---------------------------------------------------------------------------------- add

    def add(self, object_name: str, records: Iterable[SourceRecord]) -> int:
        """Stage rows of one object; streams. Returns how many rows came, folded duplicates included.

        :raises UsageError: no such object is described, or nothing was begun.
        """
        if self._description is None or all(known.name != object_name for known in self._description.objects):
            raise UsageError(f"The source did not describe an object {object_name}", next_step="bridgework check")
        object_id = self._object_id(object_name)
        key_fields = "|".join(next(o.key for o in self._description.objects if o.name == object_name))
        with self._or_abandon():
            return self._add(object_id, iter(records), key_fields)

    def _add(self, object_id: int, records: Iterator[SourceRecord], key_fields: str) -> int:
        number, more = 0, True
        while more:
            with self._writing() as connection:
                for _ in range(BATCHES_PER_COMMIT):
                    rows = prepared(islice(records, BATCH), key_fields)
                    self._add_batch(connection, object_id, rows)
                    number += len(rows)
                    more = len(rows) == BATCH
                    if not more:
                        break
        return number

    @contextmanager
    def _or_abandon(self) -> Iterator[None]:
        """A snapshot that cannot be finished must not keep its transaction, and others from writing."""
        try:
            yield
        except BaseException:
            self.abandon()
            raise

    def _add_batch(self, connection: Connection, object_id: int, rows: list[Prepared]) -> None:
        if self._freezing is not None:
            self._freezing.take(connection, object_id, self._inserter.add(connection, object_id, rows))
        elif self._overlay is not None:
            self._overlay.compare(connection, object_id, rows)

    def _object_id(self, name: str) -> int:
        if name not in self._ids:
            with self._writing() as connection:
                self._ids[name] = insert.object_id(connection, name)
            self._inserter.start(self._ids[name])
        if self._overlay is not None:
            self._overlay.touched.add(self._ids[name])
        return self._ids[name]

    # ---------------------------------------------------------------------------------- freeze

    def freeze(self) -> Frozen:
        """Find references, take the inventory, close the snapshot. Nothing can be added afterwards.

        :raises UsageError: nothing was begun.
        """
        if self._description is None:
            raise UsageError("No extract is under way", next_step="bridgework extract")
        with self._or_abandon():
            return self._freeze(self._description, self._overlay)

    def _freeze(self, description: SourceDescription, overlay: Overlay | None) -> Frozen:
        freezing = self._freezing
        if freezing is None:
            with self._writing() as connection:
                if overlay is not None and overlay.redescribed:
                    links.forget_all(connection)
                freezing = self._made_freezing(connection, description)
        dirty = set(self._ids.values()) if overlay is None or overlay.redescribed else overlay.dirty
        found = freezing.inventory(dirty)
        freezing.link(dirty)
        results = {} if overlay is None else self._overlay_results(overlay)
        return replace(self._close(with_inferred(description, found), dirty), overlay=results)

    def _made_freezing(self, connection: Connection, description: SourceDescription) -> Freezing:
        for described in description.objects:
            if described.name not in self._ids:
                self._ids[described.name] = insert.object_id(connection, described.name)
                self._inserter.start(self._ids[described.name])
        references = links.References(connection, description, self._ids)
        return Freezing(self._writing, description, self._ids, references, self._overlay)

    def _overlay_results(self, overlay: Overlay) -> dict[str, OverlayResult]:
        results = {}
        names = {object_id: name for name, object_id in self._ids.items()}
        for object_id in sorted(overlay.touched):
            counts = overlay.finish(self._connection, object_id, self._snapshot)
            results[names[object_id]] = OverlayResult(names[object_id], self._snapshot, *counts, object_id, self._store)
        return results

    def _count_folded(self, connection: Connection) -> None:
        if self._overlay is not None and self._overlay.complete:  # it has met all of them again
            for object_id in self._overlay.touched:
                connection.execute("UPDATE object SET folded = 0 WHERE id = ?", (object_id,))
        for object_id, number in self._inserter.folded.items():
            connection.execute("UPDATE object SET folded = folded + ? WHERE id = ?", (number, object_id))

    def _close(self, description: SourceDescription, dirty: set[int]) -> Frozen:
        with self._writing() as connection:
            for object_id in dirty:
                insert.count_rows(connection, object_id)
            self._count_folded(connection)
            digest = fingerprint(connection)
            if self._overlay is not None:
                links.adopt(connection)
            connection.execute("DELETE FROM snapshot WHERE number = ?", (self._snapshot,))
            connection.execute(
                "INSERT INTO snapshot VALUES(?, 1, ?, ?)",
                (self._snapshot, description_to_json(description), digest),
            )
            counts = connection.execute("SELECT name, rows, folded FROM object").fetchall()
        if self._held is not None:
            held, self._held = self._held, None
            held.close()
        self._description = None
        return Frozen(
            self._snapshot,
            digest,
            {name: rows for name, rows, _ in counts},
            {name: folded for name, _, folded in counts if folded},
            {},
        )


class _Abandoned(Exception):
    """Makes the transaction roll back."""
