"""What is worked out once, when a snapshot is frozen: inventory, references, fingerprint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import Any

import orjson

from bridgework.model import SourceDescription
from bridgework.staging import links
from bridgework.staging.inventory import FieldProfile, Profiler, profiles_to_json
from bridgework.staging.overlay import Overlay
from bridgework.staging.schema import end_place, first_place
from bridgework.store import Connection

BATCH = 1_000
Writing = Callable[[], AbstractContextManager[Connection]]  # a transaction of a first extract, or the one of a delta


class Freezing:
    """Goes through the objects that changed. `overlay` is None after a first extract: then all rows are new."""

    def __init__(self, writing: Writing, ids: dict[str, int], dirty: set[int], overlay: Overlay | None) -> None:
        self._writing = writing
        self._ids = ids
        self._dirty = dirty
        self._overlay = overlay

    def read_back(
        self, description: SourceDescription, references: links.References
    ) -> dict[str, dict[str, FieldProfile]]:
        """Take the inventory of what changed, and note what its new rows point to."""
        found = {}
        for described in description.objects:
            object_id = self._ids[described.name]
            if object_id not in self._dirty:
                continue
            profiler = Profiler(field for field in described.fields if not field.inferred)
            if self._overlay is not None:
                with self._writing() as connection:
                    links.forget_names(connection, object_id, self._overlay.changed(object_id))
            self._read_object(object_id, references, profiler)
            found[described.name] = profiler.profiles()
            with self._writing() as connection:
                connection.execute(
                    "UPDATE object SET inventory = ? WHERE id = ?", (profiles_to_json(found[described.name]), object_id)
                )
        return found

    def _read_object(self, object_id: int, references: links.References, profiler: Profiler) -> None:
        after, more = first_place(object_id), True
        while more:
            with self._writing() as connection:
                rows = connection.execute(
                    "SELECT seq, data FROM payload WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?",
                    (after, end_place(object_id), BATCH),
                ).fetchall()
                self._read_rows(connection, references, object_id, rows, profiler)
            more = len(rows) == BATCH
            after = rows[-1][0] if rows else after

    def _read_rows(
        self,
        connection: Connection,
        references: links.References,
        object_id: int,
        rows: list[tuple[int, bytes]],
        profiler: Profiler,
    ) -> None:
        read: list[dict[str, Any]] = [orjson.loads(data) for _, data in rows]
        profiler.add(read)
        if not references.concern(object_id):
            return
        pointers: list[links.Pointer] = []
        handles: list[links.Named] = []
        for (seq, _), values in zip(rows, read, strict=True):
            if self._overlay is None or self._overlay.redescribed or seq in self._overlay.written:
                pointers.extend(references.pointers(object_id, seq, values))
                handles.extend(references.named(object_id, seq, values))
        links.put_pointers(connection, pointers, handles)

    def link(self) -> None:
        """Find the rows that references mean, as far as one of the two sides changed."""
        for number in self._concerned():
            with self._writing() as connection:
                ranges = list(links.chunks(connection, number))
            for after, upto in ranges:
                with self._writing() as connection:
                    links.link_chunk(connection, number, after, upto)

    def _concerned(self) -> Iterator[int]:
        with self._writing() as connection:
            described = connection.execute(
                "SELECT r.id, r.child, rp.parent, rp.handle FROM reference AS r"
                " CROSS JOIN reference_parent AS rp ON rp.reference = r.id ORDER BY r.id"
            ).fetchall()
            changed = [row for row in described if row[1] in self._dirty or row[2] in self._dirty]
            if self._overlay is not None:
                for number, _, parent, handle in changed:
                    if handle and parent in self._dirty:
                        links.unlink_named(connection, number, parent)
        return iter(dict.fromkeys(row[0] for row in changed))


def fingerprint(connection: Connection) -> str:
    """Hash over object, key, place and content hash of every row, in the order of the keys, in which they are kept."""
    digest = sha256()
    names = dict(connection.execute("SELECT id, name FROM object").fetchall())
    cursor = connection.execute("SELECT object, key, seq, hash FROM row ORDER BY object, key")
    while rows := cursor.fetchmany(BATCH):
        digest.update(b"".join([f"{names[o]}\0{key}\0{seq}\0".encode() + content for o, key, seq, content in rows]))
    return digest.hexdigest()
