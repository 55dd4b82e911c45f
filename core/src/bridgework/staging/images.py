"""Images of destination records: before we changed them, as sent, as read back. They hold values, so they live here.

Every record that is sent leaves an image, a few at a time, with keys in no order. An index kept up while that happens
would write a page per image. So images are added at the end of their table, and their keys are sorted into the index a
hundred thousand at a time; what is not sorted in yet is looked up in memory by whoever asks for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal, NamedTuple, TypeVar

import orjson

from bridgework.store import Blob, Connection, Store

ImageKind = Literal["pre", "sent", "settled"]
T = TypeVar("T")
_BATCH = 1_000
SORTED_TOGETHER = 100_000  # images; while they wait they take some 25 MB in a process that reads them


class Image(NamedTuple):
    """One image. `operation` is 0 where none is known yet: a pre-image is durable before its intent is.

    `body` may be JSON already, where somebody has written it down before.
    """

    rule: str
    key: str
    kind: ImageKind
    body: Mapping[str, Any] | Blob
    generation: int = 1
    operation: int = 0


class Images:
    """Images by target. They are only added: the newest of a kind counts, for a rollback the first of a generation."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._recent = _Recent()

    def put(self, images: Iterable[Image]) -> None:
        """Keep images, durable; one transaction per thousand."""
        for batch in _batches(images):
            with self._store.write("images") as connection:
                connection.executemany(
                    "INSERT INTO image(rule, key, kind, body, generation, operation) VALUES(?, ?, ?, ?, ?, ?)",
                    [each if isinstance(each.body, Blob) else _written(each) for each in batch],
                )
                _sort_in(connection)

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
        return self._chosen(max, rule, keys, kind, None)

    def first(self, rule: str, keys: Iterable[str], kind: ImageKind, generation: int) -> dict[str, dict[str, Any]]:
        """The first image of a kind in a generation: what was there before we came."""
        return self._chosen(min, rule, keys, kind, generation)

    def every(self, rule: str, keys: Iterable[str], kind: ImageKind, generation: int) -> dict[str, list[bytes]]:
        """All images of a kind in a generation by key, oldest first, as JSON: one for each body that was tried."""
        found: dict[str, list[bytes]] = {}
        for batch in _batches(keys):
            for key, body in self._bodies(lambda numbers: numbers, rule, batch, kind, generation):
                found.setdefault(key, []).append(body)
        return found

    def _chosen(
        self, pick: Callable[[list[int]], int], rule: str, keys: Iterable[str], kind: str, generation: int | None
    ) -> dict[str, dict[str, Any]]:
        return {
            key: orjson.loads(body)
            for batch in _batches(keys)
            for key, body in self._bodies(lambda numbers: [pick(numbers)], rule, batch, kind, generation)
        }

    def _bodies(
        self,
        pick: Callable[[list[int]], list[int]],
        rule: str,
        batch: Sequence[str],
        kind: str,
        generation: int | None,
    ) -> Iterator[tuple[str, bytes]]:
        with self._store.read() as connection:
            numbers = self._recent.numbers(connection, rule, batch, kind, generation)
            for key, number in _sorted_numbers(connection, rule, batch, kind, generation):
                numbers.setdefault(key, []).append(number)
            chosen = {number: key for key, candidates in numbers.items() for number in sorted(pick(candidates))}
            rows = connection.execute(
                "SELECT i.number, i.body FROM json_each(?) AS j CROSS JOIN image AS i ON i.number = j.value",
                (orjson.dumps(list(chosen)).decode(),),
            ).fetchall()
        for number, body in rows:
            yield chosen[number], body


def _written(image: Image) -> Image:
    return image._replace(body=Blob(orjson.dumps(image.body)))


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _sort_in(connection: Connection) -> None:
    [mark] = connection.execute("SELECT number FROM image_mark").fetchone()
    [last] = connection.execute("SELECT coalesce(max(number), 0) FROM image").fetchone()
    if last - mark < SORTED_TOGETHER:
        return
    connection.execute(
        "INSERT INTO image_key SELECT rule, key, kind, number, generation FROM image WHERE number > ?"
        " ORDER BY rule, key, kind, number",
        (mark,),
    )
    connection.execute("UPDATE image_mark SET number = ?", (last,))


def _sorted_numbers(
    connection: Connection, rule: str, keys: Sequence[str], kind: str, generation: int | None
) -> list[tuple[str, int]]:
    rows: list[tuple[str, int]] = connection.execute(
        "SELECT k.key, k.number FROM json_each(?1) AS j CROSS JOIN image_key AS k"
        " ON k.rule = ?2 AND k.key = j.value AND k.kind = ?3 AND (?4 IS NULL OR k.generation = ?4)",
        (orjson.dumps(keys).decode(), rule, kind, generation),
    ).fetchall()
    return rows


class _Recent:
    """Numbers of the images whose keys are not sorted in yet, as far as somebody has asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark = self._seen = 0
        self._numbers: dict[tuple[str, str, str], list[tuple[int, int]]] = {}

    def numbers(
        self, connection: Connection, rule: str, keys: Iterable[str], kind: str, generation: int | None
    ) -> dict[str, list[int]]:
        """Numbers by key."""
        with self._lock:
            self._catch_up(connection)
            found = {}
            for key in keys:
                known = self._numbers.get((rule, key, kind), ())
                numbers = [number for number, made in known if generation is None or made == generation]
                if numbers:
                    found[key] = numbers
            return found

    def _catch_up(self, connection: Connection) -> None:
        [mark] = connection.execute("SELECT number FROM image_mark").fetchone()
        if mark != self._mark:
            self._mark = self._seen = mark
            self._numbers.clear()
        cursor = connection.execute(
            "SELECT number, rule, key, kind, generation FROM image WHERE number > ? ORDER BY number", (self._seen,)
        )
        while rows := cursor.fetchmany(_BATCH):
            for number, rule, key, kind, generation in rows:
                self._numbers.setdefault((rule, key, kind), []).append((number, generation))
            self._seen = rows[-1][0]
