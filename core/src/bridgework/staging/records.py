"""records.db of one migration: the file that holds every value."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from bridgework.staging.images import Images
from bridgework.staging.schema import TABLES, VERSION
from bridgework.staging.staging import Staging
from bridgework.staging.writer import StagingWriter
from bridgework.store import Store


class Records:
    """The open file, and its three faces: `writer()`, `staging()`, `images`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.images = Images(store)

    @classmethod
    def create(cls, path: Path, key: bytes, migration_id: str) -> Self:
        """Make a new file, or open the one that is there. `key` is 32 random bytes."""
        return cls(_store(path, key, migration_id, create=True, read_only=False))

    @classmethod
    def open(cls, path: Path, key: bytes, migration_id: str, *, read_only: bool = False) -> Self:
        """Open a file that exists."""
        return cls(_store(path, key, migration_id, create=False, read_only=read_only))

    def writer(self) -> StagingWriter:
        """A writer for the next snapshot."""
        return StagingWriter(self._store)

    def staging(self) -> Staging:
        """The frozen snapshot as it is now; ask again after an extract or a delta."""
        return Staging(self._store)

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _store(path: Path, key: bytes, migration: str, *, create: bool, read_only: bool) -> Store:
    return Store(
        path,
        key,
        kind="records",
        migration=migration,
        schema=TABLES,
        version=VERSION,
        create=create,
        read_only=read_only,
    )
