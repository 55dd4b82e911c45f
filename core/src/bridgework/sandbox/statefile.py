"""Keeps what a simulator stores in one SQLite file, so that a restart continues exactly."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson


class StateFile:
    """Rows ``(kind, key) -> JSON value`` or bytes, written in one transaction per :meth:`commit`.

    A commit survives the end of the process at any instant, not a power failure: a rehearsal needs no more. The file
    may hold people's data and is therefore readable by its owner only (0600).
    """

    def __init__(self, path: Path) -> None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS entries (kind TEXT, key TEXT, value BLOB, PRIMARY KEY (kind, key))"
        )
        self._changes: dict[tuple[str, str], bytes | None] = {}

    def put(self, kind: str, key: str, value: object) -> None:
        """Keep a value, bytes as they are and anything else as JSON, with the next `commit`."""
        self._changes[kind, key] = value if isinstance(value, bytes) else orjson.dumps(value)

    def remove(self, kind: str, key: str) -> None:
        """Forget a value with the next `commit`."""
        self._changes[kind, key] = None

    def commit(self) -> None:
        """Write what was put and removed, all of it or nothing."""
        if not self._changes:
            return
        changes, self._changes = self._changes, {}
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?)",
            ((kind, key, value) for (kind, key), value in changes.items() if value is not None),
        )
        self._db.executemany(
            "DELETE FROM entries WHERE kind = ? AND key = ?",
            ((kind, key) for (kind, key), value in changes.items() if value is None),
        )
        self._db.execute("COMMIT")

    def values(self, kind: str) -> Iterator[tuple[str, Any]]:
        """The JSON values of a kind, by key."""
        for key, value in self.blobs(kind):
            yield key, orjson.loads(value)

    def blobs(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """The values of a kind as bytes, by key."""
        yield from self._db.execute("SELECT key, value FROM entries WHERE kind = ?", (kind,))

    def close(self) -> None:
        """Commit and close the file."""
        self.commit()
        self._db.close()
