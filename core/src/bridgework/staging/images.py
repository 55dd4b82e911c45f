"""Images of destination records: before we changed them, as sent, as read back. They hold values, so they live here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import orjson

from bridgework.store import Connection, Store

ImageKind = Literal["pre", "sent", "settled"]
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Image:
    """One image. `operation` is 0 where none is known yet: a pre-image is durable before its intent is."""

    rule: str
    key: str
    kind: ImageKind
    body: Mapping[str, Any]
    generation: int = 1
    operation: int = 0


class Images:
    """Images by target. They are only added: the newest of a kind counts, for a rollback the first of a generation."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, images: Iterable[Image]) -> None:
        """Keep images, durable; one transaction per thousand."""
        iterator = iter(images)
        while batch := list(islice(iterator, _BATCH)):
            with self._store.write("images") as connection:
                self._insert(connection, batch)

    @staticmethod
    def _insert(connection: Connection, images: Sequence[Image]) -> None:
        connection.executemany(
            "INSERT INTO image(rule, key, generation, operation, kind, body) VALUES(?, ?, ?, ?, ?, ?)",
            [
                (image.rule, image.key, image.generation, image.operation, image.kind, orjson.dumps(image.body))
                for image in images
            ],
        )

    def get(self, operation: int, kind: ImageKind) -> dict[str, Any] | None:
        """The image kept for an operation."""
        with self._store.read() as connection:
            row = connection.execute(
                "SELECT body FROM image WHERE operation = ? AND operation <> 0 AND kind = ?"
                " ORDER BY number DESC LIMIT 1",
                (operation, kind),
            ).fetchone()
        return None if row is None else orjson.loads(row[0])

    def latest(self, rule: str, key: str, kind: ImageKind) -> dict[str, Any] | None:
        """The newest image of a kind."""
        return self.many(rule, [key], kind).get(key)

    def many(self, rule: str, keys: Iterable[str], kind: ImageKind) -> dict[str, dict[str, Any]]:
        """The newest image of a kind for each key that has one."""
        return self._chosen("max", rule, keys, kind, None)

    def first(self, rule: str, keys: Iterable[str], kind: ImageKind, generation: int) -> dict[str, dict[str, Any]]:
        """The first image of a kind in a generation: what was there before we came."""
        return self._chosen("min", rule, keys, kind, generation)

    def _chosen(
        self, pick: Literal["min", "max"], rule: str, keys: Iterable[str], kind: str, generation: int | None
    ) -> dict[str, dict[str, Any]]:
        condition, extra = ("", ()) if generation is None else (" AND c.generation = ?", (generation,))
        found: dict[str, dict[str, Any]] = {}
        iterator = iter(keys)
        while batch := list(islice(iterator, _BATCH)):
            with self._store.read() as connection:
                rows = connection.execute(
                    "SELECT i.key, i.body FROM json_each(?) AS j CROSS JOIN image AS i ON i.number ="  # noqa: S608
                    f" (SELECT {pick}(c.number) FROM image AS c WHERE c.rule = ? AND c.key = j.value"
                    f" AND c.kind = ?{condition})",
                    (orjson.dumps(batch).decode(), rule, kind, *extra),
                ).fetchall()
            found.update((key, orjson.loads(body)) for key, body in rows)
        return found
