"""What is worked out once, when a snapshot is frozen: inventory, references, fingerprint."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import Any

import orjson

from bridgework.model import SourceDescription
from bridgework.staging import links
from bridgework.staging.inventory import FieldProfile, Profiler, profiles_to_json
from bridgework.staging.overlay import Overlay
from bridgework.staging.schema import end_place, first_place
from bridgework.store import Blob, Connection

BATCH = 1_000
Writing = Callable[[], AbstractContextManager[Connection]]  # a transaction of a first extract, or the one of a delta


class Freezing:
    """Goes through the rows. In a first extract (`overlay` is None) it is given them as they are staged; after a delta
    it reads those of the objects that changed.
    """

    def __init__(
        self,
        writing: Writing,
        description: SourceDescription,
        ids: Mapping[str, int],
        references: links.References,
        overlay: Overlay | None,
    ) -> None:
        self._writing = writing
        self._described = {ids[described.name]: described for described in description.objects}
        self._references = references
        self._overlay = overlay
        self._profilers: dict[int, Profiler] = {}

    def take(self, connection: Connection, object_id: int, rows: Sequence[tuple[int, bytes | Blob]]) -> None:
        """Take note of rows: their numbers, and their values as they are kept."""
        read: list[dict[str, Any]] = orjson.loads(b"[%b]" % b",".join([data for _, data in rows]))
        self._profiler(object_id).add(read)
        if not self._references.concern(object_id):
            return
        pointers: list[links.Pointer] = []
        handles: list[links.Named] = []
        for (seq, _), values in zip(rows, read, strict=True):
            if self._overlay is None or self._overlay.redescribed or seq in self._overlay.written:
                pointers.extend(self._references.pointers(object_id, seq, values))
                handles.extend(self._references.named(object_id, seq, values))
        links.put_pointers(connection, pointers, handles)

    def inventory(self, dirty: Collection[int]) -> dict[str, dict[str, FieldProfile]]:
        """What is in the fields of these objects, by name; kept with them."""
        found = {}
        for object_id, described in self._described.items():
            if object_id not in dirty:
                continue
            if self._overlay is not None:
                self._read_back(object_id, self._overlay)
            profiles = found[described.name] = self._profiler(object_id).profiles()
            with self._writing() as connection:
                connection.execute(
                    "UPDATE object SET inventory = ? WHERE id = ?", (profiles_to_json(profiles), object_id)
                )
        return found

    def _profiler(self, object_id: int) -> Profiler:
        known = self._profilers.get(object_id)
        if known is None:
            fields = self._described[object_id].fields
            known = self._profilers[object_id] = Profiler(field for field in fields if not field.inferred)
        return known

    def _read_back(self, object_id: int, overlay: Overlay) -> None:
        with self._writing() as connection:
            links.forget_names(connection, object_id, overlay.changed(object_id))
        after, more = first_place(object_id), True
        while more:
            with self._writing() as connection:
                rows = connection.execute(
                    "SELECT seq, data FROM payload WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?",
                    (after, end_place(object_id), BATCH),
                ).fetchall()
                self.take(connection, object_id, rows)
            more = len(rows) == BATCH
            after = rows[-1][0] if rows else after

    def link(self, dirty: Collection[int]) -> None:
        """Find the rows that references mean, as far as one of the two sides is among these objects."""
        for number in self._concerned(dirty):
            with self._writing() as connection:
                ranges = list(links.chunks(connection, number))
            for after, upto in ranges:
                with self._writing() as connection:
                    links.link_chunk(connection, number, after, upto)

    def _concerned(self, dirty: Collection[int]) -> Iterator[int]:
        with self._writing() as connection:
            described = connection.execute(
                "SELECT r.id, r.child, rp.parent, rp.handle FROM reference AS r"
                " CROSS JOIN reference_parent AS rp ON rp.reference = r.id ORDER BY r.id"
            ).fetchall()
            changed = [row for row in described if row[1] in dirty or row[2] in dirty]
            if self._overlay is not None:
                for number, _, parent, handle in changed:
                    if handle and parent in dirty:
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
