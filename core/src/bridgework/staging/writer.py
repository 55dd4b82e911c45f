"""Writing a snapshot: a first extract, or a delta laid over what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from types import TracebackType
from typing import Any, Literal, Self

import orjson

from bridgework.errors import UsageError
from bridgework.model import Reference, SourceDescription, SourceField, SourceObject, SourceRecord
from bridgework.staging import insert, links
from bridgework.staging.encoding import description_from_json, description_to_json
from bridgework.staging.insert import Prepared, prepared
from bridgework.staging.inventory import FieldProfile, Profiler, profiles_to_json
from bridgework.staging.schema import end_place, first_place
from bridgework.store import Connection, Store, pages

BATCH = 1_000
BATCHES_PER_COMMIT = 10  # keys in no order touch every page of their index: worth writing once for many rows
ChangeKind = Literal["new", "changed", "vanished"]


@dataclass(frozen=True, slots=True)
class OverlayResult:
    """What a delta brought for one object. `vanished` rows were missing in a complete delta; they are kept."""

    object: str
    snapshot: int
    new: int
    changed: int
    unchanged: int
    vanished: int
    _object_id: int
    _store: Store

    def keys(self, kind: ChangeKind) -> Iterator[str]:
        """Keys of the rows of that kind, in source order. Streams."""
        statement = (
            "SELECT c.seq, r.key FROM change AS c CROSS JOIN row AS r ON r.seq = c.seq"
            " WHERE c.snapshot = ? AND c.object = ? AND c.kind = ? AND c.seq > ? ORDER BY c.seq LIMIT ?"
        )
        for _, key in pages(self._store, statement, (0,), (self.snapshot, self._object_id, kind)):
            yield key


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
    an interruption leaves it as it was. Use as a context manager, or call `abandon` when the extract fails.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: ExitStack | None = None  # keeps an overlay's transaction open
        self._connection: Connection = None
        self._description: SourceDescription | None = None
        self._ids: dict[str, int] = {}
        self._next: dict[int, int] = {}
        self._folded: dict[int, int] = {}
        self._files = insert.Files()
        self._overlay: _Overlay | None = None
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
            raise UsageError("nothing is staged that a delta could be compared with", next_step="bridgework extract")
        before = description_from_json(row[1])
        after = _laid_over(before, description)
        self._start(after, row[0] + 1)
        self._overlay = _Overlay(complete and description.complete, _references(before) != _references(after))
        for object_id, name, last in self._connection.execute(
            "SELECT o.id, o.name, (SELECT max(seq) FROM row AS r WHERE r.seq > o.id << 40 AND r.seq < (o.id + 1) << 40)"
            " FROM object AS o"
        ).fetchall():
            self._ids[name] = object_id
            self._next[object_id] = 1 + (last or first_place(object_id))
        return self._snapshot

    def _start(self, description: SourceDescription, number: int) -> None:
        self._description, self._snapshot = description, number
        self._ids, self._next, self._folded, self._overlay = {}, {}, {}, None
        self._files = insert.Files()

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
            raise UsageError(f"the source did not describe an object {object_name}", next_step="bridgework check")
        object_id = self._object_id(object_name)
        key_fields = "|".join(next(o.key for o in self._description.objects if o.name == object_name))
        iterator, number, more = iter(records), 0, True
        while more:
            with self._writing() as connection:
                for _ in range(BATCHES_PER_COMMIT):
                    rows = [prepared(record, key_fields) for record in islice(iterator, BATCH)]
                    self._add_batch(connection, object_id, rows)
                    number += len(rows)
                    more = len(rows) == BATCH
                    if not more:
                        break
        return number

    def _add_batch(self, connection: Connection, object_id: int, rows: list[Prepared]) -> None:
        if self._overlay is None:
            self._add_new(connection, object_id, rows)
        else:
            self._overlay.compare(connection, object_id, rows, self)

    def _object_id(self, name: str) -> int:
        if name not in self._ids:
            with self._writing() as connection:
                self._ids[name] = insert.object_id(connection, name)
            self._next.setdefault(self._ids[name], first_place(self._ids[name]) + 1)
        if self._overlay is not None:
            self._overlay.touched.add(self._ids[name])
        return self._ids[name]

    def _add_new(self, connection: Connection, object_id: int, rows: list[Prepared]) -> None:
        first = self._next[object_id]
        if insert.insert_all(connection, object_id, first, rows, self._files):
            self._next[object_id] += len(rows)
            return
        for row in rows:  # a key came twice: one by one
            place = insert.place_for(connection, object_id, row, None)
            if place.exists:
                self.fold(object_id)
            else:
                self.append(connection, object_id, place.row)

    def fold(self, object_id: int) -> None:
        """Count a row that says the same as one of the same key."""
        self._folded[object_id] = self._folded.get(object_id, 0) + 1

    def append(self, connection: Connection, object_id: int, row: Prepared) -> int:
        """Add a row at the end of its object; its number."""
        seq = self._next[object_id]
        insert.insert_all(connection, object_id, seq, [row], self._files)
        self._next[object_id] += 1
        return seq

    # ---------------------------------------------------------------------------------- freeze

    def freeze(self) -> Frozen:
        """Find references, take the inventory, close the snapshot. Nothing can be added afterwards.

        :raises UsageError: nothing was begun.
        """
        if self._description is None:
            raise UsageError("no extract is under way", next_step="bridgework extract")
        overlay = self._overlay
        with self._writing() as connection:
            for described in self._description.objects:
                if described.name not in self._ids:
                    self._ids[described.name] = insert.object_id(connection, described.name)
            if overlay is not None and overlay.redescribed:
                links.forget_all(connection)
            references = links.References(connection, self._description, self._ids)
        dirty = set(self._ids.values()) if overlay is None or overlay.redescribed else overlay.dirty
        self._read_back(references, dirty)
        self._link(dirty)
        results = {} if overlay is None else self._overlay_results(overlay)
        frozen = self._close(dirty)
        return replace(frozen, overlay=results)

    def _read_back(self, references: links.References, dirty: set[int]) -> None:
        """Inventory of the objects that changed, and what their new rows point to."""
        assert self._description is not None
        found: dict[str, dict[str, FieldProfile]] = {}
        overlay = self._overlay
        for described in self._description.objects:
            object_id = self._ids[described.name]
            if object_id not in dirty:
                continue
            if overlay is not None:
                links.forget_names(self._connection, object_id, overlay.changed(object_id))
            profiler = Profiler(field for field in described.fields if not field.inferred)
            after = first_place(object_id)
            while True:
                with self._writing() as connection:
                    rows = connection.execute(
                        "SELECT seq, data FROM payload WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?",
                        (after, end_place(object_id), BATCH),
                    ).fetchall()
                    self._read_batch(connection, references, object_id, rows, profiler)
                if len(rows) < BATCH:
                    break
                after = rows[-1][0]
            found[described.name] = profiler.profiles()
            with self._writing() as connection:
                connection.execute(
                    "UPDATE object SET inventory = ? WHERE id = ?", (profiles_to_json(found[described.name]), object_id)
                )
        self._description = _with_inferred(self._description, found)

    def _read_batch(
        self,
        connection: Connection,
        references: links.References,
        object_id: int,
        rows: list[tuple[int, bytes]],
        profiler: Profiler,
    ) -> None:
        pointers: list[links.Pointer] = []
        handles: list[links.Named] = []
        overlay = self._overlay
        for seq, data in rows:
            values: dict[str, Any] = orjson.loads(data)
            profiler.add(values)
            if overlay is None or overlay.redescribed or seq in overlay.written:
                pointers.extend(references.pointers(object_id, seq, values))
                handles.extend(references.named(object_id, seq, values))
        links.put_pointers(connection, pointers, handles)

    def _link(self, dirty: set[int]) -> None:
        with self._writing() as connection:
            concerned = connection.execute(
                "SELECT r.id, r.child, rp.parent, rp.handle FROM reference AS r"
                " CROSS JOIN reference_parent AS rp ON rp.reference = r.id ORDER BY r.id"
            ).fetchall()
        numbers = []
        for number, child, parent, handle in concerned:
            if child not in dirty and parent not in dirty:
                continue
            if handle and parent in dirty and self._overlay is not None:
                links.unlink_named(self._connection, number, parent)
            if number not in numbers:
                numbers.append(number)
        for number in numbers:
            with self._writing() as connection:
                ranges = list(links.chunks(connection, number))
            for after, upto in ranges:
                with self._writing() as connection:
                    links.link_chunk(connection, number, after, upto)

    def _overlay_results(self, overlay: _Overlay) -> dict[str, OverlayResult]:
        results = {}
        names = {object_id: name for name, object_id in self._ids.items()}
        for object_id in sorted(overlay.touched):
            counts = overlay.finish(self._connection, object_id, self._snapshot)
            results[names[object_id]] = OverlayResult(names[object_id], self._snapshot, *counts, object_id, self._store)
        return results

    def _close(self, dirty: set[int]) -> Frozen:
        assert self._description is not None
        with self._writing() as connection:
            for object_id in dirty:
                insert.count_rows(connection, object_id)
            for object_id, number in self._folded.items():
                connection.execute("UPDATE object SET folded = folded + ? WHERE id = ?", (number, object_id))
            fingerprint = _fingerprint(connection)
            if self._overlay is not None:
                links.adopt(connection)
            connection.execute("DELETE FROM snapshot WHERE number = ?", (self._snapshot,))
            connection.execute(
                "INSERT INTO snapshot VALUES(?, 1, ?, ?)",
                (self._snapshot, description_to_json(self._description), fingerprint),
            )
            counts = connection.execute("SELECT name, rows, folded FROM object").fetchall()
        if self._held is not None:
            held, self._held = self._held, None
            held.close()
        self._description = None
        return Frozen(
            self._snapshot,
            fingerprint,
            {name: rows for name, rows, _ in counts},
            {name: folded for name, _, folded in counts if folded},
            {},
        )


class _Abandoned(Exception):
    """Makes the transaction roll back."""


class _Overlay:
    """A delta while it is written."""

    def __init__(self, complete: bool, redescribed: bool) -> None:
        self.complete = complete
        self.redescribed = redescribed  # the references are not what they were: all of them must be found again
        self.touched: set[int] = set()
        self.written: set[int] = set()
        self._changed: dict[int, list[int]] = {}
        self._new: dict[int, list[int]] = {}
        self._seen: dict[int, bytearray] = {}  # one byte per row of an object

    @property
    def dirty(self) -> set[int]:
        """Objects with new or changed rows."""
        return {*self._changed, *self._new}

    def changed(self, object_id: int) -> list[int]:
        """Rows of an object that were replaced."""
        return self._changed.get(object_id, [])

    def compare(self, connection: Connection, object_id: int, rows: list[Prepared], writer: StagingWriter) -> None:
        """Keep what is the same, replace what changed, add what is new."""
        known = insert.known_rows(connection, object_id, [row.key for row in rows])
        seen = self._seen.setdefault(object_id, bytearray())
        for row in rows:
            match = known.get(row.key)
            if match is not None and match[1] == row.hash and not _marked(seen, match[0]):
                _mark(seen, match[0])
                continue
            self._take(connection, object_id, row, writer, seen)

    def _take(
        self, connection: Connection, object_id: int, row: Prepared, writer: StagingWriter, seen: bytearray
    ) -> None:
        place = insert.place_for(connection, object_id, row, lambda seq: _marked(seen, seq))
        if place.exists and _marked(seen, place.seq):
            writer.fold(object_id)
            return
        if not place.seq:
            seq = writer.append(connection, object_id, place.row)
            self._new.setdefault(object_id, []).append(seq)
        else:
            seq = place.seq
            if not place.exists:
                links.forget(connection, [seq])
                insert.replace_row(connection, object_id, seq, place.row, writer._files)
                self._changed.setdefault(object_id, []).append(seq)
        if not place.exists:
            self.written.add(seq)
        _mark(seen, seq)

    def finish(self, connection: Connection, object_id: int, snapshot: int) -> tuple[int, int, int, int]:
        """Write down what changed; (new, changed, unchanged, vanished)."""
        new, changed = self._new.get(object_id, []), self._changed.get(object_id, [])
        seen = self._seen.get(object_id, bytearray())
        for kind, rows in (("new", new), ("changed", changed)):
            connection.executemany(
                "INSERT INTO change VALUES(?, ?, ?, ?)", [(snapshot, object_id, kind, seq) for seq in rows]
            )
        vanished = 0
        if self.complete:
            vanished = _write_vanished(connection, object_id, snapshot, seen)
        return len(new), len(changed), sum(seen) - len(new) - len(changed), vanished


def _place(seq: int) -> int:
    return seq & (1 << 40) - 1


def _marked(seen: bytearray, seq: int) -> bool:
    place = _place(seq)
    return place < len(seen) and seen[place] == 1


def _mark(seen: bytearray, seq: int) -> None:
    place = _place(seq)
    if place >= len(seen):
        seen.extend(bytes(place + 1 - len(seen) + 4096))
    seen[place] = 1


def _write_vanished(connection: Connection, object_id: int, snapshot: int, seen: bytearray) -> int:
    after, number = first_place(object_id), 0
    while True:
        rows = connection.execute(
            "SELECT seq FROM row WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?", (after, end_place(object_id), 10_000)
        ).fetchall()
        gone = [(snapshot, object_id, "vanished", seq) for (seq,) in rows if not _marked(seen, seq)]
        connection.executemany("INSERT INTO change VALUES(?, ?, ?, ?)", gone)
        number += len(gone)
        if len(rows) < 10_000:
            return number
        after = rows[-1][0]


def _fingerprint(connection: Connection) -> str:
    """Hash over object, key and content hash of every row, in order."""
    digest = sha256()
    names = dict(connection.execute("SELECT id, name FROM object").fetchall())
    cursor = connection.execute("SELECT object, key, hash FROM row ORDER BY seq")
    while rows := cursor.fetchmany(BATCH):
        digest.update(b"".join(f"{names[o]}\0{key}\0".encode() + content for o, key, content in rows))
    return digest.hexdigest()


def _references(description: SourceDescription) -> dict[str, tuple[tuple[str, ...], tuple[Reference, ...]]]:
    return {described.name: (described.key, described.references) for described in description.objects}


def _laid_over(before: SourceDescription, delta: SourceDescription) -> SourceDescription:
    """The delta's description; an object it lacks keeps the one it had."""
    now = {described.name: described for described in delta.objects}
    merged = [
        known if (known.name not in now or now[known.name].absent) and not known.absent else now[known.name]
        for known in before.objects
    ]
    names = {known.name for known in before.objects}
    return replace(delta, objects=(*merged, *(d for d in delta.objects if d.name not in names)))


def _with_inferred(
    description: SourceDescription, found: Mapping[str, Mapping[str, FieldProfile]]
) -> SourceDescription:
    def completed(described: SourceObject) -> SourceObject:
        if described.name not in found:
            return described
        declared = tuple(known for known in described.fields if not known.inferred)
        inferred = tuple(
            SourceField(name=path, type=profile.type, inferred=True)
            for path, profile in found[described.name].items()
            if profile.inferred
        )
        return replace(described, fields=(*declared, *inferred))

    return replace(description, objects=tuple(completed(described) for described in description.objects))
